"""Every figure comes from the per-image rows alone, and means what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from BreastUSAILib.engine.errors import InputError
from Training.measure.figures import intervals
from Training.measure.figures.figures import figures_of, read_figures, write_figures
from Training.measure.figures.strata import LEAST, OTHER, SIZE_EDGES, size_of, stratify
from Training.measure.presentation.wording import HEADLINES, look_up
from Training.measure.rows.row import Row, read_rows, write_rows

from ..samples import made_up_rows, with_shuffled_labels


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 15)


def figures(rows: list[Row]) -> dict[str, Any]:
    return figures_of(rows)["datasets"]["made-up"]


def value(found: Mapping[str, Any], words: str) -> float:
    return look_up(found, HEADLINES[words])["value"]


def test_figures_from_the_written_table_equal_those_of_the_run(tmp_path: Path) -> None:
    rows = made_up_rows(80)
    write_rows(rows, tmp_path / "rows.csv")
    assert figures_of(read_rows([tmp_path / "rows.csv"])) == figures_of(rows)


def test_figures_survive_their_file(tmp_path: Path) -> None:
    found = figures_of(made_up_rows(40))
    write_figures(found, tmp_path / "figures.json")
    assert read_figures(tmp_path / "figures.json") == found


def test_accuracy_is_the_share_on_the_confusion_matrixs_diagonal() -> None:
    found = figures(made_up_rows())["classification"]
    matrix = np.array(found["confusion"])
    assert matrix.sum() == found["accuracy"]["n"] == found["images"]
    assert found["accuracy"]["value"] == pytest.approx(np.trace(matrix) / matrix.sum())
    assert matrix.sum(axis=1).tolist() == list(found["classes"].values())


def test_shuffled_labels_give_chance() -> None:
    rows = made_up_rows(600, skill=3)
    honest, shuffled = figures(rows), figures(with_shuffled_labels(rows, 1))
    assert value(honest, "malignancy AUC") > 0.9
    assert value(shuffled, "malignancy AUC") == pytest.approx(0.5, abs=0.07)
    assert value(shuffled, "macro AUC, three classes") == pytest.approx(0.5, abs=0.07)
    assert value(shuffled, "accuracy, three classes") == pytest.approx(1 / 3, abs=0.06)


def test_every_headline_has_its_interval_around_it() -> None:
    found = figures(made_up_rows())
    measured = {words: look_up(found, path) for words, path in HEADLINES.items()}
    assert all(one["interval_95"] for words, one in measured.items() if "in mm" not in words)
    for one in measured.values():
        if one is not None and one["value"] is not None:
            low, high = one["interval_95"]
            assert low - 0.1 <= one["value"] <= high + 0.1  # few draws


def test_a_refused_image_counts_as_refused_and_nowhere_else() -> None:
    found = figures(made_up_rows(100))
    assert found["refused"]["value"] == pytest.approx(0.1)
    assert found["classification"]["images"] == 90
    assert found["segmentation"]["images"] == 90


def test_a_baseline_stands_beside_the_headlines_unless_nobody_asked_it() -> None:
    rows = made_up_rows(240)
    neighbor = figures(rows)["classification"]["nearest_neighbour"]
    assert neighbor["malignancy_auc"] == pytest.approx(0.5, abs=0.12)
    unasked = [replace(row, nearest_neighbour="") for row in rows]
    assert figures(unasked)["classification"]["nearest_neighbour"] is None


def test_without_normals_there_is_no_three_class_auc_but_one_of_malignancy() -> None:
    found = figures([row for row in made_up_rows() if row.label != "normal"])
    assert value(found, "macro AUC, three classes") is None
    assert value(found, "malignancy AUC") > 0.5
    assert value(found, "false area on normals") is None


def test_the_bundles_own_points_are_judged_by_its_own_decisions() -> None:
    rows = made_up_rows()
    point = figures(rows)["classification"]["operating_points"]["sensitivity_95"]
    lesions = [row for row in rows if row.classified and row.label == "malignant"]
    assert point["sensitivity"]["value"] == pytest.approx(np.mean([row.malignant > 0.2 for row in lesions]))
    none = [replace(row, above_sensitivity_95=None, above_specificity_90=None) for row in rows]
    assert figures(none)["classification"]["operating_points"] == {}


def test_a_network_that_may_not_be_judged_has_no_figures() -> None:
    rows = [replace(row, segmenter="", predicted_area_px=None, dice=float("nan")) for row in made_up_rows(40)]
    found = figures(rows)
    assert found["segmentation"] is None
    assert found["classification"] is not None


def test_folds_are_pooled_with_their_spread_beside() -> None:
    rows = [
        replace(row, name=f"{fold} {row.name}", fold=fold, classifier=f"classifier of fold {fold}")
        for fold in (1, 2, 3)
        for row in made_up_rows(80, seed=fold)
    ]
    found = figures_of(rows)
    auc = look_up(found["datasets"]["made-up"], HEADLINES["malignancy AUC"])
    assert auc["runs"]["n"] == 3
    assert auc["runs"]["sd"] > 0
    assert found["run"]["folds"] == [1, 2, 3]


def test_data_sets_are_never_pooled() -> None:
    found = figures_of([*made_up_rows(40), *made_up_rows(40, dataset="elsewhere")])["datasets"]
    assert [(name, one["images"], one["across"]) for name, one in found.items()] == [
        ("made-up", 40, False),
        ("elsewhere", 40, True),
    ]


def test_an_image_that_comes_twice_from_the_same_weights_is_refused() -> None:
    with pytest.raises(InputError, match="twice"):
        figures_of([*made_up_rows(10), *made_up_rows(10)])


def test_a_leak_is_told_and_never_mixed_with_honest_rows() -> None:
    leaking = [replace(row, leak="the truth") for row in made_up_rows(20)]
    assert figures_of(leaking)["leak"] == "the truth"
    assert "leak" not in figures_of(made_up_rows(20))
    with pytest.raises(InputError, match="leaks"):
        figures_of([*leaking, *made_up_rows(20, dataset="elsewhere")])


def test_sizes_split_at_the_equivalent_diameter() -> None:
    (row,) = made_up_rows(1)

    def size(diameter: float) -> str | None:
        area = round(np.pi * (diameter * 1000) ** 2 / 4)
        return size_of(replace(row, true_area_px=area, image_area_px=1_000_000))

    assert [size(edge + 0.002) for edge in (0.05, *SIZE_EDGES)] == ["small", "medium", "large"]
    assert size(SIZE_EDGES[0] - 0.002) == "small"
    assert size_of(replace(row, true_area_px=0)) is None
    assert size_of(replace(row, true_area_px=None)) is None


def test_rare_values_are_pooled_and_a_single_value_is_not_a_stratum() -> None:
    rows = made_up_rows(40)
    rare = [replace(row, strata={"histology": "common" if n < 30 else f"rare {n}"}) for n, row in enumerate(rows)]
    found = stratify(rare)["histology"]
    assert {name: len(members) for name, members in found.items()} == {"common": 30, OTHER: 10}
    assert all(len(members) >= LEAST for members in found.values())
    one_rare = [replace(row, strata={"histology": "common" if n < 36 else "rare"}) for n, row in enumerate(rows)]
    found = stratify(one_rare)["histology"]
    assert {name: len(members) for name, members in found.items()} == {"common": 36, "rare": 4}
    alike = [replace(row, strata={"histology": "common"}) for row in rows]
    assert "histology" not in stratify(alike)


def test_every_stratum_has_its_own_figures() -> None:
    rows = made_up_rows()
    strata = figures(rows)["strata"]
    assert set(strata) == {"class", "size", "scanner", "birads"}
    for values in strata.values():
        assert sum(one["images"] for one in values.values()) <= len(rows)
    malignant = strata["class"]["malignant"]
    assert malignant["malignancy_auc"]["value"] is None  # one class alone
    assert malignant["accuracy"]["value"] is not None


def test_failures_are_counted_by_stratum() -> None:
    rows = made_up_rows()
    missed = figures(rows)["failures"]["missed lesions"]
    lesions = [row for row in rows if row.segmented and row.true_area_px]
    assert missed["images"] == len(lesions)
    assert missed["failed"] == sum(row.dice < 0.1 for row in lesions) > 0
    for values in missed["strata"].values():
        assert sum(one["failed"] for one in values.values()) == missed["failed"]


def test_what_is_no_figures_file_is_refused(tmp_path: Path) -> None:
    for text in ("", "[]", json.dumps({"run": {}}), json.dumps({"datasets": [], "run": {}})):
        (tmp_path / "figures.json").write_text(text)
        with pytest.raises(InputError, match=r"figures\.json"):
            read_figures(tmp_path / "figures.json")
