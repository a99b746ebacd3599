"""A place that a reader points at gives a lesion of its own, marked as asked for, or says that there is none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch
from torch import nn

from BreastUSAILib import report
from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.findings.document_form import analysis_from
from BreastUSAILib.engine.flags import FlagCode
from BreastUSAILib.engine.images.frames import Frames, InputKind
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection, Place
from BreastUSAILib.engine.remote.exchange import read_input, write_input
from BreastUSAILib.engine.similar.signature import last_layer

from ..conftest import speckle_frames

SCHEMA = json.loads((Path(report.__file__).parent / "analysis.schema.json").read_text(encoding="utf-8"))
LESION = (slice(50, 74), slice(60, 100))
HERE = Place(80, 62)


class DarkIsLesion(nn.Module):
    """Gives dark tissue that probability of a lesion, and all else none."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.odds = nn.Parameter(torch.logit(torch.tensor(probability)))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        smooth = nn.functional.avg_pool2d(images, 3, 1, 1)
        return torch.where(smooth < 0.0, self.odds, torch.tensor(-9.0))


def dark_lesion(count: int = 1) -> Frames:
    """Speckle with a darker rectangle at `LESION`."""
    frames = speckle_frames(count)

    def read(index: int):
        pixels = frames.read_frame(index).astype(np.float32)
        pixels = 90 + 0.4 * pixels
        pixels[LESION] = 10 + 0.1 * pixels[LESION]
        return pixels.astype(np.uint8)

    return replace(frames, read_frame=read)


def analyzer_of(models: Models, probability: float) -> Analyzer:
    """A segmenter that takes dark tissue for lesion, as sure of it as that."""
    segmenter = replace(models.segmenter, network=DarkIsLesion(probability).eval(), presence=None)
    return Analyzer(replace(models, segmenter=segmenter), "cpu")


@pytest.fixture
def unsure(untrained: Models) -> Analyzer:
    """Gives dark tissue a probability between the threshold of a click and that of the whole frame."""
    return analyzer_of(untrained, 0.4)


def truth() -> np.ndarray:
    mask = np.zeros((120, 160), bool)
    mask[LESION] = True
    return mask


def test_what_the_whole_frame_does_not_show_is_found_where_the_reader_points(unsure: Analyzer) -> None:
    assert unsure.analyze(dark_lesion()).lesions == ()

    analysis = unsure.analyze(dark_lesion(), AnalyzeOptions(places=(HERE,)))

    (lesion,) = analysis.lesions
    assert lesion.asked == replace(HERE, frame=0)
    assert lesion.malignancy is not None
    assert lesion.errors is not None
    assert len(lesion.descriptors) == 5
    outline = analysis.maps.labels(0) == lesion.number
    assert 2 * (outline & truth()).sum() / (outline.sum() + truth().sum()) > 0.75
    assert analysis.frames[0].lesions == (lesion.id,)
    assert [flag.code for flag in analysis.flags if flag.code is FlagCode.ASKED_FOR] == [FlagCode.ASKED_FOR]
    document = analysis.to_json()
    jsonschema.validate(document, SCHEMA)
    assert document["lesions"][0]["asked"] == {"column": 80, "row": 62, "frame": 0, "width": 0, "height": 0}
    assert analysis_from(json.loads(json.dumps(document))).lesions[0].asked == lesion.asked


def test_a_box_around_it_gives_the_same(unsure: Analyzer) -> None:
    box = Place.parse("58,48,44,28")
    (lesion,) = unsure.analyze(dark_lesion(), AnalyzeOptions(places=(box,))).lesions
    assert lesion.asked == replace(box, frame=0)
    assert abs(lesion.area_px - truth().sum()) < 0.3 * truth().sum()


def test_a_place_where_nothing_is_says_so_and_what_to_do(unsure: Analyzer) -> None:
    analysis = unsure.analyze(dark_lesion(), AnalyzeOptions(places=(Place(15, 15),)))
    assert analysis.lesions == ()
    (flag,) = [flag for flag in analysis.flags if flag.code is FlagCode.NOTHING_THERE]
    assert "column 15, row 15" in flag.message
    assert "box" in flag.message


def test_a_lesion_that_the_frame_shows_stays_as_it_is_and_is_scored(untrained: Models) -> None:
    sure = analyzer_of(untrained, 0.9)
    before, after = sure.analyze(dark_lesion()), sure.analyze(dark_lesion(), AnalyzeOptions(places=(HERE,)))
    assert len(before.lesions) == len(after.lesions) >= 1
    number = int(after.maps.labels(0)[62, 80])
    lesion = next(one for one in after.lesions if one.number == number)
    assert lesion.asked is None
    assert lesion.malignancy is not None
    assert replace(lesion, malignancy=None) in before.lesions
    assert any("is outlined already" in flag.message for flag in after.flags)


def test_the_same_place_twice_is_one_lesion(unsure: Analyzer) -> None:
    analysis = unsure.analyze(dark_lesion(), AnalyzeOptions(places=(HERE, HERE)))
    assert len(analysis.lesions) == 1


def test_a_frame_that_was_not_selected_is_looked_at_for_its_place(unsure: Analyzer) -> None:
    options = AnalyzeOptions(FrameSelection(0, 0), places=(replace(HERE, frame=2),))
    analysis = unsure.analyze(dark_lesion(3), options)
    assert [finding.index for finding in analysis.frames] == [0, 2]
    assert [lesion.frame for lesion in analysis.lesions] == [2]
    (flag,) = [flag for flag in analysis.flags if flag.code is FlagCode.ASKED_FOR]
    assert flag.message.endswith("That is on frame 3 of 3.")


def test_with_the_key_frame_alone_a_place_is_looked_at_too(unsure: Analyzer) -> None:
    options = AnalyzeOptions(FrameSelection(key_only=True), places=(replace(HERE, frame=1),))
    analysis = unsure.analyze(dark_lesion(3), options)
    assert [lesion.frame for lesion in analysis.lesions] == [1]
    assert set(analysis.maps.frames) == {1, analysis.verdict.key_frame}


def test_a_volumes_lesions_hold_the_one_that_was_asked_for(unsure: Analyzer) -> None:
    frames = replace(dark_lesion(3), kind=InputKind.VOLUME)
    analysis = unsure.analyze(frames, AnalyzeOptions(places=(replace(HERE, frame=1),)))
    assert [one.lesions for one in analysis.volume_lesions] == [(analysis.lesions[0].id,)]


@pytest.mark.parametrize("place", [Place(160, 5), Place(5, 5, 1), Place(-3, 5)])
def test_a_place_outside_the_input_is_refused_before_anything_is_done(unsure: Analyzer, place: Place) -> None:
    with pytest.raises(OptionError):
        unsure.analyze(dark_lesion(), AnalyzeOptions(places=(place,)))


def test_the_engines_process_is_given_the_frames_of_places(tmp_path: Path) -> None:
    options = AnalyzeOptions(FrameSelection(0, 0), places=(replace(HERE, frame=2),))
    for _step in write_input(tmp_path, dark_lesion(3), options):
        pass
    given = read_input(tmp_path)
    assert given.options == options
    assert given.frames.read_frame(2).shape == (120, 160)
    with pytest.raises(KeyError):
        given.frames.read_frame(1)


def test_frames_that_are_to_be_read_once_are_read_once(untrained: Models) -> None:
    """Half the images go through the networks; of a still, of many frames, and of the key frame alone."""
    analyzer, seen = analyzer_of(untrained, 0.9), []
    answer = last_layer(analyzer.models.classifier)
    answer.register_forward_pre_hook(lambda _module, given: seen.append(len(given[0])))
    for frames, options in ((1, {}), (10, {}), (10, {"frames": FrameSelection(key_only=True)})):
        counts = []
        for once in (True, False):
            seen.clear()
            analyzer.analyze(dark_lesion(frames), AnalyzeOptions(once=once, **options))
            counts.append(sum(seen))
        assert counts[0] < counts[1]
        assert counts[0] == frames + ("frames" in options)
