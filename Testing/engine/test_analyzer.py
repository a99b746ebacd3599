"""The front door: what goes in, what comes out, whatever the weights."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import nn

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundle_limits import MOST_FRAMES_AT_ONCE as BATCH
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import Cancelled, InputError, OptionError
from BreastUSAILib.engine.findings.analysis import Analysis, Label
from BreastUSAILib.engine.flags import FlagCode, Severity
from BreastUSAILib.engine.images.frames import Frames, InputKind, Rectangle, Region, RegionContent, SpacingSource
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection

from .conftest import speckle_frames, with_rules


@pytest.fixture(scope="module")
def analyzer(untrained: Models) -> Analyzer:
    return Analyzer(untrained, "cpu")


def without_timing(analysis: Analysis) -> dict:
    return {key: value for key, value in analysis.to_json().items() if key != "timing_ms"}


def test_a_still_gets_a_verdict_masks_and_a_heat_map(analyzer: Analyzer) -> None:
    analysis = analyzer.analyze(speckle_frames())
    found = analysis.verdict.probabilities
    assert found is not None
    assert found.normal + found.benign + found.malignant == pytest.approx(1)
    assert analysis.maps.frames == (0,)
    assert analysis.maps.labels(0).shape == (120, 160)
    heat = analysis.maps.heat_map(0)
    assert heat.dtype == np.float32
    assert 0 <= heat.min() <= heat.max() <= 1


def test_the_same_input_twice_gives_the_same_result(analyzer: Analyzer) -> None:
    first, second = (analyzer.analyze(speckle_frames(3)) for _ in range(2))
    assert without_timing(first) == without_timing(second)
    assert np.array_equal(first.maps.heat_map(1), second.maps.heat_map(1))


def test_a_frame_of_a_cine_is_read_as_the_same_still(analyzer: Analyzer) -> None:
    cine = speckle_frames(BATCH + 2)
    still = dataclasses.replace(cine, kind=InputKind.STILL, count=1, read_frame=lambda index: cine.read_frame(BATCH))
    alone = analyzer.analyze(still).frames[0].probabilities
    among = analyzer.analyze(cine).frames[BATCH].probabilities
    assert alone is not None
    assert among is not None
    assert alone.malignant == pytest.approx(among.malignant, abs=1e-5)


def test_the_key_frame_is_the_most_suspicious_one(analyzer: Analyzer) -> None:
    analysis = analyzer.analyze(speckle_frames(5))
    found = [frame.probabilities for frame in analysis.frames if frame.probabilities]
    most = max(found, key=lambda probabilities: probabilities.malignant)
    assert analysis.verdict.key_frame == found.index(most)
    assert analysis.verdict.malignancy is not None
    assert analysis.verdict.malignancy.probability == pytest.approx(most.malignant / (most.benign + most.malignant))


def test_a_frame_that_looks_normal_but_not_surely_is_undetermined_with_the_reason(untrained: Models) -> None:
    class Unsure(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return torch.tensor([[2.0, 0.0, 1.0]]).expand(len(images), 3)

    models = with_rules(untrained, normal_below=0.05)
    explainer = untrained.classifier.explainer

    class Heat:
        method, layer = explainer.method, explainer.layer

        def __call__(self, images: torch.Tensor, target: int) -> tuple[np.ndarray, np.ndarray]:
            return Unsure()(images).numpy(), explainer(images, target)[1]

    classifier = dataclasses.replace(models.classifier, network=Unsure(), explainer=Heat())
    analysis = Analyzer(dataclasses.replace(models, classifier=classifier), "cpu").analyze(speckle_frames())
    assert analysis.verdict.label is Label.UNDETERMINED
    (flag,) = [flag for flag in analysis.flags if flag.code is FlagCode.NORMAL_NOT_SURE]
    assert "the probability of a lesion is" in flag.message
    assert "from 5 % on it may be one" in flag.message


def test_key_only_classifies_all_and_maps_one(analyzer: Analyzer) -> None:
    analysis = analyzer.analyze(speckle_frames(5), AnalyzeOptions(FrameSelection.parse("key")))
    assert len(analysis.frames) == 5
    assert analysis.maps.frames == (analysis.verdict.key_frame,)


def test_key_only_and_all_agree(analyzer: Analyzer) -> None:
    every = analyzer.analyze(speckle_frames(5))
    key = analyzer.analyze(speckle_frames(5), AnalyzeOptions(FrameSelection.parse("key")))
    assert every.verdict.key_frame == key.verdict.key_frame
    assert every.verdict.malignancy is not None
    assert key.verdict.malignancy is not None
    assert every.verdict.malignancy.probability == pytest.approx(key.verdict.malignancy.probability, abs=1e-5)


def test_a_range_keeps_the_inputs_own_indices(analyzer: Analyzer) -> None:
    analysis = analyzer.analyze(speckle_frames(6), AnalyzeOptions(FrameSelection.parse("2-4")))
    assert [frame.index for frame in analysis.frames] == [2, 3, 4]
    assert analysis.maps.frames == (2, 3, 4)


def test_a_range_outside_the_input_is_refused(analyzer: Analyzer) -> None:
    with pytest.raises(OptionError, match="the input has 3"):
        analyzer.analyze(speckle_frames(3), AnalyzeOptions(FrameSelection.parse("2-9")))


def test_only_the_named_region_is_analyzed(analyzer: Analyzer) -> None:
    region = Region(Rectangle(40, 10, 100, 90), RegionContent.TISSUE, (0.1, 0.1))
    frames = dataclasses.replace(
        speckle_frames(),
        regions=(region,),
        region=region,
        pixel_spacing_mm=(0.1, 0.1),
        spacing_source=SpacingSource.ULTRASOUND_REGION,
    )
    analysis = analyzer.analyze(frames)
    outside = np.ones((120, 160), dtype=bool)
    outside[region.rectangle.slices] = False
    assert not analysis.maps.labels(0)[outside].any()
    assert not analysis.maps.heat_map(0)[outside].any()
    assert analysis.input.region_px == (40, 10, 100, 90)


def test_without_a_pixel_size_there_are_no_millimeters(analyzer: Analyzer) -> None:
    analysis = analyzer.analyze(speckle_frames())
    assert FlagCode.UNCALIBRATED in {flag.code for flag in analysis.flags}
    assert analysis.input.pixel_spacing_mm is None
    assert all(lesion.area_mm2 is None and lesion.long_axis_mm is None for lesion in analysis.lesions)


def test_a_blank_frame_is_rejected_without_probabilities(analyzer: Analyzer) -> None:
    blank = dataclasses.replace(speckle_frames(), read_frame=lambda index: np.zeros((120, 160), dtype=np.uint8))
    analysis = analyzer.analyze(blank)
    assert analysis.verdict.label is Label.REJECTED
    assert analysis.verdict.probabilities is None
    assert analysis.maps.frames == ()


def test_blank_frames_of_a_cine_are_left_out_and_said(analyzer: Analyzer) -> None:
    cine = speckle_frames(6)
    blank = np.zeros((120, 160), dtype=np.uint8)
    frames = dataclasses.replace(cine, read_frame=lambda index: blank if index in (0, 5) else cine.read_frame(index))
    analysis = analyzer.analyze(frames)
    assert [frame.index for frame in analysis.frames if frame.probabilities is None] == [0, 5]
    assert analysis.verdict.key_frame in (1, 2, 3, 4)
    assert analysis.maps.frames == (0, 1, 2, 3, 4, 5)
    assert not analysis.maps.labels(0).any()
    (flag,) = [flag for flag in analysis.flags if flag.code is FlagCode.BLANK_FRAME]
    assert flag.severity is Severity.WARNING
    assert flag.message.startswith("2 of 6 frames were left out.")


def test_a_frame_that_is_surely_normal_gets_no_outline(untrained: Models) -> None:
    def with_rule(sure: float, below: float = math.inf) -> Analysis:
        models = with_rules(untrained, normal_below=sure, threshold=0.0, withhold_below=below)
        return Analyzer(models, "cpu").analyze(speckle_frames())

    shown, withheld = with_rule(0.0), with_rule(1.1)
    assert (shown.verdict.label, withheld.verdict.label) != (Label.NORMAL, Label.UNDETERMINED)
    assert withheld.verdict.label is Label.NORMAL
    assert shown.lesions
    assert FlagCode.OUTLINE_WITHHELD not in {flag.code for flag in shown.flags}
    evidence = shown.lesions[0].mean_probability
    assert with_rule(1.1, 0.99 * evidence).lesions == shown.lesions
    unsure = with_rule(1.1, 1.01 * evidence)
    assert not unsure.lesions
    (flag,) = [flag for flag in unsure.flags if flag.code is FlagCode.OUTLINE_WITHHELD]
    assert "not sure enough" in flag.message
    assert not withheld.lesions
    assert not withheld.maps.labels(0).any()
    assert FlagCode.OUTLINE_WITHHELD in {flag.code for flag in withheld.flags}


class TwoOutlines(nn.Module):
    """A segmenter that finds a sure lesion and a larger, less sure one in every image."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits = torch.full_like(images, -9.0)
        logits[..., 8:20, 24:40] = 4.0
        logits[..., 40:56, 16:48] = 1.0
        return logits


def remarks_on_others(analysis: Analysis) -> list[str]:
    return [flag.message for flag in analysis.flags if "besides the key frame" in flag.message]


def test_of_two_outlines_on_what_is_called_normal_the_sure_one_is_shown(untrained: Models) -> None:
    def lesions(frames: Frames, **rules: float) -> Analysis:
        return Analyzer(with_rules(untrained, network=TwoOutlines(), **rules), "cpu").analyze(frames)

    cine = speckle_frames(3)
    both = lesions(cine, normal_below=0.0)
    assert len(both.lesions) == 6
    sure = lesions(cine, normal_below=1.1, withhold_below=0.9)
    assert [lesion.frame for lesion in sure.lesions] == [0, 1, 2]
    assert all(lesion.mean_probability > 0.9 for lesion in sure.lesions)
    (flag,) = [flag for flag in sure.flags if flag.code is FlagCode.OUTLINE_WITHHELD]
    assert flag.message.startswith("On 3 of 3 frames")
    assert remarks_on_others(sure) == [
        "On 2 of 2 frames besides the key frame a sure outline is shown, though the classification gives these frames "
        "a probability of less than 110 % of showing a lesion: look at them yourself."
    ]
    assert not remarks_on_others(both)
    assert not remarks_on_others(lesions(speckle_frames(), normal_below=1.1, withhold_below=0.9))
    (one,) = remarks_on_others(lesions(speckle_frames(2), normal_below=1.1, withhold_below=0.9))
    assert one.endswith("gives this frame a probability of less than 110 % of showing a lesion: look at it yourself.")


def test_a_tiny_region_gets_no_verdict(analyzer: Analyzer) -> None:
    region = Region(Rectangle(0, 0, 20, 20), RegionContent.TISSUE)
    analysis = analyzer.analyze(dataclasses.replace(speckle_frames(), regions=(region,), region=region))
    assert analysis.verdict.label is Label.REJECTED
    assert FlagCode.IMAGE_TOO_SMALL in {flag.code for flag in analysis.flags}


def test_one_pixel_is_not_a_picture(analyzer: Analyzer) -> None:
    dot = Frames(
        "dot", InputKind.STILL, 1, 1, 1, False, lambda index: np.zeros((1, 1), dtype=np.uint8), source="dot.png"
    )
    with pytest.raises(InputError, match=r"dot\.png: the image is 1x1 pixels"):
        analyzer.analyze(dot)


def test_progress_counts_every_frame_and_cancel_stops_between_batches(analyzer: Analyzer) -> None:
    seen: list[int] = []
    analyzer.analyze(speckle_frames(BATCH + 1), progress=lambda done, total, words: seen.append(done))
    assert seen == [BATCH, BATCH + 1]
    with pytest.raises(Cancelled):
        analyzer.analyze(speckle_frames(BATCH + 1), cancelled=lambda: True)


def test_color_is_read_as_its_luminance(analyzer: Analyzer) -> None:
    gray = speckle_frames()
    color = dataclasses.replace(
        gray, has_color=True, read_frame=lambda index: np.repeat(gray.read_frame(index)[..., None], 3, axis=2)
    )
    assert without_timing(analyzer.analyze(gray)) == without_timing(analyzer.analyze(color))


def test_lesion_ids_count_up_over_the_frames(analyzer: Analyzer) -> None:
    analysis = analyzer.analyze(speckle_frames(4))
    assert [lesion.id for lesion in analysis.lesions] == list(range(1, len(analysis.lesions) + 1))
    for frame in analysis.frames:
        assert frame.lesions == tuple(lesion.id for lesion in analysis.lesions_of(frame.index))
        numbers = set(np.unique(analysis.maps.labels(frame.index)).tolist()) - {0}
        assert numbers == set(range(1, len(frame.lesions) + 1))


def calibrated_at(untrained: Models, prevalence: float | None) -> Models:
    calibration = dataclasses.replace(untrained.classifier.calibration, prevalence=prevalence)
    return dataclasses.replace(untrained, classifier=dataclasses.replace(untrained.classifier, calibration=calibration))


def test_a_prevalence_shifts_every_probability_and_is_stated(untrained: Models) -> None:
    analyzer = Analyzer(calibrated_at(untrained, 0.4), "cpu")
    plain, rare = (analyzer.analyze(speckle_frames(2), AnalyzeOptions(prevalence=share)) for share in (None, 0.02))
    for before, after in zip(plain.frames, rare.frames, strict=True):
        assert before.probabilities is not None
        assert after.probabilities is not None
        assert after.probabilities.malignant < before.probabilities.malignant
    assert plain.verdict.malignancy is not None
    assert rare.verdict.malignancy is not None
    assert plain.to_json()["verdict"]["malignancy"]["prevalence"] is None
    assert rare.to_json()["verdict"]["malignancy"]["prevalence"] == 0.02
    key = rare.verdict.key_frame
    (shown, listed) = (rare.verdict.probabilities, rare.frames[key or 0].probabilities)
    assert shown is not None
    assert listed is not None
    assert dataclasses.astuple(shown) == pytest.approx(dataclasses.astuple(listed), abs=1e-12)  # one by one or in a row
    (flag,) = [flag for flag in rare.flags if flag.code is FlagCode.PREVALENCE_SHIFTED]
    assert "2 % malignant among lesions" in flag.message
    assert "calibrated at 40 %" in flag.message
    assert FlagCode.PREVALENCE_SHIFTED not in {flag.code for flag in plain.flags}


def test_the_prevalence_that_was_asked_for_outlasts_a_rejection_and_every_scoring(untrained: Models) -> None:
    analyzer, options = Analyzer(calibrated_at(untrained, 0.4), "cpu"), AnalyzeOptions(prevalence=0.02)
    blank = dataclasses.replace(speckle_frames(), read_frame=lambda index: np.zeros((120, 160), dtype=np.uint8))
    analysis = analyzer.analyze(blank, options)
    rescored = analyzer.rescore(blank, {0: np.ones((120, 160), np.uint8)}, options)
    assert analysis.verdict.malignancy is rescored.verdict.malignancy is None
    assert analysis.to_json()["prevalence"] == rescored.to_json()["prevalence"] == 0.02
    assert analyzer.analyze(blank).prevalence is None


def test_outlines_do_not_depend_on_the_prevalence(untrained: Models) -> None:
    """The rule for normals was chosen at the calibration's prevalence, and holds for the pixels alone."""
    analyzer = Analyzer(calibrated_at(untrained, 0.4), "cpu")
    plain, rare = (analyzer.analyze(speckle_frames(), AnalyzeOptions(prevalence=share)) for share in (None, 0.001))
    assert np.array_equal(plain.maps.labels(0), rare.maps.labels(0))


def test_a_bundle_that_does_not_know_its_own_prevalence_cannot_be_shifted(analyzer: Analyzer) -> None:
    with pytest.raises(OptionError, match="prevalence"):
        analyzer.analyze(speckle_frames(), AnalyzeOptions(prevalence=0.02))


def test_an_outline_of_little_evidence_is_dropped(untrained: Models) -> None:
    def outlined(evidence: float) -> Analysis:
        return Analyzer(with_rules(untrained, threshold=0.0, lesion_evidence=evidence), "cpu").analyze(speckle_frames())

    (lesion,) = outlined(0.0).lesions
    assert outlined(lesion.mean_probability - 0.01).lesions
    assert not outlined(lesion.mean_probability + 0.01).lesions


def test_the_heat_map_lies_where_the_classifier_looked(untrained: Models) -> None:
    preprocessing = dataclasses.replace(untrained.classifier.preprocessing, fit="stretch", centre_share=0.5)
    classifier = dataclasses.replace(untrained.classifier, preprocessing=preprocessing)
    analysis = Analyzer(dataclasses.replace(untrained, classifier=classifier), "cpu").analyze(speckle_frames())
    left, top, width, height = analysis.input.region_px
    seen = np.zeros((120, 160), dtype=bool)
    seen[top + height // 4 : top + height - height // 4, left + width // 4 : left + width - width // 4] = True
    heat = analysis.maps.heat_map(0)
    assert heat[seen].max() > 0
    assert not heat[~seen].any()
