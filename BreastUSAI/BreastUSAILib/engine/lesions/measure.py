"""Lesions of one frame: from the network's probability map to numbered masks and their sizes.

Lengths are taken on the lesion's outline, a convex polygon with sub-pixel corners. Pixels have an extent, so
neither their centers (one pixel too short) nor their corners (up to a pixel too long on slanted and curved
edges) may be measured between. Each edge of the convex hull of the pixel centers is instead moved outward to
half way towards the next parallel line of pixel centers. That line is where the true edge lies on average, the
construction gives rectangles their exact size, and by Pick's theorem (hull area + half the boundary points + 1
= number of pixels) the polygon has the area of the pixels it stands for.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..findings.analysis import Lesion
from ..findings.lesion_segment import MAX_LESIONS
from ..images.frames import Rectangle
from .withholding import WithholdingRule, found_outlines, shown_outlines

SHOW_ALL = WithholdingRule()

EIGHT_NEIGHBORS = np.ones((3, 3), dtype=bool)
_AXIS_NORMALS = ((1, 0), (0, 1), (-1, 0), (0, -1))

_Point = tuple[float, float]


def label_lesions(
    probability: NDArray[np.float32],
    *,
    threshold: float = 0.5,
    min_area_px: int,
    rule: WithholdingRule = SHOW_ALL,
) -> NDArray[np.uint8]:
    """Number the lesions of a probability map by area, the largest 1.

    A lesion is an 8-connected component of ``probability >= threshold`` with its holes filled, at least
    `min_area_px` pixels and a mean probability (holes included in both) that makes it one by `rule`. Lesions of equal
    area are numbered in reading order. At most 255 are kept, the largest.

    Args:
        probability: ``[H, W]`` in [0, 1].
        rule: as for `found_outlines`: its gap leaves out what, beside a clear lesion, is merely dark.

    Returns:
        ``[H, W]``: 0 background, else the lesion's number.
    """
    foreground = probability >= threshold
    labels = np.zeros(foreground.shape, dtype=np.uint8)
    box = Rectangle.around(foreground).slices
    components, count = ndimage.label(fill_holes(foreground[box]), structure=EIGHT_NEIGHBORS)
    areas = np.bincount(components.ravel(), minlength=count + 1)[1:]
    sums = np.bincount(components.ravel(), weights=probability[box].ravel(), minlength=count + 1)[1:]
    lesion = areas >= min_area_px
    lesion[lesion] = found_outlines(sums[lesion] / areas[lesion], rule)
    ranked = np.argsort(-areas, kind="stable")
    kept = ranked[lesion[ranked]][:MAX_LESIONS]
    numbers = np.zeros(count + 1, dtype=np.uint8)
    numbers[kept + 1] = np.arange(1, kept.size + 1)
    labels[box] = numbers[components]
    return labels


def shown_lesions(
    labels: NDArray[np.uint8], probability: NDArray[np.float32], lesion: float, rule: WithholdingRule
) -> NDArray[np.uint8]:
    """The lesions of a label map that `shown_outlines` shows, numbered anew in the same order.

    Args:
        labels: ``[H, W]``, 0 background, else the lesion's number; without a number that is left out.
        probability: ``[H, W]`` in [0, 1].
        lesion: the frame's calibrated probability of showing a lesion.
        rule: what is shown.
    """
    areas = np.maximum(np.bincount(labels.ravel()), 1)
    means = np.bincount(labels.ravel(), weights=probability.ravel()) / areas
    kept = np.append(False, shown_outlines(means[1:], lesion, rule))
    return (np.cumsum(kept) * kept).astype(np.uint8)[labels]


def measure_lesions(
    labels: NDArray[np.uint8],
    probability: NDArray[np.float32],
    *,
    frame: int,
    first_id: int,
    region_top: int,
    pixel_spacing_mm: tuple[float, float] | None,
) -> tuple[Lesion, ...]:
    """Measure every lesion of one frame's label map, in the order of their numbers.

    The long axis is the largest Feret diameter (maximum caliper) of the outline. The short axis is the longest
    chord of the outline perpendicular to it, the "greatest perpendicular diameter" of bidimensional tumor
    measurement (Miller et al., Cancer 1981;47:207-214). Both are found in mm where the spacing is known, so
    that unequal spacing turns no axis; the pixel lengths are those of the same two segments. The height/width
    ratio is that of the bounding box, in mm where the spacing is known. Axis ends may lie up to half a pixel
    outside the outermost pixel centers.

    Args:
        labels: ``[H, W]``, 0 background, else the lesion's number, as `label_lesions` gives it.
        probability: ``[H, W]`` in [0, 1], for the mean over each lesion.
        frame: index of the frame, copied into each lesion.
        first_id: id of the first lesion; the others count up from it.
        region_top: first row of the analyzed region, from which depth counts; what begins above it has depth 0.
        pixel_spacing_mm: (row, column) in mm, or None where unknown: every mm value is then None.

    >>> import numpy as np
    >>> from BreastUSAILib.engine.lesions.measure import label_lesions, measure_lesions
    >>> probability = np.zeros((40, 60), np.float32)
    >>> probability[10:20, 15:45] = 0.9
    >>> labels = label_lesions(probability, min_area_px=20)
    >>> (lesion,) = measure_lesions(
    ...     labels, probability, frame=0, first_id=1, region_top=4, pixel_spacing_mm=(0.1, 0.1)
    ... )
    >>> round(lesion.area_mm2, 6), round(lesion.height_width_ratio, 6), round(lesion.depth_mm, 6)
    (3.0, 0.333333, 0.6)
    """
    window = Rectangle.around(labels).slices
    within = labels[window]
    if not within.size:
        return ()
    measured: list[Lesion] = []
    for number, box in enumerate(ndimage.find_objects(within), start=1):
        if box is None:
            continue
        mask = within[box] == number
        size = _size(
            mask,
            left=window[1].start + box[1].start,
            top=window[0].start + box[0].start,
            region_top=region_top,
            pixel_spacing_mm=pixel_spacing_mm,
        )
        mean = float(probability[window][box][mask].mean(dtype=np.float64))
        measured.append(Lesion(first_id + len(measured), number, frame, **size, mean_probability=mean))
    return tuple(measured)


def _size(
    mask: NDArray[np.bool_],
    *,
    left: int,
    top: int,
    region_top: int,
    pixel_spacing_mm: tuple[float, float] | None,
) -> dict[str, Any]:
    """The geometric fields of a `Lesion` from its mask, cut out at (left, top)."""
    height, width = mask.shape
    per_row, per_column = mask.sum(axis=1), mask.sum(axis=0)
    area = int(per_row.sum())
    centroid = left + float(per_column @ np.arange(width)) / area, top + float(per_row @ np.arange(height)) / area
    depth = max(0, top - region_top)
    row_mm, column_mm = pixel_spacing_mm or (1.0, 1.0)
    scale = np.array([column_mm, row_mm])
    long_axis, short_axis = _axes(convex_outline(mask) * scale)

    def ends_px(axis: NDArray[np.float64]) -> tuple[_Point, _Point]:
        (x1, y1), (x2, y2) = (axis / scale + (left, top)).tolist()
        return (x1, y1), (x2, y2)

    def mm(value: float) -> float | None:
        return None if pixel_spacing_mm is None else value

    return {
        "bbox_px": (left, top, width, height),
        "centroid_px": centroid,
        "area_px": area,
        "area_mm2": mm(area * row_mm * column_mm),
        "long_axis_px": _length(long_axis / scale),
        "long_axis_mm": mm(_length(long_axis)),
        "long_axis_ends_px": ends_px(long_axis),
        "short_axis_px": _length(short_axis / scale),
        "short_axis_mm": mm(_length(short_axis)),
        "short_axis_ends_px": ends_px(short_axis),
        "height_width_ratio": height * row_mm / (width * column_mm),
        "depth_px": float(depth),
        "depth_mm": mm(depth * row_mm),
    }


def fill_holes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill background that no 4-connected path (the dual of 8-connected lesions) joins to the outside."""
    background, _ = ndimage.label(~np.pad(mask, 1))
    return (background != background[0, 0])[1:-1, 1:-1]


def convex_outline(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Corners ``[N, 2]`` (x, y) of the convex outline, counter-clockwise for y upward; see the module's text.

    The outline is an intersection of half planes ``normal . point <= limit``. Its corners are found on the
    convex hull of the dual points ``normal / limit`` about an inner point: neighbors there are the half planes
    that meet in a corner.
    """
    rows = np.flatnonzero(mask.any(axis=1))
    first = mask.argmax(axis=1)[rows]
    last = mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)[rows]
    ends = np.concatenate([np.column_stack([first, rows]), np.column_stack([last, rows])])
    hull = _convex_hull([(x, y) for x, y in ends.tolist()])
    normals = list(_AXIS_NORMALS)
    for (x1, y1), (x2, y2) in zip(hull, [*hull[1:], hull[0]], strict=True):
        steps = math.gcd(int(x2 - x1), int(y2 - y1))
        if steps:
            normals.append((int(y2 - y1) // steps, int(x1 - x2) // steps))
    corners, planes = np.array(hull, dtype=float), np.array(normals, dtype=float)
    inner = corners.mean(axis=0)
    limits = ((corners - inner) @ planes.T).max(axis=0) + 0.5
    dual = np.array(_convex_hull([(x, y) for x, y in (planes / limits[:, None]).tolist()]))
    following = np.roll(dual, -1, axis=0)
    determinant = dual[:, 0] * following[:, 1] - dual[:, 1] * following[:, 0]
    difference = following - dual
    meeting = np.column_stack([difference[:, 1], -difference[:, 0]]) / determinant[:, None]
    return meeting + inner


def _convex_hull(points: list[_Point]) -> list[_Point]:
    """Corners of the convex hull, counter-clockwise for y upward (Andrew's monotone chain); exact for integers."""
    ordered = sorted(set(points))
    if len(ordered) <= 2:
        return ordered

    def chain(candidates: list[_Point]) -> list[_Point]:
        kept: list[_Point] = []
        for x, y in candidates:
            while len(kept) > 1:
                (ax, ay), (bx, by) = kept[-2:]
                if (bx - ax) * (y - ay) > (by - ay) * (x - ax):
                    break
                kept.pop()
            kept.append((x, y))
        return kept[:-1]

    return chain(ordered) + chain(ordered[::-1])


def _axes(outline: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """End points ``[2, 2]`` of the longest diameter of a convex polygon and of its longest perpendicular chord.

    The chord's length is a concave, piecewise linear function of its place along the diameter, with its bends
    at the polygon's corners: the longest one starts from a corner.
    """
    between = outline[:, None, :] - outline[None, :, :]
    start, end = np.unravel_index(np.argmax((between**2).sum(axis=-1)), between.shape[:2])
    long_axis = outline[[start, end]]
    along = (long_axis[1] - long_axis[0]) / _length(long_axis)
    across = np.array([-along[1], along[0]])
    place, offset = outline @ along, outline @ across
    forward = np.roll(np.arange(len(outline)), -int(start))
    turn = (int(end) - int(start)) % len(outline)
    one_side = forward[: turn + 1]
    other_side = np.append(forward[turn:], start)[::-1]
    one = np.interp(place, place[one_side], offset[one_side])
    other = np.interp(place, place[other_side], offset[other_side])
    widest = int(np.argmax(np.abs(one - other)))
    ends = np.array([[one[widest]], [other[widest]]]) * across + place[widest] * along
    return long_axis, ends


def _length(segment: NDArray[np.float64]) -> float:
    return float(np.hypot(*(segment[1] - segment[0])))
