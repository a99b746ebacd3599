"""What a worker does: one input at a time through `analyze_to_folder`, with an engine that stays loaded."""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..engine.errors import BreastUSAIError, DependencyError, InputError, ModelError, OptionError, unexpected
from ..engine.findings.analysis import Analysis
from ..engine.images.frames import Frames
from ..engine.own_folders import remove_own
from ..report.analyze_to_folder import FolderResult, analyze_to_folder
from ..report.atomic import atomic_file, output_errors
from .job import End, Item, Job, Outcome, Settings, Tools

_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR}
_NO_SECOND_TRY = (InputError, OptionError)
_KEPT = "breastusai_batch"


@dataclass
class Warm:
    """What a worker keeps between inputs. One input is worked on at a time, whatever threads the worker has."""

    settings: Settings | None = None
    tools: Tools | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)

    def ready(self, settings: Settings) -> Tools:
        if self.tools is None or self.settings != settings:
            self.tools = settings.opening(settings)
            self.settings = settings
        return self.tools


def open_tools(settings: Settings) -> Tools:
    """The engine with its models, and a reading process. Raises ModelError, DependencyError and OptionError."""
    from ..engine.analyzer import Analyzer
    from ..engine.bundles.model_folder import load_models
    from ..engine.remote.reading_process import ReadingProcess

    reading = ReadingProcess()
    reading.start()
    models = load_models(settings.classifier, settings.segmenter)
    return Tools(Analyzer(models, device=settings.device), reading.read)


def work_on_worker(job: Job, settings: Settings) -> Outcome:
    """`work` on a worker of Dask, which keeps the tools."""
    from distributed import get_worker

    worker: Any = get_worker()
    warm = worker.__dict__.setdefault(_KEPT, Warm())  # one dictionary operation: two threads get the same
    return work(job, settings, warm, f"{socket.gethostname()} {worker.address}")


def work(job: Job, settings: Settings, warm: Warm, worker: str = "") -> Outcome:
    """Analyze one input and write its results and, last, its receipt. Raises nothing for what befalls the input.

    An input with a receipt is not worked on again: its worker died after the work and before it was told.
    """
    with warm.turn:
        receipt = settings.receipt(job.key)
        known = settings.known(job.key)
        if known is not None:
            return known
        began, started = time.time(), time.perf_counter()
        run = _Run(job, settings)
        try:
            with output_errors(receipt):
                receipt.parent.mkdir(parents=True, exist_ok=True)
                settings.begun(job.key).touch()
            end, error = run.result(warm)
            seconds = time.perf_counter() - started
            outcome = Outcome(job.key, end, tuple(run.items), began, seconds, run.analyzing_s, worker, error)
            if end in (End.DONE, End.FAILED):
                with atomic_file(receipt) as temporary:
                    temporary.write_text(outcome.to_text(), encoding="utf-8")
        except BreastUSAIError as problem:
            seconds = time.perf_counter() - started
            outcome = Outcome(job.key, _end_of(problem), (), began, seconds, run.analyzing_s, worker, str(problem))
        with suppress(OSError):
            settings.begun(job.key).unlink(missing_ok=True)
        return outcome


@dataclass
class _Run:
    """The work on one input."""

    job: Job
    settings: Settings
    items: list[Item] = field(default_factory=list)
    analyzing_s: float = 0.0
    end: End = End.DONE
    error: str | None = None

    def result(self, warm: Warm) -> tuple[End, str | None]:
        try:
            tools = warm.ready(self.settings)
        except BreastUSAIError as error:
            return End.STOP, str(error)
        except Exception as error:
            return End.STOP, str(unexpected(error))
        results = 0
        for found in self._read(tools):
            if isinstance(found, Frames):
                results += 1
                self._analyze(found, tools, results)
            else:
                self._failed(found)
            if self.end in (End.AGAIN, End.STOP):
                return self.end, self.error
        if not self.items:
            nothing = InputError("nothing to analyze was found", where=self.job.path, remedy="Give a file with images")
            self._failed(nothing)
        self._remove_former(results)
        return self.end, self.error

    def _read(self, tools: Tools) -> Iterator[Frames | BreastUSAIError]:
        try:
            yield from tools.read(self.job.path, self.settings.any_modality, only=self.job.only)
        except BreastUSAIError as error:
            yield error
        except Exception as error:
            yield unexpected(error, self.job.path)

    def _analyze(self, frames: Frames, tools: Tools, number: int) -> None:
        settings = self.settings
        folder = settings.result_folder(self.job.key, number)
        started = time.perf_counter()
        try:
            found = analyze_to_folder(
                frames,
                settings.options,
                Path(settings.folder, folder),
                tools.engine,
                write_scene=settings.write_scene,
                reports=settings.reports,
                with_counterfactuals=settings.with_counterfactuals,
            )
        except BreastUSAIError as error:
            self._failed(error)
        except Exception as error:  # the edge: a defect in one input must not cost the others their results
            self._failed(unexpected(error, frames.source or self.job.path))
        else:
            self.items.append(_item(found, folder))
            if found.files.reports.problems:
                self.end, self.error = End.FAILED, self.error or found.files.reports.problems[0]
        self.analyzing_s += time.perf_counter() - started

    def _failed(self, error: BreastUSAIError) -> None:
        end = _end_of(error)
        self.items.append(Item(error=str(error)))
        self.error = str(error) if end is not End.FAILED else self.error or str(error)
        self.end = end

    def _remove_former(self, results: int) -> None:
        """Of an input that had more results before, the surplus goes."""
        number = results + 1
        while (path := Path(self.settings.folder, self.settings.result_folder(self.job.key, number))).is_dir():
            with suppress(OSError):
                remove_own(path)
            number += 1


def _end_of(error: BreastUSAIError) -> End:
    cause = error.__cause__
    while isinstance(cause, BreastUSAIError):
        cause = cause.__cause__
    if isinstance(error, (ModelError, DependencyError)):
        return End.STOP
    if isinstance(cause, OSError) and cause.errno in _OF_THE_DISK and not isinstance(error, InputError):
        return End.STOP
    return End.FAILED if isinstance(error, _NO_SECOND_TRY) else End.AGAIN


def _item(found: FolderResult, folder: str) -> Item:
    analysis: Analysis = found.analysis
    malignancy = analysis.verdict.malignancy
    problems = found.files.reports.problems
    return Item(
        folder,
        analysis.verdict.label.value,
        None if malignancy is None else malignancy.probability,
        None if malignancy is None else malignancy.low,
        None if malignancy is None else malignancy.high,
        len(analysis.volume_lesions or analysis.tracked_lesions or analysis.lesions),
        analysis.input.frames,
        " ".join(dict.fromkeys(flag.code.value for flag in analysis.flags)),
        problems[0] if problems else None,
    )
