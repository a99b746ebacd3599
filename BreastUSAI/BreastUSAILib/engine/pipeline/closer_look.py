"""The likelihood of single lesions: from the whole frame and from a closer view around each of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..findings.analysis import Lesion, Malignancy
from ..images.frames import Rectangle, luminance
from ..preparing.closer_view import closer_view, prepare_view, view_of_mask
from .run import Run


@dataclass
class CloserLook:
    """Gives lesions of a run their own likelihood. Their masks are those that the run keeps.

    `logits` are those of the whole frames, ``[3]`` by index.
    """

    run: Run
    logits: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    def at(self, lesions: Sequence[tuple[Lesion, NDArray]]) -> None:
        """Give each lesion that lies in the analyzed region its likelihood, from its frame's pixels as read."""
        views = [(lesion, frame, closer_view(Rectangle(*lesion.bbox_px), self.run.region)) for lesion, frame in lesions]
        seen = [(lesion, luminance(frame), view) for lesion, frame, view in views if view is not None]
        count = self.run.equipment.models.classifier.frames_at_once
        for start in range(0, len(seen), count):
            self.run.stop_if_cancelled()
            some = seen[start : start + count]
            with self.run.watch.timing("closer view"):
                close, _ = self.run.classifier.logits(torch.cat([self._view(*one) for one in some]))
            for (lesion, _, _), logits in zip(some, close, strict=True):
                scored = replace(lesion, malignancy=self._likelihood(lesion, logits))
                self.run.lesions[lesion.id - 1] = scored

    def on_device(self, planes: Sequence[NDArray[np.float32]]) -> torch.Tensor:
        """``[B, 1, S, S]`` of planes ``[S, S]``."""
        return torch.from_numpy(np.stack(planes)[:, None]).to(self.run.equipment.device)

    def _view(self, lesion: Lesion, gray: NDArray, view: Rectangle) -> torch.Tensor:
        """The classifier's input ``[1, C, S, S]``."""
        wanted = self.run.classifier_input
        planes = [prepare_view(gray, view, self.run.region, wanted)]
        if self.run.classifier.needs_lesion_mask:
            planes.append(view_of_mask(self.run.maps.labels(lesion.frame) == lesion.number, view, wanted))
        return self.on_device(planes).transpose(0, 1).contiguous(memory_format=torch.channels_last)

    def _likelihood(self, lesion: Lesion, close: NDArray[np.float32]) -> Malignancy:
        """From the logits ``[3]`` of the closer view, those of the whole frame, and the lesion's descriptors."""
        mean = (self.logits[lesion.frame] + close) / 2
        run = self.run
        return run.classifier.lesion_malignancy(
            mean, run.options.prevalence, lambda before: run.known.with_descriptors(before, lesion, run.region)
        )
