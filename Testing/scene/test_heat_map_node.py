"""A heat map lies half transparent over its image, with the same colours in every exam."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.scene.image_data import arrayFromImage
from BreastUSAILib.scene.show import showAnalysis
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


def test_the_low_end_is_transparent(nodes):
    display = nodes.heatMap.GetDisplayNode()

    assert display.GetApplyThreshold()
    assert 0.0 < display.GetLowerThreshold() < 0.5
    assert display.GetUpperThreshold() == 1.0


def test_the_colour_table_is_in_the_scene(nodes):
    colours = nodes.heatMap.GetDisplayNode().GetColorNode()

    assert colours is not None
    lightness = [
        sum(weight * value for weight, value in zip((0.3, 0.59, 0.11), rgb, strict=True)) for rgb in ramp(colours)
    ]
    assert lightness == sorted(lightness), "more heat must never look darker"


def ramp(colour_node):
    table = colour_node.GetLookupTable()
    return [table.GetTableValue(index)[:3] for index in range(table.GetNumberOfTableValues())]


def test_every_slice_view_shows_it_over_the_image(nodes, host):
    view = host.sliceLogic.GetSliceCompositeNode()

    assert view.GetBackgroundVolumeID() == nodes.volume.GetID()
    assert view.GetForegroundVolumeID() == nodes.heatMap.GetID()
    assert view.GetForegroundOpacity() == 0.4
