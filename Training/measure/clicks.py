"""What one click gives of a lesion: the product's own outline at that place, beside the true one."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.checks.sector import detect_sector
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.places import Place
from BreastUSAILib.engine.lesions.measure import label_lesions
from BreastUSAILib.engine.lesions.outline_at import (
    mean_probability,
    near_of,
    outline_at,
    smallest_of,
    threshold_at,
    views_of,
)
from BreastUSAILib.engine.pipeline.withholding_rule import withholding_rule
from BreastUSAILib.engine.preparing.closer_view import prepare_view

from ..data.example import Example
from .rows.overlap import dice, iou

AIM = 0.75
MISSED = 0.1
"""Intersection over union up to which an outline has nothing to do with a lesion."""

_OFF = 0.2  # of the lesion's width and height: how far a click may be from its center
_FEWEST = 30  # pixels of a lesion: less is a slip of whoever outlined it


@dataclass(frozen=True)
class Clicked:
    """One true lesion.

    Args:
        dataset, image: where it is.
        best: the largest intersection over union with an outline of the whole frame.
        overlap: Dice of the outline that a click gives, 0 for none; None where it was not clicked.
    """

    dataset: str
    image: str
    best: float
    overlap: float | None

    @property
    def is_missed(self) -> bool:
        """Whether the whole frame does not show it."""
        return self.best <= MISSED


class Clicks:
    """Looks for lesions with the whole frame, and clicks those that it misses.

    The classifier, which withholds outlines on some frames, is left out: what it withholds counts as found here.
    """

    def __init__(self, models: Models, *, every: bool = False) -> None:
        self._segmenter, self._rule = models.segmenter, withholding_rule(models)
        self._every = every

    def on(self, examples: Iterable[Example]) -> list[Clicked]:
        """Every lesion of these images. Raises InputError for one that cannot be read."""
        return [lesion for example in examples for lesion in self._of(example)]

    def _of(self, example: Example) -> list[Clicked]:
        frames = example.frames()
        gray = frames.gray(0)
        region = frames.region.rectangle if frames.region is not None else detect_sector(gray)
        whole = self._probabilities(gray, [region], region)[0]
        smallest = smallest_of(self._segmenter.smallest_lesion, region)
        shown = label_lesions(
            whole,
            threshold=self._segmenter.threshold,
            min_area_px=max(1, round(self._segmenter.smallest_lesion * region.area)),
            rule=self._rule,
        )
        parts, count = ndimage.label(example.mask_array(gray.shape), structure=np.ones((3, 3)))
        found = []
        for number in range(1, count + 1):
            truth = parts == number
            if np.count_nonzero(truth) < _FEWEST:
                continue
            best = max((iou(shown == one, truth) for one in range(1, int(shown.max()) + 1)), default=0.0)
            overlap = None
            if self._every or best <= MISSED:
                place = _click(truth, f"{example.name}:{number}")
                taken = np.zeros_like(truth) if self._every else shown > 0
                overlap = self._clicked(gray, region, place, taken, smallest, truth)
            found.append(Clicked(example.dataset, example.name, best, overlap))
        return found

    def _clicked(
        self,
        gray: NDArray,
        region: Rectangle,
        place: Place,
        taken: NDArray[np.bool_],
        smallest: int,
        truth: NDArray[np.bool_],
    ) -> float:
        views = views_of(place, region)
        probability = mean_probability(self._probabilities(gray, views, region), views)
        outline = outline_at(
            probability,
            place,
            taken=taken,
            near_px=near_of(region),
            min_area_px=smallest,
            threshold=threshold_at(probability, place),
        )
        return 0.0 if outline is None else dice(outline, truth)

    def _probabilities(self, gray: NDArray, views: list[Rectangle], region: Rectangle) -> list[NDArray[np.float32]]:
        """Lesion probability ``[H, W]`` from each view."""
        wanted = self._segmenter.preprocessing
        batch = torch.from_numpy(np.stack([prepare_view(gray, view, region, wanted) for view in views])[:, None])
        squares = self._segmenter.probabilities(batch)
        rows, columns = gray.shape
        return [wanted.letterbox(rows, columns, view).restore(one) for view, one in zip(views, squares, strict=True)]


def _click(truth: NDArray[np.bool_], name: str) -> Place:
    """A point near the center of a lesion ``[H, W]``, the same for the same name."""
    box = Rectangle.around(truth)
    rows, columns = np.nonzero(truth)
    off = np.random.default_rng(zlib.crc32(name.encode())).uniform(-_OFF, _OFF, 2)
    column, row = columns.mean() + off[0] * box.width, rows.mean() + off[1] * box.height
    return Place(float(np.clip(column, 0, truth.shape[1] - 1)), float(np.clip(row, 0, truth.shape[0] - 1)), 0)
