"""Slicer's own Python in place of the stand-ins, where SLICER_SOURCE_DIR points at a checkout of Slicer."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path

import slicer
from PySide6.QtWidgets import QWidget

from ..qt.true_property import properties_as_attributes

MODULES = ("i18n", "parameterNodeWrapper", "ScriptedLoadableModule", "packaging")


def source_folder() -> Path | None:
    """`Base/Python/slicer` of the checkout, or None where none is asked for."""
    root = os.environ.get("SLICER_SOURCE_DIR")
    return None if not root else Path(root) / "Base" / "Python" / "slicer"


def replace_stand_ins() -> None:
    """Load Slicer's own modules under their own names; does nothing without SLICER_SOURCE_DIR."""
    folder = source_folder()
    if folder is None:
        return
    _name_missing_widgets(folder)
    for name in MODULES:
        full = f"slicer.{name}"
        properties_as_attributes(full)
        package = folder / name / "__init__.py"
        path = package if package.is_file() else folder / f"{name}.py"
        spec = importlib.util.spec_from_file_location(
            full, path, submodule_search_locations=[str(package.parent)] if package.is_file() else None
        )
        assert spec is not None, path
        assert spec.loader is not None, path
        module = sys.modules[full] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        setattr(slicer, name, module)


def _name_missing_widgets(folder: Path) -> None:
    """Widget classes that Slicer's code compares with, and that no panel here uses, exist in name."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    for package, pattern in ((sys.modules["ctk"], r"\bctk\.(ctk\w+)"), (slicer, r"\bslicer\.(q(?:MRML|Slicer)\w+)")):
        for name in set(re.findall(pattern, text)):
            if not hasattr(package, name):
                setattr(package, name, type(name, (QWidget,), {}))
