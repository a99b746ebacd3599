"""The comparison shows what was measured, keeps leaks apart, and says what was not measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from Training.measure.presentation.comparison import comparison
from Training.recipes.registry import recipe_named

CNN = recipe_named("four-layer-cnn")
MASKED = recipe_named("resnet50-lesion-mask")
UNET = recipe_named("unet")


def figures(
    dataset: str, auc: float, *, across: bool = False, trained_on: str = "BUS-BRA", folds: str = "1", **more: Any
) -> dict[str, Any]:
    value = {"value": auc, "interval_95": [auc - 0.01, auc + 0.01]}
    neighbor = {"malignancy_auc": 0.61}
    found = {"across": across, "classification": {"malignancy_auc": value, "nearest_neighbour": neighbor}}
    return {"run": {"folds": list(folds), "trained_on": [trained_on]}, "datasets": {dataset: found}, **more}


def write(folder: Path, name: str, document: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(document))


def row(lines: list[str], words: str) -> str:
    return next(line for line in lines if words in line)


def test_figures_lie_in_the_columns_they_are_of(tmp_path: Path) -> None:
    write(tmp_path / CNN.name, "inside.json", figures("BUS-BRA", 0.8))
    write(tmp_path / CNN.name, "across.json", figures("BUSI", 0.7, across=True))
    lines = comparison([CNN], tmp_path, timed=False)
    headings = [cell.strip() for cell in row(lines, "parameters").split("|")]
    cells = [cell.strip() for cell in row(lines, CNN.name).split("|")]
    assert cells[headings.index("AUC, BUS-BRA")] == "0.800 (0.790–0.810)"
    assert cells[headings.index("AUC, BUSI unseen")] == "0.700 (0.690–0.710)"
    assert cells[headings.index("macro AUC, BUSI")] == "not measured"
    assert "0.610" in row(lines, "nearest-neighbor")


def test_trainings_on_other_data_are_rows_of_their_own(tmp_path: Path) -> None:
    write(tmp_path / CNN.name, "a.json", figures("BUS-BRA", 0.82))
    write(tmp_path / CNN.name, "b.json", figures("BUS-BRA", 0.87, trained_on="BUS-BRA+BUSI"))
    both, alone = [line for line in comparison([CNN], tmp_path, timed=False) if CNN.name in line]
    assert "BUS-BRA + BUSI" in both
    assert "0.870" in both
    assert "0.820" in alone


def test_pooled_folds_are_a_row_of_their_own(tmp_path: Path) -> None:
    write(tmp_path / CNN.name, "a.json", figures("BUS-BRA", 0.87, folds="2345"))
    write(tmp_path / CNN.name, "b.json", figures("BUS-BRA", 0.82))
    one, pooled = [line for line in comparison([CNN], tmp_path, timed=False) if CNN.name in line]
    assert "0.820" in one
    assert one.endswith("| 1 |")
    assert "0.870" in pooled
    assert pooled.endswith("| 2, 3, 4, 5 |")


def test_rows_from_random_weights_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    write(tmp_path / CNN.name, "a.json", figures("BUS-BRA", 0.82, started_from=["random"]))
    write(tmp_path / MASKED.name, "b.json", figures("BUS-BRA", 0.87, started_from=["encoder.pth"]))
    text = "\n".join(comparison([CNN, MASKED], tmp_path, timed=False))
    first, second = text.split("#### From random weights")
    assert "0.870" in first
    assert "0.820" not in first
    assert "0.820" in second


def test_a_leak_is_a_row_of_its_own(tmp_path: Path) -> None:
    write(tmp_path / MASKED.name, "honest.json", figures("BUS-BRA", 0.8))
    write(tmp_path / MASKED.name, "leak.json", figures("BUS-BRA", 0.99, leak="ground-truth mask at test time"))
    lines = comparison([MASKED], tmp_path, timed=False)
    assert "0.990" not in row(lines, f"| {MASKED.title}")
    assert "0.990" in row(lines, "LEAK, ground-truth mask at test time")


def test_what_nobody_measured_says_so(tmp_path: Path) -> None:
    lines = comparison([CNN, UNET], tmp_path, timed=False)
    assert row(lines, CNN.name).count("not measured") == 5
    assert row(lines, UNET.name).count("not measured") == 4


def test_parameters_are_counted_and_time_is_measured(tmp_path: Path) -> None:
    (line,) = [line for line in comparison([CNN], tmp_path) if CNN.name in line]
    cells = [cell.strip() for cell in line.split("|")]
    assert float(cells[2].removesuffix(" M")) == pytest.approx(float(cells[3].removesuffix(" MB")) / 2, abs=0.11)
    assert float(cells[4]) > 0
