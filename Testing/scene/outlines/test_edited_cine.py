"""Every frame of a cine has outlines of its own, and edits of a frame outlast the browser's moves."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.scene.outlines.edited_masks import editedMasksInSteps
from BreastUSAILib.scene.results.mrb import saveScene
from Testing.host.scene.reopening import reopen
from Testing.scene.analyses import finished
from Testing.scene.edited_exams import CINE, EVERYWHERE, editedMasks, found_masks, masks_of, shown
from Testing.scene.painting import add_segment, box, paint


def test_edits_of_several_frames_are_all_kept(scene):
    nodes = shown(scene, CINE)
    expected = found_masks(CINE)
    for frame in (1, 3):
        nodes.browser.SetSelectedItemNumber(frame)
        painted = box(nodes.volume, EVERYWHERE, slice(40, 42), slice(frame, frame + 3))
        paint(nodes.segmentation, "Lesion_1", nodes.volume, painted)
        expected[frame][painted[0]] = 1
    nodes.browser.SetSelectedItemNumber(0)
    nodes.segmentation.GetSegmentation().RemoveSegment("Lesion_2")
    expected[0][expected[0] == 2] = 0
    nodes.browser.SetSelectedItemNumber(4)

    masks = masks_of(nodes)

    assert list(masks) == [0, 1, 2, 3, 4]
    for frame, labels in masks.items():
        np.testing.assert_array_equal(labels, expected[frame])


def test_the_edit_is_shown_again_when_the_browser_comes_back(scene):
    nodes = shown(scene, CINE)
    nodes.browser.SetSelectedItemNumber(1)
    new = add_segment(nodes.segmentation, "Segment_1")
    paint(nodes.segmentation, new, nodes.volume, box(nodes.volume, EVERYWHERE, slice(40, 42), slice(1, 4)))

    nodes.browser.SetSelectedItemNumber(2)
    elsewhere = nodes.segmentation.GetSegmentation().GetNumberOfSegments()
    nodes.browser.SetSelectedItemNumber(1)

    assert (elsewhere, nodes.segmentation.GetSegmentation().GetNumberOfSegments()) == (2, 3)


def test_a_frame_that_was_not_analyzed_can_be_outlined_too(scene):
    nodes = shown(scene, CINE, analyzed=(0, 2))
    nodes.browser.SetSelectedItemNumber(3)
    new = add_segment(nodes.segmentation, "Segment_1")
    paint(nodes.segmentation, new, nodes.volume, box(nodes.volume, EVERYWHERE, slice(40, 42), slice(1, 4)))
    nodes.browser.SetSelectedItemNumber(4)

    masks = masks_of(nodes)

    assert list(masks) == [0, 2, 3]
    assert np.count_nonzero(masks[3]) == 6


def test_only_looking_at_frames_adds_none(scene):
    nodes = shown(scene, CINE, analyzed=(0, 2))
    for frame in range(5):
        nodes.browser.SetSelectedItemNumber(frame)

    assert list(masks_of(nodes)) == [0, 2]


def test_the_frame_that_is_shown_counts_as_it_is_shown_where_changes_are_not_saved(scene):
    nodes = shown(scene, CINE)
    nodes.browser.SetSaveChanges(nodes.browser.GetSequenceNode(nodes.segmentation), False)
    nodes.browser.SetSelectedItemNumber(1)
    nodes.segmentation.GetSegmentation().RemoveSegment("Lesion_1")

    masks = masks_of(nodes)

    assert np.unique(masks[1]).tolist() == [0, 2]
    assert np.unique(masks[2]).tolist() == [0, 1, 2]


def test_a_segmentation_without_a_sequence_is_about_the_frame_that_is_shown(scene):
    nodes = shown(scene, CINE)
    nodes.browser.SetSelectedItemNumber(2)
    own = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "By hand")
    own.SetReferenceImageGeometryParameterFromVolumeNode(nodes.volume)
    paint(own, add_segment(own, "Mass"), nodes.volume, box(nodes.volume, EVERYWHERE, slice(2, 4), slice(5, 9)))

    masks = editedMasks(own, nodes.volume)

    assert list(masks) == [2]
    assert np.count_nonzero(masks[2] == 1) == 8


def test_the_browser_may_move_while_outlines_are_read(scene):
    nodes = shown(scene, CINE)
    nodes.browser.SetSelectedItemNumber(1)
    nodes.segmentation.GetSegmentation().RemoveSegment("Lesion_1")
    expected = found_masks(CINE)
    expected[1][expected[1] == 1] = 0

    steps = editedMasksInSteps(nodes.segmentation, nodes.volume)
    next(steps)
    nodes.browser.SetSelectedItemNumber(3)
    masks = finished(steps)

    for frame, labels in masks.items():
        np.testing.assert_array_equal(labels, expected[frame])


def test_painting_on_any_frame_while_a_cine_is_read_changes_no_frame(scene):
    nodes, expected = shown(scene, CINE), found_masks(CINE)
    nodes.browser.SetSelectedItemNumber(4)

    steps = editedMasksInSteps(nodes.segmentation, nodes.volume)
    next(steps)
    for frame in (4, 2):
        nodes.browser.SetSelectedItemNumber(frame)
        painted = box(nodes.volume, EVERYWHERE, slice(30, 32), slice(8, 14))
        paint(nodes.segmentation, "Lesion_1", nodes.volume, painted)
    masks = finished(steps)

    for frame, labels in masks.items():
        np.testing.assert_array_equal(labels, expected[frame])


def test_each_frame_is_read_in_a_step_of_its_own(scene):
    nodes = shown(scene, CINE)

    assert sum(1 for _ in editedMasksInSteps(nodes.segmentation, nodes.volume)) == CINE.count


def test_outlines_that_leave_while_they_are_read_are_named(scene):
    nodes = shown(scene, CINE)
    steps = editedMasksInSteps(nodes.segmentation, nodes.volume)
    next(steps)
    scene.RemoveNode(nodes.segmentation)

    with pytest.raises(InputError, match="outlines left the scene"):
        next(steps)


def test_painting_starts_from_the_images_pixels_on_every_frame(scene):
    nodes = shown(scene, CINE, analyzed=(0,))
    parameter = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
    texts = set()
    for frame in range(5):
        nodes.browser.SetSelectedItemNumber(frame)
        texts.add(nodes.segmentation.GetSegmentation().GetConversionParameter(parameter))

    assert len(texts) == 1
    assert texts != {""}


def test_edits_survive_saving_and_reopening(scene, tmp_path):
    nodes = shown(scene, CINE, analyzed=(0, 2))
    nodes.browser.SetSelectedItemNumber(2)
    paint(nodes.segmentation, "Lesion_1", nodes.volume, box(nodes.volume, EVERYWHERE, slice(40, 42), slice(1, 4)))
    nodes.browser.SetSelectedItemNumber(0)
    expected = masks_of(nodes)
    saveScene(scene, tmp_path / "exam.mrb")

    again = reopen(tmp_path / "exam.mrb", tmp_path)
    segmentation, volume = (
        again.scene.GetFirstNodeByName(node.GetName()) for node in (nodes.segmentation, nodes.volume)
    )
    masks = editedMasks(segmentation, volume)

    assert list(masks) == [0, 2]
    for frame, labels in masks.items():
        np.testing.assert_array_equal(labels, expected[frame])
