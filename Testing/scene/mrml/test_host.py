"""Outside the application a scene opens by itself; inside, the application's own is used."""

from __future__ import annotations

import slicer

from BreastUSAILib.scene.mrml.host import currentScene, openHost


def test_the_applications_scene_is_the_current_one(host):
    assert currentScene() is host.scene


def test_outside_the_application_a_scene_is_opened_once(monkeypatch):
    for name in ("mrmlScene", "modules", "breastUSAIHost"):
        monkeypatch.setattr(slicer, name, None, raising=False)

    first = currentScene()

    assert first is currentScene()
    assert slicer.modules.sequences.logic().GetMRMLScene() is first


def test_two_hosts_share_no_node():
    first, second = openHost(), openHost()

    first.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Mine")

    assert second.scene.GetFirstNodeByName("Mine") is None


def test_a_scene_outside_the_application_has_a_slice_view_and_colors(host):
    assert host.scene.GetNodeByID("vtkMRMLSliceNodeRed").GetOrientation() == "Axial"
    assert host.scene.GetNodeByID("vtkMRMLSliceCompositeNodeRed") is not None
    assert host.scene.GetNodeByID("vtkMRMLColorTableNodeIron") is not None


def test_many_hosts_register_the_converters_of_segmentations_once():
    openHost()
    rules = slicer.vtkSegmentationConverterFactory.GetInstance().GetConverterRules()
    names = {rule.GetName() for rule in rules}
    openHost()

    again = slicer.vtkSegmentationConverterFactory.GetInstance().GetConverterRules()
    assert len(again) == len(names) == len(rules) > 0
    assert {rule.GetName() for rule in again} == names
