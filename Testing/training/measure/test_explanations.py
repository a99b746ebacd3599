"""Heat maps measured by every method, their thresholds chosen, and both told: command, bundle, card and page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.bundles.bundle import load_classifier
from BreastUSAILib.engine.explanations.grading.deletion import Areas
from BreastUSAILib.engine.explanations.grading.thresholds import UNFOCUSED, GradeThresholds
from BreastUSAILib.engine.findings.grades import EnergyShare, HeatMapGrades
from Training.__main__ import main
from Training.cards.card import write_card
from Training.cards.card_explanations import maps_of_recipes
from Training.measure.explanations.figures import choose_thresholds, figures_of_maps
from Training.measure.explanations.rows import MapRow
from Training.measure.figures import intervals
from Training.recipes.registry import recipe_named

from .samples import write_classifier, write_data, write_segmenter


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 20)


def row(number: int, energy: float, hit: bool, method: str = "Grad-CAM") -> MapRow:
    grades = HeatMapGrades(
        0,
        method,
        lesion=EnergyShare(energy, 0.1),
        lesion_and_band=EnergyShare(energy, 0.2),
        points_at_lesion=hit,
        points_at_band=hit,
        marks=EnergyShare(0.01 * number, 0.01),
        outside=EnergyShare(0.0, 0.1),
    )
    chance = Areas(0.5, 0.5)
    shuffled = tuple(np.linspace(0.5, 2.0, 5))
    return MapRow("made-up", f"{number}", f"{number}", False, grades, Areas(0.3, 0.6), chance, shuffled, 30.0, 10.0)


def test_the_figures_are_the_means_of_the_rows() -> None:
    rows = [row(number, 0.3, hit=number < 3) for number in range(4)]
    rows.append(replace(rows[0], group="9", grades=HeatMapGrades(0, "Grad-CAM", is_empty=True)))
    found = figures_of_maps(rows, {}, "Grad-CAM")["explanations"]["made-up"]["methods"]["Grad-CAM"]
    assert found["energy_ratio"]["value"] == pytest.approx(4 * 3 / 5)
    assert found["pointing_hit"]["value"] == pytest.approx(3 / 5)
    assert found["gain_over_random_order"]["value"] == pytest.approx(0.3)
    assert (found["passes"], found["empty"], found["images"]) == (3, 0.2, 5)


def test_a_map_must_do_better_than_maps_with_the_same_values_elsewhere() -> None:
    chosen = choose_thresholds([row(number, 0.3, hit=True) for number in range(20)])
    assert chosen.least_energy_ratio == pytest.approx(2.0)
    assert chosen.most_marks == pytest.approx(0.18, abs=0.01)
    assert chosen.most_outside == 0.1
    assert choose_thresholds([]) == GradeThresholds()
    failing = figures_of_maps([row(0, 0.3, hit=True), row(1, 0.1, hit=True)], {}, "Grad-CAM")["failing"]
    assert failing == {"made-up": {UNFOCUSED: 0.5}}


def test_the_command_measures_writes_and_sets_what_card_and_page_then_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair, table = [write_classifier(tmp_path), write_segmenter(tmp_path)], write_data(tmp_path)
    results = tmp_path / "results" / "four-layer-cnn" / "explanations"
    asked = ["explanations", *map(str, pair), "--data", str(table), "--output", str(results), "--set-thresholds"]
    assert main(asked) == 0
    printed = capsys.readouterr().out
    assert "| Grad-CAM |" in printed
    assert "| Saliency |" in printed
    figures = json.loads((results / "explanations.json").read_text())
    assert list(figures["explanations"]["made-up"]["methods"]) == [
        *("Grad-CAM", "Saliency", "SmoothGrad", "Integrated Gradients", "GradientShap", "KernelShap", "Occlusion")
    ]
    thresholds = load_classifier(pair[0]).grade_thresholds
    assert thresholds.least_energy_ratio == figures["thresholds"]["least_energy_ratio"]
    assert thresholds.least_energy_ratio >= 1
    card = write_card(pair[0], [], explanations_file=results / "explanations.json")
    assert "energy in lesion over area" in card
    assert f"`least_energy_ratio` {thresholds.least_energy_ratio:g}" in card
    assert "They were chosen on" in card
    page = "\n".join(maps_of_recipes([recipe_named("four-layer-cnn")], tmp_path / "results"))
    assert "### Heat maps" in page
    assert figures["command"] in page


def test_how_many_lesions_and_which_methods_can_be_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair, table = [write_classifier(tmp_path), write_segmenter(tmp_path)], write_data(tmp_path)
    words = ["explanations", *map(str, pair), "--data", str(table), "--most", "2", "--methods"]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "2 lesions" in printed
    assert "Saliency" not in printed


def test_a_method_that_there_is_not_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair, table = [write_classifier(tmp_path), write_segmenter(tmp_path)], write_data(tmp_path)
    assert main(["explanations", *map(str, pair), "--data", str(table), "--methods", "magic"]) == 1
    assert "there is no method 'magic'" in capsys.readouterr().err


def test_a_layer_that_there_is_not_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair, table = [write_classifier(tmp_path), write_segmenter(tmp_path)], write_data(tmp_path)
    assert main(["explanations", *map(str, pair), "--data", str(table), "--layer", "nowhere"]) == 1
    assert "'nowhere' cannot be explained" in capsys.readouterr().err
