"""One overlay node for each explanation: beside the image, linked, named in the report, and replaced as a whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.engine.findings.document_form import analysis_from
from BreastUSAILib.engine.findings.explained import Explanations, with_explanations
from BreastUSAILib.engine.findings.maps import StoredMaps
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.mrml.image_data import arrayFromImage, ijkToRasOf
from BreastUSAILib.scene.mrml.nodes import IMAGE_ROLE
from BreastUSAILib.scene.mrml.result_links import explanationNodes, resultOf, resultsOf, setHidden
from BreastUSAILib.scene.mrml.sequences import sequenceBehind
from BreastUSAILib.scene.results.added_explanations import showExplanationsInSteps
from BreastUSAILib.scene.results.former_results import Former
from BreastUSAILib.scene.results.report_node import readReport
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.scene.analyses import analysis_of, finished, marked_frames
from Testing.scene.explanations import made_by_hand

OPTIONS = ("occlusion", "attention-gates")


@pytest.fixture(params=[InputKind.STILL, InputKind.CINE, InputKind.VOLUME])
def shown(request, host):
    """The nodes of an analysis, and its frames."""
    frames = marked_frames(request.param, count=1 if request.param is InputKind.STILL else 3)
    return showAnalysis(analysis_of(frames), frames, scene=host.scene), frames


def explained(nodes, *options, value=1.0):
    analyzed = analysis_from(readReport(nodes.report)).frames
    made = made_by_hand(*options, frames=tuple(frame.index for frame in analyzed), value=value)
    return finished(showExplanationsInSteps(made, nodes.volume, nodes.report))


def values_of(node):
    return arrayFromImage(node.GetImageData())


def test_each_method_has_a_node_where_the_image_is(shown):
    nodes, _frames = shown
    maps = explained(nodes, *OPTIONS)

    assert list(maps) == list(OPTIONS)
    assert explanationNodes(nodes.report) == maps
    for option, words in zip(OPTIONS, ("Occlusion", "Attention gates"), strict=True):
        node = maps[option]
        assert node.GetName() == f"{nodes.volume.GetName()} - BreastUSAI {words}"
        assert node.GetNodeReference(IMAGE_ROLE) is nodes.volume
        assert np.allclose(ijkToRasOf(node), ijkToRasOf(nodes.volume))
        assert values_of(node)[0].shape == (48, 64)
    assert values_of(maps["occlusion"])[0].min() == -1
    assert values_of(maps["attention-gates"])[0].min() == 0
    assert (sequenceBehind(maps["occlusion"]) is None) == (nodes.browser is None)


def test_a_signed_map_has_two_colors_and_nothing_where_it_is_zero(shown):
    nodes, _frames = shown
    maps = explained(nodes, *OPTIONS)
    display = maps["occlusion"].GetDisplayNode()

    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (-1, 1)
    table = display.GetColorNode()
    color, opacities = np.zeros(4), []
    for index in (0, 128, 255):
        table.GetColor(index, color)
        opacities.append(color[3])
        assert (color[2] > color[0]) == (index == 0)
    assert opacities == pytest.approx([1, 0, 1], abs=0.01)
    plain = maps["attention-gates"].GetDisplayNode()
    assert plain.GetColorNode() is nodes.heatMap.GetDisplayNode().GetColorNode()


def test_the_report_says_which_there_are_and_what_there_is_to_remark(shown):
    nodes, _frames = shown
    flag = Flag(FlagCode.NOT_EXPLAINED, Severity.INFO, "Nothing to explain.")
    made = replace(made_by_hand("occlusion"), flags=(flag,))
    finished(showExplanationsInSteps(made, nodes.volume, nodes.report))

    analysis = analysis_from(readReport(nodes.report))
    assert analysis.explanations == made.found
    assert analysis.flags == (flag,)
    assert analysis.verdict == analysis_of(_frames).verdict


def test_a_method_that_is_explained_anew_replaces_its_map_alone(shown, host):
    nodes, _frames = shown
    first = explained(nodes, *OPTIONS)
    count = host.scene.GetNumberOfNodes()
    second = explained(nodes, "occlusion", value=0.5)

    assert first["occlusion"].GetScene() is None
    assert explanationNodes(nodes.report) == {"attention-gates": first["attention-gates"], **second}
    assert second["occlusion"].GetName().endswith("BreastUSAI Occlusion")
    assert values_of(second["occlusion"])[0].max() == pytest.approx(0.5)
    assert host.scene.GetNumberOfNodes() == count


def test_what_came_with_the_analysis_is_shown_with_it(host):
    frames = marked_frames()
    plain, made = analysis_of(frames), made_by_hand(*OPTIONS)
    maps = _Both(plain.maps, made)
    nodes = showAnalysis(replace(plain, maps=maps, explanations=made.found), frames, scene=host.scene)

    assert set(nodes.explanations) == set(OPTIONS)
    assert resultOf(nodes.volume).explanations == nodes.explanations


def test_a_new_result_takes_all_maps_with_it_or_keeps_them_under_its_number(shown, host):
    nodes, frames = shown
    maps = explained(nodes, *OPTIONS)
    kept = showAnalysis(analysis_of(frames), frames, nodes.volume, former=Former.KEEP)
    assert maps["occlusion"].GetName().endswith("Occlusion 1")
    assert resultsOf(nodes.volume)[1].explanations == maps

    more = explained(kept, "occlusion")
    showAnalysis(analysis_of(frames), frames, nodes.volume, former=Former.REPLACE)
    assert more["occlusion"].GetScene() is None
    assert maps["occlusion"].GetScene() is host.scene


def test_they_are_hidden_with_the_result(shown):
    nodes, _frames = shown
    maps = explained(nodes, "occlusion")
    for is_hidden in (True, False):
        setHidden(resultOf(nodes.volume), is_hidden)
        assert bool(maps["occlusion"].GetHideFromEditors()) is is_hidden


def test_what_is_broken_off_leaves_the_scene_as_it_was(shown, host):
    nodes, _frames = shown
    before, text = host.scene.GetNumberOfNodes(), nodes.report.GetText()
    steps = showExplanationsInSteps(made_by_hand(*OPTIONS), nodes.volume, nodes.report)
    next(steps)
    steps.close()
    assert (host.scene.GetNumberOfNodes(), nodes.report.GetText()) == (before, text)

    steps = showExplanationsInSteps(made_by_hand(*OPTIONS), nodes.volume, nodes.report)
    next(steps)
    host.scene.RemoveNode(nodes.report)
    with pytest.raises(InputError, match="left the scene"):
        finished(steps)


class _Both:
    """The maps of an analysis by hand, and explanations."""

    def __init__(self, maps, made: Explanations) -> None:
        self._maps, self._made = maps, made
        self.frames = maps.frames

    def __getattr__(self, name):
        return getattr(self._maps, name)

    def explanation_map(self, option, frame):
        return self._made.maps[option].map(frame)


def test_explanations_become_part_of_an_analysis_with_maps():
    frames, made = marked_frames(), made_by_hand("occlusion")
    box = made.maps["occlusion"].letterbox
    analysis: Analysis = replace(analysis_of(frames), maps=StoredMaps(box))
    assert with_explanations(analysis, made).maps.explanation_map("occlusion", 0).shape == (48, 64)
    assert not analysis.maps.further
