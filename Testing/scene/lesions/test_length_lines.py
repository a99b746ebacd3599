"""Axes and depth are lines on the lesion; one that is dragged changes report and table, in the image's own pixels."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import numpy as np
import pytest

from BreastUSAILib.engine.findings.analysis import LengthErrors
from BreastUSAILib.engine.findings.changed import DEPTH, LENGTHS, LONG_AXIS, SHORT_AXIS
from BreastUSAILib.engine.findings.lesion_segment import lesion_color
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.lesions.changed_result import ChangedNodes
from BreastUSAILib.scene.lesions.length_lines import (
    addLengthLines,
    endsOf,
    endsOnImage,
    keepLength,
    removeLengthLines,
    sayLength,
)
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.results.stored_report import storedReport
from BreastUSAILib.scene.source.pixel_size_line import pixelSizeLineOf
from Testing.host.views.render import render_slice, why_no_rendering
from Testing.report.test_json_file import SCHEMA
from Testing.scene.analyses import analysis_of, marked_frames
from Testing.scene.results.test_findings_table import rows_of
from Testing.scene.world import TRANSFORMS, world_of

ERRORS = LengthErrors(1.0, 0.4, 2.0, 0.3, 0.5, 0.1)


def shown(scene, spacing=(0.2, 0.1), transform=None, kind=InputKind.STILL, count=1):
    frames = marked_frames(kind, count, spacing=spacing)
    volume = addVolumeNode(scene, frames)
    if transform is not None:
        volume.SetAndObserveTransformNodeID(TRANSFORMS[transform](scene).GetID())
    analysis = analysis_of(frames)
    errors = ERRORS if spacing else LengthErrors(1.0, None, 2.0, None, 0.5, None)
    first = dataclasses.replace(analysis.lesions[0], errors=errors)
    nodes = showAnalysis(dataclasses.replace(analysis, lesions=(first, *analysis.lesions[1:])), frames, volume)
    result = ChangedNodes(nodes.volume, nodes.segmentation, nodes.table, nodes.report)
    lesion = storedReport(nodes.report).analysis.lesions[0]
    return result, lesion, addLengthLines(volume, storedReport(nodes.report).analysis, lesion)


@pytest.mark.parametrize("transform", [None, *TRANSFORMS])
def test_the_lines_lie_where_the_lesion_was_measured(scene, transform):
    nodes, lesion, lines = shown(scene, transform=transform)
    analysis = storedReport(nodes.report).analysis
    for line, name in zip(lines, LENGTHS, strict=True):
        assert np.allclose(endsOnImage(line, nodes.volume), endsOf(analysis, lesion)[name], atol=1e-3)
    assert endsOf(analysis, lesion)[DEPTH] == ((9.5, 0.0), (9.5, 30.0))


@pytest.mark.parametrize(("spacing", "words"), [((0.2, 0.1), "0.7 ± 0.4 mm"), (None, "4 ± 1 px")])
def test_the_label_has_the_length_in_the_unit_that_is_known_with_its_error(scene, spacing, words):
    _nodes, _lesion, lines = shown(scene, spacing)
    assert lines[0].GetNthControlPointLabel(1) == words  # 3 columns and 3 rows
    assert not lines[0].GetMeasurement("length").GetEnabled()


@pytest.mark.parametrize("spacing", [(0.2, 0.1), None])
def test_a_line_that_is_dragged_changes_report_and_table(scene, spacing):
    scene.SetUndoFlag(True)
    nodes, lesion, lines = shown(scene, spacing)
    assert not keepLength(lines[0], nodes)  # nobody has moved it

    lines[0].SetNthControlPointPositionWorld(0, *world_of(nodes.volume, (10.0, 20.0, 0.0)))
    lines[0].SetNthControlPointPositionWorld(1, *world_of(nodes.volume, (40.0, 20.0, 0.0)))
    sayLength(lines[0], storedReport(nodes.report).analysis, lesion)
    assert lines[0].GetNthControlPointLabel(1) == ("3.0 mm" if spacing else "30 px")
    assert keepLength(lines[0], nodes)

    report = json.loads(nodes.report.GetText())
    jsonschema.validate(report, SCHEMA)
    changed = report["lesions"][0]
    assert changed["long_axis_px"] == pytest.approx(30.0, abs=1e-4)
    assert changed["long_axis_mm"] == (pytest.approx(3.0, abs=1e-4) if spacing else None)
    assert changed["by_reader"] == [LONG_AXIS]
    row = rows_of(nodes.table)[1]
    assert row["Long axis (px)"] == "30.0"
    assert row["Long axis (mm)"] == ("3.00" if spacing else "")
    unit = "mm" if spacing else "px"
    assert row[f"Long axis ± ({unit})"] == ""
    assert row[f"Short axis ± ({unit})"] != ""
    assert not keepLength(lines[0], nodes)


def test_depth_and_perpendicular_can_be_dragged_too(scene):
    nodes, _lesion, lines = shown(scene)
    for line in lines[1:]:
        line.SetNthControlPointPositionWorld(0, *world_of(nodes.volume, (9.5, 5.0, 0.0)))
        line.SetNthControlPointPositionWorld(1, *world_of(nodes.volume, (9.5, 25.0, 0.0)))
        assert keepLength(line, nodes)
    lesion = storedReport(nodes.report).analysis.lesions[0]
    assert (lesion.depth_mm, lesion.short_axis_mm) == pytest.approx((4.0, 4.0), abs=1e-4)
    assert lesion.by_reader == (SHORT_AXIS, DEPTH)
    again = addLengthLines(nodes.volume, storedReport(nodes.report).analysis, lesion)
    assert np.allclose(endsOnImage(again[2], nodes.volume), ((9.5, 5.0), (9.5, 25.0)), atol=1e-3)


@pytest.mark.render
@pytest.mark.skipif(why_no_rendering() is not None, reason=str(why_no_rendering()))
def test_the_lines_are_drawn_in_the_slice_view_in_the_lesions_color(host):
    nodes, lesion, lines = shown(host.scene)
    color = np.array(lesion_color(lesion.number))
    nodes.segmentation.GetDisplayNode().SetVisibility(False)
    seen = render_slice(host).astype(int)
    for line in lines:
        line.GetDisplayNode().SetVisibility(False)
    hidden = render_slice(host).astype(int)
    changed = np.abs(seen - hidden).sum(axis=2) > 60
    inColor = np.abs(seen - color).sum(axis=2) < 60
    assert (changed & inColor).sum() > 100


def test_the_lines_are_on_the_lesions_slice_and_no_pixel_size_is_read_off_them(scene):
    nodes, _lesion, lines = shown(scene, kind=InputKind.VOLUME, count=3)
    assert pixelSizeLineOf(nodes.volume) is None
    assert all(not line.GetSaveWithScene() for line in lines)
    removeLengthLines(scene)
    assert nodesOfClass(scene, "vtkMRMLMarkupsLineNode") == []
