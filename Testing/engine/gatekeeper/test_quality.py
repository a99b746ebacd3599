"""A frame that is blurred, nearly black or white is warned of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.flags import FlagCode
from BreastUSAILib.engine.gatekeeper.picture_statistics import STATISTICS, picture_statistics
from BreastUSAILib.engine.gatekeeper.quality import quality_flags
from BreastUSAILib.phantom.cases import random_spec
from BreastUSAILib.phantom.frame import render

TISSUE = render(random_spec(12, Label.MALIGNANT)).pixels


def codes(pixels: np.ndarray) -> list[FlagCode]:
    return [flag.code for flag in quality_flags(pixels)]


def test_a_good_frame_is_not_warned_of() -> None:
    assert codes(TISSUE) == []


def test_a_blurred_frame_is() -> None:
    assert codes(ndimage.gaussian_filter(TISSUE.astype(np.float32), 5)) == [FlagCode.BLURRED]


def test_a_dark_and_a_bright_frame_are() -> None:
    assert codes(TISSUE // 8) == [FlagCode.EXPOSURE]
    assert FlagCode.EXPOSURE in codes(np.clip(TISSUE.astype(int) * 4 + 60, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("picture", [np.zeros((64, 64)), np.ones((32, 40)), np.eye(64), TISSUE[:100, :90] / 255])
def test_the_statistics_of_any_picture_are_finite(picture: np.ndarray) -> None:
    values = picture_statistics(picture.astype(np.float32))
    assert values.shape == (len(STATISTICS),)
    assert np.isfinite(values).all()


def test_the_direction_of_texture_is_seen() -> None:
    texture = ndimage.gaussian_filter(np.random.default_rng(3).normal(size=(128, 128)), (1, 4))
    texture = (0.5 + 0.2 * texture / texture.std()).astype(np.float32)
    lying, standing = (dict(zip(STATISTICS, picture_statistics(one), strict=True)) for one in (texture, texture.T))
    for name in ("direction", "direction_of_tiles", "layering"):
        assert lying[name] > 0.2
        assert standing[name] == pytest.approx(-lying[name], abs=0.15)
    assert lying["like_4_across"] > 0.2 > lying["like_4_down"]
