"""One frame at a time out of a DICOM file, as display pixels: never the whole pixel array, never a file left open."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.uid import JPEG2000TransferSyntaxes, JPEGBaseline8Bit, JPEGExtended12Bit

from ..errors import InputError
from ..frames import luminance
from .codestream import decode_lossy_jpeg, uses_multiple_component_transform
from .dicom_file import (
    DATASET_ERRORS,
    DicomFile,
    PixelElement,
    encapsulated_frames,
    one_line,
    plain_text,
    quiet_pydicom,
)
from .grey_display import grey_map
from .limits import check_size
from .palette import Palette, read_palette
from .pixel_header import frame_count, photometric_interpretation, pixel_options
from .pydicom_versions import FrameDecoder, frame_decoder
from .rgb_display import guess_colours, to_rgb

_LOSSY_JPEG = (JPEGBaseline8Bit, JPEGExtended12Bit)
_DECODING_ERRORS = (*DATASET_ERRORS, OSError, MemoryError, Image.DecompressionBombError)


class DicomPixels:
    """Display pixels of one DICOM file, decoded on demand; the frame read last is kept.

    Args:
        file: a header from `read_header`.

    Raises:
        InputError: the header does not describe an image, its transfer syntax has no decoder, or frames are missing.
    """

    def __init__(self, file: DicomFile) -> None:
        if file.pixels is None:
            raise InputError(
                "there are no pixel data in the file",
                where=file.path,
                remedy="Export the image again; the file may be cut short, or hold no image",
            )
        self._file = file
        self._pixels: PixelElement = file.pixels
        self.count = frame_count(file)
        self._options = pixel_options(file, self._pixels)
        self.rows, self.columns = self._options["rows"], self._options["columns"]
        check_size(self.rows, self.columns, file.path)
        self._header_colours = photometric_interpretation(file)
        self._full_after_all = False
        self._decoder = _decoder(file)
        self._fragments: list[list[tuple[int, int]]] | None = None
        if file.transfer_syntax.is_encapsulated:
            offsets = file.dataset.get("ExtendedOffsetTable")
            self._fragments = encapsulated_frames(self._pixels, self.count, offsets, file.path)
        else:
            self._check_native_length()
        self._to_display = self._display()
        self._last: tuple[int, NDArray] | None = None
        self.has_colour = self._decide_colour()

    def read_frame(self, index: int) -> NDArray:
        """uint8 RGB ``[H, W, 3]`` where `has_colour`, else grey ``[H, W]``. Raises InputError naming the frame."""
        if not 0 <= index < self.count:
            raise InputError(
                f"frame {index} does not exist", where=self._file.path, remedy=f"Choose from 0 to {self.count - 1}"
            )
        if self._last is None or self._last[0] != index:
            self._last = index, self._decode(index)
        shown = self._last[1]
        return shown.copy() if self.has_colour or shown.ndim == 2 else luminance(shown)

    def _decide_colour(self) -> bool:
        """Whether the first, middle or last frame has a pixel that is not grey."""
        order = dict.fromkeys((self.count - 1, self.count // 2, 0))
        frames = (self._decode_and_keep(index) for index in order)
        found = [frame.ndim == 3 and bool((frame != frame[..., :1]).any()) for frame in frames]
        return any(found)

    def _decode_and_keep(self, index: int) -> NDArray:
        self._last = index, self._decode(index)
        return self._last[1]

    def _decode(self, index: int) -> NDArray:
        try:
            with quiet_pydicom(), np.errstate(invalid="ignore", over="ignore"):
                pixels = self._read(index)
            if pixels.dtype == np.float32 and not np.isfinite(pixels).all():
                raise ValueError("it holds values that are no numbers")
            return pixels
        except _DECODING_ERRORS as error:
            raise InputError(
                f"frame {index} cannot be decoded from {self._file.transfer_syntax.name} ({one_line(error)})",
                where=self._file.path,
                remedy="Export the file again, uncompressed where the source can",
            ) from error

    def _read(self, index: int) -> NDArray:
        if self._fragments is None:
            with self._pixels.open() as file:
                file.seek(self._pixels.offset)
                samples = self._decoder.native(file, index, self.count, self._options)
                return self._to_display(samples, self._header_colours)
        stream = self._codestream(self._fragments[index])
        if self._file.transfer_syntax in _LOSSY_JPEG and self._options["bits_stored"] == 8:
            return self._from_lossy_jpeg(stream)
        samples = self._decoder.encapsulated(stream, self._options)
        colours = self._header_colours
        if self._file.transfer_syntax in JPEG2000TransferSyntaxes and (
            colours in ("YBR_RCT", "YBR_ICT") or uses_multiple_component_transform(stream)
        ):
            colours = "RGB"
        return self._to_display(samples, colours)

    def _codestream(self, fragments: list[tuple[int, int]]) -> bytes:
        with self._pixels.open() as file:
            parts = []
            for offset, length in fragments:
                file.seek(offset)
                parts.append(file.read(length))
        return b"".join(parts)

    def _from_lossy_jpeg(self, stream: bytes) -> NDArray:
        samples = decode_lossy_jpeg(stream, self._header_colours == "RGB")
        if samples.shape[:2] != (self.rows, self.columns):
            raise ValueError(f"the codestream holds {samples.shape[1]} x {samples.shape[0]} pixels")
        return samples if samples.ndim == 3 else self._to_display(samples, self._header_colours)

    def _check_native_length(self) -> None:
        """Raises InputError where frames are missing; finds 4:2:2 images that are stored in full after all."""
        options = self._options
        bits = options["bits_allocated"] * options["samples_per_pixel"] * self.rows * self.columns * self.count
        full = -(-bits // 8)
        declared = self._pixels.length if self._pixels.length is not None else 0
        present = min(declared, self._pixels.size - self._pixels.offset)
        halved = options["photometric_interpretation"] == "YBR_FULL_422"
        if halved and present >= full:
            options["photometric_interpretation"] = "RGB"
            self._full_after_all = True
        needed = full * 2 // 3 if halved else full
        if present < needed:
            raise InputError(
                f"the pixel data are cut short: {present} of {needed} bytes for {self.count} "
                f"frame{'s' if self.count > 1 else ''} of {self.columns} x {self.rows} are there",
                where=self._file.path,
                remedy="Copy or export the file again",
            )

    def _display(self) -> Callable[[NDArray, str], NDArray]:
        """Stored samples and their colour model -> display pixels."""
        bits, dataset = self._options["bits_stored"], self._file.dataset
        if self._options["samples_per_pixel"] == 3:
            return lambda stored, colours: to_rgb(
                stored, guess_colours(stored) if self._full_after_all else colours, bits
            )
        if self._header_colours == "PALETTE COLOR":
            palette = _palette(self._file)
            return lambda stored, _: palette.apply(stored)
        is_float = "Float" in self._pixels.keyword
        signed = bool(self._options["pixel_representation"])
        mapping = grey_map(dataset, bits, signed, self._header_colours == "MONOCHROME1", is_float)
        return lambda stored, _: mapping(stored)


def _decoder(file: DicomFile) -> FrameDecoder:
    try:
        return frame_decoder(file.transfer_syntax)
    except NotImplementedError as error:
        missing = f" ({error})" if str(error) else ""
        raise InputError(
            f"no decoder for the transfer syntax {plain_text(file.transfer_syntax.name)}{missing}",
            where=file.path,
            remedy="Install pylibjpeg with its plugins, or export the file uncompressed",
        ) from error


def _palette(file: DicomFile) -> Palette:
    try:
        return read_palette(file.dataset, file.transfer_syntax.is_little_endian)
    except (ValueError, TypeError, LookupError) as error:
        raise InputError(
            f"the colour palette cannot be read ({one_line(error)})",
            where=file.path,
            remedy="Export the file again as RGB or grey",
        ) from error
