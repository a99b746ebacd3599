"""Results stand beside their image under names that say whose they are; a failure leaves nothing behind."""

from __future__ import annotations

import dataclasses

import pytest
import slicer

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.scene.analyses import analysis_of, marked_frames

STILL = marked_frames()
CINE = marked_frames(InputKind.CINE, count=3)


class MapsThatBreak:
    """Good masks, and a heat map that fails after them."""

    def __init__(self, maps) -> None:
        self.frames = maps.frames
        self.labels, self.cropped_labels = maps.labels, maps.cropped_labels

    def heat_map(self, frame: int):
        raise InputError(f"frame {frame} is damaged", remedy="Export it again")


def results_of(nodes) -> tuple:
    return nodes.segmentation, nodes.heatMap, nodes.table, nodes.report


def ids_of(scene) -> list[str]:
    return [node.GetID() for node in nodesOfClass(scene, "vtkMRMLNode")]


def test_results_are_named_after_the_volume(scene):
    volume = addVolumeNode(scene, STILL)
    volume.SetName("Right breast 3 o'clock")

    nodes = showAnalysis(analysis_of(STILL), STILL, volume)

    assert [node.GetName() for node in results_of(nodes)] == [
        f"Right breast 3 o'clock - BreastUSAI {what}" for what in ("segmentation", "heat map", "findings", "report")
    ]


def test_results_stand_in_the_volumes_subject_hierarchy_folder(scene):
    volume = addVolumeNode(scene, STILL)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    study = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "Exam")
    hierarchy.SetItemParent(hierarchy.CreateItem(study, volume), study)

    nodes = showAnalysis(analysis_of(STILL), STILL, volume)

    for node in results_of(nodes):
        assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == study


@pytest.mark.parametrize("frames", [STILL, CINE], ids=["still", "cine"])
def test_a_failure_half_way_leaves_the_scene_as_it_was(scene, frames):
    volume = addCine(scene, frames)[1] if frames is CINE else addVolumeNode(scene, frames)
    slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    before = ids_of(scene)
    good = analysis_of(frames)

    with pytest.raises(InputError, match="damaged"):
        showAnalysis(dataclasses.replace(good, maps=MapsThatBreak(good.maps)), frames, volume)

    assert ids_of(scene) == before
    for browser in nodesOfClass(scene, "vtkMRMLSequenceBrowserNode"):
        assert browser.GetNumberOfSynchronizedSequenceNodes(True) == 1


def test_after_a_failure_the_same_volume_can_be_analyzed(scene):
    volume = addCine(scene, CINE)[1]
    good = analysis_of(CINE)
    with pytest.raises(InputError):
        showAnalysis(dataclasses.replace(good, maps=MapsThatBreak(good.maps)), CINE, volume)

    nodes = showAnalysis(good, CINE, volume)

    assert nodes.heatMap.GetName() == "Breast - BreastUSAI heat map"
    nodes.browser.SetSelectedItemNumber(1)
    assert nodes.segmentation.GetSegmentation().GetNumberOfSegments() == 2
