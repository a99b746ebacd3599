"""What is done of one input, how, and what came of it; plain data that travels between processes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from .. import __version__
from ..engine.errors import InputError
from ..engine.images.frames import Frames
from ..engine.interface import Engine
from ..engine.options import AnalyzeOptions
from ..engine.remote.dataclass_json import from_plain, to_plain
from ..report.reports import ReportOptions
from ..report.result_folder import PLAIN, SceneWriter

RESULTS, RECEIPTS = "results", "receipts"
TOKEN = "batch.token"
"""Proves to a worker that it sees the batch's own folder."""

_KEY_DIGITS = 24


class Reading(Protocol):
    """Reads as `engine.remote.reading_process.ReadingProcess.read` does."""

    def __call__(
        self, path: str, any_modality: bool = ..., *, only: tuple[str, ...] | None = ...
    ) -> Iterator[Frames | InputError]: ...


@dataclass(frozen=True)
class Tools:
    """What a worker keeps warm: an engine, and what reads inputs in a process of its own."""

    engine: Engine
    read: Reading


@dataclass(frozen=True)
class Settings:
    """How every input of a batch is analyzed.

    `folder` is the batch's own, absolute and the same for all workers. `opening` loads the tools in the worker that it
    is called in; functions are named, not carried along, so that they must lie in a module.
    """

    folder: str
    opening: Callable[[Settings], Tools]
    options: AnalyzeOptions = field(default_factory=AnalyzeOptions)
    reports: ReportOptions = PLAIN
    classifier: str | None = None
    segmenter: str | None = None
    device: str = "auto"
    any_modality: bool = False
    with_counterfactuals: bool = False
    write_scene: SceneWriter | None = None

    def told(self) -> dict[str, Any]:
        """What a result depends on, as plain JSON: batches of one folder must agree in it."""
        names = ("options", "reports", "classifier", "segmenter", "any_modality", "with_counterfactuals")
        told = {name: to_plain(getattr(self, name)) for name in names}
        return {"version": __version__, **told, "scene": self.write_scene is not None}

    def result_folder(self, key: str, number: int) -> str:
        """Where result `number` (from 1) of an input goes, as seen from the batch's folder: 256 folders share them."""
        return f"{RESULTS}/{key[:2]}/{key}" if number == 1 else f"{RESULTS}/{key[:2]}/{key}-{number}"

    def receipt(self, key: str) -> Path:
        """The file that says what came of an input from when its results are written until the manifest knows."""
        return Path(self.folder, RECEIPTS, key[:2], f"{key}.json")

    def known(self, key: str) -> Outcome | None:
        """What the receipt of an input says, or None where there is none."""
        try:
            return Outcome.of_text(self.receipt(key).read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError):
            return None

    def begun(self, key: str) -> Path:
        """The file that is there while an input is at work: whose worker then ends may have ended it."""
        return Path(self.folder, RECEIPTS, key[:2], f"{key}.begun")


@dataclass(frozen=True)
class Job:
    """One input: a file, or (`only`) the files of one series below a folder."""

    key: str
    path: str
    only: tuple[str, ...] | None = None


class End(str, Enum):
    """What is to become of an input."""

    DONE = "done"
    FAILED = "failed"
    """It will never be different: the input is no image, or an option does not fit it."""
    AGAIN = "again"
    """It may go better another time."""
    STOP = "stop"
    """It is not the input's fault, and no other input will fare better: the disk is full, a model is missing."""


@dataclass(frozen=True)
class Item:
    """One still, cine or volume of an input: its result, or why there is none."""

    folder: str | None = None
    verdict: str | None = None
    likelihood: float | None = None
    low: float | None = None
    high: float | None = None
    lesions: int | None = None
    frames: int | None = None
    flags: str = ""
    error: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of one input. Times are seconds, `began` those since 1970."""

    key: str
    end: End
    items: tuple[Item, ...]
    began: float
    seconds: float
    analyzing_s: float
    worker: str
    error: str | None = None

    def to_text(self) -> str:
        """As JSON."""
        return json.dumps(to_plain(self))

    @staticmethod
    def of_text(text: str) -> Outcome:
        """What `to_text` wrote. Raises ValueError or TypeError for anything else."""
        outcome = from_plain(Outcome, json.loads(text))
        assert isinstance(outcome, Outcome)
        return outcome


def key_of(*words: str) -> str:
    """The key of an input: the same for the same words, and no way back to them."""
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:_KEY_DIGITS]
