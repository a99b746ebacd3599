"""Who hears of one piece of work of the engine, and waiting for its answer while the application goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import slicer

from ...engine.errors import BreastUSAIError
from ..process.background_engine import BackgroundEngine

_POLL_S = 0.01


@dataclass(frozen=True)
class JobListener:
    """Three functions as the listener that engine and jobs call."""

    onProgress: Callable[[int, int, str], None]  # noqa: N815
    onDone: Callable[[Any], None]  # noqa: N815
    onFailed: Callable[[BreastUSAIError], None]  # noqa: N815


def ignored(*_told: object) -> None:
    """For a listener that ignores what it is told."""


def awaited(engine: BackgroundEngine, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
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


def selfCheck(engine: BackgroundEngine) -> None:
    """Try the engine; one that does not run is stopped. Raises BreastUSAIError.

    What follows is the replacement of its files, and Windows replaces none that its process has open.
    """
    try:
        awaited(engine, "selfCheck", {})
    except BreastUSAIError:
        engine.stop()
        raise
