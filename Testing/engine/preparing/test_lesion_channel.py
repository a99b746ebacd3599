"""A classifier that wants a lesion mask gets the predicted one, and no network gets anything but the image."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.images.frames import Frames, Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.engine.preparing.lesion_channel import lesion_channel
from BreastUSAILib.engine.preparing.prepare import prepare

from ..conftest import SMALL, speckle_frames

KEY_ONLY = AnalyzeOptions(FrameSelection.parse("key"))
REGION = Rectangle(0, 0, 160, 120)


def seen_by(network: torch.nn.Module, models: Models, frames: Frames, options: AnalyzeOptions) -> list[NDArray]:
    """What goes into a network during an analysis."""
    seen: list[NDArray] = []
    entry = getattr(network, "encoder", network)._conv_stem_padding
    hook = entry.register_forward_pre_hook(lambda module, given: seen.append(given[0].detach().numpy().copy()))
    Analyzer(models, "cpu").analyze(frames, options)
    hook.remove()
    return seen


def middle(models: Models) -> Models:
    """The segmenter's threshold at the median of what it gives, so that half of an image is lesion."""
    image = torch.from_numpy(expected_image(models))[None, None]
    threshold = float(np.median(models.segmenter.probabilities(image)))
    return dataclasses.replace(models, segmenter=dataclasses.replace(models.segmenter, threshold=threshold))


def expected_image(models: Models) -> NDArray[np.float32]:
    wanted = models.classifier.preprocessing
    return prepare(speckle_frames().read_frame(0), wanted.letterbox(120, 160, REGION), wanted)


@pytest.mark.parametrize("options", [AnalyzeOptions(), KEY_ONLY])
def test_the_second_channel_is_our_own_prediction_from_the_first(with_mask: Models, options: AnalyzeOptions) -> None:
    models = middle(with_mask)
    image = expected_image(models)
    mask = models.segmenter.probabilities(torch.from_numpy(image)[None, None])[0] >= models.segmenter.threshold
    seen = seen_by(models.classifier.network, models, speckle_frames(), options)
    own, mirrored = seen[0::2], seen[1::2]
    assert 0.2 < mask.mean() < 0.8
    for given, turned in zip(own, mirrored, strict=True):
        assert given.shape == (1, 2, 64, 64)
        assert np.array_equal(given[0, 0], image)
        assert np.array_equal(given[0, 1], mask.astype(np.float32))
        assert np.array_equal(turned, given[..., ::-1])


def test_the_mask_counts(with_mask: Models) -> None:
    def malignancy(threshold: float) -> float:
        segmenter = dataclasses.replace(with_mask.segmenter, threshold=threshold)
        analysis = Analyzer(dataclasses.replace(with_mask, segmenter=segmenter), "cpu").analyze(speckle_frames())
        assert analysis.verdict.malignancy is not None
        return analysis.verdict.malignancy.probability

    assert malignancy(0.0) != pytest.approx(malignancy(1.1), abs=1e-6)


def test_both_ways_of_asking_agree(with_mask: Models) -> None:
    models = middle(with_mask)
    every, key = (
        Analyzer(models, "cpu").analyze(speckle_frames(3), options) for options in (AnalyzeOptions(), KEY_ONLY)
    )
    assert every.verdict.malignancy is not None
    assert key.verdict.malignancy is not None
    # a batch of one may round a pixel at the threshold the other way
    assert every.verdict.malignancy.probability == pytest.approx(key.verdict.malignancy.probability, abs=1e-3)


def test_nothing_but_the_image_reaches_any_network(with_mask: Models, untrained: Models) -> None:
    """The inputs are a function of the pixels: names, times, spacing and identity of the source change none of them."""
    plain = speckle_frames(2)
    told = dataclasses.replace(
        plain,
        name="malignant_007",
        source="/data/malignant/malignant_007.png",
        frame_times_s=(0.0, 1.0),
        identity=dataclasses.replace(plain.identity, modality="US", laterality="L"),
    )
    for models in (with_mask, untrained):
        for network in (models.classifier.network, models.segmenter.network):
            seen, with_names = (seen_by(network, models, frames, AnalyzeOptions()) for frames in (plain, told))
            assert len(seen) == len(with_names) > 0
            assert all(np.array_equal(one, other) for one, other in zip(seen, with_names, strict=True))


def test_squares_that_show_the_frame_alike_need_no_resampling() -> None:
    box = SMALL.letterbox(120, 160, REGION)
    probabilities = np.random.default_rng(0).random((2, 64, 64), dtype=np.float32)
    assert np.array_equal(lesion_channel(probabilities, 0.5, box, box), (probabilities >= 0.5).astype(np.float32))


def test_a_mask_lies_on_the_same_tissue_in_another_square() -> None:
    seen = Letterbox(120, 160, REGION, 64)
    wanted = Letterbox(120, 160, Rectangle(20, 15, 120, 90), 96, "stretch")
    row, column = np.mgrid[:120, :160]
    lesion = (((column - 90) / 25) ** 2 + ((row - 50) / 15) ** 2 < 1).astype(np.float32)
    (mask,) = lesion_channel(seen.apply(lesion)[None], 0.5, seen, wanted)
    expected = wanted.apply(lesion) >= 0.5
    assert set(np.unique(mask)) == {0.0, 1.0}
    overlap = 2 * (mask * expected).sum() / (mask.sum() + expected.sum())
    assert overlap > 0.95
