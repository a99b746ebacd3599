"""Where things are in a DICOM file: the header without the pixels, and the place of every frame's bytes."""

from __future__ import annotations

import io
import logging
import os
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    AllTransferSyntaxes,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from ..errors import InputError
from .pydicom_versions import original_encoding

PIXEL_KEYWORDS = {
    0x7FE00010: "PixelData",
    0x7FE00008: "FloatPixelData",
    0x7FE00009: "DoubleFloatPixelData",
}
DATASET_ERRORS = (
    *(ValueError, TypeError, AttributeError, LookupError, EOFError, RuntimeError, ArithmeticError),
    *(struct.error, zlib.error, BytesLengthException, InvalidDicomError),
)
"""What pydicom and its decoders raise for a damaged file, beside OSError."""

_PIXEL_VRS = ("OB", "OW", "OF", "OD", "UN")
_ITEM = 0xFFFEE000
_UNDEFINED_LENGTH = 0xFFFFFFFF


@dataclass(frozen=True)
class PixelElement:
    """The pixel data element of one file, not read yet.

    `open` gives the bytes that `offset` (first byte of the value) and `size` (the end of all bytes) refer to.
    `length` is the value's length, None for encapsulated (undefined length) data.
    """

    keyword: str
    vr: str
    offset: int
    length: int | None
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True)
class DicomFile:
    """One parsed header: all elements before the pixels, the transfer syntax, and the pixels' place if any."""

    path: Path
    dataset: Dataset
    transfer_syntax: UID
    pixels: PixelElement | None


def has_dicom_preamble(path: Path) -> bool:
    """Whether the file carries ``DICM`` after its 128-byte preamble (PS3.10 7.1). Raises OSError."""
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def read_header(path: Path, tags: Sequence[BaseTag] | None = None) -> DicomFile:
    """Parse a file up to its pixels; files without preamble or meta header are tried too.

    Args:
        path: the file.
        tags: the only elements wanted, or None for all.

    Raises:
        InputError: not DICOM, cut short, or damaged.
    """
    if path.stat().st_size == 0:
        raise InputError("the file is empty", where=path, remedy="Copy or export it again")
    with readable_header(path):
        return _parse(path, tags)


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """pydicom warns of every odd value, quoting it, by warning and by log; what matters is checked here."""
    logger = logging.getLogger("pydicom")
    heard = logger.propagate
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate = heard


@contextmanager
def readable_header(path: Path) -> Iterator[None]:
    """Where header values are looked at: pydicom converts them on first use, and warns or raises only then.

    Raises InputError, without the parser's own words: they may quote the header, and so the patient.
    """
    try:
        with quiet_pydicom():
            yield
    except DATASET_ERRORS as error:
        raise InputError(
            "the DICOM header is damaged or cut short", where=path, remedy="Export the file again from its source"
        ) from error


def is_compressed(syntax: UID) -> bool:
    """Whether a transfer syntax is one of those whose pixel data are encapsulated; False for unknown ones."""
    return syntax in AllTransferSyntaxes and syntax.is_encapsulated


def starts_with_item(pixels: PixelElement) -> bool:
    """Whether the value begins with an item tag, as encapsulated pixel data do. Raises OSError."""
    with pixels.open() as file:
        file.seek(pixels.offset)
        return file.read(4) == struct.pack("<HH", _ITEM >> 16, _ITEM & 0xFFFF)


def plain_text(value: object, longest: int = 160) -> str:
    """A value as printable ASCII in one line, for messages."""
    return re.sub(r"[^ -~]", "?", " ".join(str(value).split()))[:longest]


def one_line(error: BaseException) -> str:
    """The last line of an error's text, short enough for one line of a report."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return plain_text(lines[-1]).rstrip(".") if lines else type(error).__name__


def _parse(path: Path, tags: Sequence[BaseTag] | None) -> DicomFile:
    with path.open("rb") as file:
        dataset = pydicom.dcmread(
            file, stop_before_pixels=True, force=True, specific_tags=None if tags is None else list(tags)
        )
        syntax = _transfer_syntax(dataset)
        _refuse_other_formats(path, dataset)
        if syntax == DeflatedExplicitVRLittleEndian:
            return _deflated(path, dataset, syntax)
        element = _pixel_element(file, syntax, lambda: path.open("rb"))
    return DicomFile(path, dataset, syntax, element)


def _transfer_syntax(dataset: Dataset) -> UID:
    named = getattr(dataset, "file_meta", Dataset()).get("TransferSyntaxUID")
    if named:
        return UID(named)
    implicit, little = original_encoding(dataset)
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little in (None, True) else ExplicitVRBigEndian


def _refuse_other_formats(path: Path, dataset: Dataset) -> None:
    if not any(name in dataset for name in ("SOPClassUID", "SOPInstanceUID", "Modality", "Rows")):
        if has_dicom_preamble(path):
            raise InputError(
                "the DICOM file ends before its header does", where=path, remedy="Copy or export the file again"
            )
        raise InputError(
            "this is neither DICOM nor another image format that can be read",
            where=path,
            remedy="Give DICOM, NRRD, NIfTI, MHA, PNG, JPEG, BMP or TIFF",
        )


def _deflated(path: Path, dataset: Dataset, syntax: UID) -> DicomFile:
    """A deflated file has no random access: its inflated pixels are held in memory."""
    full = pydicom.dcmread(path, force=True)
    for tag, keyword in PIXEL_KEYWORDS.items():
        if tag in full:
            value = bytes(full[tag].value)
            element = PixelElement(keyword, str(full[tag].VR), 0, len(value), len(value), partial(io.BytesIO, value))
            return DicomFile(path, dataset, syntax, element)
    return DicomFile(path, dataset, syntax, None)


def _pixel_element(file: BinaryIO, syntax: UID, opener: Callable[[], BinaryIO]) -> PixelElement | None:
    """Read the tag, VR and length that the parser stopped at."""
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    head = file.read(8)
    if len(head) < 8:
        return None
    group, element = struct.unpack(f"{order}HH", head[:4])
    keyword = PIXEL_KEYWORDS.get(group << 16 | element)
    if keyword is None:
        return None
    vr = head[4:6].decode("ascii", "replace")
    if vr not in _PIXEL_VRS:  # implicit, whatever the transfer syntax says
        vr = "OW"
        (length,) = struct.unpack(f"{order}L", head[4:])
    else:
        (length,) = struct.unpack(f"{order}L", file.read(4))
    offset, size = file.tell(), os.fstat(file.fileno()).st_size
    return PixelElement(keyword, vr, offset, None if length == _UNDEFINED_LENGTH else length, size, opener)
