"""What a header says of the part of the body: another organ is no breast, an axilla is remarked on."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from BreastUSAILib.engine.flags import FlagCode, Severity
from BreastUSAILib.engine.reading.dicom.dicom_remarks import dicom_remarks


def remarked(**values: object) -> list[tuple[FlagCode, Severity]]:
    dataset = Dataset()
    dataset.BurnedInAnnotation = "NO"
    for name, value in values.items():
        setattr(dataset, name, value)
    return [(flag.code, flag.severity) for flag in dicom_remarks(dataset)]


def coded(meaning: str) -> list[Dataset]:
    code = Dataset()
    code.CodeMeaning = meaning
    return [code]


@pytest.mark.parametrize("part", ["HEART", "PELVIS", "ABDOMEN", "THYROID"])
def test_another_organ_has_no_verdict(part: str) -> None:
    assert remarked(BodyPartExamined=part) == [(FlagCode.OTHER_BODY_PART, Severity.REJECT)]


@pytest.mark.parametrize("part", ["", "BREAST", "CHEST", "THORAX", "SMALLPARTS", "OTHER"])
def test_a_breast_and_what_may_be_one_is_not_remarked_on(part: str) -> None:
    assert remarked(BodyPartExamined=part) == []


def test_a_preset_of_another_organ_does_not_outweigh_that_the_breast_is_named() -> None:
    assert remarked(BodyPartExamined="NECK", SeriesDescription="US Mamma links") == []
    assert remarked(BodyPartExamined="NECK", AnatomicRegionSequence=coded("Breast")) == []


@pytest.mark.parametrize(
    "values",
    [
        {"BodyPartExamined": "AXILLA"},
        {"AnatomicRegionSequence": coded("Axilla")},
        {"ViewCodeSequence": coded("Axillary region")},
        {"SeriesDescription": "Achsel rechts"},
        {"ProtocolName": "axila"},
    ],
)
def test_an_axilla_is_remarked_on(values: dict[str, object]) -> None:
    assert remarked(**values) == [(FlagCode.AXILLA, Severity.WARNING)]


def test_a_series_of_breast_and_axilla_says_nothing_of_this_image() -> None:
    assert remarked(SeriesDescription="Breast and axilla left", BodyPartExamined="BREAST") == []


def test_what_the_header_holds_instead_of_texts_does_no_harm() -> None:
    assert remarked(AnatomicRegionSequence=[], ViewCodeSequence=None, SeriesDescription=None) == []
