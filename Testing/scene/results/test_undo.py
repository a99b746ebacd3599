"""Where undo is enabled, one step back takes a whole result out of the scene."""

from __future__ import annotations

import pytest
import slicer

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.scene.analyses import analysis_of, marked_frames

UNDOABLE = ("vtkMRMLSegmentationNode", "vtkMRMLTableNode", "vtkMRMLTextNode", "vtkMRMLScalarVolumeNode")


@pytest.mark.parametrize("kind", [InputKind.STILL, InputKind.VOLUME])
def test_one_step_back_removes_the_result(scene, kind):
    scene.SetUndoFlag(True)
    for class_name in UNDOABLE:
        default = getattr(slicer, class_name)()
        default.UndoEnabledOn()
        scene.AddDefaultNode(default)
    frames = marked_frames(kind, count=3 if kind is InputKind.VOLUME else 1)
    volume = addVolumeNode(scene, frames)
    nodes = showAnalysis(analysis_of(frames), frames, volume)
    results = [nodes.segmentation, nodes.heatMap, nodes.table, nodes.report]
    assert scene.GetNumberOfUndoLevels() == 1

    scene.Undo()

    assert [scene.IsNodePresent(node) for node in results] == [0, 0, 0, 0]
    assert nodesOfClass(scene, "vtkMRMLScalarVolumeNode") == [volume]
