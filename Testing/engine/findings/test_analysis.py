"""An analysis becomes plain JSON under the published names, without pixels and without anything unknown made up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.findings.analysis import (
    SCHEMA_VERSION,
    Analysis,
    Explanation,
    FrameFinding,
    InputSummary,
    Label,
    Lesion,
    Malignancy,
    ModelIdentity,
    Probabilities,
    Verdict,
    VolumeLesion,
)
from BreastUSAILib.engine.findings.maps import CroppedLabels
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import InputKind, SpacingSource

TOP_LEVEL = {
    "schema_version", "input", "models", "verdict", "frames", "lesions", "volume_lesions", "explanation", "flags",
    "device", "software", "timing_ms", "selection", "prevalence", "heat_map_grades", "overridden", "similar",
    "explanations", "tracked_lesions",
}  # fmt: skip
INPUT = {"kind", "frames", "rows", "columns", "pixel_spacing_mm", "spacing_source"}
LESION = {
    "id", "frame", "bbox_px", "area_px", "area_mm2", "long_axis_px", "long_axis_mm", "short_axis_mm",
    "height_width_ratio", "depth_mm",
}  # fmt: skip


class NoMaps:
    """Maps that nobody may ask for."""

    frames: tuple[int, ...] = (0, 4)

    def labels(self, frame: int) -> NDArray[np.uint8]:
        raise AssertionError(f"the mask of frame {frame} was asked for")

    def cropped_labels(self, frame: int) -> CroppedLabels:
        return CroppedLabels.of(self.labels(frame))

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        raise AssertionError(f"the heat map of frame {frame} was asked for")


def lesion(id_: int = 1, frame: int = 4, **changes: Any) -> Lesion:
    found = Lesion(
        id=id_,
        number=id_,
        frame=frame,
        bbox_px=(100, 80, 60, 40),
        centroid_px=(130.0, 100.0),
        area_px=1885,
        area_mm2=18.85,
        long_axis_px=60.0,
        long_axis_mm=6.0,
        long_axis_ends_px=((99.5, 100.0), (159.5, 100.0)),
        short_axis_px=40.0,
        short_axis_mm=4.0,
        short_axis_ends_px=((129.5, 80.0), (129.5, 120.0)),
        height_width_ratio=2 / 3,
        depth_px=50.0,
        depth_mm=5.0,
        mean_probability=0.9,
    )
    return replace(found, **changes)


@pytest.fixture
def cine() -> Analysis:
    """A calibrated cine with two looked-at frames and one lesion."""
    probabilities = Probabilities(0.1, 0.2, 0.7)
    return Analysis(
        input=InputSummary(
            InputKind.CINE, 5, 400, 500, (0.1, 0.1), SpacingSource.ULTRASOUND_REGION, (20, 30, 400, 300)
        ),
        models=(ModelIdentity("classification", "efficientnet", "1.0.0", "ab" * 32),),
        verdict=Verdict(Label.MALIGNANT, probabilities, Malignancy(0.7, 0.6, 0.8), 4),
        frames=(FrameFinding(0, 0.0, Probabilities(0.8, 0.1, 0.1)), FrameFinding(4, 0.16, probabilities, (1,))),
        lesions=(lesion(),),
        explanation=Explanation("LayerGradCam", Label.MALIGNANT, "_blocks.15"),
        flags=(Flag(FlagCode.COLOR_DOPPLER, Severity.WARNING, "Color covers part of the tissue."),),
        device="cpu",
        software={"breastusai": "0.1.0", "torch": "2.13.0"},
        timing_ms={"total": 81.25},
        maps=NoMaps(),
    )


def test_the_published_names_are_all_there_and_no_other_on_top(cine: Analysis) -> None:
    document = cine.to_json()
    assert set(document) == TOP_LEVEL
    assert document["schema_version"] == SCHEMA_VERSION
    assert set(document["input"]) >= INPUT
    assert set(document["models"][0]) == {"task", "name", "version", "sha256"}
    assert set(document["verdict"]) == {"label", "probabilities", "malignancy", "key_frame"}
    assert set(document["verdict"]["probabilities"]) == {"normal", "benign", "malignant"}
    assert set(document["verdict"]["malignancy"]) == {"probability", "low", "high", "prevalence", "risk_band"}
    assert set(document["frames"][0]) == {"index", "time_s", "probabilities", "lesions"}
    assert set(document["lesions"][0]) >= LESION
    assert set(document["flags"][0]) == {"code", "severity", "message"}


def test_the_explained_class_is_called_class(cine: Analysis) -> None:
    assert cine.to_json()["explanation"] == {"method": "LayerGradCam", "class": "malignant", "layer": "_blocks.15"}


def test_the_schemas_version_comes_first(cine: Analysis) -> None:
    assert next(iter(cine.to_json())) == "schema_version"


def test_closed_sets_are_written_as_their_words(cine: Analysis) -> None:
    document = cine.to_json()
    words = [
        document["input"]["kind"],
        document["input"]["spacing_source"],
        document["verdict"]["label"],
        document["flags"][0]["code"],
        document["flags"][0]["severity"],
    ]
    assert words == ["cine", "ultrasound_region", "malignant", "colour_doppler", "warning"]
    assert {type(word) for word in words} == {str}


def test_the_document_survives_json_and_needs_no_map(cine: Analysis) -> None:
    document = cine.to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_making_the_document_leaves_the_analysis_as_it_was(cine: Analysis) -> None:
    assert cine.to_json() == cine.to_json()
    assert cine.explanation.target_class is Label.MALIGNANT


def test_what_is_unknown_is_null(cine: Analysis) -> None:
    unknown = replace(
        cine,
        input=replace(cine.input, pixel_spacing_mm=None, spacing_source=SpacingSource.NONE),
        verdict=Verdict(Label.REJECTED),
        frames=(FrameFinding(0, None, None),),
        lesions=(lesion(area_mm2=None, long_axis_mm=None, short_axis_mm=None, depth_mm=None),),
    )
    document = unknown.to_json()
    assert document["input"]["pixel_spacing_mm"] is None
    assert document["verdict"] == {"label": "rejected", "probabilities": None, "malignancy": None, "key_frame": None}
    assert document["frames"] == [{"index": 0, "time_s": None, "probabilities": None, "lesions": []}]
    assert {document["lesions"][0][name] for name in ("area_mm2", "long_axis_mm", "short_axis_mm", "depth_mm")} == {
        None
    }


@given(value=st.floats(-1e6, 1e6), width=st.sampled_from([32, 64]))
def test_numpy_numbers_become_plain_ones_to_six_decimals(value: float, width: int) -> None:
    number = np.float32(value) if width == 32 else np.float64(value)
    finding = FrameFinding(np.int64(3), number, None, (np.int32(1),))  # type: ignore[arg-type]
    analysis = Analysis(
        input=InputSummary(InputKind.STILL, 1, 1, 1, None, SpacingSource.NONE, (0, 0, 1, 1)),
        models=(),
        verdict=Verdict(Label.NORMAL),
        frames=(finding,),
        lesions=(),
        explanation=Explanation("LayerGradCam", Label.BENIGN, "features"),
        flags=(),
        device="cpu",
        software={},
        timing_ms={},
        maps=NoMaps(),
    )
    (frame,) = analysis.to_json()["frames"]
    assert (type(frame["index"]), type(frame["time_s"]), type(frame["lesions"][0])) == (int, float, int)
    assert frame["time_s"] == pytest.approx(float(number), abs=5.1e-7)
    assert json.loads(json.dumps(frame, allow_nan=False)) == frame


def test_the_lesions_of_a_frame_are_given_largest_first(cine: Analysis) -> None:
    three = replace(cine, lesions=(lesion(1, 0), lesion(2, 4), lesion(3, 4)))
    assert [found.id for found in three.lesions_of(4)] == [2, 3]
    assert three.lesions_of(1) == ()


class OneMask:
    """The same labels in every slice."""

    def __init__(self, labels: NDArray[np.uint8]) -> None:
        self._labels = labels

    frames: tuple[int, ...] = (0, 4)

    def labels(self, frame: int) -> NDArray[np.uint8]:
        return self._labels

    def cropped_labels(self, frame: int) -> CroppedLabels:
        return CroppedLabels.of(self.labels(frame))

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        raise AssertionError(f"the heat map of frame {frame} was asked for")


@pytest.fixture
def volume(cine: Analysis) -> Analysis:
    """Three lesions in two slices, two of them joined under another number than they have in their slices."""
    return replace(
        cine,
        lesions=(lesion(1, 0, number=1), lesion(2, 0, number=2), lesion(3, 4, number=1)),
        volume_lesions=(
            VolumeLesion(1, (2, 3), 0, 4, 4, 3770, 12.5, Malignancy(0.7, 0.6, 0.8)),
            VolumeLesion(2, (1,), 0, 0, 0, 1885, None, None),
        ),
        maps=OneMask(np.array([[0, 1, 1], [0, 0, 2]], np.uint8)),
    )


def test_a_joined_lesions_number_is_found_from_its_slices(volume: Analysis) -> None:
    numbers = {place: volume.volume_number(*place) for place in ((0, 1), (0, 2), (4, 1))}
    assert numbers == {(0, 1): 2, (0, 2): 1, (4, 1): 1}
    with pytest.raises(KeyError):
        volume.volume_number(4, 2)


def test_the_segments_of_a_volume_are_its_joined_lesions(volume: Analysis) -> None:
    assert volume.segment_labels(0).tolist() == [[0, 2, 2], [0, 0, 1]]
    assert volume.segment_labels(0).dtype == np.uint8


def test_where_nothing_is_joined_the_numbers_stay(volume: Analysis) -> None:
    cine = replace(volume, volume_lesions=())
    assert cine.volume_number(0, 2) == 2
    assert cine.segment_labels(0) is cine.maps.labels(0)


def test_segments_of_more_lesions_than_a_byte_numbers_are_still_told_apart(volume: Analysis) -> None:
    many = tuple(replace(volume.volume_lesions[0], id=number, lesions=()) for number in range(1, 300))
    joined = (*many, replace(many[0], id=300, lesions=(1, 2, 3)))
    assert replace(volume, volume_lesions=joined).segment_labels(0).max() == 300


def test_a_mask_with_a_lesion_that_the_findings_do_not_know_is_refused(volume: Analysis) -> None:
    with pytest.raises(InputError, match="masks of slice 4 do not fit"):
        volume.segment_labels(4)


def test_joined_lesions_are_written_under_their_names(volume: Analysis) -> None:
    document = volume.to_json()
    assert document["volume_lesions"] == [
        {
            "id": 1,
            "lesions": [2, 3],
            "first_frame": 0,
            "last_frame": 4,
            "key_frame": 4,
            "voxels": 3770,
            "volume_mm3": 12.5,
            "malignancy": {"probability": 0.7, "low": 0.6, "high": 0.8, "prevalence": None, "risk_band": "4C"},
        },
        {
            "id": 2,
            "lesions": [1],
            "first_frame": 0,
            "last_frame": 0,
            "key_frame": 0,
            "voxels": 1885,
            "volume_mm3": None,
            "malignancy": None,
        },
    ]


def test_two_analyses_with_the_same_findings_are_equal_whatever_their_maps(cine: Analysis) -> None:
    assert replace(cine, maps=NoMaps()) == cine
    assert replace(cine, device="cuda") != cine
