"""Hears of one piece of work of the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...engine.errors import BreastUSAIError


@dataclass(frozen=True)
class JobListener:
    """Three functions as the listener that engine and jobs call."""

    onProgress: Callable[[int, int, str], None]  # noqa: N815
    onDone: Callable[[Any], None]  # noqa: N815
    onFailed: Callable[[BreastUSAIError], None]  # noqa: N815
