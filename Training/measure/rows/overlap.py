"""How well an outline fits the true one."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from monai.metrics import compute_hausdorff_distance
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def dice(predicted: Mask, truth: Mask) -> float:
    """Dice overlap of two masks ``[H, W]``; 1 where both are empty."""
    total = int(predicted.sum()) + int(truth.sum())
    return 1.0 if total == 0 else 2 * int((predicted & truth).sum()) / total


def iou(predicted: Mask, truth: Mask) -> float:
    """Intersection over union of two masks ``[H, W]``; 1 where both are empty."""
    union = int((predicted | truth).sum())
    return 1.0 if union == 0 else int((predicted & truth).sum()) / union


def hd95(predicted: Mask, truth: Mask, pixel_spacing_mm: tuple[float, float] | None) -> float:
    """95th percentile Hausdorff distance of two outlines, in mm where the spacing (row, column) is known, else pixels.

    NaN where either mask is empty: an outline that is not there has no distance. (MONAI, symmetric: the larger of
    both directions' percentiles.)
    """
    if not predicted.any() or not truth.any():
        return float("nan")
    rows, columns = np.nonzero(predicted | truth)
    box = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    one, other = (torch.from_numpy(np.pad(mask[box], 1)[None, None]) for mask in (predicted, truth))
    spacing = None if pixel_spacing_mm is None else list(pixel_spacing_mm)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # MONAI's remarks on its own calls
        distance = compute_hausdorff_distance(one, other, include_background=True, percentile=95, spacing=spacing)
    return float(distance)
