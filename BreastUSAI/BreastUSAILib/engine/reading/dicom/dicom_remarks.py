"""What a DICOM header says that the reader of a result must know."""

from __future__ import annotations

import re

from pydicom.dataset import Dataset

from ...flags import Flag, FlagCode, Severity

RESIZED = Flag(
    FlagCode.PIXEL_SIZE_DOUBTFUL,
    Severity.WARNING,
    "An ultrasound region of the file lies outside the picture, which was therefore resized or cropped after it was "
    "made: the pixel size does not hold for it, and no millimetres are given.",
)
_BURNED_IN = Flag(
    FlagCode.BURNED_IN_ANNOTATION,
    Severity.WARNING,
    "The file says that its pixels hold text that may name the patient: look at every picture before you pass it on.",
)
_BURNED_IN_UNKNOWN = Flag(
    FlagCode.BURNED_IN_ANNOTATION,
    Severity.INFO,
    "The file does not say that its pixels are free of text that may name the patient, so look at every picture before "
    "you pass it on.",
)


def dicom_remarks(dataset: Dataset) -> tuple[Flag, ...]:
    """Remarks on the modality where it is none of ultrasound, and on text in the pixels unless the header denies it.

    BurnedInAnnotation (0028,0301) YES is a warning; where it is absent or something else, that is said.
    """
    modality = str(dataset.get("Modality") or "").strip().upper()
    other = () if modality in ("", "US", "OT") else (_other_modality(modality),)
    burned_in = str(dataset.get("BurnedInAnnotation") or "").strip().upper()
    if burned_in == "NO":
        return other
    return (*other, _BURNED_IN if burned_in == "YES" else _BURNED_IN_UNKNOWN)


def modality_word(modality: str) -> str:
    """A modality's code where it looks like one: it is the only free text of a header that is repeated."""
    return modality if re.fullmatch(r"[A-Z0-9_ ]{1,16}", modality) else "unknown"


def _other_modality(modality: str) -> Flag:
    return Flag(
        FlagCode.OTHER_MODALITY,
        Severity.WARNING,
        f"The file says that its modality is {modality_word(modality)} and not ultrasound; it was analysed only "
        "because this was asked for, and the result means nothing unless the file is wrong about itself.",
    )
