"""Results appear in short steps, between which the scene may change: then nothing half made is left."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
import slicer

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.results.show import showAnalysisInSteps
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.scene.analyses import MapsInMemory, analysis_of, finished, marked_frames

COUNT = 6
KINDS = ["still", "volume", "cine", "cine as slices"]


class MapsThatCount(MapsInMemory):
    """Frame maps that note how many frames were asked for."""

    asked: int

    def labels(self, frame: int):
        object.__setattr__(self, "asked", self.asked + 1)
        return super().labels(frame)

    def heat_map(self, frame: int):
        object.__setattr__(self, "asked", self.asked + 1)
        return super().heat_map(frame)


def exam(scene, kind: str):
    """A node, what is read from it, and an analysis of it."""
    slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    if kind == "still":
        node = addVolumeNode(scene, marked_frames())
    elif kind == "volume":
        node = addVolumeNode(scene, marked_frames(InputKind.VOLUME, COUNT))
    else:
        node = addCine(scene, marked_frames(InputKind.CINE, COUNT))[1]
    frames = framesFromNode(node, SourceOptions(asSlices=kind == "cine as slices", sliceSpacingMm=0.5))
    return node, frames, analysis_of(frames)


def ids_of(scene) -> list[str]:
    return [node.GetID() for node in nodesOfClass(scene, "vtkMRMLNode")]


def results_in(scene) -> list[str]:
    """Names of nodes that only an analysis adds."""
    names = [node.GetName() or "" for node in nodesOfClass(scene, "vtkMRMLNode")]
    return [name for name in names if "BreastUSAI" in name or "as slices" in name]


def advance(steps, count: int) -> None:
    for _ in range(count):
        next(steps)


@pytest.mark.parametrize("kind", KINDS)
def test_no_step_looks_at_more_than_one_frame(scene, kind):
    node, frames, analysis = exam(scene, kind)
    counting = MapsThatCount(analysis.maps.masks, analysis.maps.heat, analysis.maps.frames)
    object.__setattr__(counting, "asked", 0)
    object.__setattr__(analysis, "maps", counting)
    seen = [0]

    for _ in showAnalysisInSteps(analysis, frames, node):
        seen.append(counting.asked)

    assert counting.asked == 2 * frames.count
    assert max(after - before for before, after in pairwise(seen)) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_closing_early_takes_everything_out_again(scene, kind):
    node, frames, analysis = exam(scene, kind)
    before = ids_of(scene)

    for count in range(1, 1 + sum(1 for _ in showAnalysisInSteps(analysis, frames, node))):
        after_whole = ids_of(scene)
        steps = showAnalysisInSteps(analysis, frames, node)
        advance(steps, count)
        steps.close()
        assert ids_of(scene) == after_whole
    assert before == after_whole[: len(before)]
    for browser in nodesOfClass(scene, "vtkMRMLSequenceBrowserNode"):
        expected = 1 if kind == "cine as slices" else 3
        assert browser.GetNumberOfSynchronizedSequenceNodes(True) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_deleted_between_steps_ends_in_one_sentence(scene, kind):
    node, frames, analysis = exam(scene, kind)
    steps = showAnalysisInSteps(analysis, frames, node)
    advance(steps, 4)

    scene.RemoveNode(node)
    with pytest.raises(InputError, match=r"Breast: the image was removed from the scene\."):
        next(steps)

    assert results_in(scene) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_scene_closed_between_steps_ends_in_one_sentence(scene, kind):
    node, frames, analysis = exam(scene, kind)
    steps = showAnalysisInSteps(analysis, frames, node)
    advance(steps, 5)

    scene.Clear(False)
    with pytest.raises(InputError, match="removed from the scene"):
        next(steps)

    assert results_in(scene) == []


def test_a_result_deleted_between_steps_takes_the_others_with_it(scene):
    node, frames, analysis = exam(scene, "volume")
    before = ids_of(scene)
    steps = showAnalysisInSteps(analysis, frames, node)
    while not nodesOfClass(scene, "vtkMRMLSegmentationNode"):
        next(steps)

    scene.RemoveNode(nodesOfClass(scene, "vtkMRMLSegmentationNode")[0])
    with pytest.raises(InputError, match="results were removed"):
        next(steps)

    assert ids_of(scene) == before


def test_other_pixels_under_the_same_name_are_noticed(scene):
    node, frames, analysis = exam(scene, "volume")
    before = ids_of(scene)
    steps = showAnalysisInSteps(analysis, frames, node)
    advance(steps, 3)

    node.SetAndObserveImageData(addVolumeNode(scene, marked_frames(InputKind.VOLUME, COUNT + 1)).GetImageData())
    with pytest.raises(InputError, match="was changed while it was analyzed"):
        next(steps)

    assert set(before) <= set(ids_of(scene))
    assert nodesOfClass(scene, "vtkMRMLSegmentationNode") == []


def test_an_image_that_is_gone_already_is_refused_at_once(scene):
    node, frames, analysis = exam(scene, "still")
    scene.RemoveNode(node)

    with pytest.raises(InputError, match="removed from the scene"):
        next(showAnalysisInSteps(analysis, frames, node))


def test_what_somebody_else_adds_between_steps_is_left_alone(scene):
    node, frames, analysis = exam(scene, "volume")
    steps = showAnalysisInSteps(analysis, frames, node)
    advance(steps, COUNT + 2)
    other = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Loaded meanwhile")
    next(steps)

    steps.close()

    assert scene.IsNodePresent(other)
    assert nodesOfClass(scene, "vtkMRMLSegmentationNode") == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_observer_is_left_on_the_scene(scene, kind):
    node, frames, analysis = exam(scene, kind)
    before = observers_of(scene)

    finished(showAnalysisInSteps(analysis, frames, node))
    steps = showAnalysisInSteps(analysis, frames, node)
    next(steps)
    waiting = observers_of(scene)
    steps.close()

    assert before == waiting == observers_of(scene)


def observers_of(scene) -> int:
    """How many observers wait for added nodes; VTK tells only in its own description."""
    return len(re.findall(rf"Event: {int(slicer.vtkMRMLScene.NodeAddedEvent)}\n", str(scene)))
