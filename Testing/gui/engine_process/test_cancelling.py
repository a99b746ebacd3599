"""Work in the engine's process can be cancelled at any time; the process stays unless it does not react."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from BreastUSAILib.engine.analysis import Analysis
from BreastUSAILib.engine.errors import Cancelled
from BreastUSAILib.engine.frames import Frames, InputKind
from BreastUSAILib.gui import engine_connection
from BreastUSAILib.gui.engine_process import EngineError
from Testing.gui.engine_process.fake_process import ALL, pidOf
from Testing.gui.events import until
from Testing.gui.heard import Heard
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


def test_a_process_that_does_not_react_to_cancelling_is_killed(engine, monkeypatch) -> None:
    monkeypatch.setattr(engine_connection, "CANCEL_S", 0.0)
    pid, heard, other = pidOf(engine), Heard(), Heard()
    call = engine.startAnalysis(frames_of(name="stuck"), ALL, heard)
    until(lambda: heard.progress)  # else it would hear that it was cancelled before it is stuck
    engine.startRequest("models.list", {}, other)
    until(lambda: len(engine._connection._tickets) == 2)  # else it would go to the next process

    call.cancel()

    assert isinstance(heard.end(), Cancelled)
    assert isinstance(other.end(), EngineError | dict)  # it may have been answered just before
    assert pidOf(engine) != pid


def test_the_console_kills_it_too(engine, monkeypatch) -> None:
    monkeypatch.setattr(engine_connection, "CANCEL_S", 0.0)

    with pytest.raises(Cancelled):
        engine.analyze(frames_of(name="stuck"), ALL, None, lambda: engine._connection.isWaiting)
    assert isinstance(engine.analyze(frames_of()), Analysis)
