"""Our own predicted lesion masks of training images, for classifiers that take one as input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from BreastUSAILib.engine.bundles.bundle import default_bundles, load_segmenter
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.models.segmenter import Segmenter

from ...data.variants import Variant
from ...recipes.recipe import Recipe

_AT_ONCE = 16


def segmenter_for(recipe: Recipe, bundle: Path | None) -> Segmenter | None:
    """What outlines images for a recipe that takes a lesion mask: that bundle, else the shipped one; None for others.

    Raises ModelError where its input is not the recipe's.
    """
    if "lesion_mask" not in recipe.inputs:
        return None
    segmenter = load_segmenter(bundle or default_bundles()["segmentation"])
    if segmenter.preprocessing != recipe.preprocessing:
        raise ModelError(
            f"the segmenter's input is not that of the recipe '{recipe.name}'",
            where=segmenter.identity.name,
            remedy="Give a segmenter of the same size and preprocessing to --segmenter, or train at its size",
        )
    return segmenter


def predict_masks(segmenter: Segmenter, variants: Sequence[Variant]) -> list[NDArray[np.uint8]]:
    """One mask ``[S, S]`` of 0 and 1 a variant, from its image alone, prepared as the segmenter's input is."""
    wanted = segmenter.preprocessing
    masks: list[NDArray[np.uint8]] = []
    for start in range(0, len(variants), _AT_ONCE):
        stack = np.stack([variant.image for variant in variants[start : start + _AT_ONCE]])
        images = torch.from_numpy(stack).unsqueeze(1).float() / 255
        prepared = (images - wanted.mean) / wanted.std
        masks.extend((segmenter.probabilities(prepared) >= segmenter.threshold).astype(np.uint8))
    return masks
