"""Reading: files and folders to `Frames`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import InputError
from ..images.frames import Frames
from .file import read_file
from .folder import read_folder


def read(
    path: str | Path,
    any_modality: bool = False,
    *,
    only: tuple[str, ...] | None = None,
    skipped: frozenset[str] = frozenset(),
    beginning: Callable[[Path], None] | None = None,
) -> Iterator[Frames | InputError]:
    """Frames of a file, or of everything found in a folder.

    A file gives exactly one item. A folder is searched recursively and gives one item for each still, cine and volume
    in it, by series, then InstanceNumber, then name. What cannot be read comes out as an InputError in its place and
    does not stop the rest; a folder without anything to read gives one InputError. Nothing is raised.

    With `any_modality` DICOM images are read whatever modality they name; those that name another than ultrasound
    carry a remark. `only` names the files of a folder to look at, instead of all that it holds, as one that has listed
    them already does. Of a folder the files in `skipped` are left out, and `beginning` is told each file before it is
    read.

    >>> from BreastUSAILib.engine.reading import read
    >>> frames = next(read("BreastUSAI/Resources/Samples/still_malignant_calibrated.dcm"))
    >>> frames.name, frames.kind.value, frames.count, frames.read_frame(0).shape
    ('still_malignant_calibrated', 'still', 1, (420, 400))
    >>> frames.pixel_spacing_mm, frames.spacing_source.value
    ((0.09523809523809523, 0.09523809523809523), 'ultrasound_region')
    >>> print(next(read("nowhere.dcm")))
    nowhere.dcm: there is no such file or folder. Check the path.
    """
    place = Path(path)
    try:
        if place.is_dir():
            yield from read_folder(place, any_modality, only=only, skipped=skipped, beginning=beginning)
        else:
            yield read_file(place, any_modality)
    except InputError as error:
        yield error
