"""A document of another version, or one that somebody edited, is completed or refused, and never taken for granted."""

from __future__ import annotations

import copy
import json
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest

from BreastUSAILib.engine.findings.analysis import (
    Analysis,
    Explanation,
    FrameFinding,
    FurtherExplanation,
    InputSummary,
    LengthErrors,
    Lesion,
    Malignancy,
    ModelIdentity,
    Probabilities,
    TrackedLesion,
    Verdict,
    VolumeLesion,
)
from BreastUSAILib.engine.findings.descriptors import Descriptor
from BreastUSAILib.engine.findings.document_form import analysis_from
from BreastUSAILib.engine.findings.grades import CostlyGrades, EnergyShare, HeatMapGrades, MethodAgreement
from BreastUSAILib.engine.findings.similar_cases import LibrarySummary, Neighbor, SimilarCases, Vote
from BreastUSAILib.engine.flags import Flag, FlagCode
from BreastUSAILib.engine.images.frame_selection import FrameSelection
from BreastUSAILib.engine.images.frames import SpacingSource
from BreastUSAILib.engine.images.places import Place
from Testing.report.samples import analysis_of, frames_of, volume_of

CALIBRATED = frames_of(count=3, spacing=(0.1, 0.2))


def documents() -> dict[str, dict[str, Any]]:
    analyses = {
        "still": analysis_of(frames_of()),
        "cine": analysis_of(CALIBRATED, lesions=2),
        "volume": volume_of(CALIBRATED)[1],
    }
    return {name: json.loads(json.dumps(analysis.to_json())) for name, analysis in analyses.items()}


@pytest.mark.parametrize("kind", ["still", "cine", "volume"])
def test_a_document_of_this_version_comes_out_as_it_was(kind: str) -> None:
    document = documents()[kind]
    assert analysis_from(copy.deepcopy(document)).to_json() == document


def test_what_an_earlier_version_did_not_write_gets_its_default() -> None:
    document = documents()["cine"]
    del document["selection"], document["prevalence"], document["volume_lesions"]
    del document["input"]["slice_spacing_mm"]
    for lesion in document["lesions"]:
        del lesion["malignancy"]
    checked = analysis_from(document)
    assert checked.selection is None
    assert checked.prevalence is None
    assert checked.input.slice_spacing_mm is None
    assert checked.volume_lesions == ()
    assert all(lesion.malignancy is None for lesion in checked.lesions)


def test_what_a_later_version_adds_is_left_out() -> None:
    document = documents()["still"]
    document["elasticity"] = {"kPa": 40}
    document["lesions"][0]["margin"] = "spiculated"
    document["flags"][0]["code"] = "low_gain"
    document["input"]["spacing_source"] = "ruler"
    read = analysis_from(document)
    assert read.flags[0].code is FlagCode.OTHER
    assert read.flags[0].message == document["flags"][0]["message"]
    assert read.input.spacing_source is SpacingSource.OTHER


def changed(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    place: Any = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("verdict", "label"), "harmless", "verdict: label: 'harmless' stands where one of"),
        (("verdict", "key_frame"), 3, "not one of the 3"),
        (("verdict", "malignancy", "high"), 1.5, "outside 0 to 1"),
        (("lesions", 0, "frame"), -1, "not one of the 3"),
        (("lesions", 0, "area_mm2"), None, "millimeters are missing"),
        (("lesions", 0, "area_px"), "many", "lesions: area_px: 'many' stands where a whole number"),
        (("lesions", 0, "depth_px"), float("nan"), "a number"),
        (("lesions", 0, "centroid_px"), [1.0], "2 values"),
        (("input", "frames"), 10**12, "a whole number"),
        (("input", "pixel_spacing_mm"), [0.1, 0.0], "no size"),
        (("volume_lesions", 0, "lesions"), [99], "do not exist"),
        (("volume_lesions", 0, "lesions"), [], "do not exist"),
        (("frames",), {}, "a list"),
        (("software",), [], "an object"),
        (("selection", "key_only"), 1, "true or false"),
        (("selection", "step"), 0, "selection: every 0th frame"),
        (("similar",), {"frame": 3}, "not one of the 3"),
        (("similar",), {"neighbors": [{"case": 1, "distance": "near"}]}, "similar: neighbors: distance"),
    ],
)
def test_what_cannot_be_is_named(path: tuple[Any, ...], value: Any, words: str) -> None:
    document = documents()["volume"]
    document["selection"] = {"first": 0, "last": None, "key_only": False, "step": 1}
    with pytest.raises(ValueError, match=words):
        analysis_from(changed(document, path, value))


def test_a_missing_key_is_named_with_its_place() -> None:
    document = documents()["still"]
    del document["lesions"][0]["centroid_px"]
    with pytest.raises(ValueError, match="lesions: 'centroid_px' is missing"):
        analysis_from(document)


REQUIRED_OF_OLD = {
    Analysis: "input models verdict frames lesions explanation flags device software timing_ms",
    InputSummary: "kind frames rows columns pixel_spacing_mm spacing_source region_px",
    ModelIdentity: "task name version sha256",
    Verdict: "label",
    Probabilities: "normal benign malignant",
    Malignancy: "probability low high",
    FrameFinding: "index time_s probabilities",
    Lesion: (
        "id number frame bbox_px centroid_px area_px area_mm2 long_axis_px long_axis_mm long_axis_ends_px "
        "short_axis_px short_axis_mm short_axis_ends_px height_width_ratio depth_px depth_mm mean_probability"
    ),
    VolumeLesion: "id lesions first_frame last_frame key_frame voxels volume_mm3 malignancy",
    TrackedLesion: "id lesions first_frame last_frame key_frame key_quality malignancy spread",
    Explanation: "method target_class layer",
    FurtherExplanation: "option method target layer signed frames",
    Flag: "code severity message",
    FrameSelection: "",
    HeatMapGrades: "frame method",
    EnergyShare: "energy area",
    CostlyGrades: "deletion insertion random_deletion random_insertion",
    MethodAgreement: "method rank_correlation",
    SimilarCases: "",
    LibrarySummary: "id name cases classifier_sha256",
    Neighbor: "case distance percentile label",
    Vote: "label cases",
    Place: "column row",
    Descriptor: "name value confidence measures",
    LengthErrors: "long_axis_px long_axis_mm short_axis_px short_axis_mm depth_px depth_mm",
}
"""What documents have had since there was the part; it stays as it is."""


def dataclasses_within(kind: Any) -> set[type]:
    """Every dataclass that a type hint, or a field of one of these, is made from."""
    found = set().union(*map(dataclasses_within, get_args(kind)))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        found |= {kind}.union(*(dataclasses_within(hints[item.name]) for item in fields(kind)))
    return found


def test_every_part_of_a_result_is_looked_at() -> None:
    assert dataclasses_within(Analysis) == set(REQUIRED_OF_OLD)


@pytest.mark.parametrize("kind", REQUIRED_OF_OLD, ids=lambda kind: kind.__name__)
def test_a_field_without_a_default_cannot_be_added(kind: type) -> None:
    needed = [item.name for item in fields(kind) if item.default is MISSING]
    assert needed == REQUIRED_OF_OLD[kind].split(), "documents of earlier versions lack it: give the field a default"
