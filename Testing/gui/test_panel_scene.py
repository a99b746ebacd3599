"""Panel and scene: images that come, change their name and go; scenes that are closed, saved and opened again."""

from __future__ import annotations

import pytest
import slicer

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.gui.running.runner import PanelState
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.results.mrb import saveScene, writeAnalysisScene
from Testing.client.events import until
from Testing.host.scene.reopening import reopen
from Testing.host.views.slice_views import outlines_in, view_called
from Testing.scene.analyses import analysis_of, marked_frames


def added(scene, name="Breast", **options):
    volume = addVolumeNode(scene, marked_frames(**options))
    volume.SetName(name)
    return volume


def choose(panel, volume):
    panel.ui.inputVolumeSelector.setCurrentNode(volume)


def started(panel, engine):
    before = len(engine.calls)
    panel.ui.analyzeButton.click()
    until(lambda: len(engine.calls) > before, "the question to the engine")
    return engine.calls[-1]


def finished(panel, engine):
    started(panel, engine).finish()
    until(lambda: not panel.state.isBusy, "the end of the analysis")


def offered(panel):
    box = panel.ui.inputVolumeSelector
    return [box.itemText(index) for index in range(box.count)]


def test_the_only_image_is_chosen_when_the_module_is_opened(scene, module, request):
    volume = added(scene)

    panel = request.getfixturevalue("panel")

    assert panel.parameters.inputVolume is volume


def test_of_several_images_the_one_in_the_slice_view_is_chosen(scene, host, module, request):
    added(scene, "First")
    second = added(scene, "Second")
    host.sliceLogic.GetSliceCompositeNode().SetBackgroundVolumeID(second.GetID())

    panel = request.getfixturevalue("panel")

    assert panel.parameters.inputVolume is second


def test_an_image_that_is_loaded_while_another_module_is_shown_is_chosen_on_the_way_back(scene, widget):
    widget.exit()
    volume = added(scene)
    widget.enter()

    assert widget.panel.parameters.inputVolume is volume


def test_label_maps_are_not_offered(scene, panel):
    added(scene, "Image")
    added(scene, "In color", has_color=True)
    scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Labels")

    assert offered(panel) == ["None", "Image", "In color"]


def test_a_renamed_image_keeps_its_place_and_its_result(scene, panel, engine):
    volume = added(scene)
    choose(panel, volume)
    finished(panel, engine)

    volume.SetName("Left breast")

    assert panel.ui.inputVolumeSelector.currentText == "Left breast"
    assert panel.ui.verdictLabel.text == "Malignant"


def test_an_image_renamed_during_the_run_gets_its_result(scene, panel, engine):
    volume = added(scene)
    choose(panel, volume)
    call = started(panel, engine)
    volume.SetName("Left breast")
    call.finish()
    until(lambda: not panel.state.isBusy)

    assert panel.state is PanelState.DONE
    assert panel.parameters.table.GetName() == "Left breast - BreastUSAI findings"


def test_an_image_without_pixels_is_refused_with_the_reason(scene, panel):
    choose(panel, scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Empty"))

    assert not panel.ui.analyzeButton.enabled
    assert "holds no pixels" in panel.ui.analyzeButton.toolTip
    assert "holds no pixels" in panel.ui.recognizedLabel.text


def test_an_image_deleted_during_the_run_ends_it_in_one_sentence(scene, panel, engine, dialogs):
    volume = added(scene)
    before = scene.GetNumberOfNodes() - 1
    choose(panel, volume)
    call = started(panel, engine)
    scene.RemoveNode(volume)
    until(lambda: not panel.state.isBusy, "the end")

    assert call.cancelled
    assert panel.state is PanelState.CANCELLED
    assert "removed from the scene" in panel.ui.messageLabel.text
    assert not panel.ui.analyzeButton.enabled
    assert scene.GetNumberOfNodes() <= before + 1  # its display node may stay, no result does
    assert scene.GetFirstNodeByClass("vtkMRMLSegmentationNode") is None
    assert dialogs.shown == []


def test_a_scene_closed_during_the_run_ends_it_in_one_sentence(scene, panel, engine, dialogs):
    choose(panel, added(scene))
    call = started(panel, engine)
    scene.Clear(False)
    until(lambda: not panel.state.isBusy, "the end")

    assert call.cancelled
    assert "the scene was closed" in panel.ui.messageLabel.text
    assert panel.parameters.inputVolume is None
    assert scene.GetFirstNodeByClass("vtkMRMLSegmentationNode") is None
    assert dialogs.shown == []


def test_closing_the_scene_empties_the_panel(scene, panel, engine):
    choose(panel, added(scene))
    finished(panel, engine)
    scene.Clear(False)

    assert panel.ui.resultEmptyLabel.visible
    assert not panel.ui.resultBody.visible
    assert not panel.ui.analyzeButton.enabled
    assert panel.parameters.report is None


def test_each_image_shows_its_own_result(scene, panel, engine):
    first, second = added(scene, "First"), added(scene, "Second")
    choose(panel, first)
    finished(panel, engine)
    report = panel.parameters.report
    choose(panel, second)

    assert panel.ui.resultEmptyLabel.visible
    assert panel.parameters.segmentation is None

    choose(panel, first)

    assert panel.parameters.report is report
    assert panel.ui.verdictLabel.text == "Malignant"


def test_a_result_that_comes_after_another_image_was_chosen_waits_for_its_own(scene, panel, engine):
    first, second = added(scene, "First"), added(scene, "Second")
    choose(panel, first)
    call = started(panel, engine)
    choose(panel, second)
    call.finish()
    until(lambda: not panel.state.isBusy)

    assert panel.parameters.report is None
    choose(panel, first)
    assert panel.ui.verdictLabel.text == "Malignant"


def test_a_deleted_result_is_no_longer_shown(scene, panel, engine):
    choose(panel, added(scene))
    finished(panel, engine)
    scene.RemoveNode(panel.parameters.report)

    assert panel.ui.resultEmptyLabel.visible


def test_choices_and_result_survive_saving_and_reopening(scene, panel, engine, module, tmp_path):
    choose(panel, added(scene))
    panel.ui.prevalenceSpinBox.value = 3.0
    panel.ui.typedSpacingSpinBox.value = 0.07
    panel.parameters.explainClass = "benign"
    panel.parameters.device = "cpu"
    panel.ui.readerCommentEdit.plainText = "irregular margin"
    finished(panel, engine)
    saveScene(scene, tmp_path / "exam.mrb")
    (tmp_path / "opened").mkdir()
    panel.setParameterNode(None)

    opened = reopen(tmp_path / "exam.mrb", tmp_path / "opened")
    kept, slicer.mrmlScene = slicer.mrmlScene, opened.scene
    try:
        panel.ui.inputVolumeSelector.setMRMLScene(opened.scene)
        panel.setParameterNode(module.BreastUSAILogic().getParameterNode())
        parameters = panel.parameters
        assert parameters.inputVolume.GetName() == "Breast"
        assert (parameters.prevalence, parameters.typedSpacingMm) == (3.0, 0.07)
        assert (parameters.explainClass, parameters.device) == ("benign", "cpu")
        assert panel.ui.prevalenceSpinBox.value == 3.0
        assert panel.ui.verdictLabel.text == "Malignant"
        assert panel.ui.lesionTable.rowCount == 2
        assert parameters.segmentation.GetSegmentation().GetNumberOfSegments() == 2
        assert parameters.table.GetNumberOfRows() == 3
    finally:
        panel.setParameterNode(None)
        panel.ui.inputVolumeSelector.setMRMLScene(kept)
        slicer.mrmlScene = kept


@pytest.mark.parametrize("kind", [InputKind.STILL, InputKind.CINE, InputKind.VOLUME])
def test_a_scene_that_the_terminal_wrote_appears_in_the_panel(host, panel, module, tmp_path, monkeypatch, kind):
    frames = marked_frames(kind, count=1 if kind is InputKind.STILL else 3)
    writeAnalysisScene(analysis_of(frames), frames, tmp_path / "scene.mrb")
    panel.setParameterNode(None)
    browsers = []

    opened = reopen(tmp_path / "scene.mrb", tmp_path)
    monkeypatch.setattr(slicer, "mrmlScene", opened.scene)
    monkeypatch.setattr(slicer.modules.sequences, "setToolBarActiveBrowserNode", browsers.append, raising=False)
    try:
        panel.ui.inputVolumeSelector.setMRMLScene(opened.scene)
        panel.setParameterNode(module.BreastUSAILogic().getParameterNode())

        assert panel.parameters.inputVolume.GetName() == "Breast"
        assert panel.ui.verdictLabel.text == "Malignant"
        assert outlines_in(opened.scene) == [panel.parameters.segmentation]
        chosen = [browser.GetName() for browser in browsers]
        assert chosen == (["Breast browser"] if kind is InputKind.CINE else [])
        red = view_called(opened.scene, "Red")
        assert (red.GetLayoutLabel(), red.GetLayoutColor()) == ("R", pytest.approx(red.GetRedColor(), abs=1e-3))
    finally:
        panel.setParameterNode(None)
        panel.ui.inputVolumeSelector.setMRMLScene(host.scene)


def test_a_cine_treated_as_slices_goes_on_as_the_volume_made_of_it(scene, panel, engine):
    cine = addCine(scene, marked_frames(InputKind.CINE, count=4))[1]
    choose(panel, cine)
    panel.ui.treatAsSlicesCheckBox.checked = True
    panel.ui.sliceSpacingSpinBox.value = 0.5

    finished(panel, engine)

    assert panel.state is PanelState.DONE, panel.ui.messageLabel.text
    assert panel.parameters.inputVolume is not cine
    assert panel.parameters.inputVolume.GetImageData().GetDimensions()[2] == 4
    assert panel.ui.recognizedLabel.text.startswith("3-D volume, 4 slices")
    assert panel.ui.verdictLabel.text == "Malignant"


def test_keys_work_while_the_module_is_shown_and_no_longer(application, module, engine, installer, host, monkeypatch):
    import qt

    from BreastUSAILib.client.process import engine_process
    from BreastUSAILib.gui import panel as panel_module

    window = qt.QMainWindow()
    monkeypatch.setattr(slicer.util, "mainWindow", lambda: window)
    monkeypatch.setattr(engine_process, "EngineProcess", lambda: engine)
    monkeypatch.setattr(panel_module, "Installer", lambda *_options: installer)
    widget = module.BreastUSAIWidget()
    keys = [key for key in window.findChildren(qt.QShortcut) if key.key.toString() != "Esc"]  # while a place is sought

    widget.enter()
    shown = [key.enabled for key in keys]
    widget.exit()
    hidden = [key.enabled for key in keys]
    widget.cleanup()

    assert len(keys) == 4
    assert all(shown)
    assert not any(hidden)
