"""Work in the engine's process can be cancelled at any time, at once; the process stays unless it never reacts."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import numpy as np
import pytest
import slicer

from BreastUSAILib.client.process import connection
from BreastUSAILib.client.process.engine_process import EngineCommand, EngineProcess
from BreastUSAILib.engine.errors import Cancelled
from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.engine.images.frames import Frames, InputKind
from Testing.client.events import until
from Testing.client.heard import Heard
from Testing.client.process.fake_process import ALL, callFolders, pidOf
from Testing.report.samples import frames_of


def test_cancelling_ends_the_work_and_not_the_process(engine) -> None:
    pid, heard = pidOf(engine), Heard()
    call = engine.startAnalysis(frames_of(name="slow"), ALL, heard)
    until(lambda: engine._connection.isWaiting)

    call.cancel()
    call.cancel()

    assert not heard.isEnded
    assert isinstance(heard.end(), Cancelled)
    assert pidOf(engine) == pid


def test_cancelling_while_pixels_are_handed_over_asks_the_engine_nothing(engine) -> None:
    heard, read = Heard(), []

    def readFrame(index: int) -> np.ndarray:
        read.append(index)
        if index == 3:
            call.cancel()
        return np.zeros((60, 80), np.uint8)

    call = engine.startAnalysis(Frames("long", InputKind.CINE, 50, 60, 80, False, readFrame), ALL, heard)

    assert isinstance(heard.end(), Cancelled)
    assert read == [0, 1, 2, 3]
    assert not engine._connection.isWaiting


def test_the_console_can_cancel(engine) -> None:
    pid, asked = pidOf(engine), []

    def cancelled() -> bool:
        asked.append(engine._connection.isWaiting)
        return asked[-1]

    with pytest.raises(Cancelled):
        engine.analyze(frames_of(name="slow"), ALL, None, cancelled)
    with pytest.raises(Cancelled):
        engine.analyze(frames_of(count=9), ALL, None, lambda: True)
    assert pidOf(engine) == pid


def test_what_a_progress_function_raises_reaches_the_console(engine) -> None:
    def stop(*_news: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.analyze(frames_of(count=2), ALL, stop)
    assert isinstance(engine.analyze(frames_of()), Analysis)


def test_a_process_that_starts_keeps_nobody_waiting_and_goes_on_starting(tmp_path) -> None:
    never = "import sys; print('started', file=sys.stderr, flush=True); sys.stdin.read()"  # no greeting, no answer
    engine, heard = EngineProcess(EngineCommand(sys.executable, ("-c", never)), str(tmp_path)), Heard()
    call = engine.startAnalysis(frames_of(), ALL, heard)
    until(lambda: engine._connection.isWaiting and "\nstarted" in engine.logText)

    call.cancel()

    assert isinstance(heard.end(), Cancelled)
    with pytest.raises(Cancelled):
        engine.analyze(frames_of(), ALL, None, lambda: engine._connection.isWaiting)
    assert engine.state == "starting"
    assert engine.logText.count("\nstarted") == 1
    engine.stop()
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_is_at_something_keeps_nobody_waiting_and_its_files(engine, folder) -> None:
    pid, heard = pidOf(engine), Heard()
    call = engine.startAnalysis(frames_of(name="stuck"), ALL, heard)
    until(lambda: heard.progress)

    call.cancel()

    assert isinstance(heard.end(), Cancelled)
    assert len(callFolders(folder)) == 1
    assert engine.isRunning
    os.kill(pid, signal.SIGKILL)
    until(lambda: not engine.isRunning)
    assert callFolders(folder) == []


def test_the_next_question_waits_until_the_abandoned_one_is_given_up(engine) -> None:
    pid, first, second = pidOf(engine), Heard(), Heard()
    call = engine.startAnalysis(frames_of(name="slow"), ALL, first)
    until(lambda: engine._connection.isWaiting)

    call.cancel()
    engine.startAnalysis(frames_of(count=2), ALL, second)

    assert len(second.end().frames) == 2
    assert isinstance(first.end(), Cancelled)
    assert pidOf(engine) == pid


def test_a_process_that_never_gives_it_up_is_ended(engine, monkeypatch) -> None:
    monkeypatch.setattr(connection, "ABANDONED_S", 0.0)
    pid, heard = pidOf(engine), Heard()
    call = engine.startAnalysis(frames_of(name="stuck"), ALL, heard)
    until(lambda: heard.progress)  # else it would hear that it was cancelled before it is stuck

    call.cancel()

    assert isinstance(heard.end(), Cancelled)
    until(lambda: not engine.isRunning)
    assert pidOf(engine) != pid


def test_it_is_ended_for_the_console_too(engine, monkeypatch) -> None:
    monkeypatch.setattr(connection, "ABANDONED_S", 0.0)
    pid, told = pidOf(engine), []

    with pytest.raises(Cancelled):
        engine.analyze(frames_of(name="stuck"), ALL, lambda *news: told.append(news), lambda: bool(told))

    until(lambda: not engine.isRunning)
    assert isinstance(engine.analyze(frames_of()), Analysis)
    assert pidOf(engine) != pid


def test_what_is_cancelled_behind_the_work_of_another_does_not_end_that(engine, monkeypatch) -> None:
    monkeypatch.setattr(connection, "ABANDONED_S", 0.0)
    pid, script, panel = pidOf(engine), Heard(), Heard()
    working = engine.startAnalysis(frames_of(name="slow"), ALL, script)
    until(lambda: engine._connection.isWaiting)
    waiting = engine.startAnalysis(frames_of(count=2), ALL, panel)
    until(lambda: len(engine._connection._tickets) == 2)

    waiting.cancel()
    assert isinstance(panel.end(), Cancelled)
    for _ in range(5):
        engine._connection.killOverdue()
        slicer.app.processEvents()

    assert engine.isRunning
    assert not script.isEnded
    monkeypatch.undo()
    working.cancel()
    script.end()
    assert pidOf(engine) == pid
