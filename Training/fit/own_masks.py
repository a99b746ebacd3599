"""Our own predicted lesion masks of training images, for classifiers that take one as input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.segmenter import Segmenter

from ..data.variants import Variant
from ..recipes.recipe import Recipe

_AT_ONCE = 16


def predict_masks(segmenter: Segmenter, variants: Sequence[Variant], recipe: Recipe) -> list[NDArray[np.uint8]]:
    """One mask ``[S, S]`` of 0 and 1 a variant, from its image alone. Raises ModelError where the inputs differ."""
    if segmenter.preprocessing != recipe.preprocessing:
        raise ModelError(
            f"the segmenter's input is not that of the recipe '{recipe.name}'",
            where=segmenter.identity.name,
            remedy="Give a segmenter that was trained with the same preprocessing",
        )
    masks: list[NDArray[np.uint8]] = []
    for start in range(0, len(variants), _AT_ONCE):
        stack = np.stack([variant.image for variant in variants[start : start + _AT_ONCE]])
        images = torch.from_numpy(stack).unsqueeze(1).float() / 255
        prepared = (images - recipe.preprocessing.mean) / recipe.preprocessing.std
        masks.extend((segmenter.probabilities(prepared) >= segmenter.threshold).astype(np.uint8))
    return masks
