"""Lesions at places that a reader points at: what `AnalyzeOptions.places` adds to an analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..findings.analysis import Lesion
from ..findings.lesion_segment import MAX_LESIONS
from ..images.frames import luminance
from ..images.places import Place
from ..lesions.outline_at import mean_probability, near_of, outline_at, smallest_of, threshold_at, views_of
from ..preparing.closer_view import prepare_view, view_of_mask
from . import remarks
from .closer_look import CloserLook
from .run import Run


@dataclass
class PlaceSearch:
    """Looks closer at places of frames that the run has looked at already, and adds what is there to its lesions."""

    run: Run
    _look: CloserLook = field(init=False)

    def __post_init__(self) -> None:
        self._look = CloserLook(self.run)

    def search(self, places: Sequence[Place]) -> None:
        """Look at each place, which has its frame; what came of it is told by the lesion's `asked`, or by a flag."""
        for place in places:
            assert place.frame is not None
            if place.frame not in self.run.probabilities:  # it is refused, and the flags say so
                continue
            self.run.stop_if_cancelled()
            self._at(place, place.frame, self.run.frames.read_frame(place.frame))

    def _at(self, place: Place, frame: int, pixels: NDArray) -> None:
        run, labels = self.run, self.run.maps.labels(frame)
        there = _lesion_at(place, labels)
        if there:
            lesion = next(one for one in run.lesions if (one.frame, one.number) == (frame, there))
            run.flags.append(remarks.already_outlined(place, there, run.frames))
        elif labels.max(initial=0) >= MAX_LESIONS:
            run.flags.append(remarks.nothing_there(place, run.frames))
            return
        else:
            found = self._outlined(place, frame, luminance(pixels), labels)
            if found is None:
                run.flags.append(remarks.nothing_there(place, run.frames))
                return
            lesion = found
            run.flags.append(remarks.asked_for(place, lesion.number, run.frames))
        self._score(lesion, pixels)

    def _outlined(self, place: Place, frame: int, gray: NDArray, labels: NDArray[np.uint8]) -> Lesion | None:
        """The new lesion, or None where there is none."""
        run, segmenter = self.run, self.run.equipment.models.segmenter
        probability = self._probability(place, gray)
        threshold = threshold_at(probability, place)
        with run.watch.timing("measure"):
            outline = outline_at(
                probability,
                place,
                taken=labels > 0,
                near_px=near_of(run.region),
                min_area_px=smallest_of(segmenter.smallest_lesion, run.region),
                threshold=threshold,
            )
            if outline is None:
                return None
            return self._added(place, frame, outline, probability, gray, threshold)

    def _added(
        self,
        place: Place,
        frame: int,
        outline: NDArray[np.bool_],
        probability: NDArray[np.float32],
        gray: NDArray,
        threshold: float,
    ) -> Lesion:
        """One more lesion of the run, under the next free number of its frame."""
        run = self.run
        labels, (_, heat) = run.maps.labels(frame), run.maps.packed(frame)
        labels[outline] = int(labels.max()) + 1
        run.maps.store(frame, labels, heat)
        (lesion,) = run.measured(frame, np.where(outline, labels, np.uint8(0)), probability, gray, threshold)
        run.lesions[lesion.id - 1] = lesion = replace(lesion, asked=place)
        return lesion

    def _probability(self, place: Place, gray: NDArray) -> NDArray[np.float32]:
        """Lesion probability ``[H, W]`` about a place, the mean of its views."""
        run, segmenter = self.run, self.run.equipment.models.segmenter
        wanted, views = segmenter.preprocessing, views_of(place, self.run.region)
        with run.watch.timing("closer view"):
            batch = self._look.on_device([prepare_view(gray, view, run.region, wanted) for view in views])
            squares = segmenter.probabilities(batch)
        rows, columns = gray.shape
        each = [
            wanted.letterbox(rows, columns, view).restore(square) for view, square in zip(views, squares, strict=True)
        ]
        return mean_probability(each, views)

    def _score(self, lesion: Lesion, pixels: NDArray) -> None:
        """Give a lesion its own likelihood, by the whole frame and a closer view."""
        run = self.run
        if lesion.frame not in self._look.logits:
            batch = run.prepared([pixels])
            if run.classifier.needs_lesion_mask:
                batch = replace(
                    batch,
                    lesion_masks=self._look.on_device(
                        [view_of_mask(run.maps.labels(lesion.frame) > 0, run.region, run.classifier_input)]
                    ),
                )
            (self._look.logits[lesion.frame],) = run.equipment.passes(batch, None, run.watch).logits
        self._look.at([(lesion, pixels)])


def _lesion_at(place: Place, labels: NDArray[np.uint8]) -> int:
    """The number of the lesion that is outlined at a place already; 0 where none is.

    Of a click the one that holds it, of a box the one whose pixels fill most of it, at least half.
    """
    if not place.is_box:
        rows, columns = labels.shape
        row, column = min(max(round(place.row), 0), rows - 1), min(max(round(place.column), 0), columns - 1)
        return int(labels[row, column])
    down, across = np.arange(labels.shape[0]), np.arange(labels.shape[1])
    inside = (2 * np.abs(down - place.row) < place.height)[:, None] & (2 * np.abs(across - place.column) < place.width)
    counts = np.bincount(labels[inside], minlength=1)
    counts[0] = 0
    number = int(counts.argmax())
    return number if 2 * counts[number] >= np.count_nonzero(inside) else 0
