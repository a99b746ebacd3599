"""`lesions.csv` and `frames.csv`: one row a lesion, one row a frame, for a spreadsheet or a statistics program.

UTF-8 with a byte order mark, which spreadsheets need to read names; commas, and a point in numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...engine.findings.analysis import Analysis, Malignancy
from ...engine.findings.measures import LESION_MEASURES, VOLUME_MEASURES
from ..atomic import atomic_file

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LIKELIHOOD = ("likelihood", "likelihood_low", "likelihood_high")
_MODELS = ("classifier", "classifier_version", "segmenter", "segmenter_version")
_CLASSES = ("normal", "benign", "malignant")


def write_lesion_table(analysis: Analysis, name: str, path: Path) -> None:
    """One row for each lesion of each frame, with the lesion of the volume or cine that it is part of.

    Measures are those of `engine.findings.measures`, an empty cell where one is not known.

    Raises:
        OutputError: where the file cannot be written.
    """
    joined = {one: whole for whole in analysis.volume_lesions for one in whole.lesions}
    columns = [
        *("input", "input_uid", "lesion", "frame", "segment", "key_frame", *_LIKELIHOOD),
        *(measure.key for measure in LESION_MEASURES),
        *("tracked_lesion", *(f"tracked_{name}" for name in _LIKELIHOOD)),
        *("volume_lesion", *(f"volume_{measure.key.removeprefix('volume_')}" for measure in VOLUME_MEASURES)),
        *_MODELS,
    ]
    rows = []
    for lesion in analysis.lesions:
        whole, tracked = joined.get(lesion.id), analysis.tracked(lesion.id)
        rows.append(
            [
                *(name, analysis.input.sop_instance_uid or "", lesion.id, lesion.frame),
                *(analysis.volume_number(lesion.frame, lesion.number), lesion.frame == analysis.verdict.key_frame),
                *_likelihood(lesion.malignancy),
                *(measure.kept(lesion) for measure in LESION_MEASURES),
                "" if tracked is None else tracked.id,
                *_likelihood(None if tracked is None else tracked.malignancy),
                "" if whole is None else whole.id,
                *("" if whole is None else measure.kept(whole) for measure in VOLUME_MEASURES),
                *_models(analysis),
            ]
        )
    write_csv(path, columns, rows)


def write_frame_table(analysis: Analysis, name: str, path: Path) -> None:
    """One row for each analyzed frame: time, class probabilities, number of lesions, and the verdict of the whole.

    Raises:
        OutputError: where the file cannot be written.
    """
    columns = [
        *("input", "input_uid", "kind", "frame", "time_s", "key_frame", *_CLASSES, "lesions"),
        *("verdict", *_LIKELIHOOD, "prevalence", "flags", *_MODELS),
    ]
    verdict = analysis.verdict
    flags = " ".join(dict.fromkeys(flag.code.value for flag in analysis.flags))
    rows = []
    for finding in analysis.frames:
        shares = [getattr(finding.probabilities, label, None) for label in _CLASSES]
        is_key = finding.index == verdict.key_frame
        rows.append(
            [
                *(name, analysis.input.sop_instance_uid or "", analysis.input.kind.value, finding.index),
                *(_number(finding.time_s), is_key, *map(_number, shares), len(finding.lesions)),
                *(verdict.label.value, *_likelihood(verdict.malignancy)),
                *(_number(analysis.prevalence), flags, *_models(analysis)),
            ]
        )
    write_csv(path, columns, rows)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table whose cells a spreadsheet takes for no formula. Raises OutputError."""
    with atomic_file(path) as temporary, open(temporary, "w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    is_number = not isinstance(value, str) or _reads_as_number(text)
    return f"'{text}" if not is_number and text.startswith(_FORMULA) else text


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _likelihood(malignancy: Malignancy | None) -> list[str]:
    if malignancy is None:
        return [""] * len(_LIKELIHOOD)
    return [_number(share) for share in (malignancy.probability, malignancy.low, malignancy.high)]


def _models(analysis: Analysis) -> list[str]:
    by_task: Mapping[str, Any] = {model.task: model for model in analysis.models}
    known = [by_task.get(task) for task in ("classification", "segmentation")]
    return [cell for model in known for cell in (("", "") if model is None else (model.name, model.version))]
