"""ITK's readers, kept from what they cannot stand: names that are not UTF-8, and a reader chosen by the name alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import SimpleITK as sitk


@contextmanager
def itk_reader(path: Path, image_io: str | None, data_files: Sequence[str] = ()) -> Iterator[sitk.ImageFileReader]:
    """An ITK reader of `path`; the process's own stderr is closed to what ITK writes there before it raises.

    Args:
        path: the file.
        image_io: the ITK class that reads it, or None to let ITK choose by the file's content.
        data_files: other files that the header names, relative to it.
    """
    import SimpleITK as sitk  # here: what reads DICOM alone need not load it

    with ExitStack() as stack:
        name = stack.enter_context(_plainly_named(path, data_files))
        stack.enter_context(_quiet())
        reader = sitk.ImageFileReader()
        if image_io is not None:
            reader.SetImageIO(image_io)
        reader.SetFileName(name)
        yield reader


@contextmanager
def _plainly_named(path: Path, data_files: Sequence[str]) -> Iterator[str]:
    """The path as text; a link to the file (or, without links, a copy) where its name is not text.

    ITK ends the whole process at a name that is not valid UTF-8.
    """
    if is_text(str(path)):
        yield str(path)
        return
    ending = "".join(suffix for suffix in path.suffixes if is_text(suffix))[-16:]
    with tempfile.TemporaryDirectory(prefix="breastusai-") as folder:
        _stand_in(path, Path(folder, f"input{ending}"))
        for name in data_files:
            if is_text(name):
                target = Path(folder, *Path(name).parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                _stand_in(path.parent / name, target)
        yield os.path.join(folder, f"input{ending}")


def is_text(name: str) -> bool:
    """Whether a name can be written as UTF-8: bytes of a file name that cannot are stand-ins in it."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _stand_in(path: Path, place: Path) -> None:
    try:
        place.symlink_to(path.absolute())
    except (OSError, NotImplementedError):
        shutil.copyfile(path, place)


@contextmanager
def _quiet() -> Iterator[None]:
    """ITK's readers write to the process's own stderr before they raise; the error alone is to be heard."""
    try:
        kept = os.dup(2)
    except OSError:  # a process without a stderr
        yield
        return
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(sink)
