"""The stage that Grad-CAM explains is the one that points at lesions, and the last one where that is not clear."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import load_classifier, verify_bundle
from Testing.training.measure.samples import write_classifier, write_data, write_segmenter
from Training.__main__ import main
from Training.bundles.writer import read_metadata
from Training.calibration.explained_stage import SAMPLE, Pointing, calibrate_stage, measure_stages, sample_lesions
from Training.cards.card import write_card
from Training.data.loading import load_examples
from Training.measure.rows.pointing import hit_and_share
from Training.measure.rows.subject import find_subject
from Training.recipes.networks import efficientnet

LAYERS = (*(f"_blocks.{number}" for number in range(7)), "_blocks.4 * _blocks.6")


def pointing(*hits: Sequence[bool], shares: Sequence[float] | None = None) -> Pointing:
    table = np.array(hits, dtype=bool)
    of_heat = np.array([0.5] * len(table) if shares is None else shares)
    everywhere = np.repeat(of_heat[:, None], table.shape[1], axis=1)
    return Pointing(tuple("abcdefg"[: len(table)]), table, everywhere, np.full(table.shape[1], 0.1))


def write_efficientnet(folder: Path, **changes: object) -> Path:
    stated = {"network": efficientnet("efficientnet-b0"), "explanation": {"method": "Grad-CAM", "layer": "_blocks.6"}}
    return write_classifier(folder, **{**stated, **changes})


def test_a_stage_that_is_clearly_better_is_taken() -> None:
    assert pointing([True] * 20, [False] * 20).best() == "a"


def test_the_last_stage_stays_where_another_is_better_by_chance() -> None:
    assert pointing([True] * 3, [False] * 3).best() == "b"
    mostly = [True, False, False, False] * 10
    assert pointing([*mostly[1:], True], mostly).best() == "b"


def test_of_equal_stages_the_one_with_more_heat_in_the_lesion_is_taken() -> None:
    found = pointing([True] * 20, [True] * 20, [False] * 20, shares=[0.3, 0.6, 0.9])
    assert found.best() == "b"


def test_every_patient_is_sampled_once_and_always_the_same_ones(tmp_path: Path) -> None:
    examples = load_examples(write_data(tmp_path, cases=12))
    chosen = sample_lesions(examples)
    assert [one.name for one in chosen] == [one.name for one in examples if one.masks and one.name.endswith("_0.png")]
    many = load_examples(write_data(tmp_path, cases=3 * SAMPLE))
    assert len(sample_lesions(many)) == SAMPLE
    assert sample_lesions(many) == sample_lesions(many)


def test_an_efficientnets_stages_are_measured_and_the_choice_is_written_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, examples = write_efficientnet(tmp_path), load_examples(write_data(tmp_path))
    monkeypatch.setattr(Pointing, "best", lambda self: "_blocks.3")
    found = calibrate_stage(bundle, examples)
    assert found is not None
    stage, measured = found
    assert stage == "_blocks.3"
    assert measured.layers == LAYERS
    assert measured.hits.shape == (len(LAYERS), len(sample_lesions(examples)))
    assert ((measured.shares >= 0) & (measured.shares <= 1)).all()
    verify_bundle(bundle)
    assert load_classifier(bundle).explainer.layer == "_blocks.3"
    assert set(read_metadata(bundle)["explanation_report"]["stages"]) == set(LAYERS)
    card = write_card(bundle, [])
    assert "Grad-CAM at `_blocks.3`" in card
    assert "| `_blocks.6` |" in card


def test_the_figure_of_a_stage_is_that_of_the_products_heat_map(tmp_path: Path) -> None:
    sharpened = {"method": "Grad-CAM", "layer": LAYERS[-1]}
    pair = [write_efficientnet(tmp_path, explanation=sharpened), write_segmenter(tmp_path)]
    examples = sample_lesions(load_examples(write_data(tmp_path)))
    analyzer = Analyzer(find_subject(pair).load(), "cpu")
    measured = measure_stages(load_classifier(pair[0]), examples)
    for place, example in enumerate(examples):
        frames = example.frames()
        shown = analyzer.analyze(frames).maps.heat_map(0)
        _, share = hit_and_share(shown, example.mask_array((frames.rows, frames.columns)))
        assert measured.shares[-1, place] == pytest.approx(np.nan_to_num(share), abs=1e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {"network": {"_target_": "BreastUSAILib.engine.networks.four_layer_cnn.FourLayerCNN"},
         "explanation": {"method": "Grad-CAM", "layer": "trunk"}},
        {"explanation": {"method": "Saliency", "layer": ""}},
    ],
    ids=["a network without stages", "another method"],
)  # fmt: skip
def test_where_there_is_no_choice_nothing_changes(changes: dict, tmp_path: Path) -> None:
    bundle = write_efficientnet(tmp_path, **changes)
    before = read_metadata(bundle)
    assert calibrate_stage(bundle, load_examples(write_data(tmp_path))) is None
    assert read_metadata(bundle) == before


def test_without_outlined_lesions_nothing_changes(tmp_path: Path) -> None:
    bundle = write_efficientnet(tmp_path)
    before = read_metadata(bundle)
    normals = [one for one in load_examples(write_data(tmp_path)) if one.label == "normal"]
    assert calibrate_stage(bundle, normals) is None
    assert read_metadata(bundle) == before


def test_the_command_prints_every_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle, table = write_efficientnet(tmp_path), write_data(tmp_path)
    assert main(["layers", "--bundle", str(bundle), "--data", str(table)]) == 0
    printed = capsys.readouterr().out
    assert all(layer in printed for layer in LAYERS)
    assert "4 lesions" in printed


def test_the_command_refuses_what_has_no_stages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write_data(tmp_path)
    assert main(["layers", "--bundle", str(write_classifier(tmp_path)), "--data", str(table)]) == 1
    assert "no stages to choose from" in capsys.readouterr().err
    assert main(["layers", "--bundle", str(write_segmenter(tmp_path)), "--data", str(table)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
