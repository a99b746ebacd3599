"""The image pixel module (PS3.3 C.7.6.3) as decoder options, with what files leave out filled in or refused."""

from __future__ import annotations

from typing import Any

from ....errors import InputError
from ...header_numbers import number
from ..dicom_file import DicomFile, PixelElement, plain_text
from ..sop_classes import MULTIFRAME

_GRAY = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
_COLOR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_RCT", "YBR_ICT")
_LAYOUT_OF = {"YBR_PARTIAL_422": "YBR_FULL_422"}


def frame_count(file: DicomFile) -> int | None:
    """NumberOfFrames (0028,0008); where absent or empty 1, or None for a multi-frame class: its pixel data tell.

    Raises InputError where it is below 1.
    """
    value = file.dataset.get("NumberOfFrames")
    if value is None or value == "":
        return None if str(file.dataset.get("SOPClassUID", "")) in MULTIFRAME else 1
    count = number(value)
    if count is None or count < 1:
        raise InputError(
            f"the file says that it has {plain_text(value, 20)} frames",
            where=file.path,
            remedy="Export the image again",
        )
    return int(count)


def first_used_bit(file: DicomFile, options: dict[str, Any]) -> int:
    """How far above the lowest bit the stored ones begin: HighBit (0028,0102) + 1 - BitsStored, where possible."""
    allocated, stored = options["bits_allocated"], options["bits_stored"]
    high = _whole(file, "HighBit", stored - 1)
    return high + 1 - stored if stored - 1 <= high < allocated else 0


def photometric_interpretation(file: DicomFile) -> str:
    """(0028,0004) in capitals; the plain one for the number of samples where absent. Raises InputError."""
    samples = _whole(file, "SamplesPerPixel", 1)
    default = "RGB" if samples == 3 else "MONOCHROME2"
    name = str(file.dataset.get("PhotometricInterpretation") or default).strip().upper()
    if samples == 3 and name in _GRAY:
        name = default
    if (samples, name) in {(1, gray) for gray in _GRAY} | {(3, color) for color in _COLOR}:
        return name
    raise InputError(
        f"pixels of {samples} samples in '{plain_text(name, 20)}' cannot be shown",
        where=file.path,
        remedy="Export the image as gray, palette color, RGB or YBR",
    )


def pixel_options(file: DicomFile, pixels: PixelElement) -> dict[str, Any]:
    """Keyword arguments for a pydicom decoder, without the number of frames. Raises InputError."""
    samples = _whole(file, "SamplesPerPixel", 1)
    colors = photometric_interpretation(file)
    allocated = _whole(file, "BitsAllocated", 8)
    stored = _whole(file, "BitsStored", allocated)
    if allocated not in (1, 8, 16, 32, 64) or not 1 <= stored <= allocated:
        raise InputError(
            f"pixels of {stored} bits in {allocated} cannot be read",
            where=file.path,
            remedy="Export the image with 8 or 16 bits a sample",
        )
    return {
        "pixel_keyword": pixels.keyword,
        "pixel_vr": pixels.vr,
        "rows": _whole(file, "Rows", 0),
        "columns": _whole(file, "Columns", 0),
        "samples_per_pixel": samples,
        "photometric_interpretation": _LAYOUT_OF.get(colors, colors),
        "planar_configuration": _whole(file, "PlanarConfiguration", 0),
        "pixel_representation": _whole(file, "PixelRepresentation", 0),
        "bits_allocated": allocated,
        "bits_stored": stored,
    }


def _whole(file: DicomFile, keyword: str, default: int) -> int:
    value = file.dataset.get(keyword)
    if value is None or value == "":
        return default
    found = number(value)
    if found is None:
        raise InputError(f"the attribute {keyword} is not a number", where=file.path, remedy="Export the image again")
    return int(found)
