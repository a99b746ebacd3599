"""A click adds one segment, one row and one lesion of the report, or takes them away; one step of undo each."""

from __future__ import annotations

import dataclasses
import json

import jsonschema
import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.findings.analysis import Malignancy
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.engine.images.places import Place
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.lesions.asked_lesion import removeSegmentInSteps, segmentAt, showAskedInSteps
from BreastUSAILib.scene.lesions.changed_result import ChangedNodes
from BreastUSAILib.scene.outlines.outline_marks import areEditedInSteps
from BreastUSAILib.scene.results.reader.reader_assessment import ReaderAssessment, addReaderAssessment
from BreastUSAILib.scene.results.reader.reader_words import setReaderWord
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.results.stored_report import storedReport
from Testing.report.test_json_file import SCHEMA
from Testing.scene.analyses import COLUMNS, ROWS, MapsInMemory, analysis_of, finished, joined, marked_frames
from Testing.scene.results.test_findings_table import rows_of
from Testing.scene.world import TRANSFORMS

KINDS = {"still": (InputKind.STILL, 1), "cine": (InputKind.CINE, 3), "volume": (InputKind.VOLUME, 3)}
BESIDE, ON_SECOND = (40.0, 36.0), (9.0, 31.0)  # (column, row): nothing; lesion 2 of the made-up analyses


def shown(scene, kind: str, transform: str | None = None) -> ChangedNodes:
    frames = marked_frames(*KINDS[kind])
    volume = addCine(scene, frames)[1] if kind == "cine" else addVolumeNode(scene, frames)
    if transform is not None:
        volume.SetAndObserveTransformNodeID(TRANSFORMS[transform](scene).GetID())
    analysis = analysis_of(frames)
    if kind == "volume":
        whole = {(lesion.frame, lesion.number): lesion.number for lesion in analysis.lesions}
        analysis = joined(analysis, analysis.maps, whole)
        analysis = dataclasses.replace(
            analysis,
            frames=tuple(
                dataclasses.replace(one, lesions=tuple(lesion.id for lesion in analysis.lesions_of(one.index)))
                for one in analysis.frames
            ),
        )
    nodes = showAnalysis(analysis, frames, volume)
    return ChangedNodes(nodes.volume, nodes.segmentation, nodes.table, nodes.report)


def found_at(nodes: ChangedNodes, place: Place):
    """What the engine gives for a place: a block of 5 x 6 pixels about it, and what the whole frame shows."""
    stored = storedReport(nodes.report).analysis
    masks = np.zeros((1, ROWS, COLUMNS), np.uint8)
    column, row = int(place.column), int(place.row)
    masks[0, row - 2 : row + 3, column - 3 : column + 3] = 1
    maps = MapsInMemory(masks, np.zeros(masks.shape, np.float32), (place.frame,))
    model = stored.lesions[0]
    lesion = dataclasses.replace(
        model, id=1, number=1, frame=place.frame, malignancy=Malignancy(0.3, 0.2, 0.4), asked=place
    )
    (frame,) = [one for one in stored.frames if one.index == place.frame]
    flag = Flag(FlagCode.ASKED_FOR, Severity.INFO, "Lesion 1 was asked for.")
    return dataclasses.replace(
        stored,
        lesions=(lesion,),
        frames=(dataclasses.replace(frame, lesions=(1,)),),
        volume_lesions=(),
        flags=(flag,),
        maps=maps,
    )


def place_of(kind: str, at: tuple[float, float]) -> Place:
    return Place(*at, 0 if kind == "still" else 2)


def go_to(nodes: ChangedNodes, frame: int) -> None:
    from BreastUSAILib.scene.views.lesion_views import goToFrame

    goToFrame(nodes.volume, None, frame)


def names_of(nodes: ChangedNodes) -> list[str]:
    segmentation = nodes.segmentation.GetSegmentation()
    return [segmentation.GetNthSegment(index).GetName() for index in range(segmentation.GetNumberOfSegments())]


@pytest.mark.parametrize("transform", [None, "tilted"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_lesion_that_was_asked_for_is_one_segment_row_and_lesion_more(scene, kind, transform):
    nodes = shown(scene, kind, transform)
    place = place_of(kind, BESIDE)
    go_to(nodes, place.frame)
    rows = len(rows_of(nodes.table))

    lesion = finished(showAskedInSteps(found_at(nodes, place), place, nodes))

    assert names_of(nodes) == ["Lesion 1", "Lesion 2", "Lesion 3 (asked for)"]
    labels = nodes.labels(place.frame).plane(nodes.plane(place.frame))
    assert (labels == 3).sum() == 30
    assert labels[int(place.row), int(place.column)] == 3
    report = json.loads(nodes.report.GetText())
    jsonschema.validate(report, SCHEMA)
    assert report["lesions"][-1]["asked"] == {"column": 40, "row": 36, "frame": place.frame, "width": 0, "height": 0}
    assert report["lesions"][-1]["number"] == lesion.number == 3
    assert report["flags"][-1]["code"] == "asked_for"
    assert report["flags"][-1]["message"].startswith("Lesion 3 was asked for by the reader at column 40, row 36:")
    assert len(rows_of(nodes.table)) == rows + (2 if kind == "volume" else 1)
    assert rows_of(nodes.table)[-1]["Likelihood of malignancy"] == "0.300 (0.200-0.400)"
    assert not finished(areEditedInSteps(nodes.segmentation, nodes.volume))
    assert segmentAt(nodes, place) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_a_click_on_an_outline_takes_it_away(scene, kind):
    nodes = shown(scene, kind)
    place = place_of(kind, ON_SECOND)
    go_to(nodes, place.frame)

    identifier = segmentAt(nodes, place)
    assert identifier == "Lesion_2"
    finished(removeSegmentInSteps(nodes, place, identifier))

    assert names_of(nodes) == ["Lesion 1"]
    assert segmentAt(nodes, place) is None
    report = json.loads(nodes.report.GetText())
    jsonschema.validate(report, SCHEMA)
    left = [(lesion["frame"], lesion["number"]) for lesion in report["lesions"]]
    gone = {(frame, 2) for frame in range(KINDS[kind][1])} if kind == "volume" else {(place.frame, 2)}
    assert not gone & set(left)
    assert len(left) == 2 * KINDS[kind][1] - len(gone)
    assert not finished(areEditedInSteps(nodes.segmentation, nodes.volume))
    if kind == "cine":  # the other frames keep theirs
        go_to(nodes, 0)
        assert segmentAt(nodes, Place(*ON_SECOND, 0)) == "Lesion_2"


def test_each_is_one_step_of_undo(scene):
    scene.SetUndoFlag(True)
    for class_name in ("vtkMRMLSegmentationNode", "vtkMRMLTableNode", "vtkMRMLTextNode"):
        default = getattr(slicer, class_name)()
        default.UndoEnabledOn()
        scene.AddDefaultNode(default)
    nodes = shown(scene, "still")
    before, levels = nodes.report.GetText(), scene.GetNumberOfUndoLevels()
    place = Place(*BESIDE, 0)

    finished(showAskedInSteps(found_at(nodes, place), place, nodes))
    finished(removeSegmentInSteps(nodes, Place(*ON_SECOND, 0), "Lesion_2"))
    assert scene.GetNumberOfUndoLevels() == levels + 2
    assert names_of(nodes) == ["Lesion 1", "Lesion 3 (asked for)"]

    scene.Undo()
    assert names_of(nodes) == ["Lesion 1", "Lesion 2", "Lesion 3 (asked for)"]
    scene.Undo()
    assert names_of(nodes) == ["Lesion 1", "Lesion 2"]
    assert nodes.report.GetText() == before


def test_what_a_reader_entered_stays(scene):
    nodes = shown(scene, "still")
    addReaderAssessment(nodes.table, nodes.report, ReaderAssessment("4A", "", "2026-01-01T10:00:00+00:00"))
    setReaderWord(nodes.report, 1, "shape", "round")
    place = Place(*BESIDE, 0)

    finished(showAskedInSteps(found_at(nodes, place), place, nodes))

    stored = storedReport(nodes.report)
    assert stored.reader.birads == "4A"
    assert stored.readerWords == {1: {"shape": "round"}}
    assert rows_of(nodes.table)[-1]["Finding"].startswith("Reader: BI-RADS 4A")


def test_outlines_that_were_edited_before_stay_marked_as_edited(scene):
    nodes = shown(scene, "still")
    nodes.segmentation.GetSegmentation().RemoveSegment("Lesion_1")
    place = Place(*BESIDE, 0)
    finished(showAskedInSteps(found_at(nodes, place), place, nodes))
    assert finished(areEditedInSteps(nodes.segmentation, nodes.volume))


def test_where_nothing_was_found_nothing_changes_and_the_reason_is_said(scene):
    nodes = shown(scene, "still")
    place = Place(*BESIDE, 0)
    message = "Nothing like a lesion was found at column 40, row 36, where the reader asked for one: point closer."
    found = dataclasses.replace(
        found_at(nodes, place),
        lesions=(),
        maps=MapsInMemory(np.zeros((1, ROWS, COLUMNS), np.uint8), np.zeros((1, ROWS, COLUMNS), np.float32), (0,)),
        flags=(Flag(FlagCode.NOTHING_THERE, Severity.WARNING, message),),
    )
    before = nodes.report.GetText()
    with pytest.raises(InputError, match=r"Nothing like a lesion was found.*Point closer"):
        finished(showAskedInSteps(found, place, nodes))
    assert nodes.report.GetText() == before
    assert names_of(nodes) == ["Lesion 1", "Lesion 2"]


def test_an_image_that_is_gone_gets_nothing(scene):
    nodes = shown(scene, "still")
    place = Place(*BESIDE, 0)
    steps = showAskedInSteps(found_at(nodes, place), place, nodes)
    next(steps)
    scene.RemoveNode(nodes.volume)
    with pytest.raises(InputError, match="left the scene"):
        finished(steps)
    assert names_of(nodes) == ["Lesion 1", "Lesion 2"]
