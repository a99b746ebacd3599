"""Which models an analysis is to be made with, and where they run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelChoice:
    """Names as `models list` gives them, empty for the shipped model; `device` as in `engine.device`."""

    classifier: str = ""
    segmenter: str = ""
    device: str = "auto"
