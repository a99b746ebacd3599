"""The figures in words: which of them are shown, what they are called, and how a value with its interval is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOT_MEASURED = "not measured"
NONE = "–"

HEADLINES: Mapping[str, tuple[str, ...]] = {
    "malignant called normal": ("classification", "called_normal", "malignant"),
    "benign called normal": ("classification", "called_normal", "benign"),
    "normal called normal": ("classification", "called_normal", "normal"),
    "lesions missed (Dice < .1)": ("segmentation", "lesions_missed"),
    "normals with a lesion outlined": ("segmentation", "normals_with_a_lesion_found"),
    "malignancy AUC": ("classification", "malignancy_auc"),
    "AUC of lesion against normal": ("classification", "lesion_auc"),
    "macro AUC, three classes": ("classification", "macro_auc"),
    "accuracy, three classes": ("classification", "accuracy"),
    "sensitivity at 90 % specificity": ("classification", "sensitivity_at_90_specificity"),
    "specificity at 95 % sensitivity": ("classification", "specificity_at_95_sensitivity"),
    "Brier score of malignancy": ("classification", "malignancy_brier"),
    "ECE of malignancy": ("classification", "malignancy_ece"),
    "ECE of the chosen class": ("classification", "confidence_ece"),
    "area under risk-coverage": ("classification", "risk_coverage", "area"),
    "share decided": ("classification", "decided", "coverage"),
    "accuracy where decided": ("classification", "decided", "accuracy"),
    "Dice, mean": ("segmentation", "dice"),
    "Dice, median": ("segmentation", "dice_median"),
    "IoU, mean": ("segmentation", "iou"),
    "IoU, median": ("segmentation", "iou_median"),
    "HD95 in pixels, mean": ("segmentation", "hd95", "px", "mean"),
    "HD95 in pixels, median": ("segmentation", "hd95", "px", "median"),
    "HD95 in mm, mean": ("segmentation", "hd95", "mm", "mean"),
    "HD95 in mm, median": ("segmentation", "hd95", "mm", "median"),
    "false area on normals": ("segmentation", "false_area_on_normals"),
    "heat peak in the lesion": ("explanation", "heat_peak_in_lesion"),
    "heat inside the lesion": ("explanation", "heat_share_in_lesion"),
    "false refusals": ("refused",),
}
"""Words of every headline, and where its value lies in a data set's figures."""

STRATUM_FIGURES = {
    "malignancy_auc": "malignancy AUC",
    "accuracy": "accuracy",
    "dice": "Dice",
    "lesions_missed": "lesions missed",
}
"""Figures of a stratum, and their words."""

NEIGHBORS = {
    "malignancy AUC": "malignancy_auc",
    "macro AUC, three classes": "macro_auc",
    "accuracy, three classes": "accuracy",
}
"""Headlines that the pixel 1-nearest-neighbor has a value for."""


def look_up(figures: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """The entry below `figures`, or None where a step of the path is missing."""
    value: Any = figures
    for step in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def number(value: float | None) -> str:
    """Three decimals, two from ten on."""
    if value is None:
        return NONE
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.2f}"


def interval(measured: Mapping[str, Any] | None) -> str:
    """The 95 % interval of a measured value."""
    span = None if measured is None else measured["interval_95"]
    return NONE if span is None else f"{number(span[0])}–{number(span[1])}"


def with_interval(measured: Mapping[str, Any] | None, missing: str = NOT_MEASURED) -> str:
    """Value and interval in one cell; `missing` where nothing was measured."""
    if measured is None or measured["value"] is None:
        return missing
    span = interval(measured)
    return number(measured["value"]) + ("" if span == NONE else f" ({span})")


def spread(measured: Mapping[str, Any] | None) -> str:
    """Mean and standard deviation over runs."""
    runs = None if measured is None else measured.get("runs")
    return NONE if not runs else f"{number(runs['mean'])} ± {number(runs['sd'])}, {runs['n']} runs"
