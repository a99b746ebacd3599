"""A cine's image, masks and heat maps move together, on the image's own index."""

from __future__ import annotations

import pytest

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.mrml.image_data import arrayFromImage
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.mrml.sequences import sequenceBehind
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from Testing.scene.analyses import MARK, analysis_of, marked_frames

TIMED = marked_frames(InputKind.CINE, count=4, times=(0.0, 0.04, 0.08, 0.12))
UNTIMED = marked_frames(InputKind.CINE, count=12)


def index_of(sequence) -> tuple[str, str, list[str]]:
    values = [sequence.GetNthIndexValue(item) for item in range(sequence.GetNumberOfDataNodes())]
    return sequence.GetIndexName(), sequence.GetIndexUnit(), values


def test_known_times_become_the_index(scene):
    nodes = showAnalysis(analysis_of(TIMED), TIMED)

    name, unit, values = index_of(nodes.browser.GetMasterSequenceNode())
    assert (name, unit) == ("time", "s")
    assert [float(value) for value in values] == [0.0, 0.04, 0.08, 0.12]
    assert nodes.browser.GetPlaybackRateFps() == pytest.approx(25)


def test_unknown_times_leave_the_frame_number_and_its_order(scene):
    nodes = showAnalysis(analysis_of(UNTIMED), UNTIMED)

    assert index_of(nodes.browser.GetMasterSequenceNode()) == ("frame", "", [str(index) for index in range(12)])
    marks = []
    for item in range(12):
        nodes.browser.SetSelectedItemNumber(item)
        marks.append(int(arrayFromImage(nodes.volume.GetImageData())[0, MARK[0]].argmax()))
    assert marks == list(range(MARK[1], MARK[1] + 12))


@pytest.mark.parametrize("frames", [TIMED, UNTIMED], ids=["timed", "untimed"])
def test_all_three_sequences_share_one_browser_and_one_index(scene, frames):
    nodes = showAnalysis(analysis_of(frames), frames)

    (browser,) = nodesOfClass(scene, "vtkMRMLSequenceBrowserNode")
    sequences = [browser.GetSequenceNode(node) for node in (nodes.volume, nodes.segmentation, nodes.heatMap)]
    assert len({str(index_of(sequence)) for sequence in sequences}) == 1
    assert len({sequence.GetID() for sequence in sequences}) == 3


def test_a_cine_that_has_a_browser_keeps_it_and_its_index(scene):
    _, proxy = addCine(scene, TIMED)
    proxy.SetName("Cine of the left breast")
    source = sequenceBehind(proxy)
    frames = framesFromNode(proxy)

    nodes = showAnalysis(analysis_of(frames), frames, proxy)

    assert nodes.browser is source.browser
    assert len(nodesOfClass(scene, "vtkMRMLSequenceBrowserNode")) == 1
    assert index_of(source.browser.GetSequenceNode(nodes.heatMap)) == index_of(source.sequence)
    assert nodes.heatMap.GetName() == "Cine of the left breast - BreastUSAI heat map"


def test_the_browser_stops_at_the_key_frame(scene):
    analysis = analysis_of(TIMED)

    nodes = showAnalysis(analysis, TIMED)

    assert nodes.browser.GetSelectedItemNumber() == analysis.verdict.key_frame == 3


def test_a_frame_that_was_not_analyzed_shows_no_result(scene):
    nodes = showAnalysis(analysis_of(UNTIMED, analyzed=(2, 3)), UNTIMED)

    shown = []
    for item in (2, 5, 3):
        nodes.browser.SetSelectedItemNumber(item)
        heat = nodes.heatMap.GetImageData()
        shown.append((nodes.segmentation.GetSegmentation().GetNumberOfSegments(), heat is not None))
    assert shown == [(2, True), (0, False), (2, True)]


def test_reading_a_cine_does_not_move_its_browser(scene):
    browsed, proxy = addCine(scene, TIMED)
    browsed.browser.SetSelectedItemNumber(1)

    framesFromNode(proxy).read_frame(3)

    assert browsed.browser.GetSelectedItemNumber() == 1


def test_times_too_close_to_tell_apart_do_not_lose_frames(scene):
    frames = marked_frames(InputKind.CINE, count=4, times=(0.0, 0.0005, 0.0005, 0.04))

    nodes = showAnalysis(analysis_of(frames), frames)

    assert index_of(nodes.browser.GetMasterSequenceNode()) == ("frame", "", ["0", "1", "2", "3"])


def test_a_rejected_cine_has_nodes_without_results(scene):
    nodes = showAnalysis(analysis_of(UNTIMED, analyzed=()), UNTIMED)

    for item in (0, 7):
        nodes.browser.SetSelectedItemNumber(item)
        assert nodes.segmentation.GetSegmentation().GetNumberOfSegments() == 0
    assert nodes.browser.GetSequenceNode(nodes.heatMap).GetNumberOfDataNodes() == 1
