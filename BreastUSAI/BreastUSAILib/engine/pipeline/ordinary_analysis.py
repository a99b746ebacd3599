"""One ordinary analysis from the first frame to the last: what `Analyzer.analyze` does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..findings.analysis import Analysis, Label, Verdict
from ..images.places import checked_places
from . import remarks
from .place_search import PlaceSearch
from .run import Run

READ_TWICE = 4
"""Of many frames, so many, the most probably malignant ones, are read together with their mirror images."""


@dataclass
class OrdinaryAnalysis:
    """The steps of a run, in their order.

    The mirror image makes an answer a little better, at the price of all work once more, so that of many frames it is
    read where it decides: of those of which the key frame will be one. The key frame's result is that of a still.
    """

    run: Run

    def result(self) -> Analysis:
        """Do it. Raises what `Analyzer.analyze` raises."""
        run, selected = self.run, self.run.options.frames
        places = checked_places(run.options.places, run.frames)
        asked = {place.frame or 0 for place in places}
        indices = sorted({*selected.indices(run.frames.count), *asked})
        once = run.options.once
        run.mirrored = not once and len(indices) <= 2 * READ_TWICE  # with more, it is less work to read some once more
        if not run.look(indices, run.classify if selected.key_only else run.classified_and_mapped):
            return run.analysis(indices, Verdict(Label.REJECTED))
        likeliest = self._likeliest(run.probabilities, READ_TWICE)
        if not run.mirrored and not once:
            run.look_again(likeliest, run.classify if selected.key_only else run.classified_and_mapped)
        (key,) = self._likeliest(likeliest, 1)
        if selected.key_only:
            run.look_again({key, *(asked & set(run.probabilities))}, run.classified_and_mapped)
        PlaceSearch(run).search(places)
        verdict = run.verdict_of(key)
        self._state_withheld(len(indices))
        run.compare(verdict)
        self._state_outlined_on_normal(key, len(indices))
        run.state_prevalence()
        run.grade(key)
        return run.analysis(indices, verdict)

    def _likeliest(self, frames: Iterable[int], count: int) -> list[int]:
        """So many frames, the most probably malignant ones, the first of equal ones first."""
        return sorted(frames, key=lambda index: (-self.run.probabilities[index].malignant, index))[:count]

    def _state_withheld(self, count: int) -> None:
        """Say on how many of the `count` frames that were looked at outlines were withheld."""
        if self.run.withheld:
            rules = self.run.classifier.calibration.normal_below, self.run.equipment.models.segmenter.withhold_below
            self.run.flags.append(
                remarks.outlines_withheld(len(self.run.withheld), count, *rules, self.run.frames.kind)
            )

    def _state_outlined_on_normal(self, key: int, count: int) -> None:
        """Say on how many frames besides the key frame an outline stands against the classification."""
        others = sum(index != key for index in self.run.outlined_on_normal)
        if others:
            normal_below = self.run.classifier.calibration.normal_below
            self.run.flags.append(remarks.outlined_on_normal(others, count - 1, normal_below, self.run.frames.kind))
