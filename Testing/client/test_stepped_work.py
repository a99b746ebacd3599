"""Long work gives way to other events, waits without turning, and ends once."""

from __future__ import annotations

from itertools import pairwise

import pytest
import qt
import shiboken6
import slicer

from BreastUSAILib.client import stepped_work
from BreastUSAILib.client.stepped_work import SteppedWork
from BreastUSAILib.engine.errors import BreastUSAIError, Cancelled, InputError
from BreastUSAILib.engine.steps import WAIT

from .events import until
from .heard import Heard


def begun(steps) -> tuple[SteppedWork, Heard]:
    heard = Heard()
    return SteppedWork(steps, heard.onDone, heard.onFailed), heard


def test_what_the_generator_returns_is_told_after_the_start() -> None:
    def steps():
        yield
        return 7

    running, heard = begun(steps())

    assert running.isRunning
    assert heard.end() == 7
    assert not running.isRunning


def test_nothing_of_the_application_holds_work_that_has_ended(application) -> None:
    def steps():
        yield

    running, heard = begun(steps())
    timer = running._timer
    heard.end()
    application.sendPostedEvents(None, qt.QEvent.DeferredDelete)

    assert not shiboken6.isValid(timer)


def test_other_events_come_between_two_steps_once_the_time_is_used_up(monkeypatch) -> None:
    monkeypatch.setattr(stepped_work, "BUDGET_S", 0.0)
    order, timer = [], qt.QTimer()
    timer.timeout.connect(lambda: order.append("other"))
    timer.start(0)

    def steps():
        for _ in range(5):
            order.append("step")
            yield

    _running, heard = begun(steps())
    heard.end()
    timer.stop()

    places = [place for place, what in enumerate(order) if what == "step"]
    assert all("other" in order[one:two] for one, two in pairwise(places))


def test_many_short_steps_share_one_turn(monkeypatch) -> None:
    monkeypatch.setattr(stepped_work, "BUDGET_S", 1000.0)
    turns, seen, timer = [], [], qt.QTimer()
    timer.timeout.connect(lambda: turns.append(1))
    timer.start(0)

    def steps():
        for _ in range(100):
            seen.append(len(turns))
            yield

    _running, heard = begun(steps())
    heard.end()
    timer.stop()

    assert len(seen) == 100
    assert len(set(seen)) == 1


def test_waiting_takes_no_turns_until_it_is_resumed() -> None:
    news: list[str] = []

    def steps():
        while not news:
            steps.asked += 1
            yield WAIT
        return news

    steps.asked = 0
    running, heard = begun(steps())
    until(lambda: steps.asked == 1)
    for _ in range(20):
        slicer.app.processEvents()
    assert steps.asked == 1

    running.resume()
    until(lambda: steps.asked == 2)
    news.append("now")
    running.resume()

    assert heard.end() == ["now"]


def test_what_is_resumed_during_its_own_step_does_not_wait_for_ever() -> None:
    def steps():
        running.resume()
        yield WAIT

    running, heard = begun(steps())

    assert heard.end() is None


@pytest.mark.parametrize("isWaiting", [True, False])
def test_aborting_closes_the_generator_and_tells_why(isWaiting: bool) -> None:
    closed = []

    def steps():
        try:
            while True:
                yield WAIT if isWaiting else None
        finally:
            closed.append(True)

    running, heard = begun(steps())
    for _ in range(3):
        slicer.app.processEvents()
    reason = InputError("the image is gone", remedy="Load it")
    running.abort(reason)
    running.cancel()
    assert not heard.isEnded

    assert heard.end() is reason
    assert closed == [True]


def test_a_step_may_abort_its_own_work() -> None:
    def steps():
        running.cancel()
        yield WAIT
        raise AssertionError("went on")

    running, heard = begun(steps())

    assert isinstance(heard.end(), Cancelled)


def test_a_step_that_handles_events_is_not_entered_twice() -> None:
    def steps():
        for _ in range(3):
            slicer.app.processEvents()
        yield
        return "once"

    _running, heard = begun(steps())

    assert heard.end() == "once"


def test_a_defect_is_a_sentence_and_goes_to_the_log(caplog) -> None:
    def steps():
        yield
        raise ZeroDivisionError("by zero")

    _running, heard = begun(steps())

    error = heard.end()
    assert isinstance(error, BreastUSAIError)
    assert str(error) == "something unexpected happened. Show the log, and report it as a defect of BreastUSAI."
    for log in (error.log, caplog.text):
        assert "Traceback" in log
        assert "ZeroDivisionError: by zero" in log


def test_events_are_handled_before_what_was_found_is_told(application):
    told: list[str] = []

    def event():
        told.append(f"event, running {running.isRunning}")
        running.cancel()

    def steps():
        yield
        told.append("last step")
        qt.QTimer.singleShot(0, event)
        return "found"

    running = SteppedWork(steps(), told.append, lambda error: told.append(str(error)))
    until(lambda: not running.isRunning)

    assert told == ["last step", "event, running True", "found"], "what has come to its end is not cancelled"
