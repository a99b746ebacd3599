"""`python -m Training evaluate` from bundles to files, and from its own table to the same figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from Training.__main__ import main
from Training.measure.figures import intervals


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 5)


def test_a_run_and_its_table_give_equal_figures(
    pair: list[Path], table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, again = tmp_path / "new" / "out", tmp_path / "again"
    assert main(["evaluate", *map(str, pair), "--data", str(table), "--output", str(out)]) == 0
    printed = capsys.readouterr().out
    assert main(["evaluate", "--from-rows", str(out / "rows.csv"), "--output", str(again)]) == 0
    assert capsys.readouterr().out == printed
    first, second = (json.loads((folder / "figures.json").read_text()) for folder in (out, again))
    assert first["command"].startswith("python -m Training evaluate ")
    assert "--from-rows" in second["command"]
    assert first.pop("started_from") == ["random"]  # which the bundles say, and no table
    assert {**first, "command": ""} == {**second, "command": ""}
    assert {path.name for path in out.iterdir()} == {path.name for path in again.iterdir()}
    assert (out / "rows.csv").read_bytes() == (again / "rows.csv").read_bytes()
    for words in ("malignancy AUC", "Dice, mean", "pixel 1-NN", "95 % interval", "false refusals"):
        assert words in printed


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["evaluate"], "nothing to measure"),
        (["evaluate", "BUNDLE"], "nothing to measure"),
        (["evaluate", "BUNDLE", "--from-rows", "rows.csv"], "runs nothing"),
        (["evaluate", "--from-rows", "no-such.csv"], "no-such.csv"),
        (["evaluate", "no-such-bundle", "--data", "."], "SHA256SUMS.txt"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    err = capsys.readouterr().err
    assert told in err
    assert len(err.splitlines()) == 1
