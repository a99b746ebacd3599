"""All grades of one heat map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...checks.marks import find_marks, widened
from ...checks.sector import scan_area
from ...findings.grades import CostlyGrades, HeatMapGrades, MethodAgreement
from ...images.frames import Rectangle
from .deletion import Predict, deletion_and_insertion, random_areas
from .energy import band_behind, check_sizes, energy_shares, points_at
from .ranks import rank_correlation
from .stability import Explain, flip_stability, shift_stability

_CLOSE = 0.03
"""Of the longer side: so near to a mark heat counts as on it, for maps are coarser than marks."""


@dataclass(frozen=True)
class Ground:
    """What a frame's heat maps are held against, all on the frame's pixels ``[H, W]``.

    Args:
        region: the analyzed pixels.
        lesion: the outlined lesions.
        marks: calipers, text and other thin drawings inside the scan area, and what is close to them.
        outside: what of the analyzed rectangle is not scan.
    """

    region: NDArray[np.bool_]
    lesion: NDArray[np.bool_]
    marks: NDArray[np.bool_]
    outside: NDArray[np.bool_]

    @classmethod
    def of(cls, gray: NDArray, lesion: NDArray, region: Rectangle) -> Ground:
        """That of a gray frame ``[H, W]`` of any intensity range. Raises OptionError for a mask of another size."""
        check_sizes(gray, lesion)
        analyzed, marks, outside = (np.zeros(gray.shape, dtype=bool) for _ in range(3))
        cut = eight_bit(gray[region.slices])
        analyzed[region.slices] = True
        outside[region.slices] = ~scan_area(cut)
        marks[region.slices] = widened(find_marks(cut), _CLOSE)
        return cls(analyzed, np.asarray(lesion) > 0, marks & ~outside, outside)


def cheap_grades(frame: int, method: str, heat: NDArray[np.floating], ground: Ground) -> HeatMapGrades:
    """What needs no network. Raises OptionError where map and ground differ in size."""
    check_sizes(heat, ground.region)
    inside = np.where(ground.region, heat, 0)
    if not inside.max(initial=0) > 0:
        return HeatMapGrades(frame, method, is_empty=True)
    parts = {"marks": ground.marks, "outside": ground.outside}
    both = ground.lesion
    if (ground.lesion & ground.region).any():
        both = ground.lesion | band_behind(ground.lesion)
        parts |= {"lesion": ground.lesion, "lesion_and_band": both}
    shares: Any = energy_shares(heat, parts, ground.region)
    grades = HeatMapGrades(frame, method, **shares)
    if grades.lesion is None:
        return grades
    return replace(grades, points_at_lesion=points_at(inside, ground.lesion), points_at_band=points_at(inside, both))


def costly_grades(
    image: NDArray[np.float32],
    method: str,
    explain: Explain,
    predict: Predict,
    others: Mapping[str, NDArray[np.floating]],
    *,
    infidelity: float | None = None,
    sensitivity: float | None = None,
) -> CostlyGrades | None:
    """What needs passes of its own; None for an image whose map is empty.

    Args:
        image: the prepared image ``[S, S]``.
        method: the map's.
        explain: a prepared image to its map by that method, ``[S, S]``.
        predict: prepared images to the probability of the class.
        others: maps ``[S, S]`` of other methods for the same class, by method.
        infidelity, sensitivity: Captum's, where they were asked for.
    """
    heat = explain(image)
    if not heat.max(initial=0) > 0:
        return None
    areas, by_chance = deletion_and_insertion(heat, image, predict), random_areas(heat, image, predict)
    found = {name: rank_correlation(heat, other) for name, other in others.items() if name != method}
    return CostlyGrades(
        areas.deletion,
        areas.insertion,
        by_chance.deletion,
        by_chance.insertion,
        infidelity,
        sensitivity,
        flip_stability(image, explain),
        shift_stability(image, explain),
        tuple(MethodAgreement(name, value) for name, value in found.items() if value is not None),
    )


def eight_bit(gray: NDArray) -> NDArray[np.uint8]:
    """Gray values of any range as 0 to 255: as they are where uint8, else scaled by the largest."""
    if gray.dtype == np.uint8:
        return gray
    scaled = gray.astype(np.float32) * (255 / max(float(gray.max(initial=0)), 1e-30))
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
