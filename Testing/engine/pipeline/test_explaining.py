"""Explanations on demand: the same maps by every way, what is analyzed stays as it is, and what cannot be is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import Cancelled, InputError, OptionError
from BreastUSAILib.engine.findings.analysis import Analysis, Label
from BreastUSAILib.engine.findings.document_form import analysis_from
from BreastUSAILib.engine.findings.explained import with_explanations
from BreastUSAILib.engine.flags import FlagCode
from BreastUSAILib.engine.images.frames import Frames
from BreastUSAILib.engine.options import AnalyzeOptions, ExplainOptions
from BreastUSAILib.engine.remote.exchange import read_analysis, read_input, write_analysis, write_input
from BreastUSAILib.engine.remote.explanation_files import read_explanations, write_explanations
from BreastUSAILib.engine.steps import all_at_once

from ..conftest import speckle_frames

QUICK = ("saliency", "outline-grad-cam", "attention-gates")


def outlined(count: int = 1, *frames: int) -> dict[int, np.ndarray]:
    """Masks of the frames, with a lesion on those that are named."""
    masks = {index: np.zeros((120, 160), np.uint8) for index in range(count)}
    for index in frames:
        masks[index][50:80, 60:100] = 1
    return masks


def asked(*methods: str, label: Label = Label.MALIGNANT) -> ExplainOptions:
    return ExplainOptions(methods, (0, 0, 160, 120), label)


def same(one: Analysis, other: Analysis) -> bool:
    """Whether two analyses are the same, but for times."""
    return replace(one, timing_ms={}) == replace(other, timing_ms={})


def test_what_comes_with_the_analysis_is_what_is_made_on_demand(related: Models) -> None:
    analyzer, frames = Analyzer(related, "cpu"), speckle_frames()
    plain = analyzer.analyze(frames)
    asked_for = analyzer.analyze(frames, AnalyzeOptions(explain=("saliency", "attention-gates")))
    options = ExplainOptions(("saliency", "attention-gates"), plain.input.region_px)
    later = with_explanations(plain, analyzer.explain(frames, {0: plain.maps.labels(0)}, options))
    assert same(later, asked_for)
    assert same(replace(asked_for, explanations=()), plain)
    assert [one.option for one in asked_for.explanations] == ["saliency", "attention-gates"]
    for option in ("saliency", "attention-gates"):
        one, other = (found.maps.explanation_map(option, 0) for found in (asked_for, later))
        assert np.array_equal(one, other)
        assert one.shape == (120, 160)
        assert one.dtype == np.float32
        assert 0 <= one.min() < one.max() <= 1
    assert np.array_equal(asked_for.maps.heat_map(0), plain.maps.heat_map(0))


def test_saliency_on_demand_is_that_of_the_pass_but_for_its_grain(related: Models) -> None:
    analyzer, frames = Analyzer(related, "cpu"), speckle_frames()
    in_pass = analyzer.analyze(frames, AnalyzeOptions(explain_method="saliency")).maps.heat_map(0)
    later = analyzer.explain(frames, outlined(), asked("saliency")).maps["saliency"].map(0)
    assert np.corrcoef(in_pass.ravel(), later.ravel())[0, 1] > 0.6


def test_the_heat_maps_own_method_gives_no_second_map(related: Models) -> None:
    assert Analyzer(related, "cpu").analyze(speckle_frames(), AnalyzeOptions(explain=("grad-cam",))).explanations == ()


def test_another_class_is_explained_where_it_is_asked_for(related: Models) -> None:
    analyzer, frames = Analyzer(related, "cpu"), speckle_frames()
    maps = {}
    for label in (Label.MALIGNANT, Label.NORMAL):
        made = analyzer.explain(frames, outlined(), asked("grad-cam", label=label))
        assert [(one.target, one.layer) for one in made.found] == [(label.value, "_blocks.6")]
        maps[label] = made.maps["grad-cam"].map(0)
    assert not np.allclose(*maps.values(), atol=0.05)


def test_a_classifier_that_sees_the_outline_is_explained_with_it(with_mask: Models) -> None:
    made = Analyzer(with_mask, "cpu").explain(speckle_frames(), outlined(), asked("saliency"))
    assert made.maps["saliency"].map(0).max() > 0


def test_frames_without_a_lesion_are_left_out_where_the_outline_is_explained(related: Models) -> None:
    made = Analyzer(related, "cpu").explain(speckle_frames(3), outlined(3, 1), asked(*QUICK))
    assert {one.option: one.frames for one in made.found} == {
        "saliency": (0, 1, 2),
        "outline-grad-cam": (1,),
        "attention-gates": (0, 1, 2),
    }
    assert {one.target for one in made.found} == {"malignant", "outline"}
    (flag,) = made.flags
    assert flag.code is FlagCode.NOT_EXPLAINED
    assert flag.message.startswith("Outline Grad-CAM has nothing to explain on 2 of 3 frames")


def test_an_analysis_without_a_lesion_is_not_lost_for_that(related: Models) -> None:
    models = replace(related, segmenter=replace(related.segmenter, threshold=1.0))
    found = Analyzer(models, "cpu").analyze(speckle_frames(), AnalyzeOptions(explain=("outline-grad-cam",)))
    assert found.explanations == ()
    assert [flag.message for flag in found.flags if flag.code is FlagCode.NOT_EXPLAINED] == [
        "Outline Grad-CAM has nothing to explain here, since no lesion is outlined."
    ]


def test_no_outline_no_method_no_frame_and_no_ultrasound_are_told_apart(related: Models) -> None:
    analyzer, frames = Analyzer(related, "cpu"), speckle_frames()
    with pytest.raises(OptionError, match=r"no lesion is outlined.*choose a method that explains the class"):
        analyzer.explain(frames, outlined(), asked("outline-grad-cam"))
    with pytest.raises(OptionError, match="no explanation method was chosen"):
        asked()
    with pytest.raises(OptionError, match=r"'lime' is not an explanation method\. Choose one of grad-cam, "):
        asked("lime")
    with pytest.raises(OptionError, match="'rejected' cannot be explained"):
        asked("saliency", label=Label.REJECTED)
    with pytest.raises(OptionError, match="no frame was chosen"):
        analyzer.explain(frames, {}, asked("saliency"))
    with pytest.raises(OptionError, match="outline was given for frame 1, but the input has 1"):
        analyzer.explain(frames, {1: outlined()[0]}, asked("saliency"))
    with pytest.raises(OptionError, match=r"region.*does not lie in the image of 160x120"):
        analyzer.explain(frames, outlined(), ExplainOptions(("saliency",), (0, 0, 161, 120)))
    blank = replace(frames, read_frame=lambda _index: np.zeros((120, 160), np.uint8))
    with pytest.raises(InputError, match="rejected, so that there is no answer to explain"):
        analyzer.explain(blank, outlined(1, 0), asked(*QUICK))


def test_a_rejected_image_keeps_its_result(related: Models) -> None:
    blank = replace(speckle_frames(), read_frame=lambda _index: np.zeros((120, 160), np.uint8))
    found = Analyzer(related, "cpu").analyze(blank, AnalyzeOptions(explain=QUICK))
    assert found.verdict.label is Label.REJECTED
    assert found.explanations == ()


def test_a_network_without_gates_is_refused_before_anything_is_read(related: Models) -> None:
    plain = replace(related, segmenter=replace(related.segmenter, network=related.classifier.network))

    def unread(_index: int) -> np.ndarray:
        raise AssertionError("a frame was read")

    frames = replace(speckle_frames(), read_frame=unread)
    for ask in (
        lambda one: one.analyze(frames, AnalyzeOptions(explain=("attention-gates",))),
        lambda one: one.explain(frames, outlined(), asked("attention-gates")),
    ):
        analyzer = Analyzer(related, "cpu")
        analyzer.models = plain
        with pytest.raises(OptionError, match="has no attention gate that Attention gates could explain") as caught:
            ask(analyzer)
        assert caught.value.remedy.endswith("kernel-shap, occlusion")


def test_progress_counts_passes_and_cancelling_is_heard_between_two(related: Models) -> None:
    heard: list[tuple[int, int, str]] = []
    analyzer, frames = Analyzer(related, "cpu"), speckle_frames(2)
    analyzer.explain(frames, outlined(2, 0, 1), asked(*QUICK), progress=lambda *told: heard.append(told))
    done = [told[0] for told in heard]
    assert done == sorted(done)
    assert done[-1] == heard[-1][1] == 2 * (1 + 2 + 1)
    assert heard[0][2] == "Saliency, frame 1 of 2"
    stops = iter([False, False, False, True])
    with pytest.raises(Cancelled):
        analyzer.explain(frames, outlined(2, 0), asked("smoothgrad"), cancelled=lambda: next(stops))


def test_everything_comes_through_the_engines_process_as_it_was(related: Models, tmp_path) -> None:
    analyzer, frames = Analyzer(related, "cpu"), speckle_frames(2)
    all_at_once(write_input(tmp_path, frames, asked(*QUICK), outlined(2, 1)))
    given = read_input(tmp_path)
    assert given.options == asked(*QUICK)
    assert isinstance(given.options, ExplainOptions)
    assert given.masks is not None
    made = analyzer.explain(given.frames, given.masks, given.options)
    write_explanations(tmp_path, made)
    back = all_at_once(read_explanations(tmp_path))
    assert back == made
    for option, maps in made.maps.items():
        for frame in maps.squares:
            assert np.array_equal(back.maps[option].map(frame), maps.map(frame))
    analysis = analyzer.analyze(frames, AnalyzeOptions(explain=("saliency",)))
    write_analysis(tmp_path, analysis)
    again = all_at_once(read_analysis(tmp_path))
    assert again == analysis
    assert np.array_equal(again.maps.explanation_map("saliency", 1), analysis.maps.explanation_map("saliency", 1))


def test_a_method_that_is_explained_anew_takes_the_place_of_the_former(related: Models) -> None:
    analyzer, frames = Analyzer(related, "cpu"), speckle_frames()
    first = analyzer.analyze(frames, AnalyzeOptions(explain=("saliency", "attention-gates")))
    made = analyzer.explain(frames, outlined(), asked("saliency", label=Label.BENIGN))
    both = with_explanations(first, made)
    assert [(one.option, one.target) for one in both.explanations] == [
        ("attention-gates", "outline"),
        ("saliency", "benign"),
    ]
    assert np.array_equal(both.maps.explanation_map("saliency", 0), made.maps["saliency"].map(0))
    assert not np.array_equal(first.maps.explanation_map("saliency", 0), made.maps["saliency"].map(0))


def test_a_document_with_explanations_is_read_again_and_one_without_too(related: Models) -> None:
    analysis = Analyzer(related, "cpu").analyze(speckle_frames(), AnalyzeOptions(explain=("attention-gates",)))
    document = analysis.to_json()
    assert analysis_from(document).explanations == analysis.explanations
    del document["explanations"]
    assert analysis_from(document).explanations == ()
    document = analysis.to_json()
    document["explanations"][0]["frames"] = [7]
    with pytest.raises(ValueError, match="a frame is named that is not one of the 1"):
        analysis_from(document)


@pytest.fixture(scope="module")
def phantom() -> Frames:
    from BreastUSAILib.engine.reading import read
    from Testing.bench.still import STILL

    return next(iter(read(STILL)))


@pytest.fixture(scope="module")
def shipped() -> Analyzer:
    from BreastUSAILib.engine.bundles.model_folder import load_models

    return Analyzer(load_models(), "cpu")


def hottest(values: np.ndarray) -> tuple[int, int]:
    row, column = np.unravel_index(values.argmax(), values.shape)
    return int(row), int(column)


def test_maps_of_the_shipped_pair_lie_on_a_phantoms_lesion_and_move_with_it(shipped: Analyzer, phantom: Frames) -> None:
    methods = ("grad-cam", "outline-grad-cam")
    found = shipped.analyze(phantom)
    moved = replace(phantom, read_frame=lambda index: np.ascontiguousarray(phantom.read_frame(index)[:, ::-1]))
    mask = found.maps.labels(0)
    left, top, width, height = found.input.region_px
    there = ExplainOptions(methods, found.input.region_px)
    elsewhere = ExplainOptions(methods, (phantom.columns - left - width, top, width, height))
    one = shipped.explain(phantom, {0: mask}, there)
    other = shipped.explain(moved, {0: np.ascontiguousarray(mask[:, ::-1])}, elsewhere)
    for option in methods:
        here, mirrored = one.maps[option].map(0), other.maps[option].map(0)
        lesion = mask > 0
        assert here[lesion].mean() > 3 * here.mean()
        assert mirrored[:, ::-1][lesion].mean() > 3 * mirrored.mean()
        assert lesion[hottest(here)]
        assert lesion[hottest(mirrored[:, ::-1])]


def test_the_shipped_pairs_maps_change_with_its_weights_layer_by_layer(phantom: Frames) -> None:
    """Adebayo et al. 2018 (arXiv:1810.03292): a map that did not hang on the weights would explain nothing."""
    import torch

    from BreastUSAILib.engine.bundles.model_folder import load_models

    analyzer = Analyzer(load_models(), "cpu")
    region = (0, 0, phantom.columns, phantom.rows)
    mask = np.zeros((phantom.rows, phantom.columns), np.uint8)
    mask[phantom.rows // 3 : phantom.rows // 2, phantom.columns // 3 : phantom.columns // 2] = 1

    def maps() -> dict[str, np.ndarray]:
        made = analyzer.explain(phantom, {0: mask}, ExplainOptions(("grad-cam", "outline-grad-cam"), region))
        return {option: one.map(0) for option, one in made.maps.items()}

    before = maps()
    torch.manual_seed(1)
    classifier, segmenter = analyzer.models.classifier.network, analyzer.models.segmenter.network
    for group in (
        [classifier._fc, segmenter.segmentation_head],
        [classifier._conv_head, segmenter.decoder.blocks[-1]],
        [classifier._blocks[-1], segmenter.decoder.blocks[0]],
    ):
        for layer in group:
            for weight in layer.parameters():
                weight.normal_(0, float(weight.std()) if weight.numel() > 1 else 1.0)
        found = maps()
        for option, trained in before.items():  # the last layer alone changes them little: Docs/explanations.md
            assert not np.allclose(found[option], trained, atol=0.01)
    for option, trained in before.items():
        assert np.corrcoef(found[option].ravel(), trained.ravel())[0, 1] < 0.6
