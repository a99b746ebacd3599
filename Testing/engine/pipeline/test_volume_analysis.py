"""A volume's lesions are joined across its slices, and every n-th frame is all that an analysis of these looks at."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.engine.flags import FlagCode
from BreastUSAILib.engine.images.frames import Frames, InputKind, Rectangle, Region, RegionContent, SpacingSource
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection

from ..conftest import speckle_frames, with_rules

BLANK = np.zeros((120, 160), np.uint8)
WHOLE = Region(Rectangle(0, 0, 160, 120), RegionContent.TISSUE)


@pytest.fixture(scope="module")
def outlining(untrained: Models) -> Models:
    """The untrained pair, which outlines the whole of every frame."""
    return with_rules(untrained, threshold=0.0)


def volume(count: int, **changes: object) -> Frames:
    """A sweep at 0.1 x 0.2 mm a pixel and 0.5 mm between slices."""
    known = {
        "kind": InputKind.VOLUME,
        "region": WHOLE,
        "regions": (WHOLE,),
        "pixel_spacing_mm": (0.1, 0.2),
        "spacing_source": SpacingSource.VOLUME_HEADER,
        "slice_spacing_mm": 0.5,
    }
    return replace(speckle_frames(count), **{**known, **changes})  # type: ignore[arg-type]


def analyzed(models: Models, frames: Frames, selection: str = "all") -> Analysis:
    return Analyzer(models, "cpu").analyze(frames, AnalyzeOptions(FrameSelection.parse(selection)))


def blank_where(frames: Frames, is_blank: Callable[[int], bool]) -> Frames:
    return replace(frames, read_frame=lambda index: BLANK if is_blank(index) else frames.read_frame(index))


def test_a_lesion_through_all_slices_is_one_with_its_volume_and_its_own_likelihood(outlining: Models) -> None:
    analysis = analyzed(outlining, volume(4))
    (whole,) = analysis.volume_lesions
    assert whole.lesions == tuple(lesion.id for lesion in analysis.lesions) == (1, 2, 3, 4)
    assert (whole.first_frame, whole.last_frame) == (0, 3)
    assert whole.voxels == 4 * 120 * 160
    assert whole.volume_mm3 == pytest.approx(whole.voxels * 0.1 * 0.2 * 0.5)
    likelihoods = [frame.probabilities.likelihood for frame in analysis.frames if frame.probabilities]
    assert whole.key_frame == likelihoods.index(max(likelihoods))
    assert whole.malignancy is not None
    assert whole.malignancy.probability == max(likelihoods)


@pytest.mark.parametrize("kind", [InputKind.CINE, InputKind.STILL])
def test_a_still_and_a_cine_have_none(outlining: Models, kind: InputKind) -> None:
    count = 1 if kind is InputKind.STILL else 3
    analysis = analyzed(outlining, volume(count, kind=kind, slice_spacing_mm=None))
    assert analysis.lesions
    assert analysis.volume_lesions == ()


@pytest.mark.parametrize(
    "unknown",
    [{"slice_spacing_mm": None}, {"pixel_spacing_mm": None, "spacing_source": SpacingSource.NONE}],
)
def test_cubic_millimeters_need_both_spacings(outlining: Models, unknown: dict) -> None:
    (whole,) = analyzed(outlining, volume(3, **unknown)).volume_lesions
    assert whole.volume_mm3 is None
    assert whole.voxels == 3 * 120 * 160


def test_what_an_outline_in_one_slice_says_of_a_volume_is_its_voxels_alone(outlining: Models) -> None:
    (whole,) = analyzed(outlining, volume(3), "key").volume_lesions
    assert (whole.first_frame, whole.voxels, whole.volume_mm3) == (whole.last_frame, 120 * 160, None)


def test_the_likelihood_is_the_highest_of_the_slices_where_the_lesion_is_outlined(outlining: Models) -> None:
    """Two lesions, two empty slices apart: only one of them reaches the key slice."""
    frames = blank_where(volume(7), lambda index: index in (2, 3))
    analysis = analyzed(outlining, frames)
    assert [(one.first_frame, one.last_frame) for one in analysis.volume_lesions] == [(4, 6), (0, 1)]
    by_slice = {found.index: found.probabilities for found in analysis.frames}
    for one in analysis.volume_lesions:
        outlined = range(one.first_frame, one.last_frame + 1)
        likelihoods = {index: found.likelihood for index in outlined if (found := by_slice[index])}
        assert one.malignancy is not None
        assert one.malignancy.probability == max(likelihoods.values())
        assert one.key_frame == max(likelihoods, key=likelihoods.__getitem__)
        assert one.malignancy.low <= one.malignancy.probability <= one.malignancy.high


def test_one_slice_without_a_picture_does_not_part_a_lesion(outlining: Models) -> None:
    (whole,) = analyzed(outlining, blank_where(volume(5), lambda index: index == 2)).volume_lesions
    assert (whole.first_frame, whole.last_frame, len(whole.lesions)) == (0, 4, 4)


@pytest.mark.parametrize("step", [2, 3])
def test_among_every_nth_slices_the_analyzed_ones_are_neighbors(outlining: Models, step: int) -> None:
    analysis = analyzed(outlining, volume(9), f"every:{step}")
    (whole,) = analysis.volume_lesions
    looked_at = len(range(0, 9, step))
    assert whole.voxels == looked_at * 120 * 160
    assert whole.volume_mm3 == pytest.approx(whole.voxels * 0.1 * 0.2 * 0.5 * step)


@pytest.mark.parametrize(("selection", "expected"), [("every:3", [0, 3, 6]), ("2-7:2", [2, 4, 6])])
@pytest.mark.parametrize("kind", [InputKind.CINE, InputKind.VOLUME])
def test_only_the_frames_that_were_asked_for_are_read_and_have_results(
    untrained: Models, selection: str, expected: list[int], kind: InputKind
) -> None:
    read: list[int] = []
    source = speckle_frames(8)

    def noting(index: int) -> NDArray:
        read.append(index)
        return source.read_frame(index)

    told: list[tuple[int, int, str]] = []
    options = AnalyzeOptions(FrameSelection.parse(selection))
    frames = replace(source, kind=kind, read_frame=noting)
    analysis = Analyzer(untrained, "cpu").analyze(frames, options, lambda *words: told.append(words))
    assert set(read) == set(expected)
    assert [found.index for found in analysis.frames] == expected
    assert analysis.maps.frames == tuple(expected)
    assert {lesion.frame for lesion in analysis.lesions} <= set(expected)
    assert analysis.verdict.key_frame in expected
    assert told[-1][:2] == (3, 3)


def test_a_frame_is_read_the_same_whatever_else_was_asked_for(untrained: Models) -> None:
    frames = replace(speckle_frames(7), region=WHOLE, regions=(WHOLE,))
    every, some = analyzed(untrained, frames), analyzed(untrained, frames, "every:3")
    for found in some.frames:
        same = every.frames[found.index].probabilities
        assert found.probabilities is not None
        assert same is not None
        assert dataclasses.astuple(found.probabilities) == pytest.approx(dataclasses.astuple(same), abs=1e-5)


def test_withheld_outlines_are_counted_among_the_frames_that_were_looked_at(untrained: Models) -> None:
    models = with_rules(untrained, normal_below=1.1, threshold=0.0)
    analysis = analyzed(models, speckle_frames(7), "every:3")
    (flag,) = [flag for flag in analysis.flags if flag.code is FlagCode.OUTLINE_WITHHELD]
    assert flag.message.startswith("On 3 of 3 frames")
    of_slices = analyzed(models, volume(4))
    (flag,) = [flag for flag in of_slices.flags if flag.code is FlagCode.OUTLINE_WITHHELD]
    assert flag.message.startswith("On 4 of 4 slices")
    assert "these slices" in flag.message
    assert "frame" not in flag.message


def test_a_step_beyond_the_end_leaves_the_first_frame(untrained: Models) -> None:
    assert [found.index for found in analyzed(untrained, speckle_frames(2), "every:50").frames] == [0]
