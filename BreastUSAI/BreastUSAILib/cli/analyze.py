"""`breastusai analyze`: every input to a folder of results, whatever happens to the others."""

from __future__ import annotations

import argparse
import json
import os
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .. import RESEARCH_USE
from ..engine.analysis import Analysis, Label
from ..engine.errors import BreastUSAIError, InputError, OutputError
from ..engine.frames import Frames
from ..engine.options import AnalyzeOptions, Progress
from ..report.result_folder import ResultFiles, write_results
from .result_names import ResultNames
from .scene_file import write_scene
from .summary import summary_line
from .terminal import Terminal, quiet_libraries


class Engine(Protocol):
    """The part of `Analyzer` that this command uses."""

    def analyze(self, frames: Frames, options: AnalyzeOptions, progress: Progress | None) -> Analysis: ...


OpenEngine = Callable[[argparse.Namespace], Engine]
Read = Callable[[Path], Iterator[Frames | InputError]]


def run_analyze(
    chosen: argparse.Namespace,
    terminal: Terminal,
    open_engine: OpenEngine | None = None,
    read: Read | None = None,
) -> int:
    """Analyse `chosen.inputs` one after the other; 0 where all gave a result, else 1.

    `open_engine` and `read` are the engine's own unless a test hands in others.
    """
    quiet_libraries()
    reporter = _Reporter(terminal, chosen.json)
    try:
        _check_output(chosen.output)
        engine = (open_engine or _default_engine)(chosen)
        options = AnalyzeOptions(chosen.frames, Label(chosen.explain_class), chosen.prevalence)
    except BreastUSAIError as error:
        reporter.nothing_possible(chosen.inputs, error)
        return 1
    run = _Run(engine, read or _default_read, options, chosen.output, chosen.scene, reporter)
    for path in chosen.inputs:
        run.input(path)
    reporter.close()
    return 1 if reporter.failures else 0


@dataclass
class _Reporter:
    """Tells what came of each input, in words or as JSON lines, and counts what failed."""

    terminal: Terminal
    as_json: bool
    failures: int = 0
    results: int = 0

    def result(self, name: str, analysis: Analysis, files: ResultFiles) -> None:
        self.results += 1
        if self.as_json:
            self._document({"input": name, "output": str(files.folder), "analysis": analysis.to_json()})
        else:
            self.terminal.say(summary_line(name, analysis, files.folder))

    def failure(self, name: str, error: BreastUSAIError) -> None:
        self.failures += 1
        self.terminal.complain(_naming(name, error))
        if self.as_json:
            self._document({"input": name, "error": _naming(name, error)})

    def nothing_possible(self, inputs: list[Path], error: BreastUSAIError) -> None:
        """What keeps every input from being analysed is said once."""
        self.terminal.complain(str(error))
        if self.as_json:
            for path in inputs:
                self._document({"input": str(path), "error": str(error)})

    def close(self) -> None:
        if self.results and not self.as_json:
            self.terminal.say(RESEARCH_USE)

    def _document(self, document: dict[str, Any]) -> None:
        self.terminal.say(json.dumps(document, allow_nan=False))


@dataclass
class _Run:
    engine: Engine
    read: Read
    options: AnalyzeOptions
    output: Path
    with_scene: bool
    reporter: _Reporter
    names: ResultNames = field(default_factory=ResultNames)

    def input(self, path: Path) -> None:
        """Analyse everything that `path` holds."""
        for item in self._items(path):
            if isinstance(item, BreastUSAIError):
                self.reporter.failure(item.where or str(path), item)
            else:
                self._frames(item, path)

    def _items(self, path: Path) -> Iterator[Frames | BreastUSAIError]:
        found = False
        try:
            for item in self.read(path):
                found = True
                yield item
        except BreastUSAIError as error:
            yield error
            return
        except Exception as error:
            yield _unexpected(error, path)
            return
        if not found:
            yield InputError("nothing to analyse was found", where=path, remedy="Give a file or folder with images")

    def _frames(self, frames: Frames, path: Path) -> None:
        name = frames.source or str(path)
        folder = self.output / self.names.next(frames.name)
        try:
            with self.reporter.terminal.progress(frames.name) as progress:
                analysis = self.engine.analyze(frames, self.options, progress)
                files = write_results(analysis, frames, folder, write_scene if self.with_scene else None)
        except BreastUSAIError as error:
            self.reporter.failure(name, error)
        except Exception as error:  # the edge: a defect in one input must not cost the others their results
            self.reporter.failure(name, _unexpected(error, Path(name)))
        else:
            self.reporter.result(name, analysis, files)


def _check_output(folder: Path) -> None:
    """Find out before the work that results can be written. Raises OutputError."""
    existing = next(place for place in (folder, *folder.absolute().parents) if os.path.lexists(place))
    if not existing.is_dir():
        raise OutputError("the output is a file, not a folder", where=existing, remedy="Give another --output")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise OutputError("writing is not permitted", where=existing, remedy="Give an --output that you may write to")


def _unexpected(error: Exception, path: Path) -> BreastUSAIError:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return BreastUSAIError(
        f"unexpected {type(error).__name__} at {Path(place.filename).name}:{place.lineno} ({error})",
        where=path,
        remedy="Report this as a defect of BreastUSAI",
    )


def _naming(name: str, error: BreastUSAIError) -> str:
    text = str(error)
    return text if error.where and name in text else f"{name}: {text}"


def _default_engine(chosen: argparse.Namespace) -> Engine:
    from ..engine.analyzer import Analyzer
    from ..engine.model_folder import load_models

    return Analyzer(load_models(chosen.classifier, chosen.segmenter), device=chosen.device)


def _default_read(path: Path) -> Iterator[Frames | InputError]:
    from ..engine.reading import read

    return read(path)
