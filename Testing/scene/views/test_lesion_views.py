"""A click on a frame or a lesion: browser and slice views show it, through every transform."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.source.frames_from_node import currentFrame
from BreastUSAILib.scene.views.lesion_views import centerOnLesion, goToFrame
from BreastUSAILib.scene.views.slice_views import showLayers
from Testing.scene.analyses import lesion_at, marked_frames
from Testing.scene.world import TRANSFORMS, world_of

LESION = lesion_at(3, (12.5, 30.25))
FRAMES = {
    "cine": marked_frames(InputKind.CINE, count=5),
    "volume": marked_frames(InputKind.VOLUME, count=5),
    "still": marked_frames(),
}


def loaded(scene, kind: str, transform: str | None = None):
    frames = FRAMES[kind]
    node = addCine(scene, frames)[1] if kind == "cine" else addVolumeNode(scene, frames)
    if transform is not None:
        node.SetAndObserveTransformNodeID(TRANSFORMS[transform](scene).GetID())
    return node


def view_center(view) -> list[float]:
    return [view.GetSliceToRAS().GetElement(axis, 3) for axis in range(3)]


def second_view(host, orientation: str):
    """A further slice view, as the application's layouts have them."""
    logic = slicer.vtkMRMLSliceLogic()
    logic.SetMRMLApplicationLogic(host.applicationLogic)
    logic.SetMRMLScene(host.scene)
    logic.AddSliceNode(orientation)
    logic.GetSliceNode().SetOrientation(orientation)
    return logic


@pytest.mark.parametrize("transform", [None, *TRANSFORMS])
@pytest.mark.parametrize("kind", ["cine", "volume"])
def test_every_view_is_centered_on_the_lesion_in_the_world(host, kind, transform):
    node = loaded(host.scene, kind, transform)
    other = second_view(host, "Sagittal")

    centerOnLesion(node, LESION, None)

    expected = world_of(node, (12.5, 30.25, 3 if kind == "volume" else 0))
    for view in (host.sliceLogic.GetSliceNode(), other.GetSliceNode()):
        np.testing.assert_allclose(view_center(view), expected, atol=1e-6)


def test_a_lesion_of_a_still_is_on_its_only_slice(host):
    node = loaded(host.scene, "still")

    centerOnLesion(node, lesion_at(0, (12.5, 30.25)), None)

    np.testing.assert_allclose(view_center(host.sliceLogic.GetSliceNode()), world_of(node, (12.5, 30.25, 0)))


def test_a_lesion_of_a_cine_selects_its_frame(scene):
    browsed, node = addCine(scene, FRAMES["cine"])

    centerOnLesion(node, LESION, browsed.browser)

    assert browsed.browser.GetSelectedItemNumber() == currentFrame(node) == 3


def test_going_to_a_frame_leaves_the_views_where_they_are(host):
    browsed, node = addCine(host.scene, FRAMES["cine"])
    before = view_center(host.sliceLogic.GetSliceNode())

    goToFrame(node, None, 2)

    assert browsed.browser.GetSelectedItemNumber() == 2
    assert view_center(host.sliceLogic.GetSliceNode()) == before


@pytest.mark.parametrize("transform", [None, "bent"])
def test_going_to_a_slice_moves_the_view_along_the_slices_alone(host, transform):
    node = loaded(host.scene, "volume", transform)
    across = second_view(host, "Sagittal").GetSliceNode()
    before = view_center(across)

    goToFrame(node, None, 3)

    assert currentFrame(node) == 3
    assert view_center(across) == before


def test_the_slice_that_is_shown_is_that_of_the_view_that_shows_the_volume(host):
    node = loaded(host.scene, "volume")
    other = second_view(host, "Axial")
    other.GetSliceNode().SetSliceOffset(2.0)
    other.GetSliceCompositeNode().SetBackgroundVolumeID(node.GetID())
    host.sliceLogic.GetSliceNode().SetSliceOffset(0.5)

    assert currentFrame(node) == 4

    showLayers(node, node)
    assert currentFrame(node) in (1, 4)


@pytest.mark.parametrize(("offset", "expected"), [(-50.0, 0), (50.0, 4), (0.76, 2)])
def test_a_view_beside_the_volume_shows_its_nearest_slice(host, offset, expected):
    node = loaded(host.scene, "volume")
    host.sliceLogic.GetSliceNode().SetSliceOffset(offset)

    assert currentFrame(node) == expected


def test_without_a_view_the_first_slice_counts(scene):
    node = loaded(scene, "volume")
    scene.RemoveNode(scene.GetNodeByID("vtkMRMLSliceNodeRed"))

    assert currentFrame(node) == 0


def test_a_still_and_an_empty_node_show_frame_0(scene):
    assert currentFrame(loaded(scene, "still")) == 0
    assert currentFrame(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")) == 0


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("frame", [-1, 5])
def test_a_frame_that_is_not_there_is_refused(scene, kind, frame):
    with pytest.raises(InputError, match=f"frame {frame + 1} is no longer there"):
        goToFrame(loaded(scene, kind), None, frame)
