"""Explanations beside the heat map: a file each, a picture each in the preview, and a row each in the document."""

from __future__ import annotations

import jsonschema
import numpy as np
import pytest
import SimpleITK as sitk

from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.findings.heat_map_colors import heat_map_colors, heat_map_opacity
from BreastUSAILib.engine.findings.words import model_lines
from BreastUSAILib.report.preview import render_preview
from BreastUSAILib.report.result_folder import OWNED, write_results
from Testing.report.samples import analysis_of, explained, frames_of
from Testing.report.test_json_file import VALIDATOR

METHODS = ("occlusion", "attention-gates")


def test_each_has_a_file_that_says_which_it_is(tmp_path):
    frames = frames_of(count=3)
    analysis = explained(analysis_of(frames), *METHODS)
    files = write_results(analysis, frames, tmp_path / "exam")
    assert {path.name for path in (tmp_path / "exam").iterdir()} == {
        *("analysis.json", "heatmap.nrrd", "segmentation.seg.nrrd", "preview.png"),
        *("heatmap-occlusion.nrrd", "heatmap-attention-gates.nrrd"),
    }
    assert set(files.explanations) == set(METHODS)
    signed = sitk.ReadImage(str(files.explanations["occlusion"]))
    values = sitk.GetArrayFromImage(signed)
    assert signed.GetMetaData("BreastUSAI.Explanation") == "Occlusion malignant"
    assert values.shape == (3, frames.rows, frames.columns)
    assert values.min() < -0.5
    assert np.allclose(values[1], analysis.maps.explanation_map("occlusion", 1), atol=1 / 1024)
    gates = sitk.ReadImage(str(files.explanations["attention-gates"]))
    assert gates.GetMetaData("BreastUSAI.Explanation") == "Attention gates outline"


def test_a_later_result_without_them_takes_their_files_away(tmp_path):
    frames = frames_of()
    write_results(explained(analysis_of(frames), *METHODS), frames, tmp_path / "exam")
    write_results(analysis_of(frames), frames, tmp_path / "exam")
    assert not list((tmp_path / "exam").glob("heatmap-*"))
    assert {f"heatmap-{option}.nrrd" for option in METHODS} <= OWNED


def test_they_fit_the_schema_and_a_stranger_does_not():
    document = explained(analysis_of(frames_of(count=2)), *METHODS).to_json()
    VALIDATOR.validate(document)
    assert [row["option"] for row in document["explanations"]] == list(METHODS)
    for wrong in ({"option": "../x"}, {"target": "tumor"}, {"frames": []}, {"signed": None}, {"patient": "Doe"}):
        row = {**document["explanations"][0], **wrong}
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate({**document, "explanations": [row]})


def test_the_preview_shows_each_in_a_row_of_their_own():
    frames = frames_of()
    plain = render_preview(analysis_of(frames), frames)
    more = render_preview(explained(analysis_of(frames), *METHODS), frames)
    four = render_preview(explained(analysis_of(frames), *METHODS, "smoothgrad", "gradient-shap"), frames)
    assert more.width == plain.width
    assert plain.height < more.height < four.height
    row = np.asarray(more)[plain.height : more.height - 80, : more.width - 400].astype(int)
    colors = {"warm": row[..., 0] - row[..., 2], "cold": row[..., 2] - row[..., 0]}
    assert all((one > 60).any() for one in colors.values())


def test_a_rejected_input_has_none():
    frames = frames_of()
    assert "explanations" in analysis_of(frames, Label.REJECTED).to_json()
    render_preview(analysis_of(frames, Label.REJECTED), frames)


def test_the_words_name_them_all():
    lines = model_lines(explained(analysis_of(frames_of()), *METHODS))
    assert lines[-2:] == [
        "Further explanation: Occlusion for malignant",
        "Further explanation: Attention gates",
    ]


@pytest.mark.parametrize("on_flow", [False, True])
def test_signed_colors_tell_the_sign_by_hue_and_the_magnitude_by_lightness(on_flow):
    values = np.linspace(-1, 1, 201)
    colors = heat_map_colors(values, on_flow, signed=True) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(colors[:100]) < 0).all()
    assert (np.diff(colors[101:]) > 0).all()
    ends = heat_map_colors(np.array([-0.6, 0.6]), on_flow, signed=True)
    assert ends[0][2] - ends[0][1] > ends[1][2] - ends[1][1] + 50
    opacity = heat_map_opacity(values)
    assert np.allclose(opacity, opacity[::-1])
    assert opacity[100] == 0
