"""`breastusai models`: what is installed, and whether it is intact."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..engine.bundle import BundleInfo, find_bundles, verify_bundle
from ..engine.errors import ModelError
from .terminal import Terminal, quiet_libraries

_HEADINGS = ("TASK", "NAME", "VERSION", "SIZE", "SHA-256", "STATE")
_SHORT_HASH = 12


def run_models(action: str, terminal: Terminal) -> int:
    """Print a table of the installed models; `verify` gives 1 unless there are some and all are intact."""
    quiet_libraries()
    checked = [(path, _checked(path)) for path in find_bundles()]
    for line in _table([_HEADINGS, *(_row(path, result) for path, result in checked)]):
        terminal.say(line)
    problems = [result for _, result in checked if isinstance(result, ModelError)]
    if not checked:
        problems = [ModelError("no models are installed", remedy="Install BreastUSAI again")]
    for problem in problems:
        terminal.complain(str(problem))
    return 1 if problems and action == "verify" else 0


def _checked(path: Path) -> BundleInfo | ModelError:
    try:
        return verify_bundle(path)
    except ModelError as error:
        return error


def _row(path: Path, result: BundleInfo | ModelError) -> tuple[str, ...]:
    if isinstance(result, ModelError):
        return ("?", path.name, "?", "?", "?", "not ok")
    size = f"{result.size_bytes / 1e6:.1f} MB"
    return (result.task, result.name, result.version, size, result.sha256[:_SHORT_HASH], "ok")


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
