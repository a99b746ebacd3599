"""Stored samples of a DICOM frame and the color model they are in: the codestream decides, the header fills gaps."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEG2000TransferSyntaxes,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSTransferSyntaxes,
    RLELossless,
)

from ....errors import InputError
from ..dicom_file import is_compressed, plain_text
from ..pydicom_versions import FrameDecoder, frame_decoder
from .codestream import Codestream, Coding, StoredColor, decode_lossy_jpeg, look_into
from .rgb_display import guess_colors

_SYNTAX_OF = {
    Coding.LOSSY_JPEG: (JPEGExtended12Bit,),
    Coding.LOSSLESS_JPEG: (JPEGLosslessSV1,),
    Coding.JPEG_LS: (JPEGLSLossless, *JPEGLSTransferSyntaxes),
    Coding.JPEG_2000: (
        JPEG2000Lossless,
        *JPEG2000TransferSyntaxes,
        *(UID(f"1.2.840.10008.1.2.4.{kind}") for kind in (201, 202, 203)),
    ),
}
"""The transfer syntaxes that a coding may stand under; the first where the header names another."""

_TRANSFORMED = ("YBR_RCT", "YBR_ICT")
Options = dict[str, Any]


class Misfit(ValueError):
    """A frame that was decoded and does not fit what the header says; the text is for the reader."""


class FrameSamples:
    """Decodes single frames of one file.

    Args:
        syntax: the transfer syntax that the file names.
        options: the image pixel module, as `pixel_options` gives it.
        colors: the photometric interpretation that the header names.
        first_bit: how far above the lowest one the stored bits begin.
        where: the file, for errors.
    """

    def __init__(self, syntax: UID, options: Options, colors: str, first_bit: int, where: Path) -> None:
        self._syntax, self._options, self._colors = syntax, options, colors
        self._first_bit = first_bit
        self._where = where
        self._decoders: dict[UID, FrameDecoder] = {}

    def native(self, file: BinaryIO, index: int, count: int) -> NDArray:
        """Stored samples of an uncompressed frame; `file` stands at the first byte of the pixel data."""
        syntax = ExplicitVRLittleEndian if is_compressed(self._syntax) else self._syntax
        return self._used(self._decoder(syntax).native(file, index, count, self._wide()))

    def compressed(self, stream: bytes) -> tuple[NDArray, str]:
        """Samples ``[H, W]`` or ``[H, W, 3]`` of a frame's whole codestream, and their photometric interpretation.

        Raises what decoders raise, Misfit, and InputError where there is no decoder.
        """
        found = look_into(stream)
        if found is None:
            syntax = RLELossless if _is_rle(stream) else self._syntax
            samples = self._decoder(syntax).encapsulated(stream, {**self._wide(), "planar_configuration": 0})
            return self._used(samples), self._colors
        if found.coding is Coding.LOSSY_JPEG and found.bits == 8:
            samples = decode_lossy_jpeg(found, self._colors == "RGB")
            colors = "RGB"
        else:
            samples = self._decoder(self._syntax_of(found)).encapsulated(found.stream, self._options_of(found))
            colors = _colors_of(found, self._colors, samples)
        if samples.shape[:2] != (self._options["rows"], self._options["columns"]):
            raise Misfit(f"the codestream holds {samples.shape[1]} x {samples.shape[0]} pixels")
        if samples.ndim == 3:
            return samples, colors
        return samples, self._colors if self._options["samples_per_pixel"] == 1 else "MONOCHROME2"

    def _wide(self) -> Options:
        """The options; with all allocated bits where the stored ones are not the lowest."""
        return {**self._options, "bits_stored": self._options["bits_allocated"]} if self._first_bit else self._options

    def _used(self, samples: NDArray) -> NDArray:
        if not self._first_bit:
            return samples
        unused = self._options["bits_allocated"] - self._options["bits_stored"]
        return (samples << (unused - self._first_bit)) >> unused

    def _syntax_of(self, found: Codestream) -> UID:
        fitting = _SYNTAX_OF[found.coding]
        return self._syntax if self._syntax in fitting else fitting[0]

    def _options_of(self, found: Codestream) -> Options:
        """The header's image pixel module with what the codestream knows better: samples, and the size of one."""
        options = {**self._options, "samples_per_pixel": found.components, "planar_configuration": 0}
        if found.components != self._options["samples_per_pixel"]:
            options["photometric_interpretation"] = "RGB" if found.components == 3 else "MONOCHROME2"
        if found.coding is not Coding.JPEG_2000 and options["bits_allocated"] != (8 if found.bits <= 8 else 16):
            options["bits_allocated"] = 8 if found.bits <= 8 else 16
        options["bits_stored"] = min(options["bits_stored"], options["bits_allocated"])
        return options

    def _decoder(self, syntax: UID) -> FrameDecoder:
        if syntax not in self._decoders:
            self._decoders[syntax] = self._opened(syntax)
        return self._decoders[syntax]

    def _opened(self, syntax: UID) -> FrameDecoder:
        try:
            return frame_decoder(syntax)
        except NotImplementedError as error:
            missing = f" ({error})" if str(error) else ""
            raise InputError(
                f"no decoder for the transfer syntax {plain_text(syntax.name)}{missing}",
                where=self._where,
                remedy="Install pylibjpeg with its plugins, or export the file uncompressed",
            ) from error


def _is_rle(stream: bytes) -> bool:
    """Whether a frame begins as an RLE header does (PS3.5 G.5): its first segment follows the header."""
    segments, first = struct.unpack("<LL", stream[:8]) if len(stream) >= 64 else (0, 0)
    return 1 <= segments <= 15 and first == 64


def _colors_of(found: Codestream, header: str, samples: NDArray) -> str:
    """The photometric interpretation of three decoded samples.

    A JFIF marker in a lossless image is not always meant, and subsampled colors under whole samples never: there the
    pixels decide.
    """
    if samples.ndim == 2:
        return "MONOCHROME2"
    partial = "YBR_PARTIAL" if header.startswith("YBR_PARTIAL") else "YBR_FULL"
    if found.color is not None and not (found.only_by_jfif and header == "RGB"):
        return "RGB" if found.color is StoredColor.RGB else partial
    if found.only_by_jfif or header.endswith(("_422", "_420")):
        return partial if guess_colors(_eight_bit(samples, found.bits)) == "YBR_FULL" else "RGB"
    return header if header.startswith("YBR_") and header not in _TRANSFORMED else "RGB"


def _eight_bit(samples: NDArray, bits: int) -> NDArray:
    return samples >> (bits - 8) if bits > 8 else np.asarray(samples)
