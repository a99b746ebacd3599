"""The lesion mask as a classifier's input: predicted from the same image, never read from anywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..images.letterbox import Letterbox


def lesion_channel(
    probabilities: NDArray[np.float32], threshold: float, seen: Letterbox, wanted: Letterbox
) -> NDArray[np.float32]:
    """Predicted lesion masks, 0 or 1, on the classifier's square: ``[B, S, S]``.

    Where both squares show the frame alike nothing is resampled, else the probabilities are, before the threshold.

    Args:
        probabilities: of one frame each, ``[B, T, T]`` in [0, 1], on the segmenter's square.
        threshold: the segmenter's.
        seen: the way to the segmenter's square.
        wanted: the way to the classifier's square.
    """
    if seen != wanted:
        probabilities = np.stack([wanted.apply(seen.restore(square)) for square in probabilities])
    return (probabilities >= threshold).astype(np.float32)
