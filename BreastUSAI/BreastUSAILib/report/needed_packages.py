"""Packages that only some report files need: a reason in one line where one is missing."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from ..engine.errors import DependencyError


def needed(module: str, package: str, purpose: str) -> ModuleType:
    """Import `module` of the optional `package`.

    Raises:
        DependencyError: it is missing or cannot be loaded; the error names package, purpose and remedy.
    """
    try:
        return import_module(module)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] == module.split(".")[0]
        what = "is not installed" if missing else f"cannot be loaded ({error})"
        raise DependencyError(
            f"{purpose} needs the Python package {package}, which {what}",
            remedy=f"Install it with 'pip install {package}', or leave that report out",
        ) from error
