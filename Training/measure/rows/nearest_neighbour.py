"""The pixel 1-nearest-neighbor baseline: what a memory of the training images alone would score.

A figure that it comes close to was earned by near-duplicates across the split, or by the task being easy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from BreastUSAILib.engine.errors import InputError

from ...data.example import Example

SIDE = 32


@dataclass(frozen=True)
class NearestNeighbor:
    """Training images as unit vectors ``[N, 1024]`` with their labels."""

    features: NDArray[np.float32]
    labels: tuple[str, ...]

    @classmethod
    def fit(cls, training: Sequence[Example]) -> NearestNeighbor:
        """Remember the training images. Raises InputError where there are none, or one cannot be read."""
        if not training:
            raise InputError("there are no training images", remedy="Give a data set that has a training part")
        return cls(np.stack([pixel_features(one.gray()) for one in training]), tuple(one.label for one in training))

    def label(self, example: Example) -> str:
        """The label of the nearest training image; the first of equally near ones. Raises InputError."""
        return self.labels[int(np.argmax(self.features @ pixel_features(example.gray())))]


def pixel_features(gray: NDArray) -> NDArray[np.float32]:
    """A gray image ``[H, W]`` squashed to 32x32, its mean removed, of unit length: ``[1024]``.

    The nearest of such vectors is the one of the highest correlation. A constant image gives zeros.
    """
    small = Image.fromarray(np.asarray(gray, dtype=np.float32)).resize((SIDE, SIDE), Image.Resampling.BOX)
    values = np.asarray(small, dtype=np.float32).ravel()
    values = values - values.mean()
    return values / max(float(np.linalg.norm(values)), 1e-6)
