"""A document of another version, or one that somebody edited, is completed or refused, and never taken for granted."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from BreastUSAILib.engine.findings.document_form import checked_document
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
    version = document.pop("schema_version")
    assert version
    assert checked_document(copy.deepcopy(document)) == document


def test_what_an_earlier_version_did_not_write_gets_its_default() -> None:
    document = documents()["cine"]
    del document["selection"], document["prevalence"], document["volume_lesions"]
    del document["input"]["slice_spacing_mm"]
    for lesion in document["lesions"]:
        del lesion["malignancy"]
    checked = checked_document(document)
    assert checked["selection"] is None
    assert checked["prevalence"] is None
    assert checked["volume_lesions"] == []
    assert all(lesion["malignancy"] is None for lesion in checked["lesions"])


def test_what_a_later_version_adds_is_left_out() -> None:
    document = documents()["still"]
    document["elasticity"] = {"kPa": 40}
    document["lesions"][0]["margin"] = "spiculated"
    document["flags"][0]["code"] = "low_gain"
    checked = checked_document(document)
    assert "elasticity" not in checked
    assert "margin" not in checked["lesions"][0]
    assert checked["flags"][0]["code"] == "low_gain"


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
        (("verdict", "key_frame"), 3, "none of 3"),
        (("verdict", "malignancy", "high"), 1.5, "outside 0 to 1"),
        (("lesions", 0, "frame"), -1, "none of 3"),
        (("lesions", 0, "area_mm2"), None, "millimetres are missing"),
        (("lesions", 0, "area_px"), "many", "lesions: area_px: 'many' stands where a whole number"),
        (("lesions", 0, "depth_px"), float("nan"), "a number"),
        (("lesions", 0, "centroid_px"), [1.0], "2 values"),
        (("input", "frames"), 10**12, "a whole number"),
        (("input", "pixel_spacing_mm"), [0.1, 0.0], "no size"),
        (("volume_lesions", 0, "lesions"), [99], "there are not"),
        (("volume_lesions", 0, "lesions"), [], "there are not"),
        (("frames",), {}, "a list"),
        (("software",), [], "an object"),
        (("selection", "key_only"), 1, "true or false"),
    ],
)
def test_what_cannot_be_is_named(path: tuple[Any, ...], value: Any, words: str) -> None:
    document = documents()["volume"]
    document["selection"] = {"first": 0, "last": None, "key_only": False, "step": 1}
    with pytest.raises(ValueError, match=words):
        checked_document(changed(document, path, value))


def test_a_missing_key_is_named_with_its_place() -> None:
    document = documents()["still"]
    del document["lesions"][0]["centroid_px"]
    with pytest.raises(ValueError, match="lesions: 'centroid_px' is missing"):
        checked_document(document)
