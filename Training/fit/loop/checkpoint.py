"""The checkpoint that a killed run goes on from: written whole or not at all, and read or refused in words."""

from __future__ import annotations

import io
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins import TorchCheckpointIO

from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.report.atomic import atomic_file, output_errors

from ..weights.pretrained import unreadable

CHECKPOINT = "last"


class WholeCheckpoints(TorchCheckpointIO):
    """Checkpoints that appear whole; Lightning's own pass through the system's temporary folder, on another disk."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None) -> None:
        """Write it; an earlier one stays where that fails. Raises OutputError."""
        packed = io.BytesIO()  # torch reports a full disk as RuntimeError; plain bytes give an OSError
        torch.save(checkpoint, packed)
        with atomic_file(Path(path)) as temporary:
            temporary.write_bytes(packed.getbuffer())


def checkpoint_in(work: Path) -> Path | None:
    """The checkpoint in a work folder; None where there is none. What a killed run left half-written is removed.

    Raises ModelError where it cannot be read.
    """
    path = work / f"{CHECKPOINT}.ckpt"
    for unfinished in work.glob(f".{path.name}.*.part"):
        unfinished.unlink(missing_ok=True)
    if not path.is_file():
        return None
    try:
        torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # torch raises RuntimeError, UnpicklingError, EOFError and more here
        remedy = "Delete it to begin this training anew"
        raise ModelError(f"the checkpoint {unreadable(error)}", where=path, remedy=remedy) from error
    return path


def keep_log(work: Path) -> None:
    """Move a killed run's ``metrics.csv`` to the first free ``metrics.N.csv``: Lightning would begin it anew."""
    log = work / "metrics.csv"
    if log.is_file():
        log.rename(next(free for n in itertools.count(1) if not (free := work / f"metrics.{n}.csv").exists()))


@contextmanager
def told_once(work: Path) -> Iterator[None]:
    """Turn what cannot be written to the work folder into one OutputError.

    TensorBoard's events are written by a thread that passes its error on to the training, but would also print it.
    """
    printing = threading.excepthook

    def print_others(problem: threading.ExceptHookArgs) -> None:
        if not isinstance(problem.exc_value, OSError):
            printing(problem)

    threading.excepthook = print_others
    try:
        with output_errors(work):
            yield
    finally:
        threading.excepthook = printing
