"""The report in the scene is `analysis.json`, and stays with the scene."""

from __future__ import annotations

import dataclasses
import json

import pytest

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.report.json_file import write_json
from BreastUSAILib.scene.results.mrb import saveScene
from BreastUSAILib.scene.results.report_node import addReportNode, readReport
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.host.scene.reopening import reopen
from Testing.scene.analyses import analysis_of, finished, marked_frames

STILL = marked_frames()


@pytest.mark.parametrize("repeated", [1, 120], ids=["short", "long"])
def test_it_is_what_the_file_says(scene, tmp_path, repeated):
    analysis = analysis_of(STILL)
    analysis = dataclasses.replace(analysis, frames=analysis.frames * repeated, lesions=analysis.lesions * repeated)
    write_json(analysis, tmp_path / "analysis.json")

    node = showAnalysis(analysis, STILL).report

    assert node.GetName() == "Breast - BreastUSAI report"
    assert node.GetText() == (tmp_path / "analysis.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("count", [1, 60], ids=["short", "long"])
def test_it_is_saved_with_the_scene(scene, tmp_path, count):
    frames = marked_frames(InputKind.STILL) if count == 1 else marked_frames(InputKind.CINE, 20)
    text = showAnalysis(analysis_of(frames), frames).report.GetText()
    saveScene(scene, tmp_path / "exam.mrb")

    again = reopen(tmp_path / "exam.mrb", tmp_path)

    assert again.scene.GetFirstNodeByName("Breast - BreastUSAI report").GetText() == text


@pytest.mark.parametrize("text", ["", "Dear colleague", "[1, 2]", "{"])
def test_other_text_is_not_a_report(scene, text):
    node = finished(addReportNode(scene, "Letter", analysis_of(STILL)))
    node.SetText(text)

    with pytest.raises(InputError, match="Letter: the text is not a report"):
        readReport(node)


def test_a_report_is_read_as_it_was_written(scene):
    analysis = analysis_of(STILL)

    assert readReport(finished(addReportNode(scene, "Report", analysis))) == json.loads(json.dumps(analysis.to_json()))
