"""Lesion probabilities, with and without the mirror image."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch

from BreastUSAILib.engine.bundles.bundle import Models

IMAGES = torch.randn(2, 1, 64, 64, generator=torch.Generator().manual_seed(5))


def test_a_mirroring_segmenter_gives_the_mean_of_both_views(untrained: Models) -> None:
    plain, mirroring = untrained.segmenter, dataclasses.replace(untrained.segmenter, mirror=True)
    own, other = plain.probabilities(IMAGES), plain.probabilities(IMAGES.flip(-1))[..., ::-1]
    assert np.abs(own - other).max() > 1e-3
    assert np.allclose(mirroring.probabilities(IMAGES), (own + other) / 2, atol=1e-6)


def test_a_mirroring_segmenter_outlines_a_mirror_image_mirrored(untrained: Models) -> None:
    mirroring = dataclasses.replace(untrained.segmenter, mirror=True)
    there, back = mirroring.probabilities(IMAGES), mirroring.probabilities(IMAGES.flip(-1))[..., ::-1]
    assert np.allclose(there, back, atol=1e-5)
