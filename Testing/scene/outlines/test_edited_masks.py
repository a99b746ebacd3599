"""What a reader left in Segment Editor comes back on the image's own pixels."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.scene.mrml.image_data import ijkToRasOf, imageFromArray, matrixFromArray
from BreastUSAILib.scene.outlines.edited_masks import editedMasksInSteps
from BreastUSAILib.scene.outlines.segment_numbers import segmentNumbers
from Testing.scene.analyses import finished
from Testing.scene.edited_exams import CINE, EVERYWHERE, STILL, VOLUME, editedMasks, found_masks, masks_of, shown
from Testing.scene.painting import add_segment, box, paint, replace
from Testing.scene.world import TRANSFORMS


@pytest.mark.parametrize("transform", [None, *TRANSFORMS])
@pytest.mark.parametrize("frames", [STILL, VOLUME, CINE], ids=["still", "volume", "cine"])
def test_untouched_outlines_are_those_that_were_found(scene, frames, transform):
    nodes = shown(scene, frames, transform=transform)

    masks, expected = masks_of(nodes), found_masks(frames)

    assert list(masks) == list(expected)
    for frame, labels in masks.items():
        assert labels.dtype == np.uint8
        np.testing.assert_array_equal(labels, expected[frame])


def test_painting_beyond_the_lesion_and_erasing_it_count(scene):
    nodes = shown(scene, STILL)
    painted = box(nodes.volume, EVERYWHERE, slice(0, 3), slice(60, 64))

    paint(nodes.segmentation, "Lesion_1", nodes.volume, painted)
    replace(nodes.segmentation, "Lesion_2", nodes.volume, box(nodes.volume, EVERYWHERE, slice(31, 32), slice(9, 10)))

    expected = found_masks(STILL)[0]
    expected[painted[0]] = 1
    expected[expected == 2] = 0
    expected[31, 9] = 2
    np.testing.assert_array_equal(masks_of(nodes)[0], expected)


def test_a_segment_keeps_its_number_when_another_is_deleted_and_a_new_one_gets_the_next(scene):
    nodes = shown(scene, STILL)
    nodes.segmentation.GetSegmentation().RemoveSegment("Lesion_1")
    new = add_segment(nodes.segmentation, "Segment_1")
    paint(nodes.segmentation, new, nodes.volume, box(nodes.volume, EVERYWHERE, slice(0, 2), slice(0, 2)))

    labels = masks_of(nodes)[0]

    assert np.unique(labels).tolist() == [0, 2, 3]
    assert (labels[0:2, 0:2] == 3).all()


def test_a_renamed_segment_is_still_there(scene):
    nodes = shown(scene, STILL)
    nodes.segmentation.GetSegmentation().GetSegment("Lesion_1").SetName("Zyste links")

    labels = masks_of(nodes)[0]

    np.testing.assert_array_equal(labels > 0, found_masks(STILL)[0] > 0)
    assert segmentNumbers(nodes.segmentation.GetSegmentation()) == {"Lesion_1": 3, "Lesion_2": 2}


def test_two_segments_of_one_name_are_two_lesions(scene):
    nodes = shown(scene, STILL)
    nodes.segmentation.GetSegmentation().GetSegment("Lesion_2").SetName("Lesion 1")

    assert np.unique(masks_of(nodes)[0]).tolist() == [0, 1, 2]


def test_a_segment_without_voxels_is_not_a_lesion(scene):
    nodes = shown(scene, STILL)
    add_segment(nodes.segmentation, "Segment_1")

    np.testing.assert_array_equal(masks_of(nodes)[0], found_masks(STILL)[0])


def test_an_analyzed_frame_without_any_segment_left_counts_as_one_without_a_lesion(scene):
    nodes = shown(scene, STILL)
    nodes.segmentation.GetSegmentation().RemoveAllSegments()

    (labels,) = masks_of(nodes).values()

    assert not labels.any()


def test_too_many_segments_are_refused(scene):
    nodes = shown(scene, STILL)
    for index in range(254):
        add_segment(nodes.segmentation, f"Segment_{index}")

    with pytest.raises(InputError, match="256 segments"):
        masks_of(nodes)


def test_overlapping_segments_are_told_apart_by_their_order(scene):
    nodes = shown(scene, STILL)
    overlap = box(nodes.volume, EVERYWHERE, slice(30, 32), slice(8, 12))
    image = slicer.vtkOrientedImageData()
    image.DeepCopy(imageFromArray(overlap.astype(np.uint8)))
    to_ras = vtk.vtkMatrix4x4()
    nodes.volume.GetIJKToRASMatrix(to_ras)
    image.SetGeometryFromImageToWorldMatrix(to_ras)
    segment = slicer.vtkSegment()
    segment.SetName("Overlap")
    segment.SetLabelValue(1)
    name = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
    segment.AddRepresentation(name, image)
    nodes.segmentation.GetSegmentation().AddSegment(segment, "Overlap")

    labels = masks_of(nodes)[0]

    assert (labels[overlap[0]] == 3).all()
    assert (labels[32:34, 8:12] == 2).all()


def test_a_segment_beside_the_image_marks_nothing_in_it(scene):
    nodes = shown(scene, STILL)
    beside = slicer.vtkOrientedImageData()
    below = STILL.rows + 10
    beside.SetExtent(0, 9, below, below + 2 * STILL.rows, 0, 0)
    beside.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    slicer.vtkOrientedImageDataResample.FillImage(beside, 1)
    beside.SetGeometryFromImageToWorldMatrix(matrixFromArray(ijkToRasOf(nodes.volume)))
    segment = slicer.vtkSegment()
    segment.SetLabelValue(1)
    segment.AddRepresentation(slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName(), beside)
    nodes.segmentation.GetSegmentation().AddSegment(segment, "Beside")

    np.testing.assert_array_equal(masks_of(nodes)[0], found_masks(STILL)[0])


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_outlines_whose_transform_was_hardened_come_back_to_their_pixels(scene, transform):
    nodes = shown(scene, VOLUME, transform=transform)
    expected = found_masks(VOLUME)
    nodes.segmentation.HardenTransform()
    assert nodes.segmentation.GetParentTransformNode() is None

    masks = masks_of(nodes)

    apart = [int(np.count_nonzero(masks[frame] != expected[frame])) for frame in expected]
    total = [int(np.count_nonzero(expected[frame])) for frame in expected]
    if transform == "tilted":
        assert apart == [0] * 4
    else:
        # Slicer resampled them to a grid of its own: voxels at the rim may go either way
        assert max(part / whole for part, whole in zip(apart, total, strict=True)) < 0.5
        for frame in expected:
            assert (masks[frame] == 2)[31:33, 9:11].all()


def test_a_finer_geometry_is_brought_back_to_the_images_pixels(scene):
    nodes = shown(scene, STILL)
    finer = slicer.vtkOrientedImageData()
    finer.SetExtent(0, 127, 0, 95, 0, 0)
    finer.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    slicer.vtkOrientedImageDataResample.FillImage(finer, 0)
    from BreastUSAILib.scene.mrml.image_data import arrayFromImage, ijkToRasOf, matrixFromArray

    arrayFromImage(finer)[0, 20:40, 30:50] = 1  # rows 10 to 19 and columns 15 to 24 of the image
    half = np.diag([0.5, 0.5, 1.0, 1.0])
    half[:2, 3] = -0.25
    finer.SetGeometryFromImageToWorldMatrix(matrixFromArray(ijkToRasOf(nodes.volume) @ half))
    segment = slicer.vtkSegment()
    segment.SetName("Fine")
    segment.AddRepresentation("Binary labelmap", finer)
    nodes.segmentation.GetSegmentation().RemoveAllSegments()
    nodes.segmentation.GetSegmentation().AddSegment(segment, "Fine")

    expected = np.zeros((STILL.rows, STILL.columns), bool)
    expected[10:20, 15:25] = True
    np.testing.assert_array_equal(masks_of(nodes)[0] > 0, expected)


def test_outlines_that_were_made_surfaces_are_made_voxels_again(scene):
    nodes = shown(scene, VOLUME)
    solid = box(nodes.volume, slice(1, 3), slice(10, 30), slice(10, 40))
    replace(nodes.segmentation, "Lesion_1", nodes.volume, solid)
    segmentation = nodes.segmentation.GetSegmentation()
    segmentation.CreateRepresentation("Closed surface")
    segmentation.SetSourceRepresentationName("Closed surface")
    segmentation.RemoveRepresentation("Binary labelmap")

    masks = masks_of(nodes)

    assert not segmentation.ContainsRepresentation("Binary labelmap")
    for frame, labels in masks.items():
        inside = solid[frame].copy()
        inside[[10, 29]] = inside[:, [10, 39]] = False  # surfaces round off the rim
        assert (labels[inside] == 1).all()
        assert not (labels[~solid[frame]] == 1).any()


def test_a_volumes_new_slice_is_added_to_those_that_were_analyzed(scene):
    nodes = shown(scene, VOLUME, analyzed=(0, 1))
    new = add_segment(nodes.segmentation, "Segment_1")
    paint(nodes.segmentation, new, nodes.volume, box(nodes.volume, slice(3, 4), slice(5, 9), slice(5, 9)))

    masks = masks_of(nodes)

    assert list(masks) == [0, 1, 3]
    assert np.count_nonzero(masks[3]) == 16
    with pytest.raises(KeyError):
        editedMasks(nodes.segmentation, nodes.volume)[2]


@pytest.mark.parametrize(
    "columns", [slice(8, 12), slice(50, 64)], ids=["within the outlines' voxels", "beyond the outlines' voxels"]
)
def test_painting_while_a_volume_is_read_changes_no_slice(scene, columns):
    nodes, expected = shown(scene, VOLUME), found_masks(VOLUME)
    steps = editedMasksInSteps(nodes.segmentation, nodes.volume)
    next(steps)
    paint(nodes.segmentation, "Lesion_1", nodes.volume, box(nodes.volume, slice(0, 4), slice(14, 34), columns))

    masks = finished(steps)

    for frame, labels in masks.items():
        np.testing.assert_array_equal(labels, expected[frame])


@pytest.mark.parametrize("gone", ["segmentation", "volume"])
def test_a_node_that_left_the_scene_is_named(scene, gone):
    nodes = shown(scene, STILL)
    scene.RemoveNode(getattr(nodes, gone))

    with pytest.raises(InputError, match="left the scene"):
        editedMasks(nodes.segmentation, nodes.volume)


def test_reading_outlines_changes_no_node(scene):
    nodes = shown(scene, CINE)
    nodes.browser.SetSelectedItemNumber(1)
    before = [node.GetMTime() for node in (nodes.segmentation, nodes.volume, nodes.browser)]

    masks_of(nodes)

    assert before == [node.GetMTime() for node in (nodes.segmentation, nodes.volume, nodes.browser)]
