"""A new result takes the place of the former one of its image; a reader's own work is never dropped on the way."""

from __future__ import annotations

import json
import zlib
from itertools import islice

import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.findings.maps import CroppedLabels
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.mrml.result_links import resultOf, resultsOf
from BreastUSAILib.scene.outlines.outline_marks import areEditedInSteps, markOf
from BreastUSAILib.scene.results.former_results import Former
from BreastUSAILib.scene.results.reader.reader_assessment import ReaderAssessment, addReaderAssessment
from BreastUSAILib.scene.results.show import showAnalysis, showAnalysisInSteps
from BreastUSAILib.scene.views.overlay import hideOtherOverlays
from Testing.host.views.slice_views import outlines_in
from Testing.scene.analyses import analysis_of, finished, marked_frames

KINDS = {
    "still": marked_frames(),
    "cine": marked_frames(InputKind.CINE, count=3),
    "volume": marked_frames(InputKind.VOLUME, count=3),
}


@pytest.fixture(params=KINDS)
def frames(request):
    return KINDS[request.param]


@pytest.fixture
def image(scene, frames):
    return addCine(scene, frames)[1] if frames.kind is InputKind.CINE else addVolumeNode(scene, frames)


def analyzed(image, frames, former=Former.KEEP_EDITED):
    return showAnalysis(analysis_of(frames), frames, image, former=former)


def edit(nodes):
    segmentation = nodes.segmentation.GetSegmentation()
    segmentation.RemoveSegment(segmentation.GetNthSegmentID(1))


def isEdited(nodes):
    return finished(areEditedInSteps(nodes.segmentation, nodes.volume))


def results_of(nodes):
    return [nodes.segmentation, nodes.heatMap, nodes.table, nodes.report]


def test_twenty_runs_leave_what_one_does(scene, image, frames):
    first = analyzed(image, frames)
    names, count = [node.GetName() for node in results_of(first)], scene.GetNumberOfNodes()

    for _run in range(19):
        nodes = analyzed(image, frames)

    assert scene.GetNumberOfNodes() == count
    assert outlines_in(scene) == [nodes.segmentation]
    assert [node.GetName() for node in results_of(nodes)] == names
    for browser in nodesOfClass(scene, "vtkMRMLSequenceBrowserNode"):
        assert browser.GetNumberOfSynchronizedSequenceNodes(True) == 3


@pytest.mark.parametrize("kind", ["still", "volume"])
def test_one_step_back_brings_the_former_result_back(scene, kind):
    scene.SetUndoFlag(True)
    for name in ("vtkMRMLSegmentationNode", "vtkMRMLTableNode", "vtkMRMLTextNode", "vtkMRMLScalarVolumeNode"):
        default = getattr(slicer, name)()
        default.UndoEnabledOn()
        scene.AddDefaultNode(default)
    frames = KINDS[kind]
    image = addVolumeNode(scene, frames)
    first = [node.GetID() for node in results_of(analyzed(image, frames))]
    second = [node.GetID() for node in results_of(analyzed(image, frames))]

    scene.Undo()

    assert [scene.GetNodeByID(one) is not None for one in first] == [True] * 4
    assert [scene.GetNodeByID(one) for one in second] == [None] * 4
    assert resultOf(image).report.GetID() == first[3]


def test_kept_results_have_numbers_and_are_not_seen(scene, image, frames):
    kept = [analyzed(image, frames), analyzed(image, frames, Former.KEEP)]
    newest = analyzed(image, frames, Former.KEEP)

    assert [nodes.table.GetName() for nodes in (*kept, newest)] == [
        f"Breast - BreastUSAI findings{number}" for number in (" 1", " 2", "")
    ]
    assert outlines_in(scene) == [newest.segmentation]
    assert resultOf(image).report is newest.report


def test_an_edited_result_is_kept_where_nobody_was_asked(image, frames):
    first = analyzed(image, frames)
    edit(first)

    newest = analyzed(image, frames)

    assert [one.report for one in resultsOf(image)] == [newest.report, first.report]
    assert first.table.GetName() == "Breast - BreastUSAI findings 1"


def test_who_agrees_to_it_loses_the_edit(image, frames):
    edit(analyzed(image, frames))

    newest = analyzed(image, frames, Former.REPLACE)

    assert [one.report for one in resultsOf(image)] == [newest.report]


def test_outlines_are_edited_when_they_were_and_not_before(image, frames):
    nodes = analyzed(image, frames)
    assert not isEdited(nodes)
    if nodes.browser is not None:
        for frame in (0, 1, 2):
            nodes.browser.SetSelectedItemNumber(frame)
        assert not isEdited(nodes)
    nodes.segmentation.GetSegmentation().GetNthSegment(0).SetName("Spiculated")
    assert not isEdited(nodes)

    edit(nodes)
    assert isEdited(nodes)
    if nodes.browser is not None:
        nodes.browser.SetSelectedItemNumber(0)
        assert isEdited(nodes)


def test_a_new_result_that_is_cancelled_leaves_the_former_one(scene, image, frames):
    first = analyzed(image, frames)
    nodes, names = scene.GetNumberOfNodes(), [node.GetName() for node in results_of(first)]
    steps = 0
    while True:  # cancelled after one step more each time
        steps += 1
        running = showAnalysisInSteps(analysis_of(frames), frames, image)
        if len(list(islice(running, steps))) < steps:
            break
        running.close()
        assert scene.GetNumberOfNodes() == nodes
        assert [node.GetName() for node in results_of(first)] == names
    assert resultOf(image).report is not first.report


@pytest.mark.parametrize("which", ["everything", "segmentation"])
def test_a_former_result_that_is_deleted_meanwhile_takes_nothing_with_it(scene, which):
    frames = KINDS["still"]
    image, steps = addVolumeNode(scene, frames), 0
    former = analyzed(image, frames)
    while True:  # deleted after one step more each time
        steps += 1
        running = showAnalysisInSteps(analysis_of(frames), frames, image)
        if len(list(islice(running, steps))) < steps:
            break
        for node in results_of(former) if which == "everything" else [former.segmentation]:
            scene.RemoveNode(node)

        former = finished(running)

        assert resultOf(image).report is former.report
        assert outlines_in(scene) == [former.segmentation]


def test_a_mark_changes_with_an_outline_and_not_with_a_number():
    labels = analysis_of(KINDS["still"]).maps.labels(0)
    other, moved = labels.copy(), np.roll(labels, 1, axis=0)
    other[0, 0] = 1

    marks = [markOf(CroppedLabels.of(one)) for one in (labels, other, moved, labels * 0)]

    assert len(set(marks)) == 4
    assert markOf(CroppedLabels.of((labels * 3).astype(labels.dtype))) == marks[0]


def test_scenes_of_earlier_versions_hold_the_same_marks():
    """Those were the checksum of the frame as 16-bit numbers, the lesions numbered in reading order."""
    labels = analysis_of(KINDS["still"]).maps.labels(0)
    swapped = np.array([0, 2, 1], np.uint8)[labels]

    assert markOf(CroppedLabels.of(swapped)) == f"{zlib.crc32(labels.astype(np.uint16).tobytes()):08x}"


def test_a_readers_assessment_goes_on_with_the_new_result(image, frames):
    first = analyzed(image, frames)
    addReaderAssessment(first.table, first.report, ReaderAssessment("4A", "irregular", "2026-01-01T10:00:00+01:00"))

    newest = analyzed(image, frames)

    assert json.loads(newest.report.GetText())["reader_assessment"]["birads"] == "4A"
    assert newest.table.GetCellText(newest.table.GetNumberOfRows() - 1, 0).startswith("Reader: BI-RADS 4A")


def test_results_of_another_image_stay(scene, image, frames):
    other = addVolumeNode(scene, KINDS["still"])
    nodes = analyzed(other, KINDS["still"])

    analyzed(image, frames)

    assert resultOf(other).report is nodes.report
    hideOtherOverlays(scene, nodes)
    assert outlines_in(scene) == []  # all views show the other image
