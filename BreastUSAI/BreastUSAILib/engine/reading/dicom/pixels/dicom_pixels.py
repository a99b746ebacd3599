"""One frame at a time out of a DICOM file, as display pixels: never the whole pixel array, never a file left open."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ....errors import InputError
from ....images.frames import luminance
from ...limits import check_size
from ..dicom_file import DATASET_ERRORS, DicomFile, PixelElement, is_compressed, quiet_pydicom, starts_with_item
from .encapsulation import encapsulated_frames
from .frame_samples import FrameSamples, Misfit
from .gray_display import GrayMap, gray_map
from .palette import Palette, read_palette
from .pixel_header import first_used_bit, frame_count, photometric_interpretation, pixel_options
from .rgb_display import guess_colors, to_rgb

_DECODING_ERRORS = (*DATASET_ERRORS, OSError, MemoryError, Image.DecompressionBombError)
_UNREADABLE = "its data are damaged, or of a kind that no decoder here knows"


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
        self._options = pixel_options(file, self._pixels)
        self.rows, self.columns = self._options["rows"], self._options["columns"]
        check_size(self.rows, self.columns, file.path)
        self._header_colors = photometric_interpretation(file)
        self._full_after_all = False
        self._fragments: list[list[tuple[int, int]]] | None = None
        self._samples = FrameSamples(
            file.transfer_syntax,
            self._options,
            self._header_colors,
            first_used_bit(file, self._options),
            file.path,
        )
        count = frame_count(file)
        if self._is_encapsulated():
            offsets = file.dataset.get("ExtendedOffsetTable")
            self._fragments = encapsulated_frames(self._pixels, count, offsets, file.path)
            self.count = len(self._fragments)
        else:
            self.count = self._native_count() if count is None else count
            self._check_native_length()
        self._palette: Palette | None = None
        self._gray = self._gray_map()
        self._last: tuple[int, NDArray] | None = None
        self.has_color = self._decide_color()

    def read_frame(self, index: int) -> NDArray:
        """uint8 RGB ``[H, W, 3]`` where `has_color`, else gray ``[H, W]``. Raises InputError naming the frame."""
        if not 0 <= index < self.count:
            raise InputError(
                f"frame {index} does not exist", where=self._file.path, remedy=f"Choose from 0 to {self.count - 1}"
            )
        if self._last is None or self._last[0] != index:
            self._last = index, self._decode(index)
        shown = self._last[1]
        if self.has_color:
            return shown.copy() if shown.ndim == 3 else np.repeat(shown[..., None], 3, axis=2)
        return shown.copy() if shown.ndim == 2 else luminance(shown)

    def _is_encapsulated(self) -> bool:
        """By what is there: undefined length, or items where the transfer syntax says that it is compressed."""
        if self._pixels.length is None:
            return True
        return is_compressed(self._file.transfer_syntax) and starts_with_item(self._pixels)

    def _decide_color(self) -> bool:
        """Whether the first, middle or last frame has a pixel that is not gray."""
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
                raise Misfit("it holds values that are not numbers")
            return pixels
        except _DECODING_ERRORS as error:
            reason = str(error) if isinstance(error, Misfit) else _UNREADABLE
            raise InputError(
                f"frame {index} cannot be decoded from {self._file.transfer_syntax.name} ({reason})",
                where=self._file.path,
                remedy="Export the file again, uncompressed where the source can",
            ) from error

    def _read(self, index: int) -> NDArray:
        if self._fragments is not None:
            return self._to_display(*self._samples.compressed(self._bytes_of(self._fragments[index])))
        with self._pixels.open() as file:
            file.seek(self._pixels.offset)
            samples = self._samples.native(file, index, self.count)
        return self._to_display(samples, self._native_colors(samples))

    def _bytes_of(self, fragments: list[tuple[int, int]]) -> bytes:
        with self._pixels.open() as file:
            parts = []
            for offset, length in fragments:
                file.seek(offset)
                parts.append(file.read(length))
        return b"".join(parts)

    def _native_colors(self, samples: NDArray) -> str:
        """The header's word, except on whole samples under a 4:2:2 header, whose pixels tell."""
        if not self._full_after_all:
            return self._header_colors
        if guess_colors(samples) == "RGB":
            return "RGB"
        return "YBR_PARTIAL_422" if self._header_colors.startswith("YBR_PARTIAL") else "YBR_FULL"

    def _present(self) -> int:
        """Bytes of uncompressed pixel data that are there."""
        declared = self._pixels.length if self._pixels.length is not None else 0
        return min(declared, self._pixels.size - self._pixels.offset)

    def _bits_a_frame(self) -> int:
        options = self._options
        return options["bits_allocated"] * options["samples_per_pixel"] * self.rows * self.columns

    def _native_count(self) -> int:
        """How many frames the pixel data hold, where the header does not say."""
        halved = self._options["photometric_interpretation"] == "YBR_FULL_422"
        return max(1, self._present() * 8 // (self._bits_a_frame() * 2 // 3 if halved else self._bits_a_frame()))

    def _check_native_length(self) -> None:
        """Raises InputError where frames are missing; finds 4:2:2 images that are stored in full after all."""
        full = -(-self._bits_a_frame() * self.count // 8)
        present = self._present()
        halved = self._options["photometric_interpretation"] == "YBR_FULL_422"
        if halved and present >= full:
            self._options["photometric_interpretation"] = "RGB"
            self._full_after_all = True
        needed = full * 2 // 3 if halved else full
        if present < needed:
            raise InputError(
                f"the pixel data are cut short: {present} of {needed} bytes for {self.count} "
                f"frame{'s' if self.count > 1 else ''} of {self.columns} x {self.rows} are there",
                where=self._file.path,
                remedy="Copy or export the file again",
            )

    def _to_display(self, samples: NDArray, colors: str) -> NDArray:
        """Display pixels of stored samples in the color model `colors`."""
        if samples.ndim == 3:
            return to_rgb(samples, colors, self._options["bits_stored"])
        if colors == "PALETTE COLOR":
            if self._palette is None:
                self._palette = _palette(self._file)
            return self._palette.apply(samples)
        return self._gray(samples)

    def _gray_map(self) -> GrayMap:
        inverted = self._header_colors == "MONOCHROME1"
        signed = bool(self._options["pixel_representation"])
        is_float = "Float" in self._pixels.keyword
        return gray_map(self._file.dataset, self._options["bits_stored"], signed, inverted, is_float)


def _palette(file: DicomFile) -> Palette:
    try:
        return read_palette(file.dataset, file.transfer_syntax.is_little_endian)
    except (ValueError, TypeError, LookupError) as error:
        raise InputError(
            "the color palette is missing or cannot be read",
            where=file.path,
            remedy="Export the file again as RGB or gray",
        ) from error
