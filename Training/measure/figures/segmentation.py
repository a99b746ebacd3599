"""The figures of the outlines and of the heat maps over the rows of one data set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..rows.row import Row
from .intervals import Sample

MISSED_DICE = 0.1  # a lesion whose outline fits worse counts as missed


def segmentation_figures(rows: Sequence[Row]) -> dict[str, Any] | None:
    """Every figure of the segmenter, or None where no row has an outline to judge."""
    judged = [row for row in rows if row.segmented]
    if not judged:
        return None
    lesions = [row for row in judged if row.true_area_px]
    normals = [row for row in judged if row.label == "normal"]
    return {
        "images": len(judged),
        "lesions": len(lesions),
        **_overlap(lesions),
        "hd95": {unit: figures for unit in ("px", "mm") if (figures := _distances(lesions, unit))},
        "normals": len(normals),
        **_false_outlines(normals),
    }


def explanation_figures(rows: Sequence[Row]) -> dict[str, Any] | None:
    """How often, and with how much of its sum, the heat map lies in the lesion; None where there is no heat map."""
    explained = [row for row in rows if row.heat_peak_in_lesion is not None]
    if not explained:
        return None
    sample = Sample([row.group for row in explained], [row.classifier for row in explained])
    peak = np.array([row.heat_peak_in_lesion for row in explained], dtype=float)
    share = np.array([row.heat_share_in_lesion for row in explained])
    area = np.array([(row.true_area_px or 0) / row.image_area_px for row in explained])
    return {
        "heat_peak_in_lesion": sample.measured(lambda i: float(peak[i].mean())),
        "heat_share_in_lesion": sample.measured(lambda i: _mean_of_known(share[i])),
        "lesion_share_of_image": float(area.mean()),
    }


def _overlap(lesions: Sequence[Row]) -> dict[str, Any]:
    sample = Sample([row.group for row in lesions], [row.segmenter for row in lesions])
    dice, iou = np.array([row.dice for row in lesions]), np.array([row.iou for row in lesions])
    return {
        "dice": sample.measured(lambda i: float(dice[i].mean())),
        "dice_median": sample.measured(lambda i: float(np.median(dice[i]))),
        "iou": sample.measured(lambda i: float(iou[i].mean())),
        "iou_median": sample.measured(lambda i: float(np.median(iou[i]))),
        "lesions_missed": sample.measured(lambda i: float((dice[i] < MISSED_DICE).mean())),
    }


def _distances(lesions: Sequence[Row], unit: str) -> dict[str, Any] | None:
    """HD95 over the lesions that have an outline; how many have none stands beside it."""
    wanted = [row for row in lesions if row.hd95_unit == unit]
    found = [row for row in wanted if row.hd95 == row.hd95]
    if not wanted:
        return None
    sample = Sample([row.group for row in found], [row.segmenter for row in found])
    distance = np.array([row.hd95 for row in found])
    return {
        "mean": sample.measured(lambda i: float(distance[i].mean())),
        "median": sample.measured(lambda i: float(np.median(distance[i]))),
        "without_outline": len(wanted) - len(found),
    }


def _false_outlines(normals: Sequence[Row]) -> dict[str, Any]:
    sample = Sample([row.group for row in normals], [row.segmenter for row in normals])
    area = np.array([(row.predicted_area_px or 0) / row.image_area_px for row in normals])
    return {
        "normals_with_a_lesion_found": sample.measured(lambda i: float((area[i] > 0).mean())),
        "false_area_on_normals": sample.measured(lambda i: float(area[i].mean())),
    }


def _mean_of_known(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
