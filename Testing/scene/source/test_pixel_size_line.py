"""A line of known length gives the pixel size, however it lies and whatever transform the image is under."""

from __future__ import annotations

import math

import pytest

from BreastUSAILib.engine.errors import InputError, OptionError
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.pixel_size_line import addPixelSizeLine, markedEnds, spacingFromLine, stopPlacing
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.host.views.placing import click_in_view, hover_in_view
from Testing.scene.analyses import marked_frames
from Testing.scene.world import TRANSFORMS, world_of

UNKNOWN = marked_frames(spacing=None)


def line_between(scene, volume, first: tuple[float, float], second: tuple[float, float], plane: float = 0.0):
    """A markups line between two (column, row) places of the image."""
    line = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "Scale")
    for column, row in (first, second):
        line.AddControlPointWorld(*world_of(volume, (column, row, plane)))
    return line


@pytest.mark.parametrize("transform", [None, *TRANSFORMS])
@pytest.mark.parametrize(
    ("first", "second", "length_px"),
    [((3, 5), (3, 45), 40.0), ((5, 7), (55, 7), 50.0), ((10, 4), (40, 44), 50.0)],
    ids=["along depth", "across", "oblique"],
)
def test_a_line_is_measured_in_the_images_own_pixels(scene, transform, first, second, length_px):
    volume = addVolumeNode(scene, UNKNOWN)
    if transform is not None:
        volume.SetAndObserveTransformNodeID(TRANSFORMS[transform](scene).GetID())

    row, column = spacingFromLine(line_between(scene, volume, first, second), volume, 10.0)

    assert row == pytest.approx(10.0 / length_px, rel=1e-4)
    assert column == pytest.approx(10.0 / length_px, rel=1e-4)


def test_a_line_under_a_transform_of_its_own_is_measured_where_it_is(scene):
    volume = addVolumeNode(scene, UNKNOWN)
    line = line_between(scene, volume, (3, 5), (3, 45))
    tilted = TRANSFORMS["tilted"](scene)
    for node in (line, volume):
        node.SetAndObserveTransformNodeID(tilted.GetID())

    assert spacingFromLine(line, volume, 20.0) == pytest.approx((0.5, 0.5))


def test_pixels_that_are_not_square_keep_their_shape(scene):
    volume = addVolumeNode(scene, marked_frames(spacing=(0.2, 0.1)))

    row, column = spacingFromLine(line_between(scene, volume, (0, 10), (30, 10)), volume, 6.0)

    assert (row, column) == pytest.approx((0.4, 0.2))


def test_a_line_on_a_slice_of_a_volume_counts(scene):
    volume = addVolumeNode(scene, marked_frames(InputKind.VOLUME, 5, spacing=None))

    assert spacingFromLine(line_between(scene, volume, (3, 5), (3, 45), plane=3), volume, 4.0) == pytest.approx(
        (0.1, 0.1)
    )


def test_what_was_measured_is_what_is_analyzed(scene):
    volume = addVolumeNode(scene, UNKNOWN)
    measured = spacingFromLine(line_between(scene, volume, (3, 5), (3, 45)), volume, 4.0)

    assert framesFromNode(volume, SourceOptions(measured)).pixel_spacing_mm == pytest.approx((0.1, 0.1))


class TestNewLine:
    """A new line is drawn by two clicks, lies where they were, and claims no millimeters."""

    @pytest.mark.parametrize("transform", [None, *TRANSFORMS])
    def test_two_clicks_are_its_ends(self, scene, transform):
        volume = addVolumeNode(scene, UNKNOWN)
        if transform is not None:
            volume.SetAndObserveTransformNodeID(TRANSFORMS[transform](scene).GetID())

        line = addPixelSizeLine(volume)
        seen = [len(markedEnds(line))]
        for place in ((3, 5), (3, 45)):
            click_in_view(scene, world_of(volume, (*place, 0)))
            seen.append(len(markedEnds(line)))

        assert seen == [0, 1, 2]
        assert spacingFromLine(line, volume, 4.0) == pytest.approx((0.1, 0.1), rel=1e-4)

    def test_after_two_clicks_a_click_does_what_it_did_before(self, scene):
        volume = addVolumeNode(scene, UNKNOWN)
        line = addPixelSizeLine(volume)
        interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
        assert interaction.GetCurrentInteractionMode() == interaction.Place

        for row in (5, 45, 20):
            click_in_view(scene, world_of(volume, (3, row, 0)))

        assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
        assert len(markedEnds(line)) == 2

    def test_an_end_that_is_carried_under_the_mouse_is_none_yet(self, scene):
        volume = addVolumeNode(scene, UNKNOWN)
        line = addPixelSizeLine(volume)
        click_in_view(scene, world_of(volume, (3, 5, 0)))
        hover_in_view(scene, world_of(volume, (3, 30, 0)))

        assert len(markedEnds(line)) == 1
        with pytest.raises(InputError, match="not have two ends"):
            spacingFromLine(line, volume, 4.0)

    def test_a_line_that_is_given_up_gets_no_more_clicks(self, scene):
        volume = addVolumeNode(scene, UNKNOWN)
        line = addPixelSizeLine(volume)
        stopPlacing(line)
        click_in_view(scene, world_of(volume, (3, 5, 0)))

        assert markedEnds(line) == []

    def test_clicks_for_something_else_are_left_alone(self, scene):
        line = addPixelSizeLine(addVolumeNode(scene, UNKNOWN))
        other = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode")
        scene.GetNodeByID("vtkMRMLSelectionNodeSingleton").SetReferenceActivePlaceNodeID(other.GetID())
        stopPlacing(line)

        interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
        assert interaction.GetCurrentInteractionMode() == interaction.Place

    def test_it_is_not_shown_in_a_model_view(self, scene):
        display = addPixelSizeLine(addVolumeNode(scene, UNKNOWN)).GetDisplayNode()

        assert display.GetVisibility2D()
        assert not display.GetVisibility3D()

    def test_it_shows_no_length(self, scene):
        line = addPixelSizeLine(addVolumeNode(scene, UNKNOWN))

        assert not line.GetMeasurement("length").GetEnabled()
        assert not line.GetDisplayNode().GetPropertiesLabelVisibility()


class TestRefused:
    """What cannot be measured by is said in one sentence."""

    def test_no_line_and_no_image(self, scene):
        volume = addVolumeNode(scene, UNKNOWN)
        one_end = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode")
        one_end.AddControlPointWorld(0, 0, 0)

        for line in (None, one_end):
            with pytest.raises(InputError, match="not have two ends"):
                spacingFromLine(line, volume, 10.0)
        with pytest.raises(InputError, match="no image"):
            spacingFromLine(line_between(scene, volume, (3, 5), (3, 45)), None, 10.0)

    @pytest.mark.parametrize("length", [0.0, -1.0, math.nan, math.inf])
    def test_no_length(self, scene, length):
        volume = addVolumeNode(scene, UNKNOWN)

        with pytest.raises(OptionError, match="no length"):
            spacingFromLine(line_between(scene, volume, (3, 5), (3, 45)), volume, length)

    def test_a_line_of_a_few_pixels(self, scene):
        volume = addVolumeNode(scene, UNKNOWN)

        with pytest.raises(InputError, match="too short"):
            spacingFromLine(line_between(scene, volume, (3, 5), (3, 9)), volume, 10.0)

    def test_a_line_through_the_slices(self, scene):
        volume = addVolumeNode(scene, marked_frames(InputKind.VOLUME, 5))
        line = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode")
        for place in ((3, 5, 0), (3, 45, 4)):
            line.AddControlPointWorld(*world_of(volume, place))

        with pytest.raises(InputError, match="image's plane"):
            spacingFromLine(line, volume, 10.0)

    def test_pixels_that_no_ultrasound_has(self, scene):
        volume = addVolumeNode(scene, UNKNOWN)

        with pytest.raises(OptionError, match="impossible"):
            spacingFromLine(line_between(scene, volume, (3, 5), (3, 45)), volume, 1000.0)
