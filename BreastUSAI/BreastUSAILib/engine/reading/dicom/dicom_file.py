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
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_file_meta_info, read_partial
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    AllTransferSyntaxes,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from ...errors import InputError
from ..limits import MOST_INFLATED_BYTES, too_much
from .pydicom_versions import original_encoding
from .sop_classes import DICOMDIR

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
_FIRST_GROUPS = (0x0002, 0x0004, 0x0008)
_FIRST_VRS = (b"UL", b"OB", b"UI", b"CS", b"SH", b"LO", b"DA", b"TM", b"SQ", b"UN", b"US", b"AE", b"DT", b"PN", b"LT")
_LAST_ELEMENT, _LONGEST_FIRST = 0x3000, 1 << 16
_DEFERRED_BYTES = 1 << 26
"""A longer value of the header is not loaded: no attribute that is looked at has one."""
_PREAMBLE = bytes(128) + b"DICM"
_PREAMBLE_BYTES, _GROUP_LENGTH_BYTES, _LONGEST_META = 132, 12, 2048
_AS_EXPLICIT = b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\x00"
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
    """Whether the file carries ``DICM`` after its 128-byte preamble (PS3.10 7.1). Raises OSError.

    The same letters in a value of a file without preamble do not count: there the data elements begin at once.
    """
    with path.open("rb") as file:
        begin = file.read(140)
    if begin[128:132] != b"DICM":
        return False
    return begin[132:134] == b"\x02\x00" or not _begins_with_element(begin)


def _begins_with_element(begin: bytes) -> bool:
    """Whether bytes can be the first data element of a file without preamble: of the groups 0002 to 0008, with a VR or
    a length in reason. Another kind of file, or one of zeros, is told from its first bytes.
    """
    if len(begin) < 8:
        return False
    for order in "<>":
        group, element, length = struct.unpack(f"{order}HHL", begin[:8])
        explicit = begin[4:6] in _FIRST_VRS
        if group in _FIRST_GROUPS and element < _LAST_ELEMENT and (explicit or length < _LONGEST_FIRST):
            return True
    return False


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
    except (*DATASET_ERRORS, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's, not the file's
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


def _parse(path: Path, tags: Sequence[BaseTag] | None) -> DicomFile:
    has_preamble = has_dicom_preamble(path)
    with path.open("rb") as plain:
        if not has_preamble and not _begins_with_element(plain.read(8)):
            raise InputError(
                "this is neither DICOM nor another image format that can be read",
                where=path,
                remedy="Give DICOM, NRRD, NIfTI, MHA, PNG, JPEG, BMP or TIFF",
            )
        if has_preamble and _says_deflated(plain):
            return _deflated(path, tags)
        if has_preamble and _is_hollow(plain):
            raise _ends_early(path)
        plain.seek(0)
        file = plain if has_preamble else cast(BinaryIO, _WithPreamble(plain))
        dataset = _dataset(file, tags)
        syntax = _transfer_syntax(dataset)
        _refuse_index(path, dataset)
        _refuse_empty(path, dataset)
        element = _pixel_element(file, syntax, lambda: path.open("rb"))
    if element is not None and not has_preamble:
        element = replace(element, offset=element.offset - _PREAMBLE_BYTES)
    return DicomFile(path, dataset, syntax, element)


def _dataset(file: BinaryIO, tags: Sequence[BaseTag] | None) -> Dataset:
    """All elements before the pixels, or before a tag that no file has: what follows is a hole, not a header."""

    def stop(tag: BaseTag, _vr: str | None, _length: int) -> bool:
        return tag in PIXEL_KEYWORDS or tag.group == 0

    return read_partial(
        file, stop, defer_size=_DEFERRED_BYTES, force=True, specific_tags=None if tags is None else list(tags)
    )


class _WithPreamble(io.RawIOBase):
    """A file without preamble as if it had one, so that the parser does not look for it within the values."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._place = 0
        self.name = file.name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            self._place = self._file.seek(offset, os.SEEK_END) + _PREAMBLE_BYTES
        else:
            self._place = offset + (self._place if whence == os.SEEK_CUR else 0)
        return self._place

    def read(self, size: int = -1) -> bytes:
        begin = _PREAMBLE[self._place :][: None if size < 0 else size]
        self._place += len(begin)
        if size < 0 or len(begin) < size:
            self._file.seek(self._place - _PREAMBLE_BYTES)
            rest = self._file.read(size - len(begin) if size >= 0 else -1)
            self._place += len(rest)
            return begin + rest
        return begin

    def fileno(self) -> int:
        return self._file.fileno()


def _transfer_syntax(dataset: Dataset) -> UID:
    named = getattr(dataset, "file_meta", Dataset()).get("TransferSyntaxUID")
    if named:
        return UID(named)
    implicit, little = original_encoding(dataset)
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little in (None, True) else ExplicitVRBigEndian


def _refuse_index(path: Path, dataset: Dataset) -> None:
    """Raises InputError for a DICOMDIR, whose records must not be taken for an image's elements."""
    named = getattr(dataset, "file_meta", Dataset()).get("MediaStorageSOPClassUID"), dataset.get("SOPClassUID")
    if DICOMDIR in named or "DirectoryRecordSequence" in dataset:
        raise InputError(
            "this is a DICOMDIR, an index without images", where=path, remedy="Give the folder that holds it"
        )


def _refuse_empty(path: Path, dataset: Dataset) -> None:
    if any(name in dataset for name in ("SOPClassUID", "SOPInstanceUID", "Modality", "Rows")):
        return
    if has_dicom_preamble(path):
        raise _ends_early(path)
    raise InputError(
        "this is neither DICOM nor another image format that can be read",
        where=path,
        remedy="Give DICOM, NRRD, NIfTI, MHA, PNG, JPEG, BMP or TIFF",
    )


def _ends_early(path: Path) -> InputError:
    return InputError("the DICOM file ends before its header does", where=path, remedy="Copy or export the file again")


def _is_hollow(file: BinaryIO) -> bool:
    """Whether zeros follow the preamble or the meta information, as in a copy that failed: the parser would take all
    of them for elements of a command.
    """
    file.seek(_PREAMBLE_BYTES)
    begin = file.read(_GROUP_LENGTH_BYTES)
    if begin[:4] == b"\x02\x00\x00\x00" and len(begin) == _GROUP_LENGTH_BYTES:
        file.seek(int.from_bytes(begin[8:], "little"), os.SEEK_CUR)
        begin = file.read(4)
    return begin[:2] == b"\0\0"


def _says_deflated(file: BinaryIO) -> bool:
    file.seek(0)
    return DeflatedExplicitVRLittleEndian.encode() in file.read(_LONGEST_META)


def _deflated(path: Path, tags: Sequence[BaseTag] | None) -> DicomFile:
    """A deflated file has no random access: it is inflated into memory, pixels included, as far as that may go."""
    meta = read_file_meta_info(path)
    with path.open("rb") as deflated:
        deflated.seek(_PREAMBLE_BYTES + _GROUP_LENGTH_BYTES + int(meta.FileMetaInformationGroupLength))
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        content = inflating.decompress(deflated.read(), MOST_INFLATED_BYTES)
    if inflating.unconsumed_tail:
        raise too_much(path, MOST_INFLATED_BYTES)
    file = io.BytesIO(_PREAMBLE + _AS_EXPLICIT + content)
    del content
    dataset = _dataset(file, tags)
    dataset.file_meta = meta
    _refuse_empty(path, dataset)
    held = file.getbuffer()
    element = _pixel_element(file, ExplicitVRLittleEndian, partial(io.BytesIO, held), len(held))
    return DicomFile(path, dataset, DeflatedExplicitVRLittleEndian, element)


def _pixel_element(
    file: BinaryIO, syntax: UID, opener: Callable[[], BinaryIO], size: int | None = None
) -> PixelElement | None:
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
    offset = file.tell()
    if size is None:
        size = os.fstat(file.fileno()).st_size
    return PixelElement(keyword, vr, offset, None if length == _UNDEFINED_LENGTH else length, size, opener)
