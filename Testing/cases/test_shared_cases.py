"""Every case of ../shared/cases, where that folder is there, gives what its right.json says.

Each case's twins that are made here are tests of the room that was mended: Testing/engine/reading, Testing/report.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Frames
from BreastUSAILib.engine.reading import read

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
RIGHT: dict[str, dict[str, Any]] = (
    json.loads((CASES / "right.json").read_text()) if (CASES / "right.json").exists() else {}
)


@cache
def analysis_of(path: Path) -> dict[str, Any]:
    (item,) = read(path)
    assert isinstance(item, Frames), item
    document: dict[str, Any] = _analyzer().analyze(item).to_json()
    return document


@cache
def _analyzer() -> Any:
    from BreastUSAILib.engine.analyzer import Analyzer
    from BreastUSAILib.engine.bundles.model_folder import load_models

    return Analyzer(load_models(None, None), device="cpu")


def near(found: Any, right: Any, tolerance: float) -> bool:
    if found is None or right is None or isinstance(right, str):
        return found == right
    if isinstance(right, list):
        return len(found) == len(right) and all(near(a, b, tolerance) for a, b in zip(found, right, strict=True))
    return abs(found - right) <= tolerance


def differences(document: dict[str, Any], right: dict[str, Any]) -> list[str]:
    names = {"spacing": "pixel_spacing_mm", "slice_spacing": "slice_spacing_mm", "region": "region_px"}
    wrong = []
    for key in ("kind", "frames", "rows", "columns", "spacing", "slice_spacing", "region"):
        if key in right:
            found = document["input"][names.get(key, key)]
            if not near(found, right[key], 1 if key == "region" else 1e-3):
                wrong.append(f"{key} is {found}, not {right[key]}")
    if right.get("rejected") and document["verdict"]["label"] != "rejected":
        wrong.append(f"the verdict is {document['verdict']['label']}")
    return wrong


def is_remarked(document: dict[str, Any], words: list[str]) -> bool:
    messages = [flag["message"].lower() for flag in document["flags"] if flag["severity"] != "info"]
    return any(word.lower() in message for word in words for message in messages)


@pytest.mark.skipif(not RIGHT, reason="../shared/cases is not on this machine")
@pytest.mark.parametrize("name", RIGHT or ["none"])
def test_a_case_gives_what_is_right(name: str) -> None:
    right, path = RIGHT[name], CASES / name
    if "error" in right:
        (problem,) = read(path)
        assert isinstance(problem, InputError), problem
        assert all(word.lower() in str(problem).lower() for word in right["error"])
        assert not any(word in str(problem) for word in right.get("not", []))
        return
    document = analysis_of(path)
    wrong = differences(document, right)
    assert not wrong or ("remark" in right and is_remarked(document, right["remark"])), wrong
    if "like" in right:
        expected = analysis_of(path.parent / right["like"])["verdict"]["probabilities"]
        for label, share in document["verdict"]["probabilities"].items():
            assert share == pytest.approx(expected[label], abs=right["within"])


@pytest.mark.skipif(not RIGHT, reason="../shared/cases is not on this machine")
@pytest.mark.skipif(os.name == "nt", reason="names are text there")
@pytest.mark.parametrize("case", ["negative_spacing/neg.nrrd", "tiff_miniswhite16/right.png"])
def test_a_case_under_a_name_that_is_not_utf8(tmp_path: Path, case: str) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/latin\xe9"))
    folder.mkdir()
    place = folder / (os.fsdecode(b"scan\xe9") + Path(case).suffix)
    shutil.copy(CASES / case, place)
    (item,) = read(place)
    (twin,) = read(CASES / case)
    assert isinstance(item, Frames), item
    assert isinstance(twin, Frames)
    assert (item.read_frame(0) == twin.read_frame(0)).all()
    assert item.pixel_spacing_mm == twin.pixel_spacing_mm
