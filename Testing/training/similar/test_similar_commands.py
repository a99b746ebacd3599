"""`python -m Training retrieval` and `library`, from a data set to figures and to a library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from BreastUSAILib.engine.similar.library import verify_library
from Training.__main__ import main
from Training.measure.figures import intervals
from Training.recipes.registry import recipes
from Training.similar.retrieval_table import FILE, similar_table


def test_from_a_data_set_to_figures_a_table_and_a_library(
    classifier: Path,
    table: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 5)
    recipe = next(iter(recipes().values()))
    words = [str(classifier), "--data", str(table), "--features", str(tmp_path / "kept.npz"), "--components", "6"]
    output = tmp_path / "results" / recipe.name / FILE

    assert main(["retrieval", *words, "--output", str(output.parent)]) == 0
    assert main(["library", *words, "--output", str(tmp_path / "Similar")]) == 0

    figures = json.loads(output.read_text())
    assert figures["command"].startswith("python -m Training retrieval ")
    assert (figures["library"], figures["datasets"]["made-up"]["images"]) == (12, 6)
    assert "12 cases" in capsys.readouterr().out
    assert verify_library(tmp_path / "Similar") == []
    lines = similar_table([recipe], tmp_path / "results")
    assert lines[0] == "### Similar past cases"
    assert any(line.startswith("| made-up | 6 | signatures |") for line in lines)
    assert similar_table([recipe], tmp_path) == []
