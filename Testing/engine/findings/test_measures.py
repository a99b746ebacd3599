"""The table of measures, the dataclasses and the published schema tell of the same measures."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from BreastUSAILib import report
from BreastUSAILib.engine.findings.analysis import SCHEMA_VERSION, Lesion, VolumeLesion
from BreastUSAILib.engine.findings.measures import (
    LESION_MEASURES,
    REQUIRED,
    VOLUME_MEASURES,
    Measure,
    axes,
    beside_axes,
    columns,
)
from Testing.report.samples import analysis_of, frames_of

DEFINITIONS = json.loads((Path(report.__file__).parent / "analysis.schema.json").read_text(encoding="utf-8"))["$defs"]
TABLES: tuple[tuple[type, str, tuple[Measure[Any], ...]], ...] = (
    (Lesion, "lesion", LESION_MEASURES),
    (VolumeLesion, "volume_lesion", VOLUME_MEASURES),
)
NO_MEASURES = {
    Lesion: {
        *("id", "number", "frame", "bbox_px", "centroid_px", "long_axis_ends_px", "short_axis_ends_px", "malignancy"),
        *("asked", "descriptors", "errors", "by_reader", "depth_ends_px"),
    },
    VolumeLesion: {"id", "lesions", "key_frame", "malignancy"},
}
"""Which lesion it is, where it lies, how likely it is malignant, what it looks like, and who measured it."""

ROWS = [
    pytest.param(kind, name, measure, id=f"{name}.{measure.key}") for kind, name, rows in TABLES for measure in rows
]


@pytest.mark.parametrize(("kind", "name", "measures"), TABLES, ids=["lesion", "volume"])
def test_every_number_that_is_measured_is_a_row(kind: type, name: str, measures: tuple[Measure[Any], ...]) -> None:
    assert {measure.key for measure in measures} == {item.name for item in fields(kind)} - NO_MEASURES[kind]
    assert len({measure.kept_title for measure in measures}) == len(measures)


@pytest.mark.parametrize(("kind", "name", "measure"), ROWS)
def test_schema_and_dataclass_have_the_row_as_it_is(kind: type, name: str, measure: Measure[Any]) -> None:
    published = DEFINITIONS[name]["properties"][measure.key]
    known = {item.name: item for item in fields(kind)}[measure.key]

    named = published.get("type", "number")  # a share is a reference to its own definition
    types = [named] if isinstance(named, str) else named
    assert ("null" in types) == measure.unit.startswith("mm")
    assert ("integer" in types) <= (measure.digits == 0)
    assert (known.default is MISSING) == (measure.default is REQUIRED)
    if measure.default is not REQUIRED:
        assert known.default == measure.default
    newest = tuple(map(int, SCHEMA_VERSION.split(".")))
    assert (1, 0, 0) <= tuple(map(int, measure.since.split("."))) <= newest
    assert (measure.default is REQUIRED) <= (measure.since == "1.0.0" or kind is VolumeLesion)


@pytest.mark.parametrize(("kind", "name", "measure"), ROWS)
def test_a_row_gives_what_stands_under_its_name(kind: type, name: str, measure: Measure[Any]) -> None:
    found = kind.__new__(kind)
    found.__dict__[measure.key] = 12.3456
    assert measure.value(found) == 12.3456


def test_millimeters_are_shown_where_they_are_known_and_pixels_nowhere_beside_them() -> None:
    calibrated = {column.title: column.shown_unit for column in columns(LESION_MEASURES, calibrated=True)}
    uncalibrated = {column.title: column.shown_unit for column in columns(LESION_MEASURES, calibrated=False)}

    assert calibrated == {"Axes": "mm", "Depth": "mm", "Height/width": "", "Area": "mm²"}
    assert uncalibrated == {"Axes": "px", "Depth": "px", "Height/width": "", "Area": "px"}


def test_a_new_row_stands_in_the_panel_behind_those_that_readers_know() -> None:
    new: Measure[Lesion] = Measure("area_px", "Roundness", "", lambda lesion: 0.5, 2, 2, "Roundness")

    assert [column.title for column in columns((new, *LESION_MEASURES), calibrated=True)][-2:] == ["Area", "Roundness"]


def test_what_is_unknown_is_empty_where_it_is_kept_and_a_dash_where_it_is_shown() -> None:
    lesion = analysis_of(frames_of()).lesions[0]
    area = next(measure for measure in LESION_MEASURES if measure.key == "area_mm2")

    assert lesion.area_mm2 is None
    assert (area.kept(lesion), area.shown(lesion)) == ("", "–")


def test_both_axes_stand_together_and_the_preview_names_depth_and_shape() -> None:
    lesion = analysis_of(frames_of(spacing=(0.1, 0.1))).lesions[0]

    assert axes(calibrated=True).words(lesion) == f"{lesion.long_axis_mm:.1f} × {lesion.short_axis_mm:.1f} mm"
    assert [column.title for column in beside_axes(calibrated=True)] == ["Depth", "Height/width"]
