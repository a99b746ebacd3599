"""What the worst failures have in common: counts by stratum, no image named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from BreastUSAILib.engine.findings.analysis import Label

from ..rows.row import Row
from .segmentation import MISSED_DICE
from .strata import stratify

KINDS: Mapping[str, tuple[Callable[[Row], bool], Callable[[Row], bool]]] = {
    "missed lesions": (lambda row: row.segmented and bool(row.true_area_px), lambda row: row.dice < MISSED_DICE),
    "malignant lesions called normal": (
        lambda row: row.classified and row.label == "malignant",
        lambda row: row.verdict == Label.NORMAL.value,
    ),
    "malignant lesions called benign": (
        lambda row: row.classified and row.label == "malignant",
        lambda row: row.verdict == Label.BENIGN.value,
    ),
    "benign lesions called malignant": (
        lambda row: row.classified and row.label == "benign",
        lambda row: row.verdict == Label.MALIGNANT.value,
    ),
    "normals with a lesion outlined": (
        lambda row: row.segmented and row.label == "normal",
        lambda row: bool(row.predicted_area_px),
    ),
    "refused images": (lambda row: True, lambda row: row.refused),
}
"""For each kind of failure: which rows can fail that way, and which of them do."""


def failures(rows: Sequence[Row]) -> dict[str, Any]:
    """By kind of failure: ``failed`` of ``images``, and the same counts for every stratum of those images.

    Kinds that no image can show are left out.
    """
    found = {}
    for kind, (concerned, fails) in KINDS.items():
        able = [row for row in rows if concerned(row)]
        if able:
            failed = [fails(row) for row in able]
            found[kind] = {
                "failed": sum(failed),
                "images": len(able),
                "strata": {
                    name: {
                        value: {"failed": sum(failed[index] for index in members), "images": len(members)}
                        for value, members in values.items()
                    }
                    for name, values in stratify(able).items()
                },
            }
    return found
