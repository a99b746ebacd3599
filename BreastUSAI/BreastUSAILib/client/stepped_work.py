"""Long work between the events of the application, a little at a time."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Generator
from typing import Any

import qt
from slicer.i18n import tr as _

from ..engine.errors import BreastUSAIError, Cancelled
from ..engine.steps import StepRun

BUDGET_S = 0.02  # of work before the application's other events have their turn

Steps = Generator[Any, None, Any]


class SteppedWork:
    """Runs a generator in the event loop until it ends; never inside the caller of any method here.

    Between two steps the application's events are handled once `BUDGET_S` is used up, so no step should take long;
    and always before `onDone`, which shows what was found. Until then the generator counts as running.

    Args:
        steps: yields after each step, `WAIT` (of `engine.steps`) where it can only go on after `resume`.
        onDone: called with what the generator returned.
        onFailed: called with what it raised; other than a BreastUSAIError is made one and logged.
    """

    def __init__(
        self, steps: Steps, onDone: Callable[[Any], None], onFailed: Callable[[BreastUSAIError], None]
    ) -> None:
        self._steps = StepRun(steps)
        self._onDone = onDone
        self._onFailed = onFailed
        self._abortWith: BreastUSAIError | None = None
        self._ending: Callable[[], None] | None = None
        self._turning = False
        self._woken = False
        self._timer = qt.QTimer()
        self._timer.timeout.connect(self._turn)
        self._timer.start(0)
        self.isRunning = True

    def resume(self) -> None:
        """Go on after a `WAIT`."""
        self._woken = True
        if self.isRunning:
            self._timer.start(0)

    def abort(self, error: BreastUSAIError) -> None:
        """End the generator where it is; `onFailed` gets the error. One that has come to its end stays done."""
        if self.isRunning and self._abortWith is None and self._ending is None:
            self._abortWith = error
            self._timer.start(0)

    def cancel(self) -> None:
        """End the generator where it is; `onFailed` gets `Cancelled`."""
        self.abort(Cancelled())

    def _turn(self) -> None:
        if self._turning or not self.isRunning:  # a step that handles events itself comes by here
            return
        if self._ending is not None:
            self._end()
            self._ending()
            return
        self._turning = True
        try:
            failure = self._work()
        finally:
            self._turning = False
        if failure is not None:
            failure()

    def _work(self) -> Callable[[], None] | None:
        """Do steps while there is time, at least one; what is to be told where they failed."""
        until = time.perf_counter() + BUDGET_S
        try:
            while self._abortWith is None:
                self._woken = False
                if not self._steps.advance():
                    self._ending = lambda: self._onDone(self._steps.result)
                    self._timer.start(0)
                    return None
                if self._abortWith is None and self._steps.must_wait and not self._woken:
                    self._timer.stop()
                    return None
                if self._abortWith is None and time.perf_counter() >= until:
                    return None
            self._steps.close()
            raise self._abortWith
        except Exception as problem:
            self._end()
            error = asError(problem)
            return lambda: self._onFailed(error)

    def _end(self) -> None:
        self.isRunning = False
        self._timer.stop()
        self._timer.deleteLater()  # Slicer's connection holds `_turn`, and with it all that the steps have read


class UnexpectedError(BreastUSAIError):
    """A defect; `log` holds what Python says of it, for whoever mends it."""

    def __init__(self, error: Exception) -> None:
        self.log = "".join(traceback.format_exception(error))
        super().__init__(
            _("something unexpected happened"), remedy=_("Show the log, and report it as a defect of BreastUSAI")
        )


def asError(error: Exception) -> BreastUSAIError:
    """The error for the panel; one that nobody raised on purpose goes to the application's log in full."""
    if isinstance(error, BreastUSAIError):
        return error
    logging.getLogger("BreastUSAI").error("unexpected error", exc_info=error)
    return UnexpectedError(error)
