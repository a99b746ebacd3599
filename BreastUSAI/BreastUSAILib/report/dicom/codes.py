"""Coded concepts of the DICOM objects (PS3.16, SNOMED CT and UCUM), and which measure has which."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from ...engine.findings import lesion_segment
from ...engine.findings.measures import Measure

OWN_SCHEME = "99BREASTUSAI"
OWN_SCHEME_NAME = "BreastUSAI, keys of analysis.json"

CATEGORY = Code("49755003", "SCT", "Morphologically Abnormal Structure")
MASS, BREAST = (Code(code[1], code[0], code[2]) for code in (lesion_segment.MASS, lesion_segment.BREAST))
SIDES = {side: Code(code[1], code[0], code[2]) for side, code in lesion_segment.SIDES.items()}
AI_FAMILY = Code("122299", "DCM", "Artificial Intelligence")
DEVICE = Code("121007", "DCM", "Device")
BREAST_ULTRASOUND = Code("47079000", "SCT", "Ultrasonography of breast")
LIKELIHOOD = Code("111047", "DCM", "Probability of cancer")
LIKELIHOOD_LOW = Code("likelihood_low", OWN_SCHEME, "Probability of cancer, lower end of 95 % interval")
LIKELIHOOD_HIGH = Code("likelihood_high", OWN_SCHEME, "Probability of cancer, upper end of 95 % interval")
VERDICT = Code("verdict", OWN_SCHEME, "Verdict of the classification")
NOT_LISTED = Code("not_listed", OWN_SCHEME, "Lesions that are not listed here")
COUNT = Code("1", "UCUM", "no units")
PROCESSED_SOURCE = Code("121322", "DCM", "Source image for image processing operation")
PERCENT = Code("%", "UCUM", "%")

_LONGEST = 16
_QUANTITIES = {
    "area": Code("42798000", "SCT", "Area"),
    "long_axis": Code("103339001", "SCT", "Long axis"),
    "short_axis": Code("103340004", "SCT", "Short axis"),
    "depth": Code("131197000", "SCT", "Depth"),
    "volume": Code("118565006", "SCT", "Volume"),
}
_UNITS = {
    "px": Code("{pixels}", "UCUM", "pixels"),
    "mm": Code("mm", "UCUM", "mm"),
    "mm2": Code("mm2", "UCUM", "mm2"),
    "mm3": Code("mm3", "UCUM", "mm3"),
    "": COUNT,
}


def quantity(measure: Measure) -> Code:
    """What a measure measures: a standard concept, or one of our own by its key where there is none."""
    name = measure.key.removesuffix(f"_{measure.unit}") if measure.unit else measure.key
    return _QUANTITIES.get(name) or own(measure.key, measure.title)


def unit_of(measure: Measure) -> Code:
    """Its unit in UCUM."""
    return _UNITS[measure.unit]


def own(key: str, meaning: str) -> Code:
    """A concept of our own; a code value has sixteen characters at most (PS3.3 8.1)."""
    return Code(key[:_LONGEST], OWN_SCHEME, meaning)


def coded(code: Code) -> Dataset:
    """A concept as an item of a code sequence (PS3.3 8.8)."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, code.scheme_designator, code.meaning
    return item
