"""`comparison.json` and `comparison.csv`: two results side by side."""

from __future__ import annotations

from pathlib import Path

from ..engine.findings.comparison.comparison import Comparison
from .atomic import atomic_folder
from .json_file import write_document
from .tables.csv_tables import write_csv

JSON, CSV = "comparison.json", "comparison.csv"
COLUMNS = (
    *("lesion_before", "lesion_after", "frame_before", "frame_after", "suggested"),
    *("measure", "before", "after", "difference", "error", "within_error"),
)
"""Of the table: one row a measure of a pair; a lesion without a partner has one row without a measure."""


def write_comparison(comparison: Comparison, folder: Path) -> None:
    """Write both files into `folder`, which is made where it is not there. Raises OutputError."""
    rows: list[list[object]] = []
    for pair in comparison.pairs:
        named = [pair.before, pair.after, pair.before_frame, pair.after_frame, pair.suggested]
        for change in pair.changes:
            values = (change.before, change.after, change.difference, change.error)
            numbers = ["" if value is None else round(value, 6) for value in values]
            within = "" if change.within_error is None else change.within_error
            rows.append([*named, change.name, *numbers, within])
        if pair.likelihood is not None:
            rows.append([*named, "likelihood_of_both", "", round(pair.likelihood.probability, 6), "", "", ""])
    rows += [[number, "", *[""] * 9] for number in comparison.only_before]
    rows += [["", number, *[""] * 9] for number in comparison.only_after]
    with atomic_folder(folder, owned=frozenset({JSON, CSV})) as inside:
        write_document(comparison.to_json(), inside / JSON)
        write_csv(inside / CSV, COLUMNS, rows)
