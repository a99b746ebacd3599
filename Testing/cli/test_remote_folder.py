"""A folder that Slicer's console has analyzed holds what the command would have written."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest

from BreastUSAILib.cli.analyze import run_analyze
from BreastUSAILib.cli.arguments import parser
from BreastUSAILib.cli.remote_folder import analyze_folder
from BreastUSAILib.cli.terminal import Terminal
from BreastUSAILib.engine.errors import Cancelled, OptionError, OutputError
from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.engine.options import ModelChoice
from BreastUSAILib.engine.remote.protocol import ProtocolError
from BreastUSAILib.engine.remote.serving.server import Call
from Testing.engine.remote.fakes import ROOT, FakeEngine

STILL = ROOT / "BreastUSAI" / "Resources" / "Samples" / "still_benign_calibrated.dcm"


class CountingEngine(FakeEngine):
    """Notes which inputs it was given."""

    def __init__(self, asked: list[str]) -> None:
        super().__init__(ModelChoice())
        self.asked = asked

    def analyze(self, frames, options=None, progress=None, cancelled=None) -> Analysis:
        self.asked.append(frames.name)
        return super().analyze(frames, options, progress, cancelled)


class Asked:
    """One request, and what it told on the way."""

    def __init__(self, **params: Any) -> None:
        self.progress: list[tuple[int, int, str]] = []
        self.params = params
        self.is_cancelled = False
        self.analyzed: list[str] = []

    def __call__(self) -> Any:
        call = Call(self.params, self._tell, lambda: self.is_cancelled, print)
        return analyze_folder(call, lambda _call: CountingEngine(self.analyzed))

    def _tell(self, *news: Any) -> None:
        self.progress.append(news)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A file that is no image."""
    path = tmp_path / "bad.dcm"
    path.write_text("no image")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_files_are_those_of_the_command(tmp_path, bad) -> None:
    inputs = [str(STILL), str(bad), str(STILL)]
    chosen = parser().parse_args(["analyze", *inputs, "--output", str(tmp_path / "command"), "--prevalence", "0.1"])
    status = run_analyze(chosen, Terminal(io.StringIO(), io.StringIO()), lambda _: FakeEngine(ModelChoice()))
    asked = Asked(inputs=inputs, output=str(tmp_path / "console"), prevalence=0.1, explainClass="malignant")

    answer = asked()

    assert status == 1
    assert contents(tmp_path / "console") == contents(tmp_path / "command")
    assert [Path(one["output"]).name for one in answer["done"]] == [STILL.stem, f"{STILL.stem}-2"]
    assert [one["input"] for one in answer["failed"]] == [str(bad)]
    assert asked.progress == [(0, 3, f"{STILL.stem}: frame 1 of 1"), (2, 3, f"{STILL.stem}: frame 1 of 1")]


@pytest.mark.parametrize("as_folder", [False, True])
def test_cancelling_keeps_what_was_finished(tmp_path, as_folder) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.dcm", "b.dcm", "c.dcm"):
        shutil.copy(STILL, folder / name)
    inputs = [str(folder)] if as_folder else [str(folder / name) for name in ("a.dcm", "b.dcm", "c.dcm")]
    asked = Asked(inputs=inputs, output=str(tmp_path / "out"))
    told = asked._tell

    def cancel_at_once(*news: Any) -> None:
        told(*news)
        asked.is_cancelled = True

    asked._tell = cancel_at_once  # type: ignore[method-assign]

    with pytest.raises(Cancelled):
        asked()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]
    assert len(asked.progress) == 1
    assert "c" not in asked.analyzed


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"inputs": "all"}, ProtocolError),
        ({"inputs": ["a.dcm"]}, ProtocolError),
        ({"inputs": ["a.dcm"], "output": "out", "frames": "some"}, OptionError),
        ({"inputs": ["a.dcm"], "output": "out", "explainClass": "cyst"}, OptionError),
        ({"inputs": ["a.dcm"], "output": "out", "prevalence": 7}, OptionError),
        ({"inputs": ["a.dcm"], "output": "out", "prevalence": "7"}, ProtocolError),
        ({"inputs": ["a.dcm"], "output": str(STILL)}, OutputError),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(params, error) -> None:
    with pytest.raises(error):
        Asked(**params)()
