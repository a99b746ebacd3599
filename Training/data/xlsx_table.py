"""The cells of an Excel workbook (.xlsx, ECMA-376), without another package."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from BreastUSAILib.engine.errors import InputError

from .tables import Table, as_table

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRINGS = "xl/sharedStrings.xml"
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")


def read_xlsx(path: Path, needed: tuple[str, ...]) -> Table:
    """The first sheet whose first row has all the needed columns. Raises InputError."""
    try:
        with ZipFile(path) as archive:
            shared = _shared_strings(archive)
            names = sorted((int(match[1]), name) for name in archive.namelist() if (match := _SHEET.fullmatch(name)))
            for _, name in names:
                lines = _lines(ElementTree.fromstring(archive.read(name)), shared)
                if lines and set(needed) <= {cell.strip() for cell in lines[0]}:
                    return as_table(path, lines)
    except (OSError, BadZipFile, ElementTree.ParseError, KeyError, ValueError, IndexError) as error:
        raise InputError(
            f"the workbook cannot be read ({error})", where=path, remedy="Save the table as CSV beside the images"
        ) from error
    raise InputError(
        f"no sheet has the columns {', '.join(needed)}", where=path, remedy="Give the table as it was published"
    )


def _shared_strings(archive: ZipFile) -> list[str]:
    if _STRINGS not in archive.namelist():
        return []
    items = ElementTree.fromstring(archive.read(_STRINGS)).iter(f"{_MAIN}si")
    return ["".join(text.text or "" for text in item.iter(f"{_MAIN}t")) for item in items]


def _lines(sheet: ElementTree.Element, shared: list[str]) -> list[list[str]]:
    """Cells by row; rows and cells that the sheet leaves out are empty."""
    lines: list[list[str]] = []
    for row in sheet.iter(f"{_MAIN}row"):
        number = int(row.get("r", len(lines) + 1))
        lines.extend([] for _ in range(number - 1 - len(lines)))
        cells: list[str] = []
        for cell in row.iter(f"{_MAIN}c"):
            column = _column(cell.get("r", ""), len(cells))
            cells.extend("" for _ in range(column - len(cells)))
            cells.append(_text(cell, shared))
        lines.append(cells)
    return lines


def _column(reference: str, following: int) -> int:
    """``C7`` -> 2."""
    letters = re.match(r"[A-Z]+", reference)
    if letters is None:
        return following
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _text(cell: ElementTree.Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_MAIN}t"))
    value = cell.find(f"{_MAIN}v")
    if value is None or value.text is None:
        return ""
    return shared[int(value.text)] if cell.get("t") == "s" else value.text
