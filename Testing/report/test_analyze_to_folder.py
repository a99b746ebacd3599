"""One call takes an input to its files, whoever asks, and leaves nothing of one that fails."""

from __future__ import annotations

import doctest

import pytest

from BreastUSAILib.engine import analyzer
from BreastUSAILib.engine.bundles import model_folder
from BreastUSAILib.engine.errors import Cancelled, InputError
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.report import analyze_to_folder as door
from BreastUSAILib.report.analyze_to_folder import analyze_to_folder

from .samples import analysis_of, frames_of

OPTIONS = AnalyzeOptions(FrameSelection.parse("key"), prevalence=0.1)


class Engine:
    """Finds the same in every input, and notes what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[tuple] = []
        self._error = error

    def analyze(self, frames, options=None, progress=None, cancelled=None):
        self.asked.append((frames, options, progress, cancelled))
        if self._error is not None:
            raise self._error
        return analysis_of(frames)


def test_the_files_lie_in_the_folder_that_was_chosen(tmp_path) -> None:
    engine, frames = Engine(), frames_of()

    done = analyze_to_folder(frames, OPTIONS, str(tmp_path / "deep" / "exam"), engine)

    assert done.files.folder == tmp_path / "deep" / "exam"
    assert sorted(path.name for path in done.files.folder.iterdir()) == [
        *("analysis.json", "heatmap.nrrd", "preview.png", "segmentation.seg.nrrd"),
    ]
    assert done.analysis.to_json() == analysis_of(frames).to_json()


def test_everything_that_is_asked_reaches_the_engine(tmp_path) -> None:
    engine, frames = Engine(), frames_of()

    def progress(done: int, total: int, words: str) -> None: ...

    def cancelled() -> bool:
        return False

    analyze_to_folder(frames, OPTIONS, tmp_path / "exam", engine, progress=progress, cancelled=cancelled)

    assert engine.asked == [(frames, OPTIONS, progress, cancelled)]


def test_a_scene_is_written_where_it_is_asked_for(tmp_path) -> None:
    done = analyze_to_folder(
        frames_of(), OPTIONS, tmp_path / "exam", Engine(), write_scene=lambda _a, _f, path: path.write_text("scene")
    )

    assert done.files.scene is not None
    assert done.files.scene.read_text() == "scene"


@pytest.mark.parametrize("error", [Cancelled(), InputError("it is blank", remedy="Scan again")])
def test_what_fails_leaves_the_earlier_result_as_it_was(tmp_path, error) -> None:
    analyze_to_folder(frames_of(), OPTIONS, tmp_path / "exam", Engine())
    before = {path.name: path.read_bytes() for path in (tmp_path / "exam").iterdir()}

    with pytest.raises(type(error)):
        analyze_to_folder(frames_of(count=2), OPTIONS, tmp_path / "exam", Engine(error))

    assert {path.name: path.read_bytes() for path in (tmp_path / "exam").iterdir()} == before


def test_the_example_runs_as_it_is_documented(tmp_path, monkeypatch, request) -> None:
    """With a sample that is read for real; the networks have tests of their own."""
    (tmp_path / "BreastUSAI").symlink_to(request.config.rootpath / "BreastUSAI")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(model_folder, "load_models", lambda: None)
    monkeypatch.setattr(analyzer, "Analyzer", lambda _models: Engine())

    ran = doctest.testmod(door)

    assert ran.attempted > 5
    assert not ran.failed
