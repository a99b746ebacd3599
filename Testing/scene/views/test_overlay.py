"""What lies over the image can be made fainter, outlined, filled, and taken off and put back at once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.views.overlay import setFill, setHeatMapOpacity, setOutline, setOverlaysVisible
from Testing.scene.analyses import analysis_of, marked_frames


@pytest.fixture(params=[InputKind.STILL, InputKind.CINE], ids=["still", "cine"])
def nodes(request, scene):
    frames = marked_frames(request.param, count=3 if request.param is InputKind.CINE else 1)
    return showAnalysis(analysis_of(frames), frames)


@pytest.fixture
def view(host):
    return host.sliceLogic.GetSliceCompositeNode()


def test_the_heat_maps_opacity_is_the_views(nodes, view):
    setHeatMapOpacity(nodes.heatMap, 0.7)

    assert view.GetForegroundOpacity() == pytest.approx(0.7)


def test_outline_and_fill_are_the_segmentations(nodes):
    display = nodes.segmentation.GetDisplayNode()

    setOutline(nodes.segmentation, False)
    setFill(nodes.segmentation, True)

    assert (display.GetVisibility2DOutline(), display.GetVisibility2DFill()) == (False, True)


def test_all_off_and_on_again_changes_nothing_else(nodes, view):
    setHeatMapOpacity(nodes.heatMap, 0.7)
    setFill(nodes.segmentation, True)

    setOverlaysVisible(nodes, False)
    hidden = (nodes.segmentation.GetDisplayNode().GetVisibility(), view.GetForegroundVolumeID())
    setOverlaysVisible(nodes, True)

    assert hidden == (0, None)
    assert nodes.segmentation.GetDisplayNode().GetVisibility()
    assert nodes.segmentation.GetDisplayNode().GetVisibility2DFill()
    assert view.GetForegroundVolumeID() == nodes.heatMap.GetID()
    assert view.GetForegroundOpacity() == pytest.approx(0.7)


def test_opacity_can_be_set_while_all_is_off(nodes, view):
    setOverlaysVisible(nodes, False)
    setHeatMapOpacity(nodes.heatMap, 0.2)
    setOverlaysVisible(nodes, True)

    assert view.GetForegroundOpacity() == pytest.approx(0.2)


def test_the_browsers_moves_do_not_bring_it_back(scene, view):
    frames = marked_frames(InputKind.CINE, count=3)
    nodes = showAnalysis(analysis_of(frames), frames)
    setOverlaysVisible(nodes, False)

    nodes.browser.SetSelectedItemNumber(1)
    assert not nodes.segmentation.GetDisplayNode().GetVisibility()
    setOverlaysVisible(nodes, True)

    assert view.GetForegroundVolumeID() == nodes.heatMap.GetID()


def test_a_view_that_shows_something_else_is_left_alone(scene, nodes, view):
    other = addVolumeNode(scene, marked_frames())
    view.SetForegroundVolumeID(other.GetID())
    view.SetForegroundOpacity(0.9)

    setHeatMapOpacity(nodes.heatMap, 0.2)
    for visible in (False, True):
        setOverlaysVisible(nodes, visible)

    assert (view.GetForegroundVolumeID(), view.GetForegroundOpacity()) == (other.GetID(), 0.9)


def test_a_view_of_another_image_gets_no_heat_map(scene, nodes, view):
    setOverlaysVisible(nodes, False)
    view.SetBackgroundVolumeID(addVolumeNode(scene, marked_frames()).GetID())

    setOverlaysVisible(nodes, True)

    assert view.GetForegroundVolumeID() is None


def test_a_result_that_was_deleted_in_part_still_toggles(nodes, view):
    setOverlaysVisible(SimpleNamespace(segmentation=None, heatMap=nodes.heatMap), False)
    setOverlaysVisible(SimpleNamespace(segmentation=nodes.segmentation, heatMap=None), False)

    assert view.GetForegroundVolumeID() is None
    assert not nodes.segmentation.GetDisplayNode().GetVisibility()
