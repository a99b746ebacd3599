"""Every file and folder that the pages on the code name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "BreastUSAI" / "BreastUSAILib"
BUNDLE = ROOT / "BreastUSAI" / "Resources" / "Models" / "segmenter_attention_unet_b0"
BASES = {
    "how-to-add.md": (ROOT, LIBRARY),
    "architecture.md": (ROOT, ROOT / "BreastUSAI", LIBRARY, LIBRARY / "engine", ROOT / "Training" / "fit", BUNDLE),
}
"""Page -> the folders in which a path on it may begin."""

NOT_IN_THE_REPOSITORY = {"analysis.json", "ScriptedLoadableModule.py", "packaging.py"}
"""A file of a result, and files of Slicer's."""

_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w.-]+(/[\w.-]+)*(/|\.(py|pyi|md|json|txt|ui|pt|toml))")
_TABLE = re.compile(r"^\| (\w+)/ \| holds \|\n\|---\|---\|\n((?:\|.*\n)+)", re.MULTILINE)


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / "Docs" / name).read_text(encoding="utf-8")


def paths_in(text: str) -> set[str]:
    """What is set as code and looks like a file or a folder."""
    return {code for code in _CODE.findall(text) if _PATH.fullmatch(code)} - NOT_IN_THE_REPOSITORY


def missing(paths: set[str], *bases: Path) -> list[str]:
    """Those that are in none of the folders; a folder is written with a slash at its end."""
    return sorted(
        path
        for path in paths
        if not any((base / path).is_dir() if path.endswith("/") else (base / path).is_file() for base in bases)
    )


@pytest.mark.parametrize("name", BASES)
def test_every_path_on_the_page_is_there(name: str) -> None:
    text = _TABLE.sub("", page(name))
    assert len(paths_in(text)) > 20
    assert missing(paths_in(text), *BASES[name]) == []


def test_every_row_of_a_rooms_table_names_what_is_there() -> None:
    tables = dict(_TABLE.findall(page("architecture.md")))
    assert set(tables) == {"engine", "scene", "client", "gui"}
    for room, rows in tables.items():
        named = {code for row in rows.splitlines() for code in _CODE.findall(row.split("|")[1])}
        named = {code if code.endswith("/") else f"{code}.py" for code in named}
        there = {path.name + "/" for path in (LIBRARY / room).iterdir() if (path / "__init__.py").is_file()}
        there |= {path.name for path in (LIBRARY / room).glob("*.py")} - {"__init__.py"}
        assert named == there, room


def test_a_path_that_is_not_there_is_found() -> None:
    text = "See `engine/flags.py`, `engine/flag.py`, `engine/flags/`, `gui/` and `Frames`."
    assert missing(paths_in(text), LIBRARY) == ["engine/flag.py", "engine/flags/"]
