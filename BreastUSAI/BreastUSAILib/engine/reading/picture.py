"""PNG, JPEG, BMP and TIFF pictures to frames, with Pillow."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence, UnidentifiedImageError

from ..errors import InputError
from ..images.frames import LPS_TO_RAS, Frames, InputKind, luminance
from .limits import check_size, too_large
from .names import stem
from .tiff_check import check_tiff, first_page_value
from .volumes.volume_file import itk_ijk_to_ras, read_volume_file

_FORMATS = ("PNG", "JPEG", "BMP", "TIFF")
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*")
_PICTURE_ERRORS = (
    *(OSError, ValueError, TypeError, SyntaxError, LookupError, EOFError, MemoryError, RuntimeError),
    *(ArithmeticError, AttributeError, struct.error, Image.DecompressionBombError),
)
_ORIENTATION, _BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 274, 258, 262, 339  # TIFF tags
_WHITE_IS_ZERO, _UNSIGNED = 0, 1
_DEEP_GRAY = ("I;16", "I;16B", "I;16L", "I", "F")


def is_picture(path: Path) -> bool:
    """Whether the file begins like one of the picture formats. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(8)
    return start.startswith(_SIGNATURES)


def read_picture(path: Path) -> Frames:
    """A picture as a still; a TIFF of several pages as a cine.

    Transparency is dropped. Gray of 16 bits stays uint16, of 32 bits becomes float32; where white is stored as 0 it is
    turned round. A picture that is stored turned is refused: Slicer shows it as it is stored, so that no result would
    lie on it. A picture has no pixel spacing (a printing resolution does not measure it); `ijk_to_ras` is what Slicer's
    image reader gives. Raises InputError.
    """
    check_tiff(path)
    try:
        with _opened(path) as image:
            _refuse_turned(image, path)
            pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            sizes = _page_sizes(image, pages)
    except UnidentifiedImageError as error:
        if path.suffix.lower() in (".tif", ".tiff"):
            _refuse_white_as_zero(path)
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
        has_color=pixels.has_color,
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
        self.has_color = any(self._page(index).ndim == 3 for index in dict.fromkeys((count - 1, count // 2, 0)))

    def read_frame(self, index: int) -> NDArray:
        """uint8 RGB ``[H, W, 3]`` where the first, middle or last page has color, else gray ``[H, W]`` of uint8,
        uint16 or float32. Raises InputError.
        """
        if not 0 <= index < self._count:
            raise InputError(
                f"page {index} does not exist", where=self._path, remedy=f"Choose from 0 to {self._count - 1}"
            )
        page = self._page(index)
        if self.has_color:
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
                pixels = _display(image)
        except _PICTURE_ERRORS as error:
            raise _damaged(self._path, error) from error
        if pixels.dtype == np.float32 and not np.isfinite(pixels).all():
            raise InputError(
                "the picture holds values that are not numbers",
                where=self._path,
                remedy="Replace NaN and infinite values by 0 and save it again",
            )
        return pixels


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # size limits and odd EXIF data are dealt with here
        try:
            image = Image.open(path, formats=_FORMATS)
        except Image.DecompressionBombError as error:
            raise too_large(path) from error
        with image:
            columns, rows = image.size
            check_size(rows, columns, path)
            yield image


def _refuse_white_as_zero(path: Path) -> None:
    """Raises InputError for a TIFF that Pillow does not read and that ITK would show as a negative."""
    if first_page_value(path, _PHOTOMETRIC) == _WHITE_IS_ZERO:
        raise InputError(
            "this kind of TIFF with white stored as 0 is not read",
            where=path,
            remedy="Save it as PNG, or as TIFF with black stored as 0",
        )


def _refuse_turned(image: Image.Image, path: Path) -> None:
    """Raises InputError for a picture that its EXIF or TIFF orientation turns or mirrors before it is shown."""
    orientation = image.getexif().get(_ORIENTATION, 1)
    if orientation in range(2, 9):
        raise InputError(
            f"the picture is stored turned (EXIF orientation {orientation}), and Slicer shows it as it is stored",
            where=path,
            remedy="Open it in a picture program and save it upright",
        )


def _page_sizes(image: Image.Image, pages: int) -> set[tuple[int, int]]:
    if pages == 1:
        return {image.size}
    return {page.size for page in ImageSequence.Iterator(image)}


def _display(image: Image.Image) -> NDArray:
    """RGB only where a pixel has color."""
    if image.mode in _DEEP_GRAY:
        return _deep_gray(image)
    if image.mode in ("1", "L", "LA", "La"):
        return np.array(image.convert("L"))
    color = np.array(image.convert("RGBA").convert("RGB") if image.mode == "PA" else image.convert("RGB"))
    gray = bool((color == color[..., :1]).all())
    return np.ascontiguousarray(color[..., 0]) if gray else color


def _deep_gray(image: Image.Image) -> NDArray:
    """uint16, or float32, brighter meaning whiter; Pillow leaves both of what a TIFF's tags say here undone."""
    deep = np.asarray(image)
    tags: Mapping[int, Any] = getattr(image, "tag_v2", {})
    bits, kind = _first(tags.get(_BITS, 16)), _first(tags.get(_SAMPLE_FORMAT, _UNSIGNED))
    if image.mode == "I" and tags and bits == 32 and kind == _UNSIGNED:
        deep = deep.view(np.uint32)
    if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        deep = -deep.astype(np.float64) if deep.dtype.kind == "f" else (2**bits - 1) - deep.astype(np.int64)
    return deep.astype(np.uint16) if image.mode.startswith("I;16") or _fits_16_bits(deep) else deep.astype(np.float32)


def _first(value: Any) -> int:
    return int(value[0] if isinstance(value, tuple) else value)


def _fits_16_bits(values: NDArray) -> bool:
    return values.dtype.kind in "iu" and int(values.min()) >= 0 and int(values.max()) <= 65535


def _damaged(path: Path, error: BaseException) -> InputError:
    return InputError(
        "the picture is damaged or cut short"
        if not isinstance(error, UnidentifiedImageError)
        else "the file is not a picture that can be read, or is damaged",
        where=path,
        remedy="Save it again as PNG, JPEG, BMP or TIFF",
    )
