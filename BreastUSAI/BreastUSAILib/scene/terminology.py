"""The coded meaning of a lesion segment, as Slicer's segmentations and DICOM SEG store it."""

from __future__ import annotations

import slicer

Code = tuple[str, str, str]
"""Coding scheme, code value, code meaning."""

CATEGORY: Code = ("SCT", "49755003", "Morphologically Altered Structure")
MASS: Code = ("SCT", "4147007", "Mass")
BREAST: Code = ("SCT", "76752008", "Breast")
SIDES: dict[str, Code] = {"L": ("SCT", "7771000", "Left"), "R": ("SCT", "24028007", "Right")}
UNCODED: Code = ("", "", "")
SEGMENTATION_CONTEXT = "Segmentation category and type - DICOM master list"
ANATOMIC_CONTEXT = "Anatomic codes - DICOM master list"


def lesionTerminology(laterality: str | None = None) -> str:
    """Serialised terminology entry of a breast mass.

    Args:
        laterality: ``L`` or ``R`` as in DICOM Laterality (0020,0060), or None where unknown.

    The order of the fields is that of vtkSlicerTerminologiesModuleLogic::SerializeTerminologyEntry.
    """
    side = SIDES.get(laterality or "", UNCODED)
    fields = (SEGMENTATION_CONTEXT, CATEGORY, MASS, UNCODED, ANATOMIC_CONTEXT, BREAST, side)
    return "~".join(field if isinstance(field, str) else "^".join(field) for field in fields)


def terminologyTagName() -> str:
    """Name of the segment tag that holds the terminology entry."""
    return slicer.vtkSegment.GetTerminologyEntryTagName()
