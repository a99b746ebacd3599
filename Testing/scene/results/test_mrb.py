"""A scene file is there whole or not at all."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from BreastUSAILib.engine.errors import OutputError
from BreastUSAILib.engine.findings.heat_map_colors import LAYER_OPACITY
from BreastUSAILib.scene.results.mrb import saveScene, writeAnalysisScene
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.host.scene.reopening import reopen
from Testing.scene.analyses import analysis_of, marked_frames

FRAMES = marked_frames()


def test_a_saved_scene_is_one_whole_archive(scene, tmp_path):
    showAnalysis(analysis_of(FRAMES), FRAMES)

    saveScene(scene, tmp_path / "exam.mrb")

    assert [path.name for path in tmp_path.iterdir()] == ["exam.mrb"]
    assert zipfile.ZipFile(tmp_path / "exam.mrb").testzip() is None


def test_a_path_relative_to_the_working_folder_is_kept(scene, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()

    saveScene(scene, Path("results") / "exam.mrb")

    assert zipfile.is_zipfile(tmp_path / "results" / "exam.mrb")


def test_saving_again_replaces_the_older_file(scene, tmp_path):
    (tmp_path / "exam.mrb").write_bytes(b"older")

    saveScene(scene, tmp_path / "exam.mrb")

    assert zipfile.is_zipfile(tmp_path / "exam.mrb")


def test_a_folder_that_is_not_there_is_named_and_nothing_is_written(scene, tmp_path):
    target = tmp_path / "gone" / "exam.mrb"

    with pytest.raises(OutputError, match="gone"):
        saveScene(scene, target)

    assert list(tmp_path.iterdir()) == []


def test_the_views_of_a_reopened_scene_show_image_and_heat_map(host, tmp_path):
    writeAnalysisScene(analysis_of(FRAMES), FRAMES, tmp_path / "scene.mrb")

    again = reopen(tmp_path / "scene.mrb", tmp_path)

    view = again.sliceLogic.GetSliceCompositeNode()
    assert again.scene.GetNodeByID(view.GetBackgroundVolumeID()).GetName() == "Breast"
    assert again.scene.GetNodeByID(view.GetForegroundVolumeID()).GetName() == "Breast - BreastUSAI heat map"
    assert view.GetForegroundOpacity() == pytest.approx(LAYER_OPACITY)


def test_a_reopened_table_keeps_its_words(host, tmp_path):
    writeAnalysisScene(analysis_of(FRAMES), FRAMES, tmp_path / "scene.mrb")

    table = reopen(tmp_path / "scene.mrb", tmp_path).scene.GetFirstNodeByClass("vtkMRMLTableNode")

    assert "Research use only" in table.GetCellText(0, 0)
    assert table.GetCellText(1, 0) == "Lesion 1"
