"""The time left, in words that do not jump about."""

from __future__ import annotations

import pytest

from BreastUSAILib.gui.running.time_left import TimeLeft


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(
    ("after", "done", "total", "words"),
    [
        (10.0, 10, 50, "about 40 s left"),
        (10.0, 49, 50, ""),
        (10.0, 50, 50, ""),
        (60.0, 10, 100, "about 9 min left"),
        (0.1, 10, 20, ""),
        (10.0, 0, 50, ""),
    ],
)
def test_time_left_follows_from_the_pace_so_far(after, done, total, words):
    clock = Clock()
    left = TimeLeft(clock)
    left.words(0, total)
    clock.seconds += after

    assert left.words(done, total) == words


def test_what_came_before_the_first_frame_does_not_count():
    clock = Clock()
    left = TimeLeft(clock)
    clock.seconds += 60.0
    left.words(0, 100)
    clock.seconds += 10.0

    assert left.words(50, 100) == "about 10 s left"


def test_other_work_is_timed_anew():
    clock = Clock()
    left = TimeLeft(clock)
    left.words(0, 100)
    clock.seconds += 100.0
    left.restart()
    left.words(0, 100)
    clock.seconds += 10.0

    assert left.words(50, 100) == "about 10 s left"
