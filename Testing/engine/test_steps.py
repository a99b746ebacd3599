"""Work in steps is driven from one place: to its end at once, or a step at a time."""

from __future__ import annotations

import doctest

import pytest

from BreastUSAILib.engine import steps
from BreastUSAILib.engine.steps import WAIT, StepRun, all_at_once


def counting(told: list[str], count: int = 3):
    """Yields `count` times, the second time to wait."""
    try:
        for number in range(count):
            told.append(f"step {number}")
            yield WAIT if number == 1 else None
        return count
    finally:
        told.append("cleared up")


def test_a_run_goes_on_until_there_is_a_result() -> None:
    run = StepRun(counting([]))
    waits = []

    while run.advance():
        waits.append(run.must_wait)

    assert waits == [False, True, False]
    assert run.result == 3


def test_there_is_no_result_before_the_end() -> None:
    run = StepRun(counting([]))
    run.advance()

    with pytest.raises(IndexError):
        _ = run.result


def test_between_two_steps_the_caller_hears_whether_the_next_has_to_wait() -> None:
    told: list[str] = []

    assert all_at_once(counting(told), lambda must_wait: told.append(f"wait {must_wait}")) == 3
    assert told == ["step 0", "wait False", "step 1", "wait True", "step 2", "wait False", "cleared up"]


def test_what_is_raised_between_two_steps_ends_the_work_which_clears_up() -> None:
    told: list[str] = []
    work = counting(told)  # held here: else it would end when it is no longer needed

    def refuse(_must_wait: bool) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        all_at_once(work, refuse)
    assert told == ["step 0", "cleared up"]


def test_what_a_step_raises_comes_out() -> None:
    def failing():
        yield
        raise ValueError("odd pixel")

    with pytest.raises(ValueError, match="odd pixel"):
        all_at_once(failing())


def test_the_examples_run() -> None:
    ran = doctest.testmod(steps)

    assert ran.attempted
    assert not ran.failed
