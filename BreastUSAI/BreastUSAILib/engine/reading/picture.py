"""PNG, JPEG, BMP and TIFF pictures to frames, with Pillow."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from ..errors import InputError
from ..frames import Frames, InputKind, luminance
from .dicom_file import one_line
from .dicom_geometry import LPS_TO_RAS
from .limits import check_size
from .names import stem
from .volume_file import itk_ijk_to_ras, read_volume_file

_FORMATS = ("PNG", "JPEG", "BMP", "TIFF")
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*")
_PICTURE_ERRORS = (OSError, ValueError, TypeError, SyntaxError, LookupError, EOFError, MemoryError, RuntimeError)
_DEEP_GREY = ("I;16", "I;16B", "I;16L", "I", "F")


def is_picture(path: Path) -> bool:
    """Whether the file begins like one of the picture formats. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(8)
    return start.startswith(_SIGNATURES)


def read_picture(path: Path) -> Frames:
    """A picture as a still; a TIFF of several pages as a cine.

    Transparency is dropped and the EXIF orientation honoured. Grey of 16 bits stays uint16, of 32 bits becomes
    float32. A picture has no pixel spacing (a printing resolution is no measurement); `ijk_to_ras` is what Slicer's
    image reader gives. Raises InputError.
    """
    try:
        with _opened(path) as image:
            pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            sizes = _page_sizes(image, pages)
    except UnidentifiedImageError as error:
        if path.suffix.lower() in (".tif", ".tiff"):
            return read_volume_file(path)  # ITK reads the sample formats that Pillow does not
        raise _damaged(path, error) from error
    except _PICTURE_ERRORS as error:
        raise _damaged(path, error) from error
    if len(sizes) > 1:
        raise InputError(
            "the pages differ in size", where=path, remedy="Save pages that do not belong together as separate files"
        )
    columns, rows = sizes.pop()
    check_size(rows, columns, path)
    pixels = _Pages(path, pages)
    first = pixels.read_frame(0)
    return Frames(
        name=stem(path),
        kind=InputKind.CINE if pages > 1 else InputKind.STILL,
        count=pages,
        rows=first.shape[0],
        columns=first.shape[1],
        has_colour=pixels.has_colour,
        read_frame=pixels.read_frame,
        ijk_to_ras=_slicer_ijk_to_ras(path),
        source=str(path),
    )


def _slicer_ijk_to_ras(path: Path) -> NDArray[np.float64]:
    """ITK turns a printing resolution into a spacing; where ITK cannot read the picture, 1 mm a pixel."""
    try:
        return itk_ijk_to_ras(path)
    except InputError:
        return LPS_TO_RAS.copy()


class _Pages:
    """Display pixels of one picture file, page by page; the page read last is kept."""

    def __init__(self, path: Path, count: int) -> None:
        self._path = path
        self._count = count
        self._last: tuple[int, NDArray] | None = None
        self.has_colour = any(self._page(index).ndim == 3 for index in dict.fromkeys((count - 1, count // 2, 0)))

    def read_frame(self, index: int) -> NDArray:
        """uint8 RGB ``[H, W, 3]`` where the first, middle or last page has colour, else grey ``[H, W]`` of uint8,
        uint16 or float32. Raises InputError.
        """
        if not 0 <= index < self._count:
            raise InputError(
                f"page {index} does not exist", where=self._path, remedy=f"Choose from 0 to {self._count - 1}"
            )
        page = self._page(index)
        if self.has_colour:
            return page.copy() if page.ndim == 3 else np.repeat(page[..., None], 3, axis=2)
        return luminance(page) if page.ndim == 3 else page.copy()

    def _page(self, index: int) -> NDArray:
        if self._last is None or self._last[0] != index:
            self._last = index, self._decode(index)
        return self._last[1]

    def _decode(self, index: int) -> NDArray:
        try:
            with _opened(self._path) as image:
                image.seek(index)
                pixels = _display(ImageOps.exif_transpose(image))
        except _PICTURE_ERRORS as error:
            raise _damaged(self._path, error) from error
        if pixels.dtype == np.float32 and not np.isfinite(pixels).all():
            raise InputError(
                "the picture holds values that are no numbers",
                where=self._path,
                remedy="Replace NaN and infinite values by 0 and save it again",
            )
        return pixels


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # size limits and odd EXIF data are dealt with here
        with Image.open(path, formats=_FORMATS) as image:
            columns, rows = image.size
            check_size(rows, columns, path)
            yield image


def _page_sizes(image: Image.Image, pages: int) -> set[tuple[int, int]]:
    if pages == 1:
        return {image.size}
    return {page.size for page in ImageSequence.Iterator(image)}


def _display(image: Image.Image) -> NDArray:
    """RGB only where a pixel has colour."""
    if image.mode in _DEEP_GREY:
        deep = np.asarray(image)
        return (
            deep.astype(np.uint16) if image.mode.startswith("I;16") or _fits_16_bits(deep) else deep.astype(np.float32)
        )
    if image.mode in ("1", "L", "LA", "La"):
        return np.array(image.convert("L"))
    colour = np.array(image.convert("RGBA").convert("RGB") if image.mode == "PA" else image.convert("RGB"))
    grey = bool((colour == colour[..., :1]).all())
    return np.ascontiguousarray(colour[..., 0]) if grey else colour


def _fits_16_bits(values: NDArray) -> bool:
    return values.dtype.kind in "iu" and int(values.min()) >= 0 and int(values.max()) <= 65535


def _damaged(path: Path, error: BaseException) -> InputError:
    return InputError(
        f"the picture is damaged or cut short ({one_line(error)})"
        if not isinstance(error, UnidentifiedImageError)
        else "the file is not a picture that can be read, or is damaged",
        where=path,
        remedy="Save it again as PNG, JPEG, BMP or TIFF",
    )
