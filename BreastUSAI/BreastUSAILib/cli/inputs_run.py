"""Inputs to result folders, whatever happens to some: behind `breastusai analyze` and Slicer's console alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ..engine.errors import BreastUSAIError, Cancelled, InputError, OutputError, unexpected
from ..engine.images.frames import Frames
from ..engine.interface import Engine
from ..engine.options import AnalyzeOptions, Cancelling, Progress
from ..report.analyze_to_folder import FolderResult, analyze_to_folder
from ..report.atomic import remove_leftovers
from ..report.privacy import private_frames, private_path, private_stem
from ..report.reports import ReportOptions
from ..report.result_folder import OWNED, PLAIN
from .result_names import ResultNames
from .scene_file import write_scene

Read = Callable[[Path], Iterator[Frames | InputError]]


class Reporter(Protocol):
    """Hears what comes of each input."""

    def progress(self, name: str) -> AbstractContextManager[Progress | None]:
        """Work on an input begins; what is given takes the progress, or None where nobody looks."""

    def result(self, name: str, found: FolderResult) -> None:
        """An input gave a result."""

    def failure(self, name: str, error: BreastUSAIError) -> None:
        """An input gave none."""

    def path_done(self) -> None:
        """All that one of the given paths holds has been told of."""


@dataclass
class InputsRun:
    """One run over any number of inputs into one output folder."""

    engine: Engine
    read: Read
    options: AnalyzeOptions
    output: Path
    with_scene: bool
    reporter: Reporter
    reports: ReportOptions = PLAIN
    with_counterfactuals: bool = False
    cancelled: Cancelling | None = None
    _names: ResultNames = field(default_factory=ResultNames)

    def work(self, paths: Sequence[Path]) -> None:
        """Analyze everything that `paths` hold, one after the other. Raises Cancelled; what was finished stays.

        The folder of each file that is given is chosen before the first is read, in their order, so that it is the
        same whatever becomes of the others; those of a folder's images follow in the order in which they are read.
        """
        for path, chosen in [(path, self._chosen(path)) for path in paths]:
            for item in self._items(path):
                if isinstance(item, BreastUSAIError):
                    self._failed(item.where or str(path), item)
                else:
                    self._frames(item, path, chosen.pop() if chosen else self._names.next(self._name_of(item)))
            self.reporter.path_done()
            if self.cancelled is not None and self.cancelled():
                raise Cancelled

    def _chosen(self, path: Path) -> list[str]:
        """The name of the one result of a file; none for a folder, which may hold any number of images."""
        from ..engine.reading.names import stem  # brings all readers along

        if path.is_dir():
            return []
        return [self._names.next(stem(path) if self.reports.keep_identity else private_stem(path))]

    def _name_of(self, frames: Frames) -> str:
        return frames.name if self.reports.keep_identity else private_frames(frames).name

    def _shown(self, path: str) -> str:
        """A path as it may be printed."""
        return path if self.reports.keep_identity else private_path(path)

    def _failed(self, path: str, error: BreastUSAIError) -> None:
        """Tell of an input without a result, in words that name it no further than it may be named."""
        where = error.where or ""
        shown = self._shown(where)
        if shown != where:
            error = BreastUSAIError(error.problem.replace(where, shown), where=shown, remedy=error.remedy)
        self.reporter.failure(self._shown(path), error)

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
            yield InputError("nothing to analyze was found", where=path, remedy="Give a file or folder with images")

    def _frames(self, frames: Frames, path: Path, result_name: str) -> None:
        name = frames.source or str(path)
        try:
            with self.reporter.progress(self._name_of(frames)) as progress:
                found = analyze_to_folder(
                    frames,
                    self.options,
                    self.output / result_name,
                    self.engine,
                    progress=progress,
                    cancelled=self.cancelled,
                    write_scene=write_scene if self.with_scene else None,
                    reports=self.reports,
                    with_counterfactuals=self.with_counterfactuals,
                )
        except Cancelled:
            raise  # no failure of this input, and the end of them all
        except BreastUSAIError as error:
            self._failed(name, error)
        except Exception as error:  # the edge: a defect in one input must not cost the others their results
            self._failed(name, unexpected(error, Path(name)))
        else:
            self.reporter.result(self._shown(name), found)


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
