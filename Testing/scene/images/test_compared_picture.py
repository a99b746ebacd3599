"""A past case stands beside the image and leaves no trace: not in lists, not in saved scenes, not in the views."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.scene.images.compared_picture import SIDE_BY_SIDE, showBeside
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.image_data import arrayFromImage, arrayFromMatrix
from BreastUSAILib.scene.views.layout import ONE_VIEW
from BreastUSAILib.scene.views.slice_views import showImage, volumesShown
from Testing.host.views.layout import LayoutManager
from Testing.host.views.slice_views import layers_of, view_called
from Testing.scene.analyses import marked_frames

PIXELS = np.arange(20 * 30, dtype=np.uint8).reshape(20, 30)


@pytest.fixture
def layout(host):
    manager = LayoutManager(host.scene)
    manager.layout = ONE_VIEW["Red"]
    return manager


@pytest.fixture
def image(scene, layout):
    node = addVolumeNode(scene, marked_frames())
    showImage(node)
    return node


def test_the_case_stands_right_of_the_image(scene, layout, image):
    shown = showBeside(image, PIXELS, "Similar case 7")

    assert layout.layout == SIDE_BY_SIDE
    assert layout.slice_views == ["Red", "Yellow"]
    assert layers_of(scene, "Red").GetBackgroundVolumeID() == image.GetID()
    assert layers_of(scene, "Yellow").GetBackgroundVolumeID() == shown.node.GetID()
    assert volumesShown(scene) == [image, shown.node]  # both lie flat in their views
    np.testing.assert_array_equal(arrayFromImage(shown.node.GetImageData())[0], PIXELS)


def test_the_case_is_hidden_from_lists_and_never_saved(scene, image):
    shown = showBeside(image, PIXELS, "Similar case 7")

    assert shown.node.GetHideFromEditors()
    assert not shown.node.GetSaveWithScene()
    assert not shown.node.GetDisplayNode().GetSaveWithScene()


def test_closing_brings_the_views_back(scene, layout, image):
    before = {name: arrayFromMatrix(view_called(scene, name).GetSliceToRAS()) for name in ("Red", "Yellow")}
    count = scene.GetNumberOfNodes()

    shown = showBeside(image, PIXELS, "Similar case 7")
    shown.close()

    assert layout.layout == ONE_VIEW["Red"]
    assert layers_of(scene, "Yellow").GetBackgroundVolumeID() == image.GetID()
    assert scene.GetNumberOfNodes() == count
    for name, matrix in before.items():
        now = arrayFromMatrix(view_called(scene, name).GetSliceToRAS())
        np.testing.assert_allclose(now[:3, :3], matrix[:3, :3], atol=1e-9)
    assert not shown.isThere
    shown.close()  # a second time does nothing


def test_a_layout_that_was_chosen_meanwhile_stays(scene, layout, image):
    shown = showBeside(image, PIXELS, "Similar case 7")
    layout.layout = ONE_VIEW["Green"]

    shown.close()

    assert layout.layout == ONE_VIEW["Green"]


def test_a_scene_that_was_cleared_took_the_case_with_it(scene, image):
    shown = showBeside(image, PIXELS, "Similar case 7")
    scene.Clear(0)

    assert not shown.isThere
    shown.close()
