"""Live pictures: the newest first, none hidden, nothing kept; and a real OpenIGTLink server in the suite."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pyigtl
import pytest

from BreastUSAILib.__main__ import main
from BreastUSAILib.cli.arguments import parser
from BreastUSAILib.cli.live.command import run_live
from BreastUSAILib.cli.terminal import Terminal
from BreastUSAILib.engine.errors import DependencyError, InputError, OptionError
from BreastUSAILib.engine.findings.analysis import Malignancy
from BreastUSAILib.live.analysis import live_results
from BreastUSAILib.live.newest import NewestPicture
from BreastUSAILib.live.openigtlink import OpenIGTLinkSource, address_in, picture_in, spacing_in
from BreastUSAILib.live.paced import PacedSource
from BreastUSAILib.live.smoothing import WINDOW_S, Smoothing, overlap
from Testing.report.samples import analysis_of, frames_of


class EngineByHand:
    """Says what `analysis_of` says of each picture, after a while; refuses black ones."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seen: list[np.ndarray] = []
        self.options: list[object] = []
        self._seconds = seconds

    def analyze(self, frames, options=None, progress=None, cancelled=None):
        time.sleep(self._seconds)
        pixels = frames.read_frame(0)
        self.seen.append(pixels)
        self.options.append(options)
        if not pixels.any():
            raise InputError("the picture is black", remedy="Put the probe on")
        return analysis_of(frames)


def gray(level: int, rows: int = 60, columns: int = 80) -> np.ndarray:
    return np.full((rows, columns), level, np.uint8)


def lesion_at(left: int, likelihood: float | None):
    one = analysis_of(frames_of()).lesions[0]
    malignancy = None if likelihood is None else Malignancy(likelihood, likelihood / 2, (1 + likelihood) / 2)
    return replace(one, bbox_px=(left, 10, 20, 20), malignancy=malignancy)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(condition, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def test_the_newest_picture_is_taken_and_older_ones_are_counted() -> None:
    newest = NewestPicture()
    for level in range(5):
        newest.put(gray(level))
    picture = newest.take(0)
    assert picture is not None
    assert (picture.number, picture.pixels[0, 0], newest.dropped) == (4, 4, 4)
    assert newest.take(0) is None
    newest.put(gray(9))
    newest.end("gone")
    assert newest.ended is None, "what came before the end is still there"
    assert newest.take(0).number == 5
    assert newest.ended == "gone"


def test_a_slow_engine_drops_pictures_and_never_falls_behind() -> None:
    newest, engine = NewestPicture(), EngineByHand(0.03)

    def send() -> None:
        for level in range(1, 100):
            newest.put(gray(level))
            time.sleep(0.002)
        newest.end("sent")

    threading.Thread(target=send).start()
    results = list(live_results(engine, newest))
    numbers = [result.picture.number for result in results]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 98, "the last picture is looked at"
    assert results[-1].dropped == 99 - len(results)
    assert all(options.once for options in engine.options)


def test_a_picture_that_cannot_be_analyzed_costs_itself_alone_and_sizes_and_colors_may_change() -> None:
    newest, engine = NewestPicture(), EngineByHand()
    results = live_results(engine, newest)
    found = []
    for pixels in (gray(90), gray(0), np.full((50, 70, 3), 80, np.uint8), gray(70, 100, 120)):
        newest.put(pixels)
        found.append(next(results))
    assert [result.problem for result in found] == ["", "the picture is black. Put the probe on.", "", ""]
    assert found[1].analysis is None
    assert found[2].analysis.input.rows == 50
    assert len(json.loads(json.dumps(found[3].to_json()))["lesions"]) == len(found[3].analysis.lesions)
    assert found[3].to_json()["picture"] == 3


def test_of_lesions_that_are_gone_nothing_is_kept_however_long_it_runs() -> None:
    smoothing = Smoothing()
    for step in range(20_000):  # ten hours at half a picture a second
        smoothing.follow([lesion_at(step % 50, 0.5)], None, 2.0 * step)
    assert len(smoothing._followed) == 1
    assert len(smoothing._followed[0].likelihoods) == 1


def test_a_likelihood_is_the_mean_of_the_window_and_a_change_that_lasts_is_not_hidden() -> None:
    smoothing = Smoothing()
    for step in range(10):
        (one,) = smoothing.follow([lesion_at(10, 0.1)], None, 0.05 * step)
    assert one.likelihood == pytest.approx(0.1)
    (first,) = smoothing.follow([lesion_at(11, 0.9)], None, 0.5)
    assert first.likelihood < 0.2, "one result alone does not turn it round"
    for step in range(1, 8):
        (last,) = smoothing.follow([lesion_at(11, 0.9)], None, 0.5 + 0.05 * step)
    assert WINDOW_S < 0.05 * 7
    assert last.likelihood == pytest.approx(0.9), "after the window nothing is left of the former"
    assert first.number == last.number == one.number


def test_lesions_keep_their_numbers_and_new_ones_get_new_ones() -> None:
    smoothing = Smoothing()
    first = smoothing.follow([lesion_at(10, 0.2), lesion_at(50, 0.7)], None, 0.0)
    second = smoothing.follow([lesion_at(52, 0.7), lesion_at(12, 0.2)], None, 0.1)
    assert {(one.number, one.lesion.bbox_px[0]) for one in first} == {(1, 10), (2, 50)}
    assert {(one.number, one.lesion.bbox_px[0]) for one in second} == {(1, 12), (2, 52)}
    later = smoothing.follow([lesion_at(12, None)], 0.3, 0.1 + 2 * WINDOW_S)
    assert [one.number for one in later] == [3], "what was not seen for so long is another"
    assert later[0].likelihood == pytest.approx(0.3), "the picture's, where the lesion has none of its own"


def test_overlap_is_intersection_over_union() -> None:
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert overlap((0, 0, 10, 10), (5, 0, 10, 10)) == pytest.approx(50 / 150)
    assert overlap((0, 0, 10, 10), (20, 0, 5, 5)) == 0


def test_pictures_of_a_server_reach_the_engine_and_its_end_is_told() -> None:
    port = free_port()
    server = pyigtl.OpenIGTLinkServer(port=port, local_server=True)
    newest = NewestPicture()
    source = OpenIGTLinkSource("127.0.0.1", port, newest, patience_s=1.0)
    try:
        until(server.is_connected)
        matrix = np.diag([0.2, 0.1, 1.0, 1.0])
        server.send_message(pyigtl.StringMessage("no picture", device_name="Probe"))
        image = pyigtl.ImageMessage(gray(120)[np.newaxis], ijk_to_world_matrix=matrix, device_name="Probe")
        server.send_message(image)
        picture = newest.take(30)
        assert picture is not None
        assert np.array_equal(picture.pixels, gray(120))
        assert picture.spacing_mm == pytest.approx((0.1, 0.2))
        color = np.zeros((1, 40, 50, 3), np.uint8)
        color[..., 0] = 200
        server.send_message(pyigtl.ImageMessage(gray(5)[np.newaxis], device_name="Other"))
        server.send_message(pyigtl.ImageMessage(np.zeros((1, 4, 5, 2), np.uint8), device_name="Probe"))
        server.send_message(pyigtl.ImageMessage(color, ijk_to_world_matrix=matrix, device_name="Probe"))
        picture = newest.take(30)
        assert picture is not None
        assert picture.pixels.shape == (40, 50, 3)
        assert tuple(picture.pixels[0, 0]) == (200, 0, 0)
    finally:
        server.stop()
        source.close()
    until(lambda: newest.ended is not None)


def test_a_server_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    newest, port = NewestPicture(), free_port()
    source = OpenIGTLinkSource("127.0.0.1", port, newest, patience_s=0.2)
    until(lambda: newest.ended is not None)
    assert newest.ended == f"nothing answers at 127.0.0.1:{port}, or it has closed the connection"
    source.close()


def test_garbage_is_passed_over() -> None:
    port, newest = free_port(), NewestPicture()
    listening = socket.create_server(("127.0.0.1", port))
    source = OpenIGTLinkSource("127.0.0.1", port, newest, patience_s=0.5)
    connection, _address = listening.accept()
    connection.sendall(np.random.default_rng(0).bytes(4096))
    connection.close()
    listening.close()
    until(lambda: newest.ended is not None)
    assert newest.take(0) is None
    source.close()


@pytest.mark.parametrize("text", ["localhost", ":5", "host:0", "host:99999", "host:x", ""])
def test_what_is_no_address_is_named(text: str) -> None:
    with pytest.raises(OptionError, match="is no address"):
        address_in(text)
    assert address_in("probe:18944") == ("probe", 18944)
    assert address_in("[::1]:18944") == ("::1", 18944)


def test_pictures_of_any_numbers_are_shown_and_others_refused() -> None:
    deep = np.array([[[100, 200], [300, 500]]], np.uint16)
    assert picture_in(deep).tolist() == [[0, 64], [128, 255]]
    assert picture_in(np.full((1, 2, 2), np.nan, np.float32)).tolist() == [[0, 0], [0, 0]]
    for image in (None, np.zeros((2, 2)), np.zeros((1, 0, 5)), np.zeros((1, 5, 5, 2)), np.zeros((1, 1, 5000))):
        with pytest.raises(InputError):
            picture_in(image)
    assert spacing_in(np.eye(4)) is None
    assert spacing_in(np.diag([0.1, 0.2, 1, 1])) == pytest.approx((0.2, 0.1))
    assert spacing_in(np.zeros((4, 4))) is None


def test_without_the_package_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyigtl", None)
    with pytest.raises(DependencyError, match="pyigtl"):
        OpenIGTLinkSource("127.0.0.1", 1, NewestPicture())


def test_a_clip_plays_at_its_pace_and_ends() -> None:
    frames, newest = replace(frames_of(count=4), frame_times_s=(0.0, 0.01, 0.02, 0.03)), NewestPicture()
    PacedSource(frames, newest)
    results = list(live_results(EngineByHand(), newest))
    assert newest.ended == "the clip has ended"
    assert results[-1].picture.number == 3
    assert results[-1].picture.stamp_s == pytest.approx(0.03)


def test_a_source_that_breaks_tells_whoever_waits() -> None:
    def broken(_index: int) -> np.ndarray:
        raise ZeroDivisionError

    newest = NewestPicture()
    PacedSource(replace(frames_of(count=4), read_frame=broken), newest)
    assert list(live_results(EngineByHand(), newest)) == []
    assert "ZeroDivisionError" in str(newest.ended)


def run(arguments: list[str], engine: EngineByHand) -> int:
    return run_live(parser().parse_args(["live", *arguments]), Terminal(sys.stdout, sys.stderr), lambda _chosen: engine)


def test_the_command_prints_a_line_a_result(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    from Testing.engine.reading.dicom.dicom_writing import dicom_dataset, save

    rng = np.random.default_rng(0)
    dataset = dicom_dataset(rng.integers(60, 200, (3, 60, 80)).astype(np.uint8))
    dataset.FrameTime = "20"
    path = save(dataset, tmp_path / "cine.dcm")
    assert run(["--clip", str(path), "--json"], EngineByHand()) == 0
    told = capsys.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert lines[-1]["picture"] == 2
    assert set(lines[0]) == {
        *("picture", "stamp_s", "latency_ms", "dropped", "verdict", "likelihood", "lesions", "flags", "problem")
    }
    assert "median latency" in told.err
    assert "Research use only" in told.err
    assert run(["--clip", str(path), "--repeat", "--seconds", "0.1"], EngineByHand()) == 0
    told = capsys.readouterr()
    assert told.out.startswith("Research use only")
    assert "lesion 1 at " in told.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--igtl", "nowhere"], "is no address"),
        (["--clip", "/no/such/file.mp4"], "no such file"),
        (["--camera", "97"], "there is no camera 97"),
    ],
)
def test_what_is_not_there_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments, EngineByHand()) == 1
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1


def test_one_source_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["live"])
    assert "one of the arguments" in capsys.readouterr().err
