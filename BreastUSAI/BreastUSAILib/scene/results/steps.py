"""Work in the scene that is cut into steps: a generator that yields after each, and returns its result."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")


def allAtOnce(steps: Generator[None, None, Result]) -> Result:
    """Do every step now, for callers that may block; returns the result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
