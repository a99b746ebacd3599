"""What is copied from a source's header into the objects derived from it, and how they name who made them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.uid import UID

from ... import __version__
from ...engine.reading.dicom.dicom_file import DATASET_ERRORS

MANUFACTURER = "BreastUSAI"
SOFTWARE_VERSION = __version__
NO_SERIAL_NUMBER = "none"
CHARACTER_SET = "ISO_IR 192"
DEVICE_NAME = "BreastUSAI"

IDENTITY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("StudyDate", "StudyTime", "AccessionNumber", "StudyID", "ReferringPhysicianName"),
)
"""Attributes of patient and study that every object must have, be they empty (type 2, PS3.3 C.7.1.1 and C.7.2.1)."""

_SEXES = ("M", "F", "O")
_LONGEST = {"LO": 64, "SH": 16, "CS": 16, "DA": 8, "TM": 14, "PN": 64}
_DATE = re.compile(r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?")
_UID = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+")


def identity_of(dataset: Dataset | None, keep_identity: bool) -> Mapping[str, str]:
    """The values of `IDENTITY`: empty unless `keep_identity`; a value that is not valid is left empty too."""
    if dataset is None or not keep_identity:
        return dict.fromkeys(IDENTITY, "")
    return {keyword: _valid(keyword, dataset) for keyword in IDENTITY}


def _valid(keyword: str, dataset: Dataset) -> str:
    try:
        value = dataset.get(keyword)
    except DATASET_ERRORS:  # a value that its own type does not allow
        return ""
    vr, text = dictionary_VR(keyword), str("" if value is None else value).strip()
    pattern = {"DA": _DATE, "TM": _TIME}.get(vr)
    parts = text.split("=") if vr == "PN" else [text]
    is_valid = (
        all(len(part) <= _LONGEST[vr] and part.isprintable() for part in parts)
        and len(parts) <= 3
        and "\\" not in text
        and (pattern is None or pattern.fullmatch(text) is not None)
        and (keyword != "PatientSex" or text in _SEXES)
    )
    return text if is_valid else ""


def valid_uid(value: Any) -> str | None:
    """`value` as a unique identifier that another object may refer to (PS3.5 9.1), or None."""
    text = str(value or "").strip()
    return str(UID(text)) if len(text) <= 64 and _UID.fullmatch(text) else None
