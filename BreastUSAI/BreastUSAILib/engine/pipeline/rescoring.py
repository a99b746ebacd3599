"""Outlines that are given, measured and scored instead of found: what `Analyzer.rescore` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import OptionError
from ..findings.analysis import Analysis, Label, Lesion, Verdict, VolumeLesion
from ..findings.lesion_segment import MAX_LESIONS
from ..images.frames import Frames, luminance
from ..lesions.joining import lesions_by_number
from ..preparing.closer_view import view_of_mask
from . import remarks
from .closer_look import CloserLook
from .run import Run


@dataclass
class Rescoring:
    """Given masks, by frame: labels ``[H, W]``, n for lesion number n; and the run that looks at their frames."""

    run: Run
    masks: Mapping[int, NDArray]
    _look: CloserLook = field(init=False)

    def __post_init__(self) -> None:
        self._look = CloserLook(self.run)

    def result(self) -> Analysis:
        """Do it. Raises what `Analyzer.rescore` raises."""
        self.masks = checked_masks(self.masks, self.run.frames)
        asked = self.run.options.frames
        self.run.options = replace(self.run.options, frames=replace(asked, key_only=False))
        return replace(self._scored_anew(), selection=asked)

    def _scored_anew(self) -> Analysis:
        indices, run = list(self.masks), self.run
        if not run.look(indices, self._scored):
            return run.analysis(indices, Verdict(Label.REJECTED), self._joined)
        verdict = run.verdict_of(max(run.probabilities, key=lambda index: run.probabilities[index].malignant))
        run.compare(verdict, given=True)
        run.state_prevalence()
        self._state_rescored()
        assert verdict.key_frame is not None
        run.grade(verdict.key_frame)
        return run.analysis(indices, verdict, self._joined)

    def _scored(self, indices: Sequence[int], pixels: Sequence[NDArray]) -> None:
        """Some frames with their given masks."""
        run = self.run
        batch = run.prepared(pixels)
        if run.classifier.needs_lesion_mask:
            given = [view_of_mask(self.masks[index] > 0, run.region, run.classifier_input) for index in indices]
            batch = replace(batch, lesion_masks=self._look.on_device(given))
        found = run.passed(indices, batch, run.options.explain_class)
        kept = run.let_through(batch, found)
        indices, pixels, found = [indices[place] for place in kept], [pixels[place] for place in kept], found.only(kept)
        assert found.heat is not None
        assert found.lesions is not None
        run.known.note(indices, found.logits, run.known.surest(found.lesions, batch))
        self._look.logits.update(zip(indices, found.logits, strict=True))
        lesions: list[tuple[Lesion, NDArray]] = []
        with run.watch.timing("measure"):
            for index, square, warmth, frame in zip(indices, found.lesions, found.heat, pixels, strict=True):
                probability = batch.segmenter_box.restore(square)
                lesions += [
                    (one, frame) for one in run.measure(index, self.masks[index], probability, warmth, luminance(frame))
                ]
        self._look.at(lesions)

    def _joined(self, slices_of: Mapping[int, float]) -> tuple[VolumeLesion, ...]:
        """By number: a reader's segments stay the lesions that they are."""
        run = self.run
        return lesions_by_number(run.lesions, run.malignancy_of, voxel_mm3=run.voxel_mm3(), slices_of=slices_of)

    def _state_rescored(self) -> None:
        outside = sum(lesion.malignancy is None for lesion in self.run.lesions)
        own_calibration = self.run.classifier.lesion_recalibration is not None
        self.run.flags.append(remarks.outlines_given(outside < len(self.run.lesions), own_calibration, outside))


def checked_masks(masks: Mapping[int, NDArray], frames: Frames) -> dict[int, NDArray[np.uint8]]:
    """The masks as uint8, by ascending frame.

    Raises OptionError where there is none, and for one of a frame that there is not, of another size, or with values
    that are not lesion numbers.
    """
    if not masks:
        raise OptionError("no outlines were given", remedy="Give the mask of at least one frame")
    checked: dict[int, NDArray[np.uint8]] = {}
    for index in sorted(masks):
        labels = np.asarray(masks[index])
        if not 0 <= index < frames.count:
            raise OptionError(
                f"an outline was given for frame {index}, but the input has {frames.count}",
                remedy=f"Choose from 0 to {frames.count - 1}",
            )
        if labels.shape != (frames.rows, frames.columns):
            raise OptionError(
                f"the mask of frame {index} has the shape {labels.shape}, not that of the image",
                remedy=f"Give {frames.rows} rows of {frames.columns} pixels",
            )
        whole = labels.dtype == bool or np.issubdtype(labels.dtype, np.integer)
        if not whole or labels.min() < 0 or labels.max() > MAX_LESIONS:
            raise OptionError(
                f"the mask of frame {index} holds values that number no lesion",
                remedy=f"Give whole numbers from 0 to {MAX_LESIONS}",
            )
        checked[int(index)] = labels.astype(np.uint8)
    return checked
