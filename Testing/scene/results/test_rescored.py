"""After re-scoring, table, report and segments speak of the same lesions."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.findings.analysis import Explanation, Label, Malignancy
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.results.rescored import showRescoredInSteps
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.report.test_json_file import SCHEMA
from Testing.scene.analyses import MapsInMemory, analysis_of, finished, joined, marked_frames
from Testing.scene.edited_exams import editedMasks
from Testing.scene.painting import add_segment, box, paint, replace
from Testing.scene.results.test_findings_table import rows_of

STILL = marked_frames()
CINE = marked_frames(InputKind.CINE, count=3)
VOLUME = marked_frames(InputKind.VOLUME, count=3)
EVERYWHERE = slice(None)


def show_rescored(nodes, analysis) -> None:
    masks = editedMasks(nodes.segmentation, nodes.volume)
    finished(showRescoredInSteps(analysis, masks, nodes.volume, nodes.segmentation, nodes.table, nodes.report))


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


@pytest.mark.parametrize("name", ["Integrated Gradients", "Saliency"])
def test_the_heat_map_that_stays_is_called_what_it_is_whatever_explained_the_new_scores(scene, name):
    shown = dataclasses.replace(analysis_of(STILL), explanation=Explanation(name, Label.BENIGN, "input"))
    nodes = showAnalysis(shown, STILL)
    heat = slicer.util.arrayFromVolume(nodes.heatMap).copy()

    grad_cam = Explanation("Grad-CAM", Label.MALIGNANT, "_blocks.6")
    show_rescored(nodes, dataclasses.replace(rescored(analysis_of(STILL)), explanation=grad_cam))

    assert np.array_equal(slicer.util.arrayFromVolume(nodes.heatMap), heat)
    report = json.loads(nodes.report.GetText())
    assert report["explanation"] == {"method": name, "class": "benign", "layer": "input"}
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


def rescored_volume(nodes):
    """What re-scoring gives: each number of the outlines is one lesion."""
    masks = editedMasks(nodes.segmentation, nodes.volume)
    stack = np.stack([masks[plane] for plane in range(3)])
    maps = MapsInMemory(stack, stack.astype(np.float32), (0, 1, 2))
    whole = {(plane, int(n)): int(n) for plane in range(3) for n in np.unique(stack[plane]) if n}
    return joined(analysis_of(VOLUME), maps, whole)


def mask_of(nodes, identifier: str) -> np.ndarray:
    return slicer.util.arrayFromSegmentBinaryLabelmap(nodes.segmentation, identifier, nodes.volume) > 0


def segments_of(nodes) -> dict[str, tuple[str, tuple[float, ...]]]:
    """Segment id -> name and color."""
    segmentation = nodes.segmentation.GetSegmentation()
    segments = {identifier: segmentation.GetSegment(identifier) for identifier in segmentation.GetSegmentIDs()}
    return {identifier: (segment.GetName(), segment.GetColor()) for identifier, segment in segments.items()}


APART = {(0, 1): 1, (0, 2): 2, (1, 1): 1, (1, 2): 2, (2, 1): 1, (2, 2): 2}


def test_segments_that_overlap_on_neighboring_slices_stay_two_with_their_names_and_colors(scene):
    nodes, masks = volume_nodes(scene, APART)
    segmentation = nodes.segmentation.GetSegmentation()
    segmentation.GetSegment("Lesion_2").SetName("Zyste links")
    segmentation.GetSegment("Lesion_2").SetColor(0.2, 0.4, 0.6)
    over = box(nodes.volume, slice(1, 2), slice(10, 14), slice(5, 9))  # where lesion 1 is on the slices beside
    replace(nodes.segmentation, "Lesion_2", nodes.volume, over)
    before = segments_of(nodes)

    show_rescored(nodes, rescored_volume(nodes))

    assert segments_of(nodes) == before
    assert before["Lesion_2"] == ("Zyste links", (0.2, 0.4, 0.6))
    np.testing.assert_array_equal(mask_of(nodes, "Lesion_2"), over)
    expected = (masks == 1) & ~over
    np.testing.assert_array_equal(mask_of(nodes, "Lesion_1"), expected)


def test_every_segment_of_a_volume_has_its_row_in_the_table_and_its_lesion_in_the_report(scene):
    nodes, _ = volume_nodes(scene, APART)
    nodes.segmentation.GetSegmentation().GetSegment("Lesion_2").SetName("Zyste links")
    new = add_segment(nodes.segmentation, "Segment_1")
    paint(nodes.segmentation, new, nodes.volume, box(nodes.volume, slice(1, 2), slice(40, 44), slice(40, 44)))

    show_rescored(nodes, rescored_volume(nodes))

    assert names_of(nodes) == ["Lesion 1", "Zyste links", "Lesion 3"]
    whole = [row["Finding"] for row in rows_of(nodes.table) if "all slices" in row["Finding"]]
    assert sorted(whole) == sorted(f"{name}, all slices" for name in names_of(nodes))
    report = json.loads(nodes.report.GetText())
    named = [report["lesion_names"].get(str(joint["lesions"][0])) for joint in report["volume_lesions"]]
    assert sorted(filter(None, named)) == ["Zyste links"]
    jsonschema.validate(report, SCHEMA)


def test_scoring_twice_numbers_every_segment_alike(scene):
    nodes, _ = volume_nodes(scene, APART)
    new = add_segment(nodes.segmentation, "Segment_1")
    paint(nodes.segmentation, new, nodes.volume, box(nodes.volume, slice(0, 3), slice(40, 44), slice(40, 44)))

    show_rescored(nodes, rescored_volume(nodes))
    once = (segments_of(nodes), nodes.report.GetText())
    show_rescored(nodes, rescored_volume(nodes))

    assert (segments_of(nodes), nodes.report.GetText()) == once


def test_a_segment_in_two_pieces_stays_one(scene):
    nodes, masks = volume_nodes(scene, APART)
    paint(nodes.segmentation, "Lesion_1", nodes.volume, box(nodes.volume, slice(2, 3), slice(40, 44), slice(40, 44)))

    show_rescored(nodes, rescored_volume(nodes))

    assert names_of(nodes) == ["Lesion 1", "Lesion 2"]
    assert np.count_nonzero(mask_of(nodes, "Lesion_1")) == np.count_nonzero(masks == 1) + 16


def test_a_name_that_a_reader_chose_on_one_frame_stands_at_that_frame_alone(scene):
    nodes = showAnalysis(analysis_of(CINE), CINE, addCine(scene, CINE)[1])
    nodes.browser.SetSelectedItemNumber(2)
    nodes.segmentation.GetSegmentation().GetSegment("Lesion_2").SetName("Zyste")
    nodes.browser.SetSelectedItemNumber(0)
    masks = editedMasks(nodes.segmentation, nodes.volume)
    lesions = [one for one in analysis_of(CINE).lesions if one.frame < 2]
    renumbered = [dataclasses.replace(one, number=int(masks[2][31, 9])) for one in analysis_of(CINE).lesions[5:]]
    analysis = dataclasses.replace(analysis_of(CINE), lesions=(*lesions, *renumbered))

    show_rescored(nodes, rescored(analysis))

    assert [row["Finding"] for row in rows_of(nodes.table)[1:]] == [*(["Lesion 1", "Lesion 2"] * 2), "Zyste"]


def test_what_is_deleted_or_added_while_the_engine_works_takes_no_other_lesions_place(scene):
    nodes, _ = volume_nodes(scene, APART)
    segmentation = nodes.segmentation.GetSegmentation()
    segmentation.GetSegment("Lesion_2").SetName("Zyste links")
    masks, analysis = editedMasks(nodes.segmentation, nodes.volume), rescored_volume(nodes)
    segmentation.RemoveSegment("Lesion_1")
    add_segment(nodes.segmentation, "Segment_1")

    finished(showRescoredInSteps(analysis, masks, nodes.volume, nodes.segmentation, nodes.table, nodes.report))

    assert names_of(nodes) == ["Zyste links", "Segment_1"]
    whole = [row["Finding"] for row in rows_of(nodes.table) if "all slices" in row["Finding"]]
    assert whole == ["Lesion 1, all slices", "Zyste links, all slices"]


@pytest.mark.parametrize("gone", ["volume", "segmentation", "table", "report"])
@pytest.mark.parametrize("frames", [STILL, CINE], ids=["still", "cine"])
def test_a_node_that_leaves_between_two_steps_leaves_the_others_as_they_were(scene, frames, gone):
    volume = addCine(scene, frames)[1] if frames is CINE else None
    nodes = showAnalysis(analysis_of(frames), frames, volume)
    add_segment(nodes.segmentation, "Segment_1")
    before = (rows_of(nodes.table), nodes.report.GetText(), names_of(nodes))
    masks = editedMasks(nodes.segmentation, nodes.volume)
    steps = showRescoredInSteps(
        rescored(analysis_of(frames)), masks, nodes.volume, nodes.segmentation, nodes.table, nodes.report
    )
    next(steps)

    scene.RemoveNode(getattr(nodes, gone))
    with pytest.raises(InputError, match="left the scene"):
        finished(steps)

    assert (rows_of(nodes.table), nodes.report.GetText(), names_of(nodes)) == before


def test_only_the_last_step_changes_nodes(scene):
    nodes = showAnalysis(analysis_of(CINE), CINE, addCine(scene, CINE)[1])
    add_segment(nodes.segmentation, "Segment_1")
    watched = (nodes.table, nodes.report, nodes.segmentation.GetSegmentation().GetNthSegment(2))
    before = [node.GetMTime() for node in watched]
    masks = editedMasks(nodes.segmentation, nodes.volume)

    for _ in showRescoredInSteps(
        rescored(analysis_of(CINE)), masks, nodes.volume, nodes.segmentation, nodes.table, nodes.report
    ):
        assert [node.GetMTime() for node in watched] == before

    assert all(node.GetMTime() > was for node, was in zip(watched, before, strict=True))


def test_a_text_that_is_not_a_report_leaves_everything_as_it_was(scene):
    nodes = showAnalysis(analysis_of(STILL), STILL)
    nodes.report.SetText("Dear colleague")
    before = rows_of(nodes.table)

    with pytest.raises(InputError, match="not a report"):
        show_rescored(nodes, rescored(analysis_of(STILL)))

    assert rows_of(nodes.table) == before
