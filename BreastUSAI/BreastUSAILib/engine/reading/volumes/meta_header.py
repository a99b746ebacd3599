"""The header of a MetaImage file, ``.mha`` or ``.mhd``."""

from __future__ import annotations

import re
from pathlib import Path

from ...errors import InputError
from .volume_header import MOST_DIMENSIONS, VolumeHeader, damaged, whole_numbers

_LONGEST_HEADER = 64_000_000
_MOST_DATA_FILES = 10_000
_BYTES = {"CHAR": 1, "SHORT": 2, "INT": 4, "LONG": 4, "LONG_LONG": 8, "FLOAT": 4, "DOUBLE": 8}


def looks_like_meta_image(begin: bytes) -> bool:
    """Whether a file's first bytes are those of a MetaImage header."""
    return re.match(rb"(ObjectType|NDims|Comment|ObjectSubType)\s*=", begin) is not None


def read_meta_header(path: Path) -> VolumeHeader:
    """Every field of a MetaImage header, by its name as it is written. Raises InputError and OSError."""
    values: dict[str, str] = {}
    with path.open("rb") as file:
        for _ in range(_LONGEST_HEADER):
            line = file.readline(_LONGEST_HEADER)
            if not line or file.tell() > _LONGEST_HEADER:
                raise damaged(path)
            name, sign, value = line.decode("utf-8", "surrogateescape").partition("=")
            if sign:
                values[name.strip()] = value.strip()
            if name.strip() == "ElementDataFile":
                break
        offset = file.tell()
        listed = values.get("ElementDataFile", "").upper().startswith("LIST")
        rest = file.read(_LONGEST_HEADER).decode("utf-8", "surrogateescape") if listed else ""
    sizes = whole_numbers(values.get("DimSize", ""), path)
    dimensions = whole_numbers(values.get("NDims", ""), path)
    channels = whole_numbers(values.get("ElementNumberOfChannels", "1"), path)
    kind = re.fullmatch(r"MET_U?([A-Z_]+?)(_ARRAY)?", values.get("ElementType", ""))
    sample_bytes = _BYTES.get(kind.group(1)) if kind else None
    if len(dimensions) != 1 or not 1 <= dimensions[0] < MOST_DIMENSIONS or len(sizes) != dimensions[0]:
        raise damaged(path)
    if sample_bytes is None or len(channels) != 1 or not 1 <= channels[0] <= 1 << 16:
        raise damaged(path)
    names = _data_files(values["ElementDataFile"], rest, path)
    return VolumeHeader(
        "MetaImageIO", (channels[0], *sizes), sample_bytes, values, tuple(names), None if names else offset
    )


def _data_files(value: str, rest: str, path: Path) -> list[str]:
    if value.upper() == "LOCAL":
        return []
    if value.upper().startswith("LIST"):
        names = [line.strip() for line in rest.splitlines() if line.strip()]
    elif "%" in value:
        words = value.split()
        if len(words) != 4 or not re.fullmatch(r"[^%]*%0?\d?d[^%]*", words[0]):
            raise damaged(path)
        first, last, step = whole_numbers(" ".join(words[1:]), path)
        if step <= 0 or (last - first) // step >= _MOST_DATA_FILES:
            raise damaged(path)
        names = [words[0] % index for index in range(first, last + 1, step)]
    else:
        names = [value]
    if len(names) > _MOST_DATA_FILES:
        raise InputError("the header names too many files", where=path, remedy="Save the volume as a single file")
    return names
