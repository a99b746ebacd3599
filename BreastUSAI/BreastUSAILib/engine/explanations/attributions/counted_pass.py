"""Passes through a classifier that are counted while they go on, and the chance that a method draws."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from ..explanation import Subject
from ..recorded_pass import RecordedPass


class CountedPass(RecordedPass):
    """A subject's classifier as a function of the image alone, ``[B, 1, S, S]`` to logits ``[B, 3]``.

    Each pass tells the subject, which may end the work by raising Cancelled.
    """

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject.classifier)
        self._subject = subject

    def forward(self, images: Tensor) -> Tensor:
        others = self._subject.others
        if others is not None:
            images = torch.cat([images, others.expand(len(images), -1, -1, -1)], dim=1)
        logits = super().forward(images)
        self._subject.tick(len(images))
        return logits


@contextmanager
def drawing(seed: int) -> Iterator[None]:
    """Captum draws from the global generators of torch and numpy: from `seed` on within, as before afterwards."""
    before = np.random.get_state()  # noqa: NPY002 - the generator that Captum uses
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        try:
            yield
        finally:
            np.random.set_state(before)  # noqa: NPY002
