"""`breastusai models`: what is installed, whether it is intact, and how that changes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ..engine.bundles.bundle import BundleInfo, verify_bundle
from ..engine.bundles.model_folder import InstalledModel, installed_models, remove_model
from ..engine.errors import BreastUSAIError, ModelError
from .terminal import Terminal, quiet_libraries

_HEADINGS = ("TASK", "NAME", "VERSION", "SIZE", "SHA-256", "STATE", "FROM", "PLACE")
_SHORT_HASH = 12


def run_models(chosen: argparse.Namespace, terminal: Terminal) -> int:
    """Do `chosen.action`; 0 where it was done (`verify`: where there are models and all are intact), else 1."""
    quiet_libraries()
    if chosen.action in ("list", "verify"):
        return _show(terminal, strict=chosen.action == "verify")
    try:
        terminal.say(_added(chosen.source, chosen.sha256) if chosen.action == "add" else _removed(chosen.name))
    except BreastUSAIError as error:
        terminal.complain(str(error))
        return 1
    return 0


def _added(source: str, sha256: str | None) -> str:
    from ..engine.bundles.model_install import add_model

    info = add_model(source, sha256)
    return f"{info.name} {info.version} ({info.task}) is in {info.path}"


def _removed(name: str) -> str:
    return f"{name} was removed from {remove_model(name)}"


def _show(terminal: Terminal, strict: bool) -> int:
    checked = [(model, _checked(model)) for model in installed_models()]
    for line in _table([_HEADINGS, *(_row(model, result) for model, result in checked)]):
        terminal.say(line)
    problems = [result for _, result in checked if isinstance(result, ModelError)]
    if not checked:
        problems = [ModelError("no models are installed", remedy="Install BreastUSAI again")]
    for problem in problems:
        terminal.complain(str(problem))
    return 1 if problems and strict else 0


def _checked(model: InstalledModel) -> BundleInfo | ModelError:
    try:
        return verify_bundle(model.path)
    except ModelError as error:
        return error


def _row(model: InstalledModel, result: BundleInfo | ModelError) -> tuple[str, ...]:
    place = ("added" if model.added else "shipped", str(model.path))
    if isinstance(result, ModelError):
        return ("?", model.name, "?", "?", "?", "not ok", *place)
    size = f"{result.size_bytes / 1e6:.1f} MB"
    return (result.task, model.name, result.version, size, result.sha256[:_SHORT_HASH], "ok", *place)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
