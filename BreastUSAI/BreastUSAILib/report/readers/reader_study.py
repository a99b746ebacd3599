"""Readers' assessments of many cases as one table, as a multi-reader study needs it: one row a reader and case.

They stand in the `analysis.json` that a report of the panel leaves, under `reader_assessment`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...engine.errors import InputError
from ...engine.findings.document_form import ANALYSIS
from ..tables.csv_tables import write_csv

READER_KEY = "reader_assessment"
COLUMNS = (
    *("reader", "case", "case_uid", "order", "category_before", "confidence_before"),
    *("category_after", "confidence_after", "seconds", "entered_at", "after_at", "comment"),
    *("shown_verdict", "shown_likelihood", "classifier", "classifier_version", "segmenter", "segmenter_version"),
)
"""Of the table. Categories are BI-RADS', confidences per cent; `seconds` from the first look to the category before."""

_LARGEST_BYTES = 1 << 28
_WORDS = {
    "reader": "Reader",
    "birads": "BI-RADS",
    "confidence": "Confidence",
    "birads_after": "BI-RADS after the result was shown",
    "confidence_after": "Confidence then",
    "comment": "Comment",
    "at": "Entered",
}


@dataclass(frozen=True)
class StudyCase:
    """One document that has an assessment, and what the case is called."""

    name: str
    document: Mapping[str, Any]


def reader_words(document: Mapping[str, Any]) -> Mapping[str, str]:
    """A reader's assessment as titles and words; empty where the document has none."""
    entry = _entry(document)
    said = {}
    for key, title in _WORDS.items():
        value = entry.get(key)
        if value not in (None, ""):
            said[title] = f"{value} %" if key.startswith("confidence") else str(value)
    return said


def saved_cases(folders: Iterable[Path]) -> Iterator[StudyCase]:
    """Every case with an assessment in the results that lie in and below the folders, by name.

    Raises:
        InputError: a folder is not there, or a result in it cannot be read.
    """
    for folder in folders:
        if not folder.is_dir():
            raise InputError("this is no folder", where=folder, remedy="Give folders with saved reports")
        for path in sorted(folder.rglob(ANALYSIS)):
            document = _read(path)
            if _entry(document):
                yield StudyCase(path.parent.name, document)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise ValueError
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            "the result cannot be read", where=path, remedy="Save the report again, or take its folder away"
        ) from error
    return document if isinstance(document, dict) else {}


def write_study(cases: Iterable[StudyCase], path: Path) -> int:
    """Write the table; returns how many rows it has. Raises OutputError.

    A reader's cases are in the order in which they were entered, and numbered in it from 1 where they have no number.
    """
    rows = sorted((_row(case) for case in cases), key=lambda row: (row["reader"], row["entered_at"], row["case"]))
    places: dict[str, int] = {}
    for row in rows:
        places[row["reader"]] = places.get(row["reader"], 0) + 1
        row["order"] = row["order"] or str(places[row["reader"]])
    write_csv(path, COLUMNS, ([row[column] for column in COLUMNS] for row in rows))
    return len(rows)


def _row(case: StudyCase) -> dict[str, str]:
    document, entry = case.document, _entry(case.document)
    verdict = _mapping(document.get("verdict"))
    models = {one.get("task"): one for one in document.get("models") or () if isinstance(one, dict)}
    classifier, segmenter = (_mapping(models.get(task)) for task in ("classification", "segmentation"))
    row = {
        "reader": entry.get("reader"),
        "case": case.name,
        "case_uid": _mapping(document.get("input")).get("sop_instance_uid"),
        "order": entry.get("order"),
        "category_before": entry.get("birads"),
        "confidence_before": entry.get("confidence"),
        "category_after": entry.get("birads_after"),
        "confidence_after": entry.get("confidence_after"),
        "seconds": entry.get("seconds"),
        "entered_at": entry.get("at"),
        "after_at": entry.get("after_at"),
        "comment": entry.get("comment"),
        "shown_verdict": verdict.get("label"),
        "shown_likelihood": _mapping(verdict.get("malignancy")).get("probability"),
        "classifier": classifier.get("name"),
        "classifier_version": classifier.get("version"),
        "segmenter": segmenter.get("name"),
        "segmenter_version": segmenter.get("version"),
    }
    return {column: "" if value is None else str(value) for column, value in row.items()}


def _entry(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(document.get(READER_KEY))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
