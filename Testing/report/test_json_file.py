"""analysis.json keeps to its published schema, and the schema keeps strangers out."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from BreastUSAILib import report
from BreastUSAILib.engine.findings.analysis import CLASSES, SCHEMA_VERSION, Label
from BreastUSAILib.engine.findings.similar_cases import LibrarySummary, Neighbor, SimilarCases, Vote
from BreastUSAILib.engine.flags import FlagCode, Severity
from BreastUSAILib.engine.images.frames import InputKind, SpacingSource
from BreastUSAILib.report.json_file import write_json
from Testing.report.samples import analysis_of, frames_of, volume_of

SCHEMA = json.loads((Path(report.__file__).parent / "analysis.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
OPTIONAL = ("reader_assessment", "lesion_names", "reader_descriptors")
"""What Slicer's scene adds to a report where a reader was asked, or named segments; no analysis has it."""


@pytest.fixture
def calibrated_document():
    return analysis_of(frames_of(count=3, spacing=(0.1, 0.1)), lesions=2).to_json()


def test_the_schema_is_valid_json_schema_2020_12():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("label", list(Label))
@pytest.mark.parametrize("spacing", [None, (0.08, 0.1)])
@pytest.mark.parametrize("count", [1, 4])
def test_every_kind_of_analysis_fits_the_schema(label, spacing, count):
    VALIDATOR.validate(analysis_of(frames_of(count=count, spacing=spacing), label, lesions=2).to_json())


@pytest.mark.parametrize("spacing", [None, (0.08, 0.1)])
@pytest.mark.parametrize("lesions", [0, 2])
def test_a_volume_with_joined_lesions_fits_the_schema(spacing, lesions):
    _, analysis = volume_of(frames_of(count=3, spacing=spacing), lesions=lesions)
    document = analysis.to_json()
    VALIDATOR.validate(document)
    assert len(document["volume_lesions"]) == lesions
    assert document["input"]["slice_spacing_mm"] == 0.5


def test_a_lesion_that_was_scored_again_fits_the_schema(calibrated_document):
    calibrated_document["lesions"][0]["malignancy"] = calibrated_document["verdict"]["malignancy"]
    VALIDATOR.validate(calibrated_document)


def test_similar_cases_fit_the_schema(calibrated_document):
    neighbor = Neighbor(1, 0.3, 12.0, "benign", "biopsy", "3", "cyst", 12.0, None, "ours")
    library = LibrarySummary("1a2b", "ours", 40, "a" * 64)
    found = SimilarCases(0, library, near_within=0.5, neighbors=(neighbor,), votes=(Vote("benign", 1),), left_out=1)
    for similar in (found, SimilarCases(problem="There is no library.")):
        calibrated_document["similar"] = replace(analysis_of(frames_of()), similar=similar).to_json()["similar"]
        VALIDATOR.validate(calibrated_document)


def test_the_written_file_is_the_published_form_in_the_schemas_order(tmp_path):
    analysis = analysis_of(frames_of(spacing=(0.1, 0.1)))
    write_json(analysis, tmp_path / "analysis.json")
    text = (tmp_path / "analysis.json").read_text(encoding="utf-8")
    document = json.loads(text)
    assert document == analysis.to_json()
    assert list(document) == [name for name in SCHEMA["properties"] if name not in OPTIONAL]
    assert text.endswith("}\n")


def test_the_same_analysis_gives_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        write_json(analysis_of(frames_of(count=2)), tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_the_schema_names_the_same_closed_sets_as_the_engine():
    definitions = SCHEMA["$defs"]
    sources = [source.value for source in SpacingSource if source is not SpacingSource.OTHER]
    assert definitions["verdict"]["properties"]["label"]["enum"] == [label.value for label in Label]
    assert definitions["explanation"]["properties"]["class"]["enum"] == [label.value for label in CLASSES]
    assert definitions["flag"]["properties"]["code"]["enum"] == [
        code.value for code in FlagCode if code is not FlagCode.OTHER
    ]
    assert definitions["flag"]["properties"]["severity"]["enum"] == [severity.value for severity in Severity]
    assert definitions["input"]["properties"]["kind"]["enum"] == [kind.value for kind in InputKind]
    assert definitions["input"]["properties"]["spacing_source"]["enum"] == sources
    assert SCHEMA["properties"]["schema_version"]["const"] == SCHEMA_VERSION
    assert SCHEMA["$id"].endswith(SCHEMA_VERSION)


def _objects(schema):
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for value in schema.values():
            yield from _objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _objects(value)


def test_every_object_is_closed_and_complete():
    for schema in _objects(SCHEMA):
        assert schema["additionalProperties"] is False
        assert schema["required"] == [name for name in schema["properties"] if name not in OPTIONAL]


def _similar_to(**changed):
    """Similar cases in the published form, one case with these values."""
    similar = SimilarCases(0, neighbors=(Neighbor(1, 0.3, 12.0, "benign"),))
    document = replace(analysis_of(frames_of()), similar=similar).to_json()["similar"]
    document["neighbors"][0].update(changed)
    return document


def test_similar_cases_fit_the_schema_before_they_are_changed(calibrated_document):
    VALIDATOR.validate(calibrated_document | {"similar": _similar_to()})


_JOINED = volume_of(frames_of(count=2))[1].to_json()["volume_lesions"][0]
WRONG = {
    "a patient's name": lambda document: document["input"].update(patient_name="Doe^Jane"),
    "an unknown key at the top": lambda document: document.update(comment="hello"),
    "an unknown verdict": lambda document: document["verdict"].update(label="suspicious"),
    "a likelihood above 1": lambda document: document["verdict"]["malignancy"].update(probability=1.01),
    "a prevalence that is no share": lambda document: document["verdict"]["malignancy"].update(prevalence=1.0),
    "a prevalence that nobody can have asked for": lambda document: document.update(prevalence=0.0),
    "a verdict without a likelihood": lambda document: document["verdict"].update(malignancy=None),
    "a rejected input with probabilities": lambda document: document["verdict"].update(label="rejected"),
    "millimeters from nowhere": lambda document: document["input"].update(spacing_source="none"),
    "a source of spacing without spacing": lambda document: document["input"].update(pixel_spacing_mm=None),
    "a spacing of one number": lambda document: document["input"].update(pixel_spacing_mm=[0.1]),
    "a spacing of zero": lambda document: document["input"].update(pixel_spacing_mm=[0.0, 0.1]),
    "no frames": lambda document: document["input"].update(frames=0),
    "a lesion without an area": lambda document: document["lesions"][0].pop("area_px"),
    "a lesion numbered from 0": lambda document: document["lesions"][0].update(number=0),
    "a box with three numbers": lambda document: document["lesions"][0].update(bbox_px=[1, 2, 3]),
    "half a pixel in a box": lambda document: document["lesions"][0].update(bbox_px=[1.5, 2, 3, 4]),
    "a hash in capitals": lambda document: document["models"][0].update(sha256="A" * 64),
    "a joined lesion of no lesions": lambda document: document["volume_lesions"].append(_JOINED | {"lesions": []}),
    "a volume of nothing": lambda document: document["volume_lesions"].append(_JOINED | {"voxels": 0}),
    "a negative volume": lambda document: document["volume_lesions"].append(_JOINED | {"volume_mm3": -1.0}),
    "slices in one place": lambda document: document["input"].update(slice_spacing_mm=0.0),
    "an explanation of no class": lambda document: document["explanation"].update({"class": "undetermined"}),
    "an unknown flag": lambda document: document["flags"].append(
        {"code": "odd", "severity": "info", "message": "Something is odd."}
    ),
    "a negative duration": lambda document: document["timing_ms"].update(total=-1.0),
    "a similar case of no class": lambda document: document.update(similar=_similar_to(label="cyst")),
    "a similar case with its file": lambda document: document.update(similar=_similar_to(file="doe.dcm")),
    "another schema's version": lambda document: document.update(schema_version="0.9.0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_schema_refuses(name, calibrated_document):
    VALIDATOR.validate(calibrated_document)
    wrong = copy.deepcopy(calibrated_document)
    WRONG[name](wrong)
    assert not VALIDATOR.is_valid(wrong)
