"""Of many frames, the likeliest alone are read with their mirror images, and count as if all had been."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.engine.pipeline.ordinary_analysis import READ_TWICE

from ..conftest import speckle_frames

MANY = 2 * READ_TWICE + 4


@pytest.fixture
def models(related: Models) -> Models:
    return dataclasses.replace(related, segmenter=dataclasses.replace(related.segmenter, mirror=True))


def images_read(models: Models, count: int, options: AnalyzeOptions) -> int:
    seen: list[int] = []
    stems = (models.classifier.network._conv_stem, models.segmenter.network.encoder._conv_stem)
    hooks = [stem.register_forward_hook(lambda _, given, __: seen.append(len(given[0]))) for stem in stems]
    Analyzer(models, "cpu").analyze(speckle_frames(count), options)
    for hook in hooks:
        hook.remove()
    return sum(seen)


@pytest.mark.parametrize(
    ("frames", "count", "reads"),
    [
        ("all", 2 * READ_TWICE, 4 * READ_TWICE),
        ("all", MANY, MANY + 2 * READ_TWICE),
        ("key", MANY, MANY + 2 * READ_TWICE + 2),
    ],
)
def test_the_mirror_image_is_read_where_it_decides(models: Models, frames: str, count: int, reads: int) -> None:
    assert images_read(models, count, AnalyzeOptions(FrameSelection.parse(frames))) == reads


@pytest.mark.parametrize("frames", ["all", "key"])
def test_the_key_frame_gets_what_it_gets_as_a_still(models: Models, frames: str) -> None:
    cine, analyzer = speckle_frames(MANY), Analyzer(models, "cpu")
    found = analyzer.analyze(cine, AnalyzeOptions(FrameSelection.parse(frames)))
    key = found.verdict.key_frame
    alone = analyzer.analyze(cine, AnalyzeOptions(FrameSelection.parse(str(key))))
    given, wanted = (dataclasses.astuple(one.verdict.probabilities) for one in (found, alone))
    assert given == pytest.approx(wanted, abs=1e-5)
    assert np.array_equal(found.maps.labels(key), alone.maps.labels(key))
    assert [one.area_px for one in found.lesions_of(key)] == [one.area_px for one in alone.lesions]


def test_frames_that_are_read_twice_have_their_lesions_once_and_in_order(models: Models) -> None:
    found = Analyzer(models, "cpu").analyze(speckle_frames(MANY))
    assert [one.id for one in found.lesions] == list(range(1, len(found.lesions) + 1))
    places = [(one.frame, one.number) for one in found.lesions]
    assert places == sorted(set(places))
    for finding in found.frames:
        assert [one.id for one in found.lesions_of(finding.index)] == list(finding.lesions)
        labels = found.maps.labels(finding.index)
        assert set(np.unique(labels)) - {0} == {one.number for one in found.lesions_of(finding.index)}
