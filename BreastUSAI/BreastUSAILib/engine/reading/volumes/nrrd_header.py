"""The header of an NRRD file (https://teem.sourceforge.net/nrrd/format.html)."""

from __future__ import annotations

import re
from pathlib import Path

from ...errors import InputError
from .volume_header import MOST_DIMENSIONS, VolumeHeader, damaged, whole_numbers

MAGIC = b"NRRD000"
_LONGEST_HEADER = 64_000_000
_MOST_DATA_FILES = 10_000
_BYTES = {
    **dict.fromkeys(("signed char", "int8", "int8_t", "uchar", "unsigned char", "uint8", "uint8_t"), 1),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), 2),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), 2),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t", "uint", "unsigned int", "uint32", "uint32_t"), 4),
    **dict.fromkeys(("longlong", "long long", "long long int", "signed long long", "int64", "int64_t"), 8),
    **dict.fromkeys(("signed long long int", "ulonglong", "unsigned long long", "unsigned long long int"), 8),
    **dict.fromkeys(("uint64", "uint64_t", "double"), 8),
    "float": 4,
}
_SAME_FIELDS = {"datafile": "data file", "centers": "centerings"}


def read_nrrd_header(path: Path) -> VolumeHeader:
    """Every field and key/value pair of an NRRD header. Raises InputError and OSError."""
    with path.open("rb") as file:
        text = file.read(_LONGEST_HEADER)
    lines, offset = _lines(text)
    values: dict[str, str] = {}
    names: list[str] = []
    for place, line in enumerate(lines[1:], start=1):
        if line.startswith("#"):
            continue
        pair = re.match(r"([^:]+):(=|\s?)(.*)", line)
        if pair is None:
            raise damaged(path)
        name, sign, value = pair.groups()
        if sign != "=":
            name = name.strip().lower()
            name = _SAME_FIELDS.get(name, name)
        values[name] = value
        if name == "data file" and value.strip().upper().startswith("LIST"):
            names = [item.strip() for item in lines[place + 1 :] if item.strip()]
            break
    if values.get("data file", "").strip() and not names:
        names = _named(values["data file"].strip(), path)
    dimension = whole_numbers(values.get("dimension", ""), path)
    sizes = whole_numbers(values.get("sizes", ""), path)
    sample_bytes = _BYTES.get(values.get("type", "").strip().lower())
    if len(dimension) != 1 or not 1 <= dimension[0] <= MOST_DIMENSIONS or len(sizes) != dimension[0]:
        raise damaged(path)
    if sample_bytes is None or len(names) > _MOST_DATA_FILES:
        raise damaged(path)
    return VolumeHeader("NrrdImageIO", sizes, sample_bytes, values, tuple(names), None if names else offset)


def _lines(content: bytes) -> tuple[list[str], int]:
    """The header's lines up to the empty one, and where the data begin."""
    end = re.search(rb"\r?\n\r?\n", content)
    header = content if end is None else content[: end.start()]
    return header.decode("utf-8", "surrogateescape").splitlines(), len(content) if end is None else end.end()


def _named(value: str, path: Path) -> list[str]:
    """The one file of ``name``, or those of ``format min max step [subdim]``."""
    words = value.split()
    if "%" not in value or len(words) < 4:
        return [value]
    if not re.fullmatch(r"[^%]*%0?\d?d[^%]*", words[0]):
        raise damaged(path)
    first, last, step = whole_numbers(" ".join(words[1:4]), path)
    if step == 0 or abs(last - first) // abs(step) >= _MOST_DATA_FILES:
        raise InputError("the header names too many files", where=path, remedy="Save the volume as a single file")
    return [words[0] % index for index in range(first, last + (1 if step > 0 else -1), step)]
