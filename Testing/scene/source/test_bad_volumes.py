"""Nodes that cannot be analyzed are refused in one sentence that names them."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.scene.mrml.image_data import imageFromArray
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.scene.analyses import analysis_of
from Testing.scene.source.test_frames_from_node import volume_of


def test_nothing_selected_is_said_plainly():
    with pytest.raises(InputError, match="not an image volume"):
        framesFromNode(None)


@pytest.mark.parametrize("node_class", ["vtkMRMLLabelMapVolumeNode", "vtkMRMLModelNode"])
def test_what_is_not_an_image_is_refused_by_name(scene, node_class):
    node = scene.AddNewNodeByClass(node_class, "Mask")

    with pytest.raises(InputError, match="Mask: this is not an image volume"):
        framesFromNode(node)


def test_an_empty_volume_is_refused(scene):
    with pytest.raises(InputError, match="no pixels"):
        framesFromNode(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Empty"))


def test_a_sequence_of_volumes_is_refused(scene):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "4D")
    for index in range(2):
        volume = slicer.vtkMRMLScalarVolumeNode()
        volume.SetAndObserveImageData(imageFromArray(np.zeros((3, 4, 5), np.uint8)))
        sequence.SetDataNodeAtValue(volume, str(index))
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.AddSynchronizedSequenceNode(sequence)

    with pytest.raises(InputError, match="sequence of volumes"):
        framesFromNode(browser.GetProxyNode(sequence))


def test_frames_of_different_size_are_named(scene):
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "Odd")
    for index in range(2):
        volume = slicer.vtkMRMLScalarVolumeNode()
        volume.SetAndObserveImageData(imageFromArray(np.zeros((1, 4, 5 + index), np.uint8)))
        sequence.SetDataNodeAtValue(volume, str(index))
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.AddSynchronizedSequenceNode(sequence)

    with pytest.raises(InputError, match="frame 1 is 6x4 pixels, the first is 5x4"):
        framesFromNode(browser.GetProxyNode(sequence)).read_frame(1)


def test_values_that_are_not_numbers_are_refused(scene):
    pixels = np.zeros((2, 3, 4), np.float32)
    pixels[1, 1, 1] = np.nan
    frames = framesFromNode(volume_of(scene, pixels))

    frames.read_frame(0)
    with pytest.raises(InputError, match="not numbers"):
        frames.read_frame(1)


def cine_of(scene, *items: np.ndarray):
    """The proxy of a sequence with these images ``[1, J, I(, 3)]``."""
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "Cine")
    for index, pixels in enumerate(items):
        volume = slicer.vtkMRMLVectorVolumeNode() if pixels.ndim == 4 else slicer.vtkMRMLScalarVolumeNode()
        volume.SetAndObserveImageData(imageFromArray(pixels, color=pixels.ndim == 4))
        sequence.SetDataNodeAtValue(volume, str(index))
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.AddSynchronizedSequenceNode(sequence)
    return browser.GetProxyNode(sequence), sequence


def test_a_gray_frame_among_color_ones_is_named(scene):
    node, _ = cine_of(scene, np.zeros((1, 4, 5, 3), np.uint8), np.zeros((1, 4, 5), np.uint8))

    with pytest.raises(InputError, match="frame 1 is not in color, unlike the first"):
        framesFromNode(node).read_frame(1)


def test_frames_of_different_depth_do_not_become_a_volume(scene):
    node, _ = cine_of(scene, np.zeros((1, 48, 64), np.uint8), np.zeros((1, 48, 64), np.uint16))
    frames = framesFromNode(node, SourceOptions(asSlices=True))
    before = scene.GetNumberOfNodes()

    with pytest.raises(InputError, match="frame 1 holds uint16 pixels, the first uint8"):
        showAnalysis(analysis_of(frames), frames, node)

    assert scene.GetNumberOfNodes() == before


def test_a_sequence_that_lost_its_frames_is_refused(scene):
    node, sequence = cine_of(scene, np.zeros((1, 4, 5), np.uint8), np.zeros((1, 4, 5), np.uint8))
    sequence.RemoveAllDataNodes()

    with pytest.raises(InputError, match="holds no frames"):
        framesFromNode(node)


def test_an_image_that_left_the_scene_is_refused_by_name(scene):
    node = volume_of(scene, np.zeros((1, 3, 4), np.uint8))
    scene.RemoveNode(node)

    with pytest.raises(InputError, match="Image: the image is no longer in the scene"):
        framesFromNode(node)


@pytest.mark.parametrize("planes", [0, 2], ids=["no pixels", "fewer slices"])
def test_an_image_that_shrank_meanwhile_is_noticed(scene, planes):
    node = volume_of(scene, np.zeros((3, 3, 4), np.uint8))
    frames = framesFromNode(node)

    node.SetAndObserveImageData(imageFromArray(np.zeros((planes, 3, 4), np.uint8)) if planes else None)

    with pytest.raises(InputError, match=r"no pixels|has 2 slices now"):
        frames.read_frame(2)
