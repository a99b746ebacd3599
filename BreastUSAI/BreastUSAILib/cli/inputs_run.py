"""Inputs to result folders, whatever happens to some: behind `breastusai analyze` and Slicer's console alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ..engine.errors import BreastUSAIError, Cancelled, InputError, OutputError
from ..engine.findings.analysis import Analysis
from ..engine.images.frames import Frames
from ..engine.options import AnalyzeOptions, Progress
from ..report.atomic import remove_leftovers
from ..report.result_folder import OWNED, ResultFiles, write_results
from .result_names import ResultNames
from .scene_file import write_scene
from .unexpected import unexpected

Read = Callable[[Path], Iterator[Frames | InputError]]


class Engine(Protocol):
    """The part of `Analyzer` that a run uses."""

    def analyze(self, frames: Frames, options: AnalyzeOptions, progress: Progress | None) -> Analysis: ...


class Reporter(Protocol):
    """Hears what comes of each input."""

    def progress(self, name: str) -> AbstractContextManager[Progress | None]:
        """Work on an input begins; what is given takes the progress, or None where nobody looks."""

    def result(self, name: str, analysis: Analysis, files: ResultFiles) -> None:
        """An input gave a result."""

    def failure(self, name: str, error: BreastUSAIError) -> None:
        """An input gave none."""


@dataclass
class InputsRun:
    """One run over any number of inputs into one output folder."""

    engine: Engine
    read: Read
    options: AnalyzeOptions
    output: Path
    with_scene: bool
    reporter: Reporter
    keep_text: bool = False
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
            yield unexpected(error, path)
            return
        if not found:
            yield InputError("nothing to analyse was found", where=path, remedy="Give a file or folder with images")

    def _frames(self, frames: Frames, path: Path) -> None:
        name = frames.source or str(path)
        folder = self.output / self.names.next(frames.name)
        try:
            with self.reporter.progress(frames.name) as progress:
                analysis = self.engine.analyze(frames, self.options, progress)
                files = write_results(
                    analysis, frames, folder, write_scene if self.with_scene else None, self.keep_text
                )
        except Cancelled:
            raise  # no failure of this input, and the end of them all
        except BreastUSAIError as error:
            self.reporter.failure(name, error)
        except Exception as error:  # the edge: a defect in one input must not cost the others their results
            self.reporter.failure(name, unexpected(error, Path(name)))
        else:
            self.reporter.result(name, analysis, files)


def check_output(folder: Path) -> None:
    """Find out before the work that results can be written, and clear what a killed run left. Raises OutputError."""
    existing = next(place for place in (folder, *folder.absolute().parents) if os.path.lexists(place))
    if not existing.is_dir():
        raise OutputError("the output is a file, not a folder", where=existing, remedy="Give another --output")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise OutputError("writing is not permitted", where=existing, remedy="Give an --output that you may write to")
    remove_leftovers(folder, OWNED)


@contextmanager
def reading_inputs(any_modality: bool = False) -> Iterator[Read]:
    """What reads a file or folder as `engine.reading.read` does, in a process of its own that ends with the block."""
    from ..engine.remote.reading_process import ReadingProcess

    with ReadingProcess() as process:
        process.start()
        yield lambda path: process.read(path, any_modality)
