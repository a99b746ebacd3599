"""One file to frames, by what is in it first and what it is called second."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import BreastUSAIError, InputError
from ..images.frames import Frames
from ..images.plausible_spacing import without_impossible_size
from ..images.videos import VIDEOS
from .dicom.dicom_file import has_dicom_preamble
from .dicom.reader import read_dicom
from .names import PICTURES, VOLUMES, extension
from .picture import is_picture, read_picture
from .video.video_file import is_video, read_video
from .volumes.volume_file import is_volume_file, read_volume_file

Result = TypeVar("Result")


def read_file(path: Path, any_modality: bool = False) -> Frames:
    """One still, cine or volume. Raises InputError, also from `Frames.read_frame`, and nothing else."""
    return guarded(lambda: _read(path, any_modality), path)


def guarded(read: Callable[[], Frames], where: Path) -> Frames:
    """What `read` gives, with a `read_frame` that is guarded like `read` itself.

    This is the one place where what a library raises for a file becomes an InputError in one line: none of them
    states all that it may raise, and the error's own words are for programmers.
    """
    with_errors = _Guard(where)
    frames = without_impossible_size(with_errors(read))
    inner = frames.read_frame

    def read_frame(index: int) -> NDArray:
        return with_errors(lambda: inner(index))

    return replace(frames, read_frame=read_frame)


class _Guard:
    def __init__(self, where: Path) -> None:
        self._where = where

    def __call__(self, read: Callable[[], Result]) -> Result:
        try:
            with np.errstate(all="ignore"):
                return read()
        except BreastUSAIError:
            raise
        except FileNotFoundError as error:
            raise InputError("there is no such file or folder", where=self._where, remedy="Check the path") from error
        except MemoryError as error:
            raise InputError(
                "the file takes more memory than there is", where=self._where, remedy="Export it in parts"
            ) from error
        except OSError as error:
            raise self._of_disk(error) if error.errno is not None else self._damaged() from error
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # what a decoder written in Rust raises is not an Exception
            raise self._damaged() from error

    def _of_disk(self, error: OSError) -> InputError:
        return InputError(
            f"the file cannot be read ({(error.strerror or os.strerror(error.errno or 0)).lower()})",
            where=self._where,
            remedy="Check that you may read it and that the disk or network drive is there",
        )

    def _damaged(self) -> InputError:
        return InputError(
            "the file is damaged or cut short", where=self._where, remedy="Copy or export it again from its source"
        )


def _read(path: Path, any_modality: bool) -> Frames:
    state = path.stat()
    if not stat.S_ISREG(state.st_mode):
        raise InputError("this is a device or a pipe, not a file", where=path, remedy="Give an image file or a folder")
    if state.st_size == 0:
        raise InputError("the file is empty", where=path, remedy="Copy or export it again")
    if has_dicom_preamble(path):
        return read_dicom(path, any_modality)
    kind = extension(path)
    if kind in VOLUMES or is_volume_file(path):
        return read_volume_file(path)
    if kind in PICTURES or is_picture(path):
        return read_picture(path)
    if kind in VIDEOS or is_video(path):
        return read_video(path)
    return read_dicom(path, any_modality)
