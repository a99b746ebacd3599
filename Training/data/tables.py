"""CSV tables, read with errors that name the table, the row and the column."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from BreastUSAILib.engine.errors import InputError

_SHOWN = 20
Row = dict[str, str]


@dataclass(frozen=True)
class Table:
    """A table with a header: each row's number as a spreadsheet shows it (the header is row 1), and its cells."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]

    def place(self, row: int) -> str:
        """Where a row is, for messages."""
        return f"{self.path.name}, row {row}"


def read_csv(path: Path, needed: Collection[str] = ()) -> Table:
    """A CSV table, its cells stripped of blanks. Raises InputError where it cannot be read or lacks a column."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = list(csv.reader(file))
    except UnicodeDecodeError as error:
        raise InputError("the table is not UTF-8 text", where=path, remedy="Save it as CSV in UTF-8") from error
    except (OSError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"the table cannot be read ({reason})", where=path, remedy="Give the folder or table of the data set"
        ) from error
    return as_table(path, lines, needed)


def as_table(path: Path, lines: list[list[str]], needed: Collection[str] = ()) -> Table:
    """Lines of cells, the first one the header, as a table without its blank rows. Raises InputError."""
    columns = tuple(cell.strip() for cell in lines[0]) if lines else ()
    missing = [name for name in needed if name not in columns]
    if missing:
        found = ", ".join(columns) or "none"
        raise InputError(
            f"the table lacks the column {', '.join(missing)}; its columns are: {found}",
            where=path,
            remedy=f"Give a comma-separated table with the columns {', '.join(needed)}",
        )
    rows = []
    problems = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(columns):
            problems.append(f"row {number} has {len(cells)} cells for {len(columns)} columns")
        filled = [*cells, *[""] * (len(columns) - len(cells))]
        rows.append((number, {name: cell.strip() for name, cell in zip(columns, filled, strict=False)}))
    raise_problems(problems, where=path, remedy="Put cells that contain a comma in double quotes")
    return Table(path, columns, tuple(rows))


def whole_number(table: Table, number: int, column: str, cell: str) -> int:
    """A cell of the row `number` as a whole number. Raises InputError."""
    try:
        return int(cell)
    except ValueError:
        raise InputError(
            f"row {number}: the {column} is {cell!r}, not a whole number", where=table.path, remedy="Restore the table"
        ) from None


def raise_problems(problems: Iterable[str], *, where: object, remedy: str) -> None:
    """One InputError that lists every problem, the first twenty in words; nothing where there is none."""
    found = list(problems)
    if not found:
        return
    if len(found) == 1:
        raise InputError(found[0], where=where, remedy=remedy)
    listed = "; ".join(f"({number}) {problem}" for number, problem in enumerate(found[:_SHOWN], start=1))
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise InputError(f"{len(found)} problems: {listed}{more}", where=where, remedy=remedy)
