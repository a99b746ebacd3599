"""All that differs between pydicom 3, as in Slicer 5.12, and pydicom 2.4, as in Slicer 5.10."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import UID, ExplicitVRBigEndian, ImplicitVRLittleEndian, JPEG2000Lossless, RLELossless

IS_PYDICOM_2 = int(pydicom.__version_info__[0]) < 3
"""Whether pixels go through pydicom 2's handlers rather than pydicom 3's decoders."""

if IS_PYDICOM_2:
    from pydicom.pixel_data_handlers.util import apply_voi
else:
    from pydicom.pixels.processing import apply_voi

__all__ = ["IS_PYDICOM_2", "FrameDecoder", "apply_voi", "compress", "frame_decoder", "original_encoding", "save"]

Options = dict[str, Any]
"""Image pixel module in the words of pydicom 3's decoders, as `pixel_options` gives it, without number of frames."""

_HANDLER_ERRORS = (
    *(ValueError, TypeError, AttributeError, LookupError, EOFError, RuntimeError, ArithmeticError),
    *(ImportError, OSError, struct.error, Image.DecompressionBombError),
)


class FrameDecoder(Protocol):
    """Stored samples ``[H, W]`` or ``[H, W, 3]`` of one frame at a time, in the color model they are stored in."""

    def native(self, file: BinaryIO, index: int, count: int, options: Options) -> NDArray:
        """Frame `index` of `count` uncompressed ones; `file` stands at the first byte of the pixel data."""

    def encapsulated(self, stream: bytes, options: Options) -> NDArray:
        """The frame whose whole codestream is `stream`."""


def frame_decoder(syntax: UID) -> FrameDecoder:
    """What decodes a transfer syntax with the pydicom that is installed.

    Raises NotImplementedError where nothing does, saying what is missing, if that is known.
    """
    return HandlerDecoder(syntax) if IS_PYDICOM_2 else _PluginDecoder(syntax)


def original_encoding(dataset: Dataset) -> tuple[bool | None, bool | None]:
    """Whether a dataset that was read is in implicit VR and little endian; None where it was not read."""
    if IS_PYDICOM_2:
        return dataset.read_implicit_vr, dataset.read_little_endian
    return dataset.original_encoding


def save(dataset: Dataset, path: Path) -> None:
    """Write a DICOM file (PS3.10) in the transfer syntax that its meta information names. Raises OSError."""
    if not IS_PYDICOM_2:
        dataset.save_as(path, enforce_file_format=True)
        return
    syntax = dataset.file_meta.TransferSyntaxUID
    dataset.is_implicit_VR = syntax == ImplicitVRLittleEndian
    dataset.is_little_endian = syntax != ExplicitVRBigEndian
    dataset.save_as(path, write_like_original=False)


def compress(dataset: Dataset, syntax: UID, pixels: NDArray[np.uint8]) -> None:
    """Put `pixels` into the dataset, losslessly compressed; its identifiers stay.

    Args:
        dataset: with the image pixel module of the compressed pixels, and meta information.
        syntax: RLE Lossless or JPEG 2000 Lossless.
        pixels: ``[H, W]`` or ``[H, W, 3]``, frames first where the dataset has NumberOfFrames.
    """
    if not IS_PYDICOM_2:
        dataset.compress(syntax, pixels, generate_instance_uid=False)
    elif syntax == RLELossless:
        dataset.compress(syntax, pixels)
    else:
        frames = pixels if "NumberOfFrames" in dataset else pixels[np.newaxis]
        transform = dataset.PhotometricInterpretation == "YBR_RCT"
        dataset.PixelData = encapsulate([_jpeg_2000(frame, transform) for frame in frames])
        dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless


def _jpeg_2000(frame: NDArray[np.uint8], transform: bool) -> bytes:
    """A lossless codestream, with or without the reversible color transform: pydicom 2 has no encoder for it."""
    stream = io.BytesIO()
    Image.fromarray(frame).save(stream, "JPEG2000", no_jp2=True, irreversible=False, mct=int(transform))
    return stream.getvalue()


class _PluginDecoder:
    """pydicom 3: its decoder takes one frame out of an open file."""

    def __init__(self, syntax: UID) -> None:
        from pydicom.pixels import get_decoder

        try:
            self._decoder = get_decoder(syntax)
        except NotImplementedError:
            raise NotImplementedError from None
        if not self._decoder.is_available:
            raise NotImplementedError("; ".join(self._decoder.missing_dependencies))

    def native(self, file: BinaryIO, index: int, count: int, options: Options) -> NDArray:
        return self._samples(file, index, count, options)

    def encapsulated(self, stream: bytes, options: Options) -> NDArray:
        return self._samples(encapsulate([stream], has_bot=False), 0, 1, options)

    def _samples(self, source: bytes | BinaryIO, index: int, count: int, options: Options) -> NDArray:
        options = {**options, "number_of_frames": count}
        return self._decoder.as_array(source, index=index, raw=True, **options)[0]


class HandlerDecoder:
    """pydicom 2: its handlers know only whole datasets, so each frame is handed to them as a dataset of its own."""

    def __init__(self, syntax: UID) -> None:
        fitting = [handler for handler in config.pixel_data_handlers if handler.supports_transfer_syntax(syntax)]
        self._handlers = [handler for handler in fitting if handler.is_available()]
        if not self._handlers:
            names = ", ".join(handler.HANDLER_NAME for handler in fitting)
            known = f"needs one of: {names}" if names else "knows none"
            raise NotImplementedError(f"pydicom {pydicom.__version__} {known}")
        self._syntax = syntax

    def native(self, file: BinaryIO, index: int, count: int, options: Options) -> NDArray:
        start, values = file.tell(), options["rows"] * options["columns"] * options["samples_per_pixel"]
        if options["bits_allocated"] == 1:
            file.seek(start + index * values // 8)
            packed = np.frombuffer(file.read(values // 8 + 2), np.uint8)
            bits = np.unpackbits(packed, bitorder="little")[index * values % 8 :][:values]
            return bits.reshape(options["rows"], options["columns"])
        length = values * options["bits_allocated"] // 8
        if options["photometric_interpretation"] == "YBR_FULL_422":
            length = length // 3 * 2
        before = index * length % 2 if self._swaps_bytes(options) else 0  # of an odd frame in swapped pairs
        file.seek(start + index * length - before)
        content = file.read(length + before + (length + before) % 2)
        if self._swaps_bytes(options):
            content = np.frombuffer(content, np.uint16).byteswap().tobytes()
        return self._decode(content[before : before + length], {**options, "pixel_vr": "OB"})

    def encapsulated(self, stream: bytes, options: Options) -> NDArray:
        frame = {**options, "planar_configuration": 0, "pixel_vr": "OB"}
        if stream.startswith(b"\xff\x4f\xff") and _jpeg_2000_bits(stream) <= 8 < options["bits_allocated"]:
            frame.update(bits_allocated=8, bits_stored=min(options["bits_stored"], 8))
        return self._decode(encapsulate([stream], has_bot=False), frame)

    def _swaps_bytes(self, options: Options) -> bool:
        """Whether bytes were written as words of the big endian byte order."""
        is_word = options["pixel_vr"] == "OW" and options["pixel_keyword"] == "PixelData"
        return self._syntax == ExplicitVRBigEndian and is_word and options["bits_allocated"] == 8

    def _decode(self, value: bytes, options: Options) -> NDArray:
        from pydicom.pixel_data_handlers.util import reshape_pixel_array

        failures = []
        for handler in self._handlers:
            dataset = self._dataset(value, options)
            if handler.HANDLER_NAME == "pylibjpeg":
                dataset.PhotometricInterpretation = "MONOCHROME2"  # keeps its hands off the color model
            try:
                return _used_bits(reshape_pixel_array(dataset, handler.get_pixeldata(dataset)), options)
            except _HANDLER_ERRORS as error:
                failures.append(f"{handler.HANDLER_NAME}: {error or type(error).__name__}")
        raise ValueError("; ".join(failures))

    def _dataset(self, value: bytes, options: Options) -> Dataset:
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = self._syntax
        dataset.is_little_endian = self._syntax != ExplicitVRBigEndian
        dataset.is_implicit_VR = self._syntax == ImplicitVRLittleEndian
        dataset.NumberOfFrames = 1
        dataset.Rows, dataset.Columns = options["rows"], options["columns"]
        dataset.SamplesPerPixel = options["samples_per_pixel"]
        dataset.PhotometricInterpretation = options["photometric_interpretation"]
        dataset.PlanarConfiguration = options["planar_configuration"]
        dataset.PixelRepresentation = options["pixel_representation"]
        dataset.BitsAllocated, dataset.BitsStored = options["bits_allocated"], options["bits_stored"]
        dataset.HighBit = options["bits_stored"] - 1
        dataset.add_new(Tag(options["pixel_keyword"]), options["pixel_vr"], value)
        return dataset


def _used_bits(samples: NDArray, options: Options) -> NDArray:
    """Without what lies in the bits above the stored ones, such as overlays; pydicom 3 does the same."""
    unused = options["bits_allocated"] - options["bits_stored"]
    return (samples << unused) >> unused if unused and samples.dtype.kind in "iu" else samples


def _jpeg_2000_bits(stream: bytes) -> int:
    """Bits of a sample as the SIZ marker, always first, has them (ITU-T T.800 A.5.1)."""
    return (stream[42] & 0x7F) + 1 if len(stream) > 42 else 0
