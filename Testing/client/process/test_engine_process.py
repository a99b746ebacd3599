"""The engine's process as the panel and the console see it: it answers, or says in one sentence why not."""

from __future__ import annotations

import errno
import os
from typing import Any

import numpy as np
import pytest
import qt

from BreastUSAILib.client import stepped_work
from BreastUSAILib.client.process.engine_process import ModelChoice
from BreastUSAILib.engine.errors import BreastUSAIError, InputError, ModelError, OptionError, OutputError
from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.engine.images.frames import Frames, InputKind
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.engine.remote.row_file import RowFile
from Testing.client.heard import Heard
from Testing.client.process.fake_process import ALL, pidOf
from Testing.engine.remote.fakes import found_in
from Testing.report.samples import frames_of


def test_an_analysis_comes_back_and_nothing_is_heard_inside_start(engine) -> None:
    heard, frames = Heard(), frames_of(count=12)

    call = engine.startAnalysis(frames, ALL, heard)

    assert not heard.isEnded
    assert call.isRunning
    result = heard.end()
    expected = found_in(frames, ALL)
    assert result.lesions == expected.lesions
    for frame in range(12):
        assert np.array_equal(result.maps.heat_map(frame), expected.maps.heat_map(frame))
        assert np.array_equal(result.maps.labels(frame), expected.maps.labels(frame))
    assert heard.progress == [(done, 12, f"frame {done} of 12") for done in range(1, 13)]
    assert not call.isRunning


def test_two_calls_in_a_row_meet_the_same_process(engine) -> None:
    first, second = Heard(), Heard()
    pid = pidOf(engine)

    engine.startAnalysis(frames_of(), ALL, first)
    engine.startAnalysis(frames_of(count=2), ALL, second)

    assert engine.state == "busy"
    assert len(second.end().frames) == 2
    assert len(first.end().frames) == 1
    assert engine.state == "ready"
    assert pidOf(engine) == pid


def test_the_console_waits_without_an_event_loop_and_within_one(engine) -> None:
    told: list[tuple[int, int, str]] = []
    outside = engine.analyze(frames_of(count=3), ALL, lambda *news: told.append(news))
    inside: list[Analysis] = []
    loop, timer = qt.QEventLoop(), qt.QTimer()

    def ask() -> None:
        timer.stop()
        inside.append(engine.analyze(frames_of(count=3)))
        loop.quit()

    timer.timeout.connect(ask)
    timer.start(0)
    loop.exec()

    assert outside.lesions == inside[0].lesions
    assert [done for done, _, _ in told] == [1, 2, 3]


def test_the_console_answers_while_the_panel_waits(engine) -> None:
    heard = Heard()
    engine.startAnalysis(frames_of(count=2), ALL, heard)

    models = engine.request("models.list", {})["models"]

    assert not heard.isEnded
    assert [model["problem"] for model in models] == [None, None]
    assert isinstance(heard.end(), Analysis)


def test_only_the_frames_asked_for_are_handed_over(engine) -> None:
    def read(index: int) -> np.ndarray:
        assert index in (1, 3)
        return np.full((60, 80), index, np.uint8)

    frames = Frames("some", InputKind.CINE, 5, 60, 80, False, read)

    found = engine.analyze(frames, AnalyzeOptions(FrameSelection(1, 4, step=2)))

    assert [frame.index for frame in found.frames] == [1, 3]


def test_given_outlines_are_scored(engine) -> None:
    labels, heard = np.zeros((60, 80), np.uint8), Heard()
    labels[20:30, 10:30] = 4

    engine.startAnalysis(frames_of(), ALL, heard, masks={0: labels})

    assert np.array_equal(heard.end().maps.labels(0), labels)
    assert np.array_equal(engine.rescore(frames_of(), {0: labels}).maps.labels(0), labels)


def test_other_models_and_devices_are_loaded_when_they_are_chosen(engine) -> None:
    engine.models = ModelChoice("convnext", device="cuda")

    assert engine.analyze(frames_of()).models[0].name == "convnext"
    assert engine.deviceUsed == "cuda"
    assert "models loaded on cuda" in engine.logText


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [("defect", BreastUSAIError, "unexpected"), ("hungry", BreastUSAIError, "memory")],
)
def test_what_fails_in_the_engine_is_one_sentence_and_the_process_stays(engine, name, kind, words) -> None:
    pid, heard = pidOf(engine), Heard()

    engine.startAnalysis(frames_of(name=name), ALL, heard)

    error = heard.end()
    assert isinstance(error, kind)
    assert words in str(error)
    assert "\n" not in str(error)
    assert "Error" not in str(error)
    assert str(error) in engine.logText
    assert name != "defect" or "ZeroDivisionError: float division" in engine.logText
    assert pidOf(engine) == pid


def test_errors_keep_their_kind(engine) -> None:
    engine.models = ModelChoice("missing")
    with pytest.raises(ModelError, match="no model named 'missing'"):
        engine.analyze(frames_of())
    with pytest.raises(ModelError, match="no model named 'none'"):
        engine.request("models.card", {"name": "none"})
    with pytest.raises(OptionError):
        engine.analyze(frames_of(), AnalyzeOptions(FrameSelection(5, 6)))
    with pytest.raises(BreastUSAIError, match="no method 'nothing'"):
        engine.request("nothing", {})


def test_pixels_that_cannot_be_read_are_the_errors_of_their_reader(engine) -> None:
    def read(_index: int) -> np.ndarray:
        raise InputError("the file is cut short", where="a.dcm", remedy="Copy it again")

    heard = Heard()
    engine.startAnalysis(Frames("cut", InputKind.STILL, 1, 60, 80, False, read), ALL, heard)

    assert str(heard.end()) == "a.dcm: the file is cut short. Copy it again."


def test_a_defect_on_the_way_is_a_sentence_too(engine, caplog) -> None:
    heard = Heard()
    engine.startAnalysis(Frames("odd", InputKind.STILL, 1, 60, 80, False, lambda _: None), ALL, heard)  # type: ignore

    assert "unexpected" in str(heard.end())
    assert "AttributeError" in caplog.text


def test_news_that_comes_together_with_the_answer_is_heard(engine, monkeypatch) -> None:
    def answerAtOnce(ticket: Any, _method: str, _params: Any) -> None:
        ticket.news.append((1, 1, "all"))
        ticket.answer = {"models": []}

    engine.request("models.list", {})
    monkeypatch.setattr(engine._connection, "send", answerAtOnce)
    heard: list[Any] = []

    assert engine.request("models.list", {}, lambda *news: heard.append(news)) == {"models": []}
    assert heard == [(1, 1, "all")]


def test_other_events_have_their_turn_while_pixels_are_handed_over(engine, monkeypatch) -> None:
    monkeypatch.setattr(stepped_work, "BUDGET_S", 0.0)
    heard, turns, timer = Heard(), [], qt.QTimer()
    timer.timeout.connect(lambda: turns.append(engine._connection.isWaiting))
    timer.start(0)

    engine.startAnalysis(frames_of(count=40), ALL, heard)
    heard.end()
    timer.stop()

    assert turns.count(False) >= 40


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "writing is not permitted")]
)
def test_a_disk_that_takes_no_pixels_is_one_sentence(engine, monkeypatch, number: int, words: str) -> None:
    def refuse(*_arguments: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(RowFile, "write", refuse)
    heard = Heard()

    engine.startAnalysis(frames_of(), ALL, heard)

    error = heard.end()
    assert isinstance(error, OutputError)
    assert words in str(error)
