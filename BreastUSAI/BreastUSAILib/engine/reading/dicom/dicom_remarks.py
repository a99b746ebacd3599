"""What a DICOM header says that the reader of a result must know."""

from __future__ import annotations

import re

from pydicom.dataset import Dataset

from ... import flag_sentences
from ...flags import Flag, FlagCode, Severity

RESIZED = Flag(FlagCode.PIXEL_SIZE_DOUBTFUL, Severity.WARNING, flag_sentences.RESIZED)
_BURNED_IN = Flag(FlagCode.BURNED_IN_ANNOTATION, Severity.WARNING, flag_sentences.BURNED_IN)
_BURNED_IN_UNKNOWN = Flag(FlagCode.BURNED_IN_ANNOTATION, Severity.INFO, flag_sentences.BURNED_IN_UNKNOWN)


def dicom_remarks(dataset: Dataset) -> tuple[Flag, ...]:
    """Remarks on the modality where it is not ultrasound, and on text in the pixels unless the header denies it.

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
    message = flag_sentences.OTHER_MODALITY.format(modality=modality_word(modality))
    return Flag(FlagCode.OTHER_MODALITY, Severity.WARNING, message)
