"""Work that is cut into steps, between which whoever drives it may do something else. Needs Python alone."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")

WAIT = True
"""What a generator yields when its next step has to wait for something outside."""


class StepRun(Generic[Result]):
    """A generator on its way to its end. Every driver uses it: `all_at_once`, and the application's event loop.

    Args:
        steps: yields after each step, `WAIT` where it has to wait, and returns the result.
    """

    def __init__(self, steps: Generator[Any, None, Result]) -> None:
        self._steps = steps
        self._results: list[Result] = []
        self.must_wait = False
        """Whether the last step ended in a `WAIT`."""

    def advance(self) -> bool:
        """Do one step; False where it was the last, and `result` is there. Raises what the step raises."""
        try:
            self.must_wait = next(self._steps) is WAIT
        except StopIteration as end:
            self._results.append(end.value)
            return False
        return True

    @property
    def result(self) -> Result:
        """What the generator returned. Raises IndexError before its end."""
        return self._results[0]

    def close(self) -> None:
        """End the generator where it is; it clears up after itself."""
        self._steps.close()


def all_at_once(steps: Generator[Any, None, Result], between: Callable[[bool], None] | None = None) -> Result:
    """Do every step now, for callers that may block.

    Args:
        steps: as for `StepRun`.
        between: called after each step but the last, with whether the next one has to wait. It waits then; and what
            it raises ends the work.

    >>> def counted():
    ...     yield
    ...     return 7
    >>> all_at_once(counted())
    7
    """
    run = StepRun(steps)
    try:
        while run.advance():
            if between is not None:
                between(run.must_wait)
    finally:
        run.close()
    return run.result
