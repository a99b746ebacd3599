"""A heat map lies half transparent over its image, with the same colors in every exam."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.findings.heat_map_colors import LAYER_OPACITY, heat_map_colors, heat_map_opacity
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.scene.mrml.image_data import arrayFromImage
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.results.mrb import saveScene
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.views.heat_map_table import heatMapTable
from BreastUSAILib.scene.views.heat_map_views import ForegroundWatch
from Testing.host.scene.reopening import reopen
from Testing.scene.analyses import analysis_of, marked_frames


@pytest.fixture
def nodes(scene):
    frames = marked_frames()
    return showAnalysis(analysis_of(frames), frames)


def test_values_stay_float32_between_zero_and_one(nodes):
    array = arrayFromImage(nodes.heatMap.GetImageData())

    assert array.dtype == np.float32
    assert (array.min(), array.max()) == (0.0, 1.0)


def test_the_window_is_fixed_from_zero_to_one(nodes):
    display = nodes.heatMap.GetDisplayNode()

    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (0.0, 1.0)
    assert not display.GetAutoWindowLevel()


def test_where_nothing_makes_it_fade_the_low_end_is_transparent(nodes):
    display = nodes.heatMap.GetDisplayNode()

    assert display.GetApplyThreshold()
    assert 0.0 < display.GetLowerThreshold() < 0.5
    assert display.GetUpperThreshold() == 1.0


@pytest.mark.parametrize("on_flow", [False, True], ids=["gray", "Doppler"])
def test_it_has_the_colors_and_opacities_of_the_pictures(scene, on_flow):
    nodes = showAnalysis(analysis_on(on_flow), marked_frames())
    table = nodes.heatMap.GetDisplayNode().GetColorNode().GetLookupTable()

    entries = np.array([table.GetTableValue(index) for index in range(table.GetNumberOfTableValues())])
    values = np.linspace(0, 1, len(entries))
    np.testing.assert_allclose(entries[:, :3], heat_map_colors(values, on_flow) / 255, atol=0.003)
    np.testing.assert_allclose(entries[:, 3], heat_map_opacity(values), atol=0.003)


def test_all_heat_maps_of_a_kind_share_one_table(scene):
    tables = [
        showAnalysis(analysis_on(on_flow), marked_frames()).heatMap.GetDisplayNode().GetColorNodeID()
        for on_flow in (False, True, False, True)
    ]

    assert tables[:2] == tables[2:]
    assert tables[0] != tables[1]


def test_it_has_a_legend_of_its_own_that_a_model_view_does_not_show(nodes):
    (legend,) = legends(nodes.heatMap)

    assert legend.GetPrimaryDisplayNode() is nodes.heatMap.GetDisplayNode()
    assert legend.GetTitleText() == "Relevance"
    assert legend.GetVisibility()
    assert not legend.GetVisibility3D()


def test_colors_and_legend_are_saved(nodes, scene, tmp_path):
    saveScene(scene, tmp_path / "scene.mrb")
    opened = reopen(tmp_path / "scene.mrb", tmp_path)

    (heat_map,) = [
        node for node in nodesOfClass(opened.scene, "vtkMRMLScalarVolumeNode") if "heat map" in node.GetName()
    ]
    table = heat_map.GetDisplayNode().GetColorNode().GetLookupTable()
    np.testing.assert_allclose(table.GetTableValue(128)[3], heat_map_opacity(np.array(0.5)), atol=0.01)
    assert heatMapTable(opened.scene, onFlow=False) is heat_map.GetDisplayNode().GetColorNode()
    assert [legend.GetTitleText() for legend in legends(heat_map)] == ["Relevance"]


def legends(heat_map):
    displays = (heat_map.GetNthDisplayNode(index) for index in range(heat_map.GetNumberOfDisplayNodes()))
    return [one for one in displays if one.IsA("vtkMRMLColorLegendDisplayNode")]


def analysis_on(on_flow):
    flags = (Flag(FlagCode.COLOR_DOPPLER, Severity.WARNING, "Color Doppler."),) if on_flow else ()
    return dataclasses.replace(analysis_of(marked_frames()), flags=flags)


def test_every_slice_view_shows_it_over_the_image(nodes, host):
    view = host.sliceLogic.GetSliceCompositeNode()

    assert view.GetBackgroundVolumeID() == nodes.volume.GetID()
    assert view.GetForegroundVolumeID() == nodes.heatMap.GetID()
    assert view.GetForegroundOpacity() == LAYER_OPACITY


def test_heat_fades_out_in_a_view_that_comes_later_too(host):
    frames = marked_frames()
    nodes = showAnalysis(analysis_of(frames), frames, scene=host.scene)

    def new_view(name):
        """As the layout manager makes one, with the heat map in its foreground."""
        logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLApplicationLogic(host.applicationLogic)
        logic.SetMRMLScene(host.scene)
        logic.AddSliceNode(name)
        host.applicationLogic.GetSliceLogics().AddItem(logic)
        logic.GetSliceCompositeNode().SetForegroundVolumeID(nodes.heatMap.GetID())
        return logic

    def is_all_or_nothing(logic):
        shown = logic.GetForegroundLayer().GetVolumeDisplayNode().GetOutputImageDataConnection().GetProducer()
        return bool(shown.GetInputConnection(0, 1).GetProducer().IsA("vtkImageLogic"))

    watch = ForegroundWatch(host.scene)
    watched = new_view("Slice4")
    watch.stop()
    unwatched = new_view("Slice5")

    assert not is_all_or_nothing(watched)
    assert is_all_or_nothing(unwatched), "Slicer's own way"
