"""What a DICOM header says that the reader of a result must know."""

from __future__ import annotations

import re

from pydicom.dataset import Dataset

from ... import flag_sentences
from ...flags import Flag, FlagCode, Severity

RESIZED = Flag(FlagCode.PIXEL_SIZE_DOUBTFUL, Severity.WARNING, flag_sentences.RESIZED)
_BURNED_IN = Flag(FlagCode.BURNED_IN_ANNOTATION, Severity.WARNING, flag_sentences.BURNED_IN)
_AXILLA = Flag(FlagCode.AXILLA, Severity.WARNING, flag_sentences.AXILLA)
_IS_AXILLA = re.compile("axill|achsel|aissel|axila|ascell")
_IS_BREAST = re.compile("breast|mamm|brust|\\bmama|\\bsein|\\bseno")
_OTHER_PARTS = frozenset(
    (
        *("ABDOMEN", "ABDOMENPELVIS", "ADRENAL", "ANKLE", "AORTA", "ARM", "BLADDER", "BRAIN", "CALF", "CAROTID"),
        *("COLON", "ELBOW", "EYE", "FETUS", "FINGER", "FOOT", "GALLBLADDER", "GROIN", "HAND", "HEAD", "HEART", "HIP"),
        *("KIDNEY", "KNEE", "LEG", "LIVER", "LUNG", "NECK", "OVARY", "PANCREAS", "PAROTID", "PELVIS", "PENIS"),
        *("PROSTATE", "RECTUM", "SCROTUM", "SHOULDER", "SPLEEN", "TESTIS", "THIGH", "THYROID", "UTERUS", "WRIST"),
    )
)
"""Defined terms of Body Part Examined (DICOM PS3.16, Annex L) that are no breast whatever a scanner's preset says:
CHEST, CHESTWALL, THORAX and terms that are not known may be one."""

_BURNED_IN_UNKNOWN = Flag(FlagCode.BURNED_IN_ANNOTATION, Severity.INFO, flag_sentences.BURNED_IN_UNKNOWN)


def dicom_remarks(dataset: Dataset) -> tuple[Flag, ...]:
    """Remarks on modality and body part where they are others, and on text in the pixels unless the header denies it.

    BurnedInAnnotation (0028,0301) YES is a warning; where it is absent or something else, that is said.
    """
    modality = str(dataset.get("Modality") or "").strip().upper()
    other: tuple[Flag, ...] = () if modality in ("", "US", "OT") else (_other_modality(modality),)
    other += _body_part(dataset)
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


def _body_part(dataset: Dataset) -> tuple[Flag, ...]:
    """What the header says that the image shows, where that is not the breast.

    Body Part Examined (0018,0015), the meaning of the Anatomic Region's code (0008,2218) and of the View's (0054,0220);
    Series Description (0008,103E) and Protocol Name (0018,1030) are about several images, and count for an axilla where
    they do not name the breast too.
    """
    part = re.sub(r"[^A-Z]", "", str(dataset.get("BodyPartExamined") or "").upper())
    exact = [str(dataset.get("BodyPartExamined") or ""), *_meanings(dataset)]
    broad = [str(dataset.get(name) or "") for name in ("SeriesDescription", "ProtocolName")]
    if any(_IS_AXILLA.search(text.lower()) for text in exact):
        return (_AXILLA,)
    if any(_IS_AXILLA.search(text.lower()) and not _IS_BREAST.search(text.lower()) for text in broad):
        return (_AXILLA,)
    if part in _OTHER_PARTS and not any(_IS_BREAST.search(text.lower()) for text in [*exact, *broad]):
        message = flag_sentences.OTHER_BODY_PART.format(part=part.lower())
        return (Flag(FlagCode.OTHER_BODY_PART, Severity.REJECT, message),)
    return ()


def _meanings(dataset: Dataset) -> list[str]:
    codes = [code for name in ("AnatomicRegionSequence", "ViewCodeSequence") for code in dataset.get(name) or ()]
    return [str(code.get("CodeMeaning") or "") for code in codes]
