"""One encoder pass instead of two gives the same findings, and only where it must."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.explanations.fine_grad_cam import FineGradCam
from BreastUSAILib.engine.explanations.grad_cam import GradCam
from BreastUSAILib.engine.explanations.saliency import InputSaliency
from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.models.passes import Batch, SeparatePasses
from BreastUSAILib.engine.models.shared_encoder import SharedEncoder, shares_encoder
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.engine.stopwatch import Stopwatch

from ..conftest import SMALL, speckle_frames


def batch() -> Batch:
    images = torch.randn(3, 1, 64, 64, generator=torch.Generator().manual_seed(3))
    box = SMALL.letterbox(120, 160, Rectangle(0, 0, 160, 120))
    return Batch(images, images, box, box)


def mirroring(models: Models) -> Models:
    return dataclasses.replace(models, segmenter=dataclasses.replace(models.segmenter, mirror=True))


def sharpened(models: Models) -> Models:
    explainer = FineGradCam(models.classifier.network, "_blocks.4 * _blocks.6")
    return dataclasses.replace(models, classifier=dataclasses.replace(models.classifier, explainer=explainer))


@pytest.mark.parametrize("prepared", [lambda models: models, mirroring, sharpened])
@pytest.mark.parametrize("label", [None, Label.NORMAL, Label.MALIGNANT])
def test_logits_heat_and_lesions_are_those_of_separate_passes(
    related: Models, prepared: Callable[[Models], Models], label: Label | None
) -> None:
    models = prepared(related)
    apart = SeparatePasses(models.classifier, models.segmenter)(batch(), label, Stopwatch())
    together = SharedEncoder(models.classifier, models.segmenter)(batch(), label, Stopwatch())
    assert np.ptp(apart.logits) > 1e-3
    assert np.allclose(together.logits, apart.logits, atol=1e-4)
    if label is None:
        assert apart.heat is apart.lesions is together.heat is together.lesions is None
        return
    assert apart.heat is not None
    assert apart.lesions is not None
    assert np.ptp(apart.lesions) > 1e-3
    assert np.allclose(together.heat, apart.heat, atol=1e-4)
    assert np.allclose(together.lesions, apart.lesions, atol=1e-4)


def test_the_encoder_runs_once_an_image_and_once_a_mirror_image(related: Models) -> None:
    models, passes = sharpened(mirroring(related)), []
    assert shares_encoder(models.classifier, models.segmenter)
    stems = [models.classifier.network._conv_stem, models.segmenter.network.encoder._conv_stem]
    hooks = [stem.register_forward_hook(lambda *_: passes.append(1)) for stem in stems]
    Analyzer(models, "cpu").analyze(speckle_frames())
    for hook in hooks:
        hook.remove()
    assert len(passes) == 2


@pytest.mark.parametrize("frames", ["all", "key"])
def test_an_analysis_is_the_same_either_way(related: Models, frames: str) -> None:
    options = AnalyzeOptions(FrameSelection.parse(frames))
    together, apart = Analyzer(related, "cpu"), Analyzer(related, "cpu")
    assert isinstance(together.passes, SharedEncoder)
    apart.passes = SeparatePasses(related.classifier, related.segmenter)
    one, other = together.analyze(speckle_frames(3), options), apart.analyze(speckle_frames(3), options)
    for mine, yours in zip(one.frames, other.frames, strict=True):
        assert mine.probabilities is not None
        assert yours.probabilities is not None
        assert dataclasses.astuple(mine.probabilities) == pytest.approx(
            dataclasses.astuple(yours.probabilities), abs=1e-4
        )
    for index in one.maps.frames:
        assert np.allclose(one.maps.heat_map(index), other.maps.heat_map(index), atol=1e-4)
        assert (one.maps.labels(index) != other.maps.labels(index)).mean() < 0.001


def test_one_weight_that_differs_by_one_bit_keeps_them_apart(related: Models) -> None:
    segmenter = dataclasses.replace(related.segmenter, network=copy.deepcopy(related.segmenter.network))
    assert shares_encoder(related.classifier, segmenter)
    weight = next(segmenter.network.encoder._blocks[-1].parameters())
    weight.data.view(-1)[0] = torch.nextafter(weight.data.view(-1)[0], torch.tensor(torch.inf))
    assert not shares_encoder(related.classifier, segmenter)


def test_a_head_or_decoder_that_differs_does_not(related: Models) -> None:
    segmenter = dataclasses.replace(related.segmenter, network=copy.deepcopy(related.segmenter.network))
    for part in (segmenter.network.decoder, segmenter.network.segmentation_head):
        next(part.parameters()).data.add_(1)
    assert shares_encoder(related.classifier, segmenter)


APART = {
    "another input": lambda c: dataclasses.replace(c, preprocessing=dataclasses.replace(SMALL, fit="stretch")),
    "an earlier stage explained": lambda c: dataclasses.replace(c, explainer=GradCam(c.network, "_blocks.5")),
    "another explanation": lambda c: dataclasses.replace(c, explainer=InputSaliency(c.network)),
    "a lesion mask as input": lambda c: dataclasses.replace(c, inputs=("image", "lesion_mask")),
}


@pytest.mark.parametrize("why", APART)
def test_what_cannot_be_shared_is_not(related: Models, why: str) -> None:
    assert not shares_encoder(APART[why](related.classifier), related.segmenter)


def test_untrained_networks_of_their_own_do_not_share(untrained: Models) -> None:
    assert isinstance(Analyzer(untrained, "cpu").passes, SeparatePasses)
