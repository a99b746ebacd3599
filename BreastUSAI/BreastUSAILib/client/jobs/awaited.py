"""An answer of the engine that is waited for while the application goes on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import slicer

from ...engine.errors import BreastUSAIError
from .ignored import ignored
from .job_listener import JobListener

_POLL_S = 0.01


def awaited(engine: Any, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Ask, and handle the application's events until the answer is there. Raises BreastUSAIError."""
    done: list[dict[str, Any]] = []
    failed: list[BreastUSAIError] = []
    engine.startRequest(method, params, JobListener(ignored, done.append, failed.append))
    while not done and not failed:
        slicer.app.processEvents()
        time.sleep(_POLL_S)
    if failed:
        raise failed[0]
    return done[0]


def selfCheck(engine: Any) -> None:
    """Try the engine; one that does not run is stopped. Raises BreastUSAIError.

    What follows is the replacement of its files, and Windows replaces none that its process has open.
    """
    try:
        awaited(engine, "selfCheck", {})
    except BreastUSAIError:
        engine.stop()
        raise
