"""An engine and a reader for batches that take no time, and do by a file's name what can befall a worker.

``bad*`` cannot be read, ``poison*`` ends the process that analyzes it, ``odd*`` meets a defect, ``full*`` finds the
disk full as long as a file ``disk-full`` lies beside the batch, ``many*`` holds three images, ``slow*`` takes its time.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from BreastUSAILib.batch.job import Settings, Tools
from BreastUSAILib.cli.arguments import parser
from BreastUSAILib.cli.batch.command import run_batch
from BreastUSAILib.cli.terminal import Terminal
from BreastUSAILib.engine.errors import InputError, OutputError
from BreastUSAILib.engine.images.frames import Frames
from Testing.report.samples import analysis_of, frames_of

LOG = "analyzed.log"


class FakeEngine:
    """Gives every input the same finding, and notes in a file beside the batch what it was asked."""

    def __init__(self, beside: Path) -> None:
        self._beside = beside

    def analyze(self, frames: Frames, options: Any = None, progress: Any = None, cancelled: Any = None) -> Any:
        log = os.open(self._beside / LOG, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(log, f"{frames.name}\n".encode())
        os.close(log)
        if frames.name.startswith("poison"):
            os.kill(os.getpid(), signal.SIGKILL)
        if frames.name.startswith("odd"):
            raise ZeroDivisionError("float division\nby zero")
        if frames.name.startswith("full") and (self._beside / "disk-full").exists():
            cause = OSError(errno.ENOSPC, "No space left on device")
            raise OutputError("the disk is full", where=self._beside, remedy="Free some space") from cause
        if frames.name.startswith("slow"):
            time.sleep(0.5)
        return analysis_of(frames)


def read(path: str, any_modality: bool = False, *, only: tuple[str, ...] | None = None) -> Iterator[Any]:
    """Inputs by the names of their files."""
    for one in only or (path,):
        if Path(one).name.startswith("bad"):
            yield InputError("it is no image", where=one, remedy="Give an image")
            continue
        for number in range(3 if Path(one).name.startswith("many") else 1):
            yield frames_of(rows=24, columns=32, name=f"{Path(one).stem}{number or ''}")


def opening(settings: Settings) -> Tools:
    """What a worker gets."""
    return Tools(FakeEngine(Path(settings.folder).parent), read)  # type: ignore[arg-type]


def analyzed(beside: Path) -> list[str]:
    """The names of all images that any worker was asked to analyze, sorted."""
    log = beside / LOG
    return sorted(log.read_text().split()) if log.exists() else []


def files(folder: Path, *names: str) -> Path:
    """A folder with such files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(name)
    return folder


class Command:
    """One run of `breastusai batch` in this process: its status and what it said."""

    def __init__(self, *arguments: str | Path) -> None:
        out, err = io.StringIO(), io.StringIO()
        chosen = parser().parse_args(["batch", *map(str, arguments)])
        self.status = run_batch(chosen, Terminal(out, err), opening)
        self.said, self.complaints = out.getvalue().splitlines(), err.getvalue().splitlines()
