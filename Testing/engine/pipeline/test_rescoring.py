"""Outlines that are given are measured as they are and scored from the whole frame and a closer view."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from BreastUSAILib import report
from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import Cancelled, OptionError
from BreastUSAILib.engine.findings.analysis import Label, Malignancy, Probabilities
from BreastUSAILib.engine.findings.descriptors import WORDS
from BreastUSAILib.engine.flags import FlagCode, Severity
from BreastUSAILib.engine.images.frames import Frames, InputKind, Rectangle, Region, RegionContent, SpacingSource
from BreastUSAILib.engine.lesions.measure import measure_lesions
from BreastUSAILib.engine.models.calibration import Recalibration, log_odds
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.engine.preparing.closer_view import closer_view, prepare_view
from BreastUSAILib.engine.preparing.prepare import prepare

from ..conftest import SMALL, speckle_frames, with_rules

WHOLE = Rectangle(0, 0, 160, 120)
SCHEMA = json.loads((Path(report.__file__).parent / "analysis.schema.json").read_text(encoding="utf-8"))


def unsure(models: Models, prevalence: float | None = None) -> Models:
    """The same networks with a calibration that keeps untrained logits away from 0 and 1."""
    calibration = replace(models.classifier.calibration, temperature=60.0, prevalence=prevalence)
    return replace(models, classifier=replace(models.classifier, calibration=calibration))


@pytest.fixture(scope="module")
def analyzer(untrained: Models) -> Analyzer:
    return Analyzer(unsure(untrained), "cpu")


def labels_with(**boxes: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Labels ``[120, 160]``: of ``n3=(left, top, width, height)`` a rectangle of label 3."""
    labels = np.zeros((120, 160), np.uint8)
    for name, (left, top, width, height) in boxes.items():
        labels[top : top + height, left : left + width] = int(name[1:])
    return labels


SMALL_LESION = labels_with(n1=(60, 40, 20, 12))
NOTHING = np.zeros((120, 160), np.uint8)


def in_region(frames: Frames, region: Rectangle) -> Frames:
    named = Region(region, RegionContent.TISSUE, (0.1, 0.2))
    return replace(
        frames,
        regions=(named,),
        region=named,
        pixel_spacing_mm=(0.1, 0.2),
        spacing_source=SpacingSource.ULTRASOUND_REGION,
    )


def logits_of(models: Models, *planes: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the classifier says of one input, mirror image included, in plain words."""
    image = torch.from_numpy(np.stack(planes)[None])
    with torch.inference_mode():
        both = [models.classifier.network(one).double().numpy()[0] for one in (image, image.flip(-1))]
    return (both[0] + both[1]) / 2


def likelihood_of(models: Models, logits: NDArray[np.float64]) -> Malignancy:
    (row,) = models.classifier.calibration.probabilities(logits[None])
    found = models.classifier.verdict(Probabilities(*row.tolist()), 0, None).malignancy
    assert found is not None
    return found


def assert_close(found: Malignancy | None, expected: Malignancy | None) -> None:
    assert found is not None
    assert expected is not None
    assert dataclasses.astuple(found)[:3] == pytest.approx(dataclasses.astuple(expected)[:3], abs=1e-4)
    assert found.prevalence == expected.prevalence


def test_the_given_outline_is_measured_as_it_is_and_keeps_its_number(analyzer: Analyzer) -> None:
    frames = in_region(speckle_frames(), Rectangle(10, 5, 140, 110))
    given = labels_with(n7=(60, 40, 20, 12), n2=(30, 80, 40, 20))
    given[100:104, 120:124] = 2  # a second part of lesion 2
    analysis = analyzer.rescore(frames, {0: given})
    assert np.array_equal(analysis.maps.labels(0), given)
    assert [lesion.number for lesion in analysis.lesions] == [2, 7]
    measured = measure_lesions(
        given, np.zeros(given.shape, np.float32), frame=0, first_id=1, region_top=5, pixel_spacing_mm=(0.1, 0.2)
    )
    for found, expected in zip(analysis.lesions, measured, strict=True):
        assert replace(found, mean_probability=0.0, malignancy=None, descriptors=()) == expected
        assert [one.name for one in found.descriptors] == list(WORDS)
        assert 0 < found.mean_probability < 1
    assert analysis.frames[0].lesions == (1, 2)


@pytest.mark.parametrize("pair", ["untrained", "related"])
def test_probabilities_and_heat_maps_are_those_of_the_analysis(pair: str, request: pytest.FixtureRequest) -> None:
    analyzer = Analyzer(request.getfixturevalue(pair), "cpu")
    plain = analyzer.analyze(speckle_frames(4))
    again = analyzer.rescore(speckle_frames(4), dict.fromkeys((3, 1), SMALL_LESION))
    assert [frame.index for frame in again.frames] == [1, 3]
    assert again.maps.frames == (1, 3)
    for frame in again.frames:
        before = plain.frames[frame.index].probabilities
        assert before is not None
        assert frame.probabilities is not None
        assert dataclasses.astuple(frame.probabilities) == pytest.approx(dataclasses.astuple(before), abs=1e-5)
        assert np.allclose(again.maps.heat_map(frame.index), plain.maps.heat_map(frame.index), atol=1e-4)
    assert again.explanation == plain.explanation
    assert again.input == plain.input


@pytest.mark.parametrize("pair", ["untrained", "related"])
def test_the_likelihood_is_the_mean_of_whole_frame_and_closer_view(pair: str, request: pytest.FixtureRequest) -> None:
    models = unsure(request.getfixturevalue(pair))
    frames = in_region(speckle_frames(), WHOLE)
    (lesion,) = Analyzer(models, "cpu").rescore(frames, {0: SMALL_LESION}).lesions
    gray = frames.read_frame(0)
    view = closer_view(Rectangle(60, 40, 20, 12), WHOLE)
    assert view is not None
    whole = logits_of(models, prepare(gray, SMALL.letterbox(120, 160, WHOLE), SMALL))
    close = logits_of(models, prepare_view(gray, view, WHOLE, SMALL))
    assert_close(lesion.malignancy, likelihood_of(models, (whole + close) / 2))
    for alone in (whole, close):
        other = likelihood_of(models, alone)
        assert lesion.malignancy is not None
        assert abs(log_odds(lesion.malignancy.probability) - log_odds(other.probability)) > 0.001


def test_a_lesion_that_fills_the_region_has_the_frames_likelihood(analyzer: Analyzer) -> None:
    frames = in_region(speckle_frames(), WHOLE)
    analysis = analyzer.rescore(frames, {0: labels_with(n1=(10, 8, 140, 100))})
    assert_close(analysis.lesions[0].malignancy, analysis.verdict.malignancy)


def test_each_lesion_is_scored_by_itself(analyzer: Analyzer) -> None:
    frames = in_region(speckle_frames(), WHOLE)
    first, second = (20, 15, 20, 12), (110, 80, 20, 12)
    alone = [analyzer.rescore(frames, {0: labels_with(n1=box)}).lesions[0].malignancy for box in (first, second)]
    together = analyzer.rescore(frames, {0: labels_with(n1=first, n2=second)}).lesions
    assert alone[0] is not None
    assert alone[1] is not None
    assert abs(alone[0].probability - alone[1].probability) > 0.001
    for lesion, expected in zip(together, alone, strict=True):
        assert_close(lesion.malignancy, expected)


def test_more_lesions_than_go_into_one_batch_each_get_their_own_likelihood(analyzer: Analyzer) -> None:
    boxes = {f"n{number}": (8 + 16 * (number % 9), 10 + 50 * (number // 9), 10, 12) for number in range(1, 18)}
    frames = in_region(speckle_frames(2), WHOLE)
    many = analyzer.rescore(frames, {1: labels_with(**boxes)}).lesions
    assert [lesion.number for lesion in many] == list(range(1, 18))
    for number in (1, 9, 17):
        (one,) = analyzer.rescore(frames, {1: labels_with(n1=boxes[f"n{number}"])}).lesions
        assert_close(many[number - 1].malignancy, one.malignancy)


def test_a_prevalence_shifts_a_lesions_likelihood_as_it_does_the_verdicts(untrained: Models) -> None:
    analyzer = Analyzer(unsure(untrained, prevalence=0.4), "cpu")
    frames, options = in_region(speckle_frames(), WHOLE), AnalyzeOptions(prevalence=0.02)
    (plain,) = analyzer.rescore(frames, {0: SMALL_LESION}).lesions
    (rare,) = analyzer.rescore(frames, {0: SMALL_LESION}, options).lesions
    assert plain.malignancy is not None
    assert rare.malignancy is not None
    assert rare.malignancy.probability < plain.malignancy.probability
    assert rare.malignancy.low <= rare.malignancy.probability <= rare.malignancy.high
    assert (plain.malignancy.prevalence, rare.malignancy.prevalence) == (None, 0.02)
    filling = analyzer.rescore(frames, {0: labels_with(n1=(10, 8, 140, 100))}, options)
    assert_close(filling.lesions[0].malignancy, filling.verdict.malignancy)


def test_a_lesions_own_recalibration_is_for_its_likelihood_alone(untrained: Models) -> None:
    frames = in_region(speckle_frames(), WHOLE)
    plain = unsure(untrained, prevalence=0.4)
    own = replace(plain.classifier, lesion_recalibration=Recalibration(0.02, 0.05, 0.0, slope=0.5, intercept=-2.0))
    before = Analyzer(plain, "cpu").rescore(frames, {0: SMALL_LESION})
    after = Analyzer(replace(plain, classifier=own), "cpu").rescore(frames, {0: SMALL_LESION})
    first, second = before.lesions[0].malignancy, after.lesions[0].malignancy
    assert first is not None
    assert second is not None
    assert log_odds(second.probability) == pytest.approx(0.5 * log_odds(first.probability) - 2.0, abs=1e-4)
    assert second.low < second.probability < second.high
    assert after.verdict == before.verdict
    (flag,) = [flag for flag in after.flags if flag.code is FlagCode.RESCORED]
    assert "calibrated on outlined lesions" in flag.message


def test_the_result_says_that_outlines_were_given_and_what_the_calibration_was_measured_on(
    analyzer: Analyzer,
) -> None:
    analysis = analyzer.rescore(speckle_frames(), {0: SMALL_LESION})
    (flag,) = [flag for flag in analysis.flags if flag.code is FlagCode.RESCORED]
    assert flag.severity is Severity.INFO
    assert "calibration of whole frames" in flag.message
    document = analysis.to_json()
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["lesions"][0]["malignancy"]["probability"] > 0


def test_an_ordinary_analysis_gives_no_lesion_a_likelihood_of_its_own(untrained: Models) -> None:
    analysis = Analyzer(with_rules(untrained, threshold=0.0), "cpu").analyze(speckle_frames())
    assert analysis.lesions
    assert all(lesion.malignancy is None for lesion in analysis.lesions)
    assert FlagCode.RESCORED not in {flag.code for flag in analysis.flags}


def test_an_empty_mask_is_a_frame_without_lesions(analyzer: Analyzer) -> None:
    analysis = analyzer.rescore(speckle_frames(3), {0: NOTHING, 2: NOTHING})
    assert analysis.lesions == ()
    assert [frame.index for frame in analysis.frames] == [0, 2]
    assert analysis.verdict.key_frame in (0, 2)
    assert not analysis.maps.labels(0).any()
    (flag,) = [flag for flag in analysis.flags if flag.code is FlagCode.RESCORED]
    assert "likelihood" not in flag.message


def test_what_the_reader_outlined_is_never_withheld(untrained: Models) -> None:
    models = with_rules(untrained, normal_below=1.1, threshold=1.0)
    analysis = Analyzer(models, "cpu").rescore(speckle_frames(), {0: SMALL_LESION})
    assert len(analysis.lesions) == 1


def test_an_outline_outside_the_analyzed_region_is_measured_but_not_scored(analyzer: Analyzer) -> None:
    frames = in_region(speckle_frames(), Rectangle(40, 30, 100, 80))
    given = labels_with(n1=(5, 4, 20, 12), n2=(60, 40, 20, 12), n3=(90, 20, 30, 40))
    outside, within, across = analyzer.rescore(frames, {0: given}).lesions
    assert (outside.area_px, outside.depth_px, outside.malignancy) == (240, 0.0, None)
    assert within.malignancy is not None
    assert across.malignancy is not None
    assert across.depth_px == 0.0
    analysis = analyzer.rescore(frames, {0: given})
    (flag,) = [flag for flag in analysis.flags if flag.code is FlagCode.RESCORED]
    assert "outside the analyzed area, 1 in number" in flag.message
    jsonschema.Draft202012Validator(SCHEMA).validate(analysis.to_json())


def test_the_same_options_find_the_same_scan_area_whatever_frames_were_outlined(analyzer: Analyzer) -> None:
    """The area is looked for in several frames, and the outlined one alone shows less."""
    cine = speckle_frames(3)
    narrow = np.zeros((120, 160), np.uint8)
    narrow[:, 40:120] = cine.read_frame(2)[:, 40:120]
    frames = replace(cine, read_frame=lambda index: narrow if index == 2 else cine.read_frame(index))
    assert analyzer.rescore(frames, {2: SMALL_LESION}).input == analyzer.analyze(frames).input
    last = AnalyzeOptions(FrameSelection.parse("2"))
    assert analyzer.rescore(frames, {2: SMALL_LESION}, last).input == analyzer.analyze(frames, last).input
    assert analyzer.analyze(frames, last).input.region_px != analyzer.analyze(frames).input.region_px


def test_blank_frames_give_neither_lesion_nor_probabilities(analyzer: Analyzer) -> None:
    cine = speckle_frames(3)
    frames = replace(cine, read_frame=lambda index: NOTHING if index == 1 else cine.read_frame(index))
    key = AnalyzeOptions(FrameSelection.parse("key"))
    for options in (AnalyzeOptions(), key):
        analysis = analyzer.rescore(frames, {0: SMALL_LESION, 1: SMALL_LESION}, options)
        assert [lesion.frame for lesion in analysis.lesions] == [0]
        assert analysis.frames[1].probabilities is None
        assert not analysis.maps.labels(1).any()
    assert analyzer.rescore(frames, {1: SMALL_LESION}).verdict.label is Label.REJECTED


WRONG = {
    "no mask at all": ({}, "at least one frame"),
    "a frame after the last": ({3: SMALL_LESION}, "Choose from 0 to 2"),
    "a frame before the first": ({-1: SMALL_LESION}, "Choose from 0 to 2"),
    "a mask turned on its side": ({1: SMALL_LESION.T}, "120 rows of 160 pixels"),
    "a mask in color": ({1: np.zeros((120, 160, 3), np.uint8)}, "120 rows of 160 pixels"),
    "probabilities": ({1: SMALL_LESION.astype(np.float32)}, "whole numbers from 0 to 255"),
    "a negative label": ({1: SMALL_LESION.astype(np.int16) * -1}, "whole numbers from 0 to 255"),
    "a label that is too high": ({1: SMALL_LESION.astype(np.uint16) * 256}, "whole numbers from 0 to 255"),
}


@pytest.mark.parametrize("what", WRONG)
def test_masks_that_do_not_fit_are_refused_with_what_would(analyzer: Analyzer, what: str) -> None:
    masks, remedy = WRONG[what]
    with pytest.raises(OptionError) as caught:
        analyzer.rescore(speckle_frames(3), masks)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("kind", [bool, np.int64, np.uint16])
def test_a_mask_may_come_in_any_type_of_whole_numbers(analyzer: Analyzer, kind: type) -> None:
    frames = in_region(speckle_frames(), WHOLE)
    found = analyzer.rescore(frames, {0: SMALL_LESION.astype(kind)})
    assert found.lesions == analyzer.rescore(frames, {0: SMALL_LESION}).lesions


def test_given_masks_stay_as_they_were(analyzer: Analyzer) -> None:
    given = SMALL_LESION.copy()
    given.setflags(write=False)
    analyzer.rescore(speckle_frames(), {0: given})
    assert np.array_equal(given, SMALL_LESION)


def test_progress_counts_the_outlined_frames_and_cancel_stops(analyzer: Analyzer) -> None:
    told: list[tuple[int, int]] = []
    masks = dict.fromkeys((0, 2, 3), SMALL_LESION)
    analyzer.rescore(speckle_frames(4), masks, progress=lambda done, total, words: told.append((done, total)))
    assert told == [(3, 3)]
    with pytest.raises(Cancelled):
        analyzer.rescore(speckle_frames(4), masks, cancelled=lambda: True)


def test_many_closer_views_can_be_cancelled_between_batches(analyzer: Analyzer) -> None:
    boxes = {f"n{number}": (8 + 16 * (number % 9), 10 + 50 * (number // 9), 10, 12) for number in range(1, 18)}
    asked: list[int] = []

    def later() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(Cancelled):
        analyzer.rescore(speckle_frames(), {0: labels_with(**boxes)}, cancelled=later)


def test_saliency_can_be_asked_for_here_too(related: Models) -> None:
    analysis = Analyzer(related, "cpu").rescore(
        speckle_frames(), {0: SMALL_LESION}, AnalyzeOptions(explain_method="saliency")
    )
    assert analysis.explanation.method == "Saliency"


def test_a_classifier_of_masks_gets_the_given_ones_and_in_the_closer_view_the_lesions_own(with_mask: Models) -> None:
    models = unsure(with_mask)
    seen: list[NDArray] = []
    entry = models.classifier.network._conv_stem_padding
    hook = entry.register_forward_pre_hook(lambda module, given: seen.append(given[0].detach().numpy().copy()))
    frames = in_region(speckle_frames(), WHOLE)
    given = labels_with(n1=(60, 40, 20, 12), n2=(80, 40, 20, 12))
    analysis = Analyzer(models, "cpu").rescore(frames, {0: given})
    hook.remove()
    whole, mirrored, close, _ = seen
    box = SMALL.letterbox(120, 160, WHOLE)
    assert np.array_equal(whole[0, 1], box.apply(given > 0) >= 0.5)
    assert np.array_equal(mirrored, whole[..., ::-1])
    assert close.shape[0] == 2
    for number, lesion, seen_close in zip((1, 2), analysis.lesions, close, strict=True):
        view = closer_view(Rectangle(*lesion.bbox_px), WHOLE)
        assert view is not None
        assert np.allclose(seen_close[0], prepare_view(frames.read_frame(0), view, WHOLE, SMALL))
        assert np.array_equal(seen_close[1], SMALL.letterbox(120, 160, view).apply(given == number) >= 0.5)
    expected = logits_of(models, *whole[0]), logits_of(models, *close[0])
    assert_close(analysis.lesions[0].malignancy, likelihood_of(models, (expected[0] + expected[1]) / 2))


def test_slices_that_are_left_out_of_a_volume_are_empty_ones(analyzer: Analyzer) -> None:
    """Not every slice between outlines has to be given, and no lesion grows by it."""
    frames = replace(in_region(speckle_frames(9), WHOLE), kind=InputKind.VOLUME, slice_spacing_mm=0.5)
    given = dict.fromkeys((0, 4, 8), SMALL_LESION)
    (apart,) = analyzer.rescore(frames, given).volume_lesions
    assert apart.lesions == (1, 2, 3)
    assert apart.volume_mm3 == pytest.approx(3 * 240 * 0.1 * 0.2 * 0.5)
    sparse = AnalyzeOptions(FrameSelection.parse("every:4"))
    (whole,) = analyzer.rescore(frames, given, sparse).volume_lesions
    assert whole.volume_mm3 == pytest.approx(3 * 240 * 0.1 * 0.2 * 0.5 * 4)


def test_of_a_volume_each_number_is_one_lesion_whatever_overlaps(analyzer: Analyzer) -> None:
    """Lesion 2 lies over lesion 5 on the next slice, and lesion 5 is in two pieces far apart."""
    frames = replace(in_region(speckle_frames(6), WHOLE), kind=InputKind.VOLUME, slice_spacing_mm=0.5)
    here, there = (60, 40, 20, 12), (20, 70, 20, 12)
    given = {
        0: labels_with(n5=here),
        1: labels_with(n2=here, n5=there),
        2: labels_with(n2=here),
        5: labels_with(n5=there),
    }
    analysis = analyzer.rescore(frames, given)
    by_id = {lesion.id: lesion for lesion in analysis.lesions}
    assert [whole.id for whole in analysis.volume_lesions] == [2, 5]
    for whole in analysis.volume_lesions:
        assert {by_id[part].number for part in whole.lesions} == {whole.id}
    assert [(whole.first_frame, whole.last_frame) for whole in analysis.volume_lesions] == [(1, 2), (0, 5)]
    assert np.array_equal(analysis.segment_labels(1), given[1])


def test_of_a_volume_the_outlines_are_joined_and_the_most_suspicious_one_counts(analyzer: Analyzer) -> None:
    frames = replace(
        in_region(speckle_frames(4), WHOLE), kind=InputKind.VOLUME, frame_times_s=None, slice_spacing_mm=0.5
    )
    given = {index: labels_with(n1=(60 + 4 * index, 40, 20, 12)) for index in (1, 2, 3)}
    analysis = analyzer.rescore(frames, given)
    (whole,) = analysis.volume_lesions
    assert whole.lesions == (1, 2, 3)
    assert whole.volume_mm3 == pytest.approx(3 * 240 * 0.1 * 0.2 * 0.5)
    by_slice = {lesion.frame: lesion.malignancy for lesion in analysis.lesions}
    assert whole.malignancy == by_slice[whole.key_frame]
    assert whole.malignancy is not None
    assert whole.malignancy.probability == max(found.probability for found in by_slice.values() if found)


@pytest.mark.parametrize("text", ["every:4", "key"])
def test_the_selection_of_the_analysis_before_outlasts_every_scoring(analyzer: Analyzer, text: str) -> None:
    """Outlines that were added between the selected slices change no step, so no volume either."""
    frames = replace(in_region(speckle_frames(9), WHOLE), kind=InputKind.VOLUME, slice_spacing_mm=0.5)
    options = AnalyzeOptions(FrameSelection.parse(text))
    once = analyzer.rescore(frames, dict.fromkeys((0, 1, 4, 8), SMALL_LESION), options)
    assert once.selection == analyzer.analyze(frames, options).selection == options.frames
    again = analyzer.rescore(frames, dict.fromkeys((0, 1, 4, 8), SMALL_LESION), replace(options, frames=once.selection))
    assert again.volume_lesions == once.volume_lesions
