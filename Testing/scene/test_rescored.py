"""After re-scoring, table, report and segments speak of the same lesions."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.analysis import Malignancy
from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.frames import InputKind
from BreastUSAILib.scene.cine_sequences import addCine
from BreastUSAILib.scene.edited_masks import editedMasks
from BreastUSAILib.scene.rescored import showRescored
from BreastUSAILib.scene.show import showAnalysis
from BreastUSAILib.scene.volume_node import addVolumeNode
from Testing.scene.analyses import MapsInMemory, analysis_of, joined, marked_frames
from Testing.scene.painting import add_segment, box, paint
from Testing.scene.test_findings_table import rows_of

STILL = marked_frames()
CINE = marked_frames(InputKind.CINE, count=3)
VOLUME = marked_frames(InputKind.VOLUME, count=3)
EVERYWHERE = slice(None)


def show_rescored(nodes, analysis) -> None:
    showRescored(analysis, nodes.volume, nodes.segmentation, nodes.table, nodes.report)


def names_of(nodes) -> list[str]:
    segmentation = nodes.segmentation.GetSegmentation()
    return [segmentation.GetNthSegment(index).GetName() for index in range(segmentation.GetNumberOfSegments())]


def rescored(analysis):
    """Every lesion gets a likelihood of its own."""
    lesions = tuple(dataclasses.replace(one, malignancy=Malignancy(0.25, 0.2, 0.3)) for one in analysis.lesions)
    return dataclasses.replace(analysis, lesions=lesions)


def test_table_and_report_say_what_was_scored_anew(scene):
    nodes = showAnalysis(analysis_of(STILL), STILL)

    show_rescored(nodes, rescored(analysis_of(STILL)))

    assert [row["Likelihood of malignancy"] for row in rows_of(nodes.table)[1:]] == ["0.250 (0.200-0.300)"] * 2
    report = json.loads(nodes.report.GetText())
    assert report["lesions"][0]["malignancy"]["probability"] == 0.25


def test_a_segment_that_nobody_named_gets_its_lesions_name_on_every_frame(scene):
    nodes = showAnalysis(analysis_of(CINE), CINE, addCine(scene, CINE)[1])
    for frame, name in ((0, "Segment_1"), (2, "Zyste")):
        nodes.browser.SetSelectedItemNumber(frame)
        add_segment(nodes.segmentation, name)
    nodes.browser.SetSelectedItemNumber(1)

    show_rescored(nodes, rescored(analysis_of(CINE)))

    found = []
    for frame in range(3):
        nodes.browser.SetSelectedItemNumber(frame)
        found.append(names_of(nodes)[2:])
    assert found == [["Lesion 3"], [], ["Zyste"]]


def volume_nodes(scene, whole):
    """A volume whose slices hold lesion 1 above and lesion 2 below, joined as `whole` says."""
    masks = np.zeros((3, VOLUME.rows, VOLUME.columns), np.uint8)
    for plane, number in whole:
        masks[plane, 10 * number : 10 * number + 4, 5:9] = number
    maps = MapsInMemory(masks, masks.astype(np.float32), (0, 1, 2))
    analysis = joined(analysis_of(VOLUME), maps, whole)
    return showAnalysis(analysis, VOLUME, addVolumeNode(scene, VOLUME)), masks


def rejoined(nodes, whole):
    """What re-scoring gives where the joining now says `whole`."""
    masks = editedMasks(nodes.segmentation, nodes.volume)
    stack = np.stack([masks[plane] for plane in range(3)])
    maps = MapsInMemory(stack, stack.astype(np.float32), (0, 1, 2))
    return joined(analysis_of(VOLUME), maps, whole)


def mask_of(nodes, name: str) -> np.ndarray:
    identifier = nodes.segmentation.GetSegmentation().GetSegmentIdBySegmentName(name)
    return slicer.util.arrayFromSegmentBinaryLabelmap(nodes.segmentation, identifier, nodes.volume) > 0


APART = {(0, 1): 1, (0, 2): 2, (1, 1): 1, (1, 2): 2, (2, 1): 1, (2, 2): 2}


def test_lesions_of_a_volume_that_changed_places_change_names(scene):
    nodes, masks = volume_nodes(scene, APART)

    show_rescored(nodes, rejoined(nodes, {place: 3 - number for place, number in APART.items()}))

    assert sorted(names_of(nodes)) == ["Lesion 1", "Lesion 2"]
    np.testing.assert_array_equal(mask_of(nodes, "Lesion 2"), masks == 1)


def test_segments_that_turn_out_to_be_one_lesion_become_one_segment(scene):
    nodes, masks = volume_nodes(scene, APART)

    show_rescored(nodes, rejoined(nodes, dict.fromkeys(APART, 1)))

    assert names_of(nodes) == ["Lesion 1"]
    np.testing.assert_array_equal(mask_of(nodes, "Lesion 1"), masks > 0)


def test_a_segment_that_turns_out_to_be_two_lesions_becomes_two_segments(scene):
    nodes, masks = volume_nodes(scene, APART)
    whole = {**APART, (2, 1): 3}

    show_rescored(nodes, rejoined(nodes, whole))

    assert names_of(nodes) == ["Lesion 1", "Lesion 2", "Lesion 3"]
    np.testing.assert_array_equal(mask_of(nodes, "Lesion 3")[2], masks[2] == 1)


def test_a_new_lesion_of_a_volume_gets_the_name_that_the_table_has(scene):
    nodes, _ = volume_nodes(scene, APART)
    new = add_segment(nodes.segmentation, "Segment_1")
    paint(nodes.segmentation, new, nodes.volume, box(nodes.volume, slice(1, 2), slice(40, 44), slice(40, 44)))

    show_rescored(nodes, rejoined(nodes, {**APART, (1, 3): 3}))

    assert names_of(nodes) == ["Lesion 1", "Lesion 2", "Lesion 3"]
    assert "Lesion 3, all slices" in [row["Finding"] for row in rows_of(nodes.table)]


def test_a_text_that_is_no_report_leaves_everything_as_it_was(scene):
    nodes = showAnalysis(analysis_of(STILL), STILL)
    nodes.report.SetText("Dear colleague")
    before = rows_of(nodes.table)

    with pytest.raises(InputError, match="no report"):
        show_rescored(nodes, rescored(analysis_of(STILL)))

    assert rows_of(nodes.table) == before
