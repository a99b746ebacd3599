"""How the command line speaks: results on stdout, complaints and progress on stderr."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from ..engine.errors import one_line

if TYPE_CHECKING:
    from ..engine.options import Progress

_TALKATIVE = ("captum", "monai", "PIL", "pydicom", "pyigtl", "torch")


@dataclass(frozen=True)
class Terminal:
    """Where a command writes: results to `out`, everything else to `err`."""

    out: TextIO
    err: TextIO

    def say(self, line: str) -> None:
        """One line of results, at once; names in it cannot steer the terminal."""
        self.out.write(one_line(line) + "\n")
        self.out.flush()

    def complain(self, line: str) -> None:
        """One line about what went wrong."""
        self.err.write(f"breastusai: {one_line(line)}\n")
        self.err.flush()

    @contextmanager
    def progress(self, name: str) -> Iterator[Progress | None]:
        """A progress bar titled `name` for as long as the block runs, or None where `err` is not a terminal."""
        if not self.err.isatty():
            yield None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
        with Bars(*columns, TimeRemainingColumn(), console=Console(file=self.err), transient=True) as bars:
            shown = one_line(name)
            task = bars.add_task(shown, total=None)
            yield lambda done, total, words: bars.update(
                task, completed=done, total=total, description=f"{shown}: {words}"
            )


def accept_any_text(*streams: TextIO) -> None:
    """Let file names print that the terminal's encoding lacks letters for."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def quiet_libraries() -> None:
    """Keep the libraries' remarks to developers off the user's screen; ``python -W`` brings them back."""
    if sys.warnoptions:
        return
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    warnings.simplefilter("ignore")
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
