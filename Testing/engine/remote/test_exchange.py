"""Frames and findings are the same on both sides of the files between them."""

from __future__ import annotations

import errno
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.errors import InputError, OptionError, OutputError
from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.engine.images.frames import (
    Frames,
    InputKind,
    Rectangle,
    Region,
    RegionContent,
    SourceIdentity,
    SpacingSource,
)
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.engine.remote import exchange
from BreastUSAILib.engine.remote.exchange import read_analysis, read_input, write_analysis, write_input
from BreastUSAILib.engine.remote.row_file import RowFile
from BreastUSAILib.engine.steps import all_at_once
from Testing.engine.conftest import speckle_frames
from Testing.report.samples import frames_of


def handed_over(folder: Path, frames: Frames, options: AnalyzeOptions = AnalyzeOptions(), masks=None):  # noqa: B008
    all_at_once(write_input(folder, frames, options, masks))
    return read_input(folder)


def assert_same(analysis: Analysis, other: Analysis) -> None:
    """Equal in every field, and in every pixel of the maps."""
    for item in fields(Analysis):
        if item.name != "maps":
            assert getattr(analysis, item.name) == getattr(other, item.name), item.name
    assert analysis.to_json() == other.to_json()
    assert analysis.maps.frames == other.maps.frames
    for frame in analysis.maps.frames:
        assert np.array_equal(analysis.maps.labels(frame), other.maps.labels(frame))
        heat, back = analysis.maps.heat_map(frame), other.maps.heat_map(frame)
        assert np.array_equal(heat, back)
        assert heat.dtype == back.dtype


@st.composite
def some_frames(draw: st.DrawFn) -> Frames:
    """Any input: any pixel types, each frame its own."""
    rows, columns, count = draw(st.integers(1, 5)), draw(st.integers(1, 5)), draw(st.integers(1, 4))
    color = draw(st.booleans())
    types = [np.uint8] if color else [np.uint8, np.uint16, np.float32]
    shape = (rows, columns, 3) if color else (rows, columns)
    seed = draw(st.integers(0, 99))
    pixels = [
        np.random.default_rng(seed + index).integers(0, 255, shape).astype(draw(st.sampled_from(types)))
        for index in range(count)
    ]
    spacing = draw(st.none() | st.tuples(st.floats(1e-3, 1), st.floats(1e-3, 1)))
    return Frames(
        name=draw(st.text(max_size=5)),
        kind=draw(st.sampled_from(InputKind)),
        count=count,
        rows=rows,
        columns=columns,
        has_color=color,
        read_frame=pixels.__getitem__,
        ijk_to_ras=np.random.default_rng(seed).normal(size=(4, 4)),
        pixel_spacing_mm=spacing,
        spacing_source=draw(st.sampled_from(SpacingSource)),
        frame_times_s=draw(st.none() | st.just(tuple(0.1 * index for index in range(count)))),
        regions=(Region(Rectangle(0, 0, columns, rows), draw(st.sampled_from(RegionContent)), spacing),),
        region=draw(st.none() | st.just(Region(Rectangle(0, 0, 1, 1), RegionContent.TISSUE))),
        identity=SourceIdentity(modality="US", laterality=draw(st.sampled_from([None, "L", "R"]))),
        source=draw(st.none() | st.text(max_size=5)),
        slice_spacing_mm=draw(st.none() | st.floats(0.1, 5)),
    )


@given(some_frames(), st.data())
def test_frames_and_options_arrive_as_they_were(frames: Frames, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, frames.count - 1))
    options = AnalyzeOptions(FrameSelection(first, step=data.draw(st.integers(1, 3))))
    with TemporaryDirectory() as folder:
        given = handed_over(Path(folder), frames, options)

        for item in fields(Frames):
            if item.name not in ("read_frame", "ijk_to_ras"):
                assert getattr(given.frames, item.name) == getattr(frames, item.name)
        assert np.array_equal(given.frames.ijk_to_ras, frames.ijk_to_ras)
        assert given.options == options
        assert given.masks is None
        for index in options.frames.indices(frames.count):
            sent, arrived = frames.read_frame(index), given.frames.read_frame(index)
            assert np.array_equal(arrived, sent)
            assert arrived.dtype == sent.dtype


def test_a_frame_that_nobody_asked_for_is_not_even_read(tmp_path) -> None:
    def read_frame(index: int) -> np.ndarray:
        assert index == 2
        return np.zeros((60, 80), np.uint8)

    frames = frames_of(count=5)
    asked = Frames(**{**vars(frames), "read_frame": read_frame})

    given = handed_over(tmp_path, asked, AnalyzeOptions(FrameSelection(2, 2)))

    with pytest.raises(KeyError):
        given.frames.read_frame(1)


@pytest.mark.parametrize("isKnown", [True, False], ids=["region in the file", "region to be found"])
def test_to_score_outlines_only_the_frames_that_are_needed_are_read(tmp_path, isKnown: bool) -> None:
    """After one that classified 100 frames and outlined one of them: that one, and those that show the region."""
    asked: list[int] = []

    def read_frame(index: int) -> np.ndarray:
        asked.append(index)
        return np.zeros((60, 80), np.uint8)

    region = Region(Rectangle(0, 0, 80, 60), RegionContent.TISSUE) if isKnown else None
    frames = Frames(**{**vars(frames_of(count=100)), "read_frame": read_frame, "region": region})

    handed_over(tmp_path, frames, AnalyzeOptions(FrameSelection.parse("key")), {42: np.ones((60, 80), np.uint8)})

    assert asked == ([42] if isKnown else [0, 25, 42, 50, 74, 99])


@pytest.mark.parametrize("frames", [speckle_frames(), speckle_frames(11, rows=90, columns=70)])
def test_a_real_analysis_arrives_equal(untrained, tmp_path, frames: Frames) -> None:
    analysis = Analyzer(untrained, "cpu").analyze(frames)

    write_analysis(tmp_path, analysis)
    steps = read_analysis(tmp_path)

    arrived = all_at_once(steps)
    assert analysis.lesions, "untrained networks outline something, or this shows too little"
    assert_same(arrived, analysis)


def test_a_rejected_analysis_arrives_equal(untrained, tmp_path) -> None:
    blank = Frames("blank", InputKind.STILL, 1, 60, 80, False, lambda index: np.zeros((60, 80), np.uint8))
    analysis = Analyzer(untrained, "cpu").analyze(blank)

    write_analysis(tmp_path, analysis)

    assert_same(all_at_once(read_analysis(tmp_path)), analysis)


def test_frames_from_files_are_analyzed_as_the_originals(untrained, tmp_path) -> None:
    frames, options = speckle_frames(5), AnalyzeOptions(FrameSelection(1, 3))
    analyzer = Analyzer(untrained, "cpu")
    given = handed_over(tmp_path, frames, options)

    here, there = analyzer.analyze(frames, options), analyzer.analyze(given.frames, given.options)

    assert there.lesions == here.lesions
    assert there.verdict == here.verdict
    assert there.frames == here.frames


def test_given_outlines_are_scored_as_in_one_process(untrained, tmp_path) -> None:
    frames = speckle_frames(9)
    labels = np.zeros((120, 160), np.uint8)
    labels[40:70, 50:100] = 3
    masks = {7: labels, 2: np.zeros_like(labels)}
    analyzer = Analyzer(untrained, "cpu")
    given = handed_over(tmp_path, frames, AnalyzeOptions(FrameSelection(0, 4)), masks)
    assert given.masks is not None
    assert list(given.masks) == [2, 7]

    here = analyzer.rescore(frames, masks, given.options)
    there = analyzer.rescore(given.frames, given.masks, given.options)

    assert there.lesions == here.lesions
    assert np.array_equal(there.maps.labels(7), labels)


def test_a_mask_of_a_frame_that_there_is_not_is_left_to_the_engine_to_refuse(tmp_path) -> None:
    given = handed_over(tmp_path, frames_of(), masks={4: np.ones((60, 80), np.uint8)})

    assert given.masks is not None
    assert list(given.masks) == [4]


def test_a_mask_with_other_than_small_whole_numbers_is_refused(tmp_path) -> None:
    with pytest.raises(OptionError, match="frame 0"):
        handed_over(tmp_path, frames_of(), masks={0: np.full((60, 80), 0.5)})


def test_many_frames_are_handed_over_in_many_steps(tmp_path) -> None:
    steps = sum(1 for _ in write_input(tmp_path, frames_of(count=30), AnalyzeOptions()))

    assert steps >= 30


def test_a_frame_of_another_size_is_named(tmp_path) -> None:
    frames = Frames("odd", InputKind.CINE, 2, 60, 80, False, lambda index: np.zeros((60, 80 - index), np.uint8))

    with pytest.raises(InputError, match="frame 1"):
        handed_over(tmp_path, frames)


def test_frames_outside_the_input_are_an_error_of_the_options(tmp_path) -> None:
    with pytest.raises(OptionError):
        handed_over(tmp_path, frames_of(), AnalyzeOptions(FrameSelection(3, 4)))


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "not permitted"), (errno.EIO, "Input/output error")],
)
def test_a_disk_that_takes_no_pixels_is_one_sentence(tmp_path, monkeypatch, number, words) -> None:
    def refuse(*_arguments: Any) -> None:
        raise OSError(number, errno.errorcode[number] if number != errno.EIO else "Input/output error")

    monkeypatch.setattr(RowFile, "write", refuse)

    with pytest.raises(OutputError, match=words) as caught:
        handed_over(tmp_path, frames_of())

    assert caught.value.where == str(tmp_path)


def test_a_disk_that_takes_no_findings_is_one_sentence(untrained, tmp_path, monkeypatch) -> None:
    analysis = Analyzer(untrained, "cpu").analyze(speckle_frames())
    monkeypatch.setattr(exchange, "ANALYSIS", "no/such/folder")

    with pytest.raises(OutputError, match="does not exist"):
        write_analysis(tmp_path, analysis)


def test_findings_that_are_gone_are_one_sentence(tmp_path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        all_at_once(read_analysis(tmp_path / "gone"))


def test_a_full_device_raises_and_kills_nothing(tmp_path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")

    def write() -> None:
        with RowFile(full, 1, np.zeros((600, 800))) as file:
            file.write(0, np.ones((600, 800)))

    with pytest.raises(OSError, match="space"):
        write()
