"""Whether there is a lesion is asked of both networks, where that was fitted for the two."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.findings.analysis import Label, Probabilities
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox
from BreastUSAILib.engine.models.lesion_presence import LesionPresence, surest_tissue
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from Testing.engine.conftest import speckle_frames

THIRD = LesionPresence("a", constant=0.5, classified=1.0, outlined=2.0, normal_below=0.3)


def test_the_lesion_is_of_both_answers_and_its_malignancy_as_it_was() -> None:
    composed = THIRD.composed(Probabilities(0.5, 0.4, 0.1), surest=-1.0)  # log-odds 0.5 + 0 - 2
    lesion = 1 / (1 + math.exp(1.5))
    assert composed.lesion == pytest.approx(lesion)
    assert composed.likelihood == pytest.approx(0.2)
    assert sum(dataclasses.astuple(composed)) == pytest.approx(1)


def test_the_surest_tissue_is_that_of_the_region_and_not_of_the_padding() -> None:
    box = Letterbox(50, 100, Rectangle(0, 0, 100, 50), 64)
    square = np.full((64, 64), 0.2, np.float32)
    square[:16] = square[48:] = 0.99  # the padding
    assert surest_tissue(square, box) == pytest.approx(math.log(0.25), abs=1e-5)
    square[20, 3:9] = 0.8  # six of 2048 pixels are the surest 0.3 %
    assert surest_tissue(square, box) == pytest.approx(math.log(4), abs=1e-5)
    square[20, 3:9] = 1.0
    assert math.isfinite(surest_tissue(square, box))


def with_presence(models: Models, **changes: object) -> Models:
    own = dataclasses.replace(THIRD, classifier=models.classifier.identity.sha256, **changes)
    return dataclasses.replace(models, segmenter=dataclasses.replace(models.segmenter, presence=own))


def test_an_analysis_composes_its_probabilities_of_both(untrained: Models) -> None:
    alone = Analyzer(untrained).analyze(speckle_frames()).verdict.probabilities
    together = Analyzer(with_presence(untrained)).analyze(speckle_frames()).verdict.probabilities
    assert alone is not None
    assert together is not None
    assert together.likelihood == pytest.approx(alone.likelihood)
    assert abs(together.lesion - alone.lesion) > 0.01


def test_its_own_point_decides_what_is_called_normal(untrained: Models) -> None:
    never, always = with_presence(untrained, normal_below=0.0), with_presence(untrained, normal_below=0.5, constant=-30)
    assert Analyzer(never).analyze(speckle_frames()).verdict.label is not Label.NORMAL
    assert Analyzer(always).analyze(speckle_frames()).verdict.label is Label.NORMAL


def test_with_another_classifier_that_one_is_asked_alone(untrained: Models) -> None:
    models = with_presence(untrained)
    other = dataclasses.replace(
        models, classifier=dataclasses.replace(
            models.classifier, identity=dataclasses.replace(models.classifier.identity, sha256="0" * 64)
        )
    )  # fmt: skip
    wanted = Analyzer(untrained).analyze(speckle_frames()).verdict
    assert Analyzer(other).analyze(speckle_frames()).verdict == wanted


def test_a_frame_that_is_not_segmented_is_judged_by_the_classifier(untrained: Models) -> None:
    options = AnalyzeOptions(frames=FrameSelection(key_only=True))
    alone = Analyzer(untrained).analyze(speckle_frames(3), options)
    together = Analyzer(with_presence(untrained)).analyze(speckle_frames(3), options)
    key = alone.verdict.key_frame
    for one, other in zip(alone.frames, together.frames, strict=True):
        assert (one.probabilities == other.probabilities) == (one.index != key)
