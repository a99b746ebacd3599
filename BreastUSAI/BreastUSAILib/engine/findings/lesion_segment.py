"""How a lesion is named, colored and coded, the same in every file, picture and scene. Needs nothing else."""

from __future__ import annotations

Code = tuple[str, str, str]
"""Coding scheme, code value, code meaning."""

CATEGORY: Code = ("SCT", "49755003", "Morphologically Altered Structure")
MASS: Code = ("SCT", "4147007", "Mass")
BREAST: Code = ("SCT", "76752008", "Breast")
SIDES: dict[str, Code] = {"L": ("SCT", "7771000", "Left"), "R": ("SCT", "24028007", "Right")}
UNCODED: Code = ("", "", "")
SEGMENTATION_CONTEXT = "Segmentation category and type - DICOM master list"
ANATOMIC_CONTEXT = "Anatomic codes - DICOM master list"

MAX_LESIONS = 255  # of one image: numbers are uint8

# Cool hues, apart from gray echoes and from the heat map's warm colors.
_COLORS = ((0, 255, 255), (140, 255, 64), (89, 166, 255), (255, 140, 255), (255, 255, 255))


def lesion_name(number: int) -> str:
    """The segment's name for lesion `number`, counted from 1."""
    return f"Lesion {number}"


def asked_name(number: int) -> str:
    """The segment's name for a lesion that a reader asked for."""
    return f"{lesion_name(number)} (asked for)"


def lesion_color(number: int) -> tuple[int, int, int]:
    """RGB (0-255) of lesion `number`, counted from 1."""
    return _COLORS[(number - 1) % len(_COLORS)]


def lesion_terminology(laterality: str | None = None) -> str:
    """Slicer's serialized terminology entry of a breast mass.

    Args:
        laterality: ``L`` or ``R`` as in DICOM Laterality (0020,0060), or None where unknown.

    The order of the fields is that of vtkSlicerTerminologiesModuleLogic::SerializeTerminologyEntry.
    """
    side = SIDES.get(laterality or "", UNCODED)
    fields = (SEGMENTATION_CONTEXT, CATEGORY, MASS, UNCODED, ANATOMIC_CONTEXT, BREAST, side)
    return "~".join(field if isinstance(field, str) else "^".join(field) for field in fields)
