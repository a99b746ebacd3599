"""Counterfactual checks of one frame: the networks asked again, with something in the image changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import InputError, OptionError
from ..explanations.counterfactual.changes import GAIN_DB, with_gain, without_lesion, without_marks
from ..explanations.grading.grade import eight_bit
from ..findings.counterfactual.counterfactuals import Change, Counterfactual, Counterfactuals, WhyNot
from ..flags import Severity
from ..preparing.closer_view import view_of_mask
from .rescoring import Rescoring, checked_masks
from .run import Run

_Changed = tuple[NDArray[np.uint8], NDArray[np.bool_]] | WhyNot
"""The region's pixels with a change and which of them it is, or why there is none."""


@dataclass
class CounterfactualRun:
    """The checks of the one frame in `masks`, labels ``[H, W]``: its outlines as they are now.

    Where they are not those that the networks find, they are a reader's, and both are compared.
    """

    run: Run
    masks: Mapping[int, NDArray]
    pictures: dict[str, NDArray[np.uint8]] = field(default_factory=dict)

    def result(self) -> Counterfactuals:
        """Do it. Raises what `Analyzer.counterfactuals` raises."""
        run, masks = self.run, checked_masks(self.masks, self.run.frames)
        if len(masks) != 1:
            raise OptionError(f"{len(masks)} frames were given to check", remedy="Give the outlines of one frame")
        ((frame, labels),) = masks.items()
        if not run.look([frame], run.classified_and_mapped):
            reasons = " ".join(flag.message for flag in run.flags if flag.severity is Severity.REJECT)
            raise InputError(
                f"there is no likelihood to check: {reasons}",
                where=run.frames.source or run.frames.name,
                remedy="Choose an ultrasound image that can be judged",
            )
        found, gray = run.maps.labels(frame), run.frames.gray(frame)
        mine = None if np.array_equal(labels > 0, found > 0) else labels
        region = eight_bit(gray)[run.region.slices]
        self.pictures[""] = region
        before = self._answer(frame, gray, mine)
        checks = [self._outline(frame, found, mine)]
        for change, changed in _changes(region, labels[run.region.slices] > 0):
            checks.append(self._check(change, changed, frame, gray, mine, before))
        order = list(Change)
        checks.sort(key=lambda check: order.index(check.change))
        return Counterfactuals(frame, before[0], tuple(checks), self.pictures)

    def _check(
        self,
        change: Change,
        changed: _Changed,
        key: int,
        gray: NDArray,
        mine: NDArray | None,
        before: tuple[float, float],
    ) -> Counterfactual:
        if isinstance(changed, WhyNot):
            return Counterfactual(change, why_not=changed)
        self.run.stop_if_cancelled()
        pixels, where = changed
        whole = eight_bit(gray).copy()
        whole[self.run.region.slices] = pixels
        after = self._answer(key, whole, mine)
        self.pictures[change.value] = pixels
        return Counterfactual(change, before[0], after[0], before[1], after[1], float(where.mean()))

    def _answer(self, key: int, gray: NDArray, mine: NDArray | None) -> tuple[float, float]:
        """Likelihood of malignancy and probability of a lesion of these pixels, at the prevalence asked for."""
        run = self.run
        batch = run.prepared([gray])
        if run.classifier.needs_lesion_mask and mine is not None:
            plane = view_of_mask(mine > 0, run.region, run.classifier_input)
            batch = replace(batch, lesion_masks=torch.from_numpy(plane[None, None]).to(run.equipment.device))
        found = run.equipment.passes(batch, run.options.explain_class, run.watch)
        assert found.lesions is not None
        assert found.heat is not None
        run.known.note([key], found.logits, run.known.surest(found.lesions, batch))
        probability = batch.segmenter_box.restore(found.lesions[0])
        if mine is None:
            run.outline(key, probability, found.heat[0], gray)
        else:
            run.measure(key, mine, probability, found.heat[0], gray)
        malignancy = run.verdict_of(key).malignancy
        assert malignancy is not None
        return malignancy.probability, run.probabilities[key].lesion

    def _outline(self, key: int, found: NDArray[np.uint8], mine: NDArray | None) -> Counterfactual:
        """What a reader's outlines do to the likelihood of the lesion most probably malignant."""
        if mine is None or np.array_equal(mine > 0, found > 0):
            return Counterfactual(Change.OUTLINE, why_not=WhyNot.NO_EDIT)
        if not found.any() or not mine.any():
            return Counterfactual(Change.OUTLINE, why_not=WhyNot.NO_LESION)
        before, after = (self._scored(key, labels) for labels in (found, mine))
        if before is None or after is None:
            return Counterfactual(Change.OUTLINE, why_not=WhyNot.NO_LESION)
        region = self.run.region.slices
        differing = (mine[region] > 0) != (found[region] > 0)
        return Counterfactual(Change.OUTLINE, before, after, changed=float(differing.mean()))

    def _scored(self, key: int, labels: NDArray[np.uint8]) -> float | None:
        run = Run(self.run.equipment, self.run.frames, self.run.options, None, self.run.cancelled)
        lesions = Rescoring(run, {key: labels}).result().lesions
        scores = [lesion.malignancy.probability for lesion in lesions if lesion.malignancy is not None]
        return max(scores, default=None)


def _changes(region: NDArray[np.uint8], lesion: NDArray[np.bool_]) -> Iterator[tuple[Change, _Changed]]:
    """Every change of a region's pixels."""
    painted, marks = without_marks(region)
    yield Change.MARKS, (painted, marks) if marks.any() else WhyNot.NO_MARKS
    if lesion.any():
        yield Change.LESION, without_lesion(region, lesion) or WhyNot.NO_TISSUE
    else:
        yield Change.LESION, WhyNot.NO_LESION
    yield Change.GAIN_UP, with_gain(region, GAIN_DB)
    yield Change.GAIN_DOWN, with_gain(region, -GAIN_DB)
