"""A volume's results are one segmentation and one heat map; what is joined across slices is one segment."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.image_data import arrayFromImage
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.scene.analyses import MapsInMemory, analysis_of, joined, marked_frames

VOLUME = marked_frames(InputKind.VOLUME, count=4)
CROSSING = {(0, 1): 1, (0, 2): 2, (1, 1): 2, (1, 2): 1, (2, 1): 1, (3, 1): 3}
"""(slice, number in it) -> the joined lesion: numbers by area in each slice are no identity across slices."""


def crossing_analysis():
    masks = np.zeros((4, VOLUME.rows, VOLUME.columns), np.uint8)
    for plane, number in CROSSING:
        masks[plane, 4 * plane + number, 5:9] = number
    return joined(analysis_of(VOLUME), MapsInMemory(masks, masks.astype(np.float32) / 2, (0, 1, 2, 3)), CROSSING)


def mask_of(nodes, segment_id: str) -> np.ndarray:
    return slicer.util.arrayFromSegmentBinaryLabelmap(nodes.segmentation, segment_id, nodes.volume) > 0


def test_each_joined_lesion_is_one_segment_through_its_slices(scene):
    analysis = crossing_analysis()

    nodes = showAnalysis(analysis, VOLUME, addVolumeNode(scene, VOLUME))

    segmentation = nodes.segmentation.GetSegmentation()
    names = [segmentation.GetNthSegment(index).GetName() for index in range(segmentation.GetNumberOfSegments())]
    assert names == ["Lesion 1", "Lesion 2", "Lesion 3"]
    for identifier in (1, 2, 3):
        expected = np.zeros((4, VOLUME.rows, VOLUME.columns), bool)
        for (plane, number), whole in CROSSING.items():
            if whole == identifier:
                expected[plane] |= analysis.maps.labels(plane) == number
        np.testing.assert_array_equal(mask_of(nodes, f"Lesion_{identifier}"), expected)


def test_slices_that_were_not_analyzed_hold_neither_lesion_nor_heat(scene):
    nodes = showAnalysis(analysis_of(VOLUME, analyzed=(1, 3)), VOLUME, addVolumeNode(scene, VOLUME))

    heat = arrayFromImage(nodes.heatMap.GetImageData())
    assert heat.shape == (4, VOLUME.rows, VOLUME.columns)
    assert [bool(plane.any()) for plane in heat] == [False, True, False, True]
    assert [bool(plane.any()) for plane in mask_of(nodes, "Lesion_1")] == [False, True, False, True]


def test_more_than_255_joined_lesions_keep_apart(scene):
    frames = dataclasses.replace(
        VOLUME, count=300, read_frame=lambda _index: np.zeros((VOLUME.rows, VOLUME.columns), np.uint8)
    )
    masks = np.zeros((300, frames.rows, frames.columns), np.uint8)
    masks[:, 20:22, 30:32] = 1
    whole = {(plane, 1): plane + 1 for plane in range(300)}
    maps = MapsInMemory(masks, masks.astype(np.float32), tuple(range(300)))
    analysis = joined(analysis_of(frames, (0,)), maps, whole)

    nodes = showAnalysis(analysis, frames, addVolumeNode(scene, frames))

    assert nodes.segmentation.GetSegmentation().GetNumberOfSegments() == 300
    last = mask_of(nodes, "Lesion_300")
    assert np.flatnonzero(last.any(axis=(1, 2))).tolist() == [299]


def test_masks_that_do_not_fit_the_findings_leave_nothing_behind(scene):
    volume = addVolumeNode(scene, VOLUME)
    analysis = crossing_analysis()
    analysis.maps.masks[2, 40, 40] = 7
    before = scene.GetNumberOfNodes()

    with pytest.raises(InputError, match="masks of slice 2 do not fit"):
        showAnalysis(analysis, VOLUME, volume)

    assert scene.GetNumberOfNodes() == before
