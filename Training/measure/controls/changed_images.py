"""Held-out images changed by what is known of them, for the controls alone: never in the product, nor in training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from BreastUSAILib.engine.images.frames import Rectangle

FILLINGS = ("tissue beside it", "tissue above it", "mean gray")
"""What a hole is filled with, the first of them that there is."""
MARGIN = 0.08  # of the longer side, masked out around the lesion too
_SEAM = 0.02  # of the longer side: over which what is filled in goes over into what was there
_LEAST_TISSUE = 0.1  # of the side: a narrower strip beside or above a lesion has too little texture for a hole
_DARK = 8  # of 255: columns darker than that show no tissue
_PLACES = (0.12, 0.88)  # of the sides: where calipers are drawn
_CENTERS = (0.25, 0.75)  # of the sides: where ellipses are
_ARM = (0.010, 0.018)  # of the longer side: half the width of a caliper's cross
_SMOOTHINGS = 60  # steps in which what is painted over becomes as even as its surroundings


@dataclass(frozen=True)
class Hole:
    """Where a lesion was, with its margin and all below it, in shares of the image's sides."""

    left: float
    right: float
    top: float

    def on(self, rows: int, columns: int) -> Rectangle:
        """In whole pixels of an image of that size; it reaches down to the image's lower edge."""
        left, right, top = round(self.left * columns), round(self.right * columns), round(self.top * rows)
        return Rectangle(left, top, max(right - left, 1), max(rows - top, 1))


def hole_around(lesion: NDArray[np.bool_]) -> Hole:
    """The hole that hides a lesion ``[H, W]``: a rectangle, so that nothing of its shape is left.

    All below it goes too, where a shadow or an enhancement would show.
    """
    rows, columns = lesion.shape
    margin, box = round(MARGIN * max(rows, columns)), Rectangle.around(lesion)
    left, right = max(box.x - margin, 0), min(box.x + box.width + margin, columns)
    return Hole(left / columns, right / columns, max(box.y - margin, 0) / rows)


def filled(image: NDArray[np.uint8], hole: Rectangle, drawn: Iterable[Rectangle] = ()) -> tuple[NDArray[np.uint8], str]:
    """The image ``[H, W]`` with the hole filled, and by what: one of `FILLINGS`.

    Tissue is that of the same depth beside the hole, on the side that has more of it, else that above the hole: as in a
    mirror and, where it is narrower than the hole, to and fro. Rectangles that are `drawn` are not tissue.
    """
    rows, columns = hole.slices
    is_tissue = image[rows].mean(axis=0) > _DARK
    for one in drawn:
        is_tissue[one.x : one.x + one.width] = False
    left, right = _run(is_tissue[: columns.start][::-1]), _run(is_tissue[columns.stop :])
    if max(left, right) >= max(_LEAST_TISSUE * image.shape[1], 1):
        places = _to_and_fro(hole.width, max(left, right))
        source = columns.start - 1 - places if left >= right else (columns.stop + places)[::-1]
        part, words = image[rows, source], FILLINGS[0]
    elif rows.start >= max(_LEAST_TISSUE * image.shape[0], 1):
        part, words = image[rows.start - 1 - _to_and_fro(hole.height, rows.start), columns], FILLINGS[1]
    else:
        part, words = np.full((hole.height, hole.width), _mean_outside(image, hole)), FILLINGS[2]
    weight = _seam(hole, image.shape)
    out = image.copy()
    out[rows, columns] = np.rint(weight * part + (1 - weight) * image[rows, columns])
    return out, words


def with_dotted_line(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """The image ``[H, W]`` with two crosses at random places and a dotted line between them."""
    side = max(image.shape)
    ends = generator.uniform(*_PLACES, size=(2, 2)) * image.shape
    arm = side * generator.uniform(*_ARM)
    turned = generator.random() < 0.5
    strokes = [_cross(end, arm, turned=turned) for end in ends]
    length = float(np.hypot(*(ends[1] - ends[0])))
    steps = np.arange(0, length, generator.uniform(0.008, 0.015) * side)
    strokes.append(ends[0] + (ends[1] - ends[0]) * (steps / max(length, 1))[:, None])
    return _drawn(image, strokes, round(generator.uniform(200, 255)))


def with_dashed_ellipse(image: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """The image ``[H, W]`` with a dashed ellipse at a random place, plus signs with an open middle at its four ends.

    Its gray is that of yellow. Another look than any that training draws.
    """
    side = max(image.shape)
    center = generator.uniform(*_CENTERS, size=2) * image.shape
    long, short = side * generator.uniform(0.08, 0.22), side * generator.uniform(0.05, 0.12)
    turn = generator.uniform(-0.5, 0.5)
    axes = np.array([[np.sin(turn), np.cos(turn)], [np.cos(turn), -np.sin(turn)]]) * [[long], [short]]
    angles = np.arange(0, 2 * np.pi, 0.5 / long)
    on = (angles * long) % (0.02 * side) < 0.01 * side
    outline = center + np.stack([np.cos(angles[on]), np.sin(angles[on])], axis=1) @ axes
    arm = side * generator.uniform(*_ARM)
    ends = [center + sign * axis for axis in axes for sign in (-1, 1)]
    return _drawn(
        image, [outline, *(_cross(end, arm, open_by=0.3) for end in ends)], round(generator.uniform(170, 226))
    )


def painted_over(image: NDArray[np.uint8], marks: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The image ``[H, W]`` with what lies in `marks` made of its surroundings: the nearest gray, then smoothed."""
    if not marks.any() or marks.all():
        return image.copy()
    nearest = ndimage.distance_transform_edt(marks, return_distances=False, return_indices=True)
    out = image[tuple(nearest)].astype(np.float64)
    for _ in range(_SMOOTHINGS):
        out[marks] = ndimage.uniform_filter(out, 3, mode="nearest")[marks]
    return np.rint(out).astype(np.uint8)


def _run(is_tissue: NDArray[np.bool_]) -> int:
    """How many are True before the first that is not."""
    return len(is_tissue) if is_tissue.all() else int(np.argmin(is_tissue))


def _to_and_fro(count: int, width: int) -> NDArray[np.int64]:
    """0, 1 ... width - 1, width - 1 ... 0, 0, 1 and so on, `count` of them."""
    turn = np.arange(count) % (2 * width)
    return np.minimum(turn, 2 * width - 1 - turn)


def _mean_outside(image: NDArray[np.uint8], hole: Rectangle) -> float:
    """Mean gray of the tissue outside the hole, that of the whole image where there is none."""
    outside = np.ones(image.shape, dtype=bool)
    outside[hole.slices] = False
    tissue = image[outside & (image > _DARK)]
    return float(tissue.mean() if tissue.size else image.mean())


def _seam(hole: Rectangle, shape: Sequence[int]) -> NDArray[np.float64]:
    """How much of the filling is seen ``[h, w]``: 1 but at the hole's own edges, and 1 there along the image's."""
    width = max(round(_SEAM * max(shape)), 1)

    def ramp(length: int, first: bool, last: bool) -> NDArray[np.float64]:
        places = np.arange(1, length + 1)
        rising = np.minimum(places / (width + 1), 1) if first else np.ones(length)
        return np.minimum(rising, np.minimum(places[::-1] / (width + 1), 1)) if last else rising

    down = ramp(hole.height, hole.y > 0, hole.y + hole.height < shape[0])
    across = ramp(hole.width, hole.x > 0, hole.x + hole.width < shape[1])
    return down[:, None] * across[None, :]


def _cross(
    center: NDArray[np.float64], arm: float, *, turned: bool = False, open_by: float = 0.0
) -> NDArray[np.float64]:
    """Points (row, column) of a plus sign, or of a multiplication sign where it is `turned`."""
    along = np.arange(-arm, arm + 0.25, 0.5)
    along = along[np.abs(along) >= open_by * arm]
    nought = np.zeros_like(along)
    arms = [np.stack(pair, axis=1) for pair in ((along, nought), (nought, along))]
    if turned:
        arms = [np.stack(pair, axis=1) * np.sqrt(0.5) for pair in ((along, along), (along, -along))]
    return center + np.concatenate(arms)


def _drawn(image: NDArray[np.uint8], strokes: Sequence[NDArray[np.float64]], brightness: int) -> NDArray[np.uint8]:
    """The image with points (row, column) drawn on it, thicker on a large one; what lies outside is left out."""
    places = np.rint(np.concatenate(strokes)).astype(int)
    canvas = np.zeros(image.shape, dtype=bool)
    inside = ((places >= 0) & (places < image.shape)).all(axis=1)
    canvas[tuple(places[inside].T)] = True
    thickness = max(1, round(max(image.shape) / 500))
    out = image.copy()
    out[ndimage.binary_dilation(canvas, np.ones((thickness, thickness)))] = brightness
    return out
