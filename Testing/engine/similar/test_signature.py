"""A signature is what the classification was read from, in the same pass, whatever way the networks take."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.errors import LibraryError
from BreastUSAILib.engine.findings.similar_cases import WITHOUT_VERDICT, SimilarRequest
from BreastUSAILib.engine.images.frames import Frames
from BreastUSAILib.engine.models.passes import SeparatePasses
from BreastUSAILib.engine.models.shared_encoder import SharedEncoder
from BreastUSAILib.engine.options import AnalyzeOptions
from BreastUSAILib.engine.similar.case import CaseFacts, NewCase
from BreastUSAILib.engine.similar.library import add_cases, build_library
from BreastUSAILib.engine.similar.signature import PooledFeatures
from Testing.engine.conftest import speckle_frames


@pytest.fixture(scope="module")
def frames() -> Frames:
    return speckle_frames(3)


@pytest.fixture(scope="module")
def analyzer(untrained) -> Analyzer:
    return Analyzer(untrained, device="cpu")


@pytest.fixture(scope="module")
def library(analyzer, frames, tmp_path_factory) -> Path:
    """A library of the frames of another input, made with the same classifier."""
    folder = tmp_path_factory.mktemp("cases")
    build_library(folder, analyzer.models.classifier.identity, analyzer.signature_length)
    other = replace(frames, read_frame=lambda index: np.roll(frames.read_frame(index), 40, axis=1)[::-1])
    signed = [analyzer.sign(replace(other, read_frame=lambda _, at=at: other.read_frame(at))) for at in range(3)]
    add_cases(
        folder,
        [NewCase(CaseFacts("benign"), one.features, one.picture_hash, bytes([place]) * 16)
         for place, one in enumerate(signed)],
    )  # fmt: skip
    return folder


def _prepared(analyzer: Analyzer) -> torch.Tensor:
    size = analyzer.models.classifier.preprocessing.size
    return torch.from_numpy(np.random.default_rng(0).normal(size=(2, 1, size, size)).astype(np.float32))


def test_the_last_layer_makes_the_logits_of_the_features(analyzer) -> None:
    classifier, images = analyzer.models.classifier, _prepared(analyzer)
    pooled = PooledFeatures(classifier)

    with pooled.recording() as seen:
        logits, _ = classifier.logits(images)

    np.testing.assert_allclose(pooled.logits(pooled.of(seen, logits, images)), logits, rtol=1e-4)


def test_a_mirror_image_has_the_same_signature(analyzer, frames) -> None:
    mirrored = replace(frames, read_frame=lambda index: frames.read_frame(index)[:, ::-1])

    own, other = analyzer.sign(frames), analyzer.sign(mirrored)

    np.testing.assert_allclose(own.features, other.features, atol=1e-4)


def test_no_signature_costs_a_pass_of_its_own(analyzer) -> None:
    classifier, images = analyzer.models.classifier, _prepared(analyzer)
    passes: list[int] = []
    handle = classifier.network.register_forward_hook(lambda *_: passes.append(1))
    pooled = PooledFeatures(classifier)
    try:
        with pooled.recording() as seen:
            logits, _ = classifier.logits(images)
        pooled.of(seen, logits, images)
    finally:
        handle.remove()

    assert len(passes) == 2  # the images and their mirror images


def test_an_explanation_that_asks_more_than_once_leaves_the_same_signature(analyzer) -> None:
    classifier, images = analyzer.models.classifier, _prepared(analyzer)
    pooled = PooledFeatures(classifier)
    with pooled.recording() as seen:
        logits, _ = classifier.logits(images)
    right = pooled.of(seen, logits, images)

    with pooled.recording() as seen, torch.inference_mode():
        for noise in range(3):
            classifier.network(images + noise)

    np.testing.assert_allclose(pooled.of(seen, logits, images), right, atol=1e-4)


def test_both_ways_through_the_networks_give_the_same_signature(related, frames) -> None:
    analyzer = Analyzer(related, device="cpu")
    assert isinstance(analyzer.passes, SharedEncoder)
    _, shared = analyzer.analyze_and_sign(frames)
    analyzer.passes = SeparatePasses(related.classifier, related.segmenter)

    _, separate = analyzer.analyze_and_sign(frames)

    np.testing.assert_allclose(shared.features, separate.features, atol=1e-3)
    assert shared.picture_hash == separate.picture_hash


def test_a_frame_signed_alone_is_the_frame_signed_with_all_others(analyzer, frames) -> None:
    analysis, key = analyzer.analyze_and_sign(frames)
    alone = analyzer.sign(replace(frames, read_frame=lambda _: frames.read_frame(analysis.verdict.key_frame)))

    assert key.frame == analysis.verdict.key_frame
    np.testing.assert_allclose(alone.features, key.features, atol=1e-3)


@pytest.mark.parametrize("method", [None, "saliency"])
def test_an_analysis_carries_similar_cases_where_it_was_asked_for_them(analyzer, frames, library, method) -> None:
    options = AnalyzeOptions(similar=SimilarRequest(str(library), count=2), explain_method=method)

    analysis = analyzer.analyze(frames, options)

    assert analysis.similar.frame == analysis.verdict.key_frame
    assert (len(analysis.similar.neighbors), analysis.similar.problem) == (2, "")
    assert analyzer.analyze(frames).similar is None


def test_the_analysis_is_the_same_with_similar_cases_and_without(analyzer, frames, library) -> None:
    plain = analyzer.analyze(frames).to_json()
    asked = analyzer.analyze(frames, AnalyzeOptions(similar=SimilarRequest(str(library)))).to_json()

    assert {**asked, "similar": None, "timing_ms": {}} == {**plain, "timing_ms": {}}


def test_scoring_again_may_ask_too(analyzer, frames, library) -> None:
    masks = {1: np.zeros((frames.rows, frames.columns), np.uint8)}

    again = analyzer.rescore(frames, masks, AnalyzeOptions(similar=SimilarRequest(str(library))))

    assert again.similar.frame == 1


def test_a_missing_library_costs_nothing_but_itself(analyzer, frames, tmp_path) -> None:
    analysis = analyzer.analyze(frames, AnalyzeOptions(similar=SimilarRequest(str(tmp_path))))

    assert "no library of past cases" in analysis.similar.problem
    assert analysis.to_json()["verdict"] == analyzer.analyze(frames).to_json()["verdict"]


def test_an_image_without_a_verdict_is_compared_with_nothing(analyzer, frames, library) -> None:
    white = replace(frames, read_frame=lambda _: np.full((frames.rows, frames.columns), 255, np.uint8))

    analysis = analyzer.analyze(white, AnalyzeOptions(similar=SimilarRequest(str(library))))

    assert analysis.similar.problem == WITHOUT_VERDICT
    assert analyzer.sign(white) is None


def test_a_classifier_that_reads_the_mask_has_a_signature_too(with_mask, frames) -> None:
    assert Analyzer(with_mask, device="cpu").sign(frames).features.any()


def test_a_network_without_a_last_linear_layer_says_so(analyzer) -> None:
    classifier = replace(analyzer.models.classifier, network=torch.nn.Conv2d(1, 3, 1))

    with pytest.raises(LibraryError, match="no signature"):
        PooledFeatures(classifier)
