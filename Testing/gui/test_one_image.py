"""View, panel and overlays are of one image: stills all lie at the same place, and Slicer draws every outline."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import slicer

from BreastUSAILib.client.jobs.listener import JobListener, ignored
from BreastUSAILib.client.jobs.rescore_job import RescoreJob
from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.client.events import until
from Testing.host.views.slice_views import layers_of, load_through_dicom, outlines_in, put_on_screen
from Testing.scene.analyses import analysis_of, marked_frames

VIEWS = ("Red", "Green", "Yellow")


def added(scene, name, **options):
    volume = addVolumeNode(scene, marked_frames(**options))
    volume.SetName(name)
    return volume


def asked(panel, engine):
    before = len(engine.calls)
    panel.analyze()
    until(lambda: len(engine.calls) > before, "the question to the engine")
    return engine.calls[-1]


def analyzed(panel, engine, volume):
    panel.parameters.inputVolume = volume
    asked(panel, engine).finish()
    until(lambda: not panel.state.isBusy, "the end of the analysis")
    return panel.parameters.segmentation


def shown(scene):
    """What every view shows below and above."""
    views = [layers_of(scene, name) for name in VIEWS]
    layers = {(view.GetBackgroundVolumeID(), view.GetForegroundVolumeID()) for view in views}
    (only,) = layers
    return tuple(None if one is None else scene.GetNodeByID(one) for one in only)


def drawn(scene):
    return {outlines for name in VIEWS for outlines in outlines_in(scene, name)}


@pytest.fixture
def exams(scene):
    return added(scene, "A"), added(scene, "B")


def test_an_exam_loaded_through_dicom_takes_the_place_of_the_analyzed_one(host, scene, exams, widget, engine):
    panel, (first, second) = widget.panel, exams
    analyzed(panel, engine, first)
    widget.exit()

    load_through_dicom(host, second)

    assert drawn(scene) == set()  # before the reader is back in the module
    assert shown(scene) == (second, None)
    widget.enter()
    assert panel.ui.inputVolumeSelector.currentNode() is second
    assert not panel.ui.resultBody.visible
    assert not panel.ui.otherImageFrame.visible


def test_a_chosen_image_is_shown_with_its_own_overlays_alone(scene, exams, panel, engine):
    first, second = exams
    outlines = analyzed(panel, engine, first)
    other = analyzed(panel, engine, second)
    assert shown(scene) == (second, panel.parameters.heatMap)
    assert drawn(scene) == {other}

    panel.ui.inputVolumeSelector.setCurrentNode(first)

    assert shown(scene) == (first, panel.parameters.heatMap)
    assert drawn(scene) == {outlines}
    assert panel.ui.verdictLabel.text == "Malignant"


def test_the_views_turned_back_bring_the_result_back(host, scene, exams, panel, engine):
    first, second = exams
    outlines = analyzed(panel, engine, first)

    for volume in (second, first):
        load_through_dicom(host, volume)
    slicer.app.processEvents()  # the loader took the heat map off after it had shown the image

    assert panel.parameters.inputVolume is first
    assert drawn(scene) == {outlines}
    assert shown(scene) == (first, panel.parameters.heatMap)
    assert panel.ui.verdictLabel.text == "Malignant"


@pytest.mark.parametrize("isHidden", [False, True], ids=["open", "reader-first"])
def test_a_result_that_arrives_while_another_image_is_shown_waits_unseen(scene, exams, panel, engine, isHidden):
    first, second = exams
    panel.parameters.inputVolume = first
    panel.parameters.readerFirst = isHidden
    call = asked(panel, engine)
    panel.parameters.inputVolume = second
    seen = []
    scene.AddObserver(scene.NodeAddedEvent, lambda *_event: seen.append(drawn(scene)))
    call.finish()
    until(lambda: not panel.state.isBusy, "the end")

    assert shown(scene) == (second, None)
    assert drawn(scene) == set()
    assert not any(seen)
    panel.parameters.inputVolume = first
    assert bool(drawn(scene)) is not isHidden
    assert panel.ui.resultBody.visible is not isHidden


def test_outlines_of_one_exam_are_not_on_the_hidden_next(scene, exams, panel, engine):
    first, second = exams
    analyzed(panel, engine, first)
    panel.parameters.readerFirst = True

    analyzed(panel, engine, second)

    assert "hidden" in panel.ui.resultEmptyLabel.text
    assert drawn(scene) == set()
    assert shown(scene) == (second, None)


def test_what_is_not_an_image_below_is_said_in_red_and_no_verdict_beside_it(scene, exams, panel, engine):
    outlines = analyzed(panel, engine, exams[0])
    labels = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Labels")
    for name in VIEWS:
        layers_of(scene, name).SetBackgroundVolumeID(labels.GetID())

    assert "show “Labels”, not “A”" in panel.ui.otherImageLabel.text
    assert panel.ui.otherImageLabel.styleSheet.startswith("color: rgb(222")
    assert panel.ui.otherImageFrame.visible
    assert not panel.ui.resultBody.visible
    assert drawn(scene) == set()
    panel.blocks.overlay.toggle()
    panel.blocks.overlay.toggle()
    assert drawn(scene) == set()

    panel.ui.showImageButton.click()

    assert not panel.ui.otherImageFrame.visible
    assert panel.ui.resultBody.visible
    assert shown(scene) == (exams[0], panel.parameters.heatMap)
    assert drawn(scene) == {outlines}


def test_beside_another_image_the_outlines_stay_in_their_own_view(scene, panel, engine):
    first, second = (added(scene, name, kind=InputKind.VOLUME, count=3) for name in "AB")
    outlines = analyzed(panel, engine, first)

    layers_of(scene, "Red").SetBackgroundVolumeID(second.GetID())

    assert panel.parameters.inputVolume is first
    assert [outlines_in(scene, name) for name in VIEWS] == [[], [outlines], [outlines]]
    assert layers_of(scene, "Red").GetForegroundVolumeID() is None

    layers_of(scene, "Red").SetBackgroundVolumeID(first.GetID())
    assert [outlines_in(scene, name) for name in VIEWS] == [[outlines]] * 3


def test_an_image_that_covers_another_is_the_one_that_is_seen(scene, exams, panel, engine):
    first, second = exams
    outlines = analyzed(panel, engine, first)
    for name in VIEWS:
        layers_of(scene, name).SetForegroundVolumeID(second.GetID())
        layers_of(scene, name).SetForegroundOpacity(1.0)

    assert panel.parameters.inputVolume is second
    assert drawn(scene) == set()
    assert not panel.ui.resultBody.visible

    for name in VIEWS:
        layers_of(scene, name).SetForegroundOpacity(0.2)
    assert panel.parameters.inputVolume is first
    assert drawn(scene) == {outlines}


def test_a_still_that_only_views_from_the_side_have_is_not_the_image_that_is_seen(scene, exams, panel, engine):
    first, second = exams
    analyzed(panel, engine, first)

    layers_of(scene, "Red").SetBackgroundVolumeID(second.GetID())

    assert panel.parameters.inputVolume is second
    assert outlines_in(scene, "Red") == []


def test_views_that_the_layout_leaves_out_do_not_count(scene, exams, panel, engine):
    first, second = exams
    put_on_screen(scene, "Red")
    analyzed(panel, engine, first)

    layers_of(scene, "Yellow").SetBackgroundVolumeID(second.GetID())

    assert panel.parameters.inputVolume is first
    assert panel.ui.resultBody.visible


def test_outlines_switched_on_by_hand_stay_off_other_images(host, scene, exams, panel, engine):
    scene.AddNewNodeByClass("vtkMRMLViewNode", "View1")
    outlines = analyzed(panel, engine, exams[0])
    load_through_dicom(host, exams[1])

    outlines.GetDisplayNode().SetVisibility(True)

    assert drawn(scene) == set()


def test_a_reader_who_takes_the_heat_map_off_by_hand_is_not_overruled(scene, exams, panel, engine):
    analyzed(panel, engine, exams[0])
    for name in VIEWS:
        layers_of(scene, name).SetForegroundVolumeID(None)

    assert shown(scene) == (exams[0], None)


def test_an_image_is_analyzed_before_the_readers_eyes(scene, exams, panel, engine):
    panel.parameters.inputVolume = exams[0]
    labels = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Labels")
    layers_of(scene, "Red").SetBackgroundVolumeID(labels.GetID())

    asked(panel, engine)

    assert layers_of(scene, "Red").GetBackgroundVolumeID() == exams[0].GetID()


def test_a_cine_is_followed_like_a_still(host, scene, panel, engine):
    cine, still = addCine(scene, marked_frames(InputKind.CINE, count=3))[1], added(scene, "B")
    analyzed(panel, engine, cine)
    load_through_dicom(host, still)
    assert drawn(scene) == set()

    panel.ui.inputVolumeSelector.setCurrentNode(cine)

    assert shown(scene) == (cine, panel.parameters.heatMap)
    assert drawn(scene) == {panel.parameters.segmentation}


class EngineByHand:
    """Answers a script at once."""

    def analyze(self, frames, *_arguments):
        return analysis_of(frames)


def test_a_scripts_result_appears_in_the_panel(scene, module, exams, panel):
    first, second = exams
    panel.parameters.inputVolume = first

    nodes = module.BreastUSAILogic(EngineByHand()).analyze(second)

    assert panel.parameters.inputVolume is second
    assert panel.parameters.report is nodes.report
    assert panel.ui.verdictLabel.text == "Malignant"
    again = module.BreastUSAILogic(EngineByHand()).analyze(second)
    until(lambda: panel.parameters.report is again.report, "the newer result in the panel")
    assert drawn(scene) == {again.segmentation}


def test_a_scripts_result_does_not_come_before_the_readers_assessment(scene, module, exams, panel):
    panel.parameters.inputVolume = exams[0]
    panel.parameters.readerFirst = True

    module.BreastUSAILogic(EngineByHand()).analyze(exams[0])

    until(lambda: panel.parameters.report is not None, "the result in the panel")
    assert drawn(scene) == set()
    assert not panel.ui.resultBody.visible


def test_a_scene_that_is_imported_brings_no_verdict_of_the_exam_before(host, scene, exams, widget, engine):
    panel, (first, second) = widget.panel, exams
    outlines = analyzed(panel, engine, first)
    report = panel.parameters.report

    widget.onSceneGoes()  # as at StartImportEvent
    load_through_dicom(host, second)
    widget.onSceneComes()

    assert panel.parameters.inputVolume is second
    assert panel.parameters.report is None
    assert not panel.ui.resultBody.visible
    assert drawn(scene) == set()
    load_through_dicom(host, first)
    slicer.app.processEvents()
    assert panel.parameters.report is report
    assert panel.ui.resultBody.visible
    assert drawn(scene) == {outlines}


def test_outlines_of_one_exam_are_not_scored_in_another(scene, exams, panel, engine):
    analyzed(panel, engine, exams[0])
    names = ("segmentation", "table", "report")
    mixed = SimpleNamespace(inputVolume=exams[1], **{name: getattr(panel.parameters, name) for name in names})

    with pytest.raises(InputError, match="of another image"):
        RescoreJob(engine, mixed, SourceOptions(), JobListener(ignored, ignored, ignored))


def test_an_image_loaded_while_the_panel_is_open_is_chosen_where_none_is(scene, panel):
    volume = added(scene, "A")
    until(lambda: panel.parameters.inputVolume is volume, "the choice of the new image")

    assert shown(scene) == (volume, None)
    added(scene, "B")
    slicer.app.processEvents()
    assert panel.parameters.inputVolume is volume  # the next one is offered


def test_of_images_loaded_at_once_without_being_shown_the_newest_is_chosen(scene, panel):
    scene.StartState(scene.BatchProcessState)
    added(scene, "A")
    newest = added(scene, "B")
    slicer.app.processEvents()
    assert panel.parameters.inputVolume is None
    scene.EndState(scene.BatchProcessState)

    until(lambda: panel.parameters.inputVolume is newest, "the choice of the newest image")


def test_a_panel_that_is_gone_hears_of_nothing(host, scene, exams, module, engine, installer, monkeypatch):
    from BreastUSAILib.client.process import engine_process
    from BreastUSAILib.gui import panel as panel_module

    monkeypatch.setattr(engine_process, "EngineProcess", lambda: engine)
    monkeypatch.setattr(panel_module, "Installer", lambda *_options: installer)
    widget = module.BreastUSAIWidget()
    widget.enter()
    widget.cleanup()
    shown = widget.panel.parameters and widget.panel.parameters.inputVolume

    added(scene, "C")
    load_through_dicom(host, exams[1])
    slicer.app.processEvents()
    assert (widget.panel.parameters and widget.panel.parameters.inputVolume) is shown
