"""Outlines that are given, measured and scored instead of found: what `Analyzer.rescore` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import OptionError
from ..findings.analysis import Analysis, Label, Lesion, Malignancy, Verdict, VolumeLesion
from ..findings.lesion_segment import MAX_LESIONS
from ..images.frames import Frames, Rectangle, luminance
from ..lesions.joining import lesions_by_number
from ..preparing.closer_view import closer_view, prepare_view, view_of_mask
from . import remarks
from .run import Run


@dataclass
class Rescoring:
    """Given masks, by frame: labels ``[H, W]``, n for lesion number n; and the run that looks at their frames."""

    run: Run
    masks: Mapping[int, NDArray]
    _logits: dict[int, NDArray[np.float32]] = field(default_factory=dict)  # [3], of the whole frames

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
            batch = replace(batch, lesion_masks=self._on_device(given))
        found = run.passed(indices, batch, run.options.explain_class)
        kept = run.let_through(batch, found)
        indices, pixels, found = [indices[place] for place in kept], [pixels[place] for place in kept], found.only(kept)
        assert found.heat is not None
        assert found.lesions is not None
        run.note(indices, found.logits, run.surest(found.lesions, batch))
        self._logits.update(zip(indices, found.logits, strict=True))
        lesions: list[tuple[Lesion, NDArray]] = []
        with run.watch.timing("measure"):
            for index, square, warmth, frame in zip(indices, found.lesions, found.heat, pixels, strict=True):
                probability = batch.segmenter_box.restore(square)
                lesions += [(one, frame) for one in run.measure(index, self.masks[index], probability, warmth)]
        self._look_closer(lesions)

    def _joined(self, slices_of: Mapping[int, float]) -> tuple[VolumeLesion, ...]:
        """By number: a reader's segments stay the lesions that they are."""
        run = self.run
        return lesions_by_number(run.lesions, run.malignancy_of, voxel_mm3=run.voxel_mm3(), slices_of=slices_of)

    def _look_closer(self, lesions: Sequence[tuple[Lesion, NDArray]]) -> None:
        """Give each lesion in the analyzed region its likelihood, from its frame's pixels."""
        views = [(lesion, frame, closer_view(Rectangle(*lesion.bbox_px), self.run.region)) for lesion, frame in lesions]
        seen = [(lesion, luminance(frame), view) for lesion, frame, view in views if view is not None]
        count = self.run.equipment.models.classifier.frames_at_once
        for start in range(0, len(seen), count):
            self.run.stop_if_cancelled()
            some = seen[start : start + count]
            with self.run.watch.timing("closer view"):
                close, _ = self.run.classifier.logits(torch.cat([self._view(*one) for one in some]))
            for (lesion, _, _), logits in zip(some, close, strict=True):
                scored = replace(lesion, malignancy=self._likelihood(lesion.frame, logits))
                self.run.lesions[lesion.id - 1] = scored

    def _view(self, lesion: Lesion, gray: NDArray, view: Rectangle) -> torch.Tensor:
        """The classifier's input ``[1, C, S, S]``."""
        wanted = self.run.classifier_input
        planes = [prepare_view(gray, view, self.run.region, wanted)]
        if self.run.classifier.needs_lesion_mask:
            planes.append(view_of_mask(self.masks[lesion.frame] == lesion.number, view, wanted))
        return self._on_device(planes).transpose(0, 1).contiguous(memory_format=torch.channels_last)

    def _likelihood(self, frame: int, close: NDArray[np.float32]) -> Malignancy:
        """From the logits ``[3]`` of the closer view and those of the whole frame."""
        return self.run.classifier.lesion_malignancy((self._logits[frame] + close) / 2, self.run.options.prevalence)

    def _on_device(self, planes: Sequence[NDArray[np.float32]]) -> torch.Tensor:
        """``[B, 1, S, S]`` of planes ``[S, S]``."""
        return torch.from_numpy(np.stack(planes)[:, None]).to(self.run.equipment.device)

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
