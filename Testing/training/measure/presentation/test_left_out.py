"""The table of collections never seen: what is worst to get wrong stands first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from Training.measure.figures import intervals
from Training.measure.figures.figures import write_figures
from Training.measure.presentation.left_out import COLUMNS, FILE, POOLED, left_out_figures, left_out_table
from Training.measure.rows.row import Row
from Training.recipes.registry import recipe_named

from ..samples import made_up_rows


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 5)


def rows_of(dataset: str, **different: object) -> list[Row]:
    return [replace(row, trained_on="another", **different) for row in made_up_rows(60, dataset=dataset)]  # type: ignore[arg-type]


def test_collections_are_pooled_but_for_those_that_are_never_trained_on() -> None:
    found = left_out_figures([*rows_of("A"), *rows_of("B"), *rows_of("BUS_UC", verdict="normal")])
    assert set(found["datasets"]) == {"A", "B", "BUS_UC"}
    assert found["pooled"]["images"] == 120
    assert found["datasets"]["BUS_UC"]["classification"]["called_normal"]["malignant"]["value"] == 1
    assert found["pooled"]["classification"]["called_normal"]["malignant"]["value"] < 1


def test_a_share_called_normal_is_of_the_words_that_the_product_says() -> None:
    rows = [row for row in rows_of("A") if row.label == "malignant" and row.classified]
    said = [replace(row, verdict="normal" if number < 3 else "undetermined") for number, row in enumerate(rows)]
    found = left_out_figures([*said, *[row for row in rows_of("A") if row.label == "benign"]])
    share = found["pooled"]["classification"]["called_normal"]["malignant"]["value"]
    assert share == pytest.approx(3 / len(rows))


def test_the_table_has_a_row_a_collection_and_one_for_all_together(tmp_path: Path) -> None:
    figures = {**left_out_figures([*rows_of("A"), *rows_of("BUS_UC")]), "command": "python -m Training loco shared-b0"}
    path = tmp_path / "shared-b0" / FILE
    path.parent.mkdir(parents=True)
    write_figures(figures, path)
    lines = left_out_table([recipe_named("shared-b0"), recipe_named("unet")], tmp_path)
    table = [line for line in lines if line.startswith("|")]
    assert table[0] == "| left out | images | " + " | ".join(COLUMNS) + " |"
    assert list(COLUMNS)[:3] == ["malignant called normal", "lesions missed", "normals outlined"]
    assert [line.split(" | ")[0] for line in table[2:]] == ["| A", "| BUS_UC, never trained on", f"| {POOLED}"]
    assert left_out_table([recipe_named("unet")], tmp_path) == []
