"""A card tells what the bundle's metadata and its figures say, and says so where something was not measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.engine.bundles.bundle import CARD, verify_bundle
from BreastUSAILib.engine.errors import InputError, ModelError
from Training.__main__ import main
from Training.bundles.packing import pack_bundle
from Training.bundles.record import TrainingRecord
from Training.bundles.writer import read_metadata, rewrite_bundle
from Training.calibration.calibrate import Calibrated, fit_calibration, write_calibration
from Training.cards import card
from Training.cards.card import write_card
from Training.cards.card_figures import failure_sentence
from Training.measure.figures import intervals
from Training.measure.figures.figures import figures_of, write_figures
from Training.measure.rows.row import Row

from ..measure.samples import RECORD, made_up_rows, write_classifier, write_segmenter

TRAINING = TrainingRecord(
    recipe="shared-b0",
    seed=7,
    fold=1,
    train_on=("BUS-BRA", "BUSI"),
    counts={"train": {"BUS-BRA": {"benign": 910, "malignant": 432}, "BUSI": {"normal": 73}}},
    initialisation={"source": "encoder.pth", "sha256": "00ff00ff", "licence": "Apache-2.0"},
    revision="abc123",
)


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 5)


def figures_file(path: Path, rows: list[Row], **more: Any) -> Path:
    write_figures({**figures_of(rows), **more}, path)
    return path


def own_rows(bundle: Path, **changes: Any) -> list[Row]:
    """Rows that this bundle's weights gave."""
    info = verify_bundle(bundle)
    words = f"{info.name} {info.version} {info.sha256[:12]}"
    whose = "classifier" if info.task == "classification" else "segmenter"
    return [replace(row, **{whose: words}, **changes) for row in made_up_rows(120)]


@pytest.fixture(scope="module")
def calibrated() -> Calibrated:
    return fit_calibration(made_up_rows(120))


@pytest.fixture
def measured(tmp_path: Path, calibrated: Calibrated) -> tuple[Path, Path]:
    """A calibrated classifier, and its figures."""
    bundle = write_classifier(tmp_path / "b", training=TRAINING)
    write_calibration(bundle, calibrated)
    figures = figures_file(tmp_path / "own.json", own_rows(bundle), command="python -m Training evaluate B --data D")
    return bundle, figures


def test_it_is_shipped_in_a_bundle_that_verifies(measured: tuple[Path, Path]) -> None:
    bundle, figures = measured
    text = write_card(bundle, [figures])
    assert (bundle / CARD).read_text() == text
    verify_bundle(bundle)
    assert text.splitlines()[2] == f"**{RESEARCH_USE}**"


def test_every_number_of_the_metadata_stands_on_it(measured: tuple[Path, Path]) -> None:
    bundle, figures = measured
    text = write_card(bundle, [figures])
    told = read_metadata(bundle)["test_figures"]["made-up, fold 1"]
    assert (
        told["malignancy_auc"]
        == json.loads(figures.read_text())["datasets"]["made-up"]["classification"]["malignancy_auc"]["value"]
    )
    for name, value in told.items():
        if not name.endswith("_95"):
            assert f"{value:.3f}" in text, name


def test_it_tells_all_that_a_card_must(measured: tuple[Path, Path]) -> None:
    text = write_card(measured[0], [measured[1]]).replace("\n", " ")
    for words in (
        "Not for screening, diagnosis",  # intended use
        "| train | BUS-BRA | 0 | 910 | 432 |",  # counts
        "doi 10.1002/mp.16812",  # source
        "CC BY 4.0",  # license
        "GE Logiq 7",  # scanners
        "Baheya Hospital",  # population
        "Started from `encoder.pth`, license Apache-2.0, sha256 00ff00ff.",  # initialisation
        "Recipe `shared-b0`, seed 7, code abc123.",
        "| scanner: S1 |",  # strata
        "malignant among them",  # reliability
        "| 95 % sensitivity |",  # operating points
        "the verdict is *undetermined*",
        "The likelihood of malignancy is the probability that the lesion is malignant, given that there is one",
        "Malignant lesions called normal:",
        "pixel 1-nearest-neighbor",
        "Malignant lesions called benign:",  # failures
        "highest point in the lesion",  # explanation
        "Grad-CAM at `trunk`",
        "## What was tried",
        "python -m Training evaluate B --data D",
        "python -m Training train shared-b0 --data DATA --fold 1 --train-on BUS-BRA BUSI --seed 7",
    ):
        assert words in text, words


def test_internal_and_across_stand_side_by_side(measured: tuple[Path, Path], tmp_path: Path) -> None:
    bundle, figures = measured
    sister = [replace(row, dataset="BUSI", classifier="sister 1 00") for row in made_up_rows(60, dataset="BUSI")]
    text = write_card(bundle, [figures, figures_file(tmp_path / "across.json", sister)])
    assert "| made-up, fold 1 | BUSI, across data sets |" in text
    assert "BUSI, across data sets: 60 images of 30 patients or groups; not this bundle but sister 1 00" in text
    assert "made-up, fold 1: 120 images of 60 patients or groups; this bundle" in text


def test_folds_that_were_pooled_show_their_spread(tmp_path: Path) -> None:
    bundle = write_classifier(tmp_path / "b")
    rows = [
        replace(row, name=f"{fold} {row.name}", fold=fold, classifier=f"training {fold}")
        for fold in (1, 2)
        for row in made_up_rows(60, seed=fold)
    ]
    text = write_card(bundle, [figures_file(tmp_path / "folds.json", rows)])
    assert "made-up, folds 1, 2" in text
    assert "2 trainings of the same kind, pooled" in text
    assert "2 runs" in text


def test_what_was_not_measured_is_said(tmp_path: Path) -> None:
    bundle = write_classifier(tmp_path, training=None)
    text = write_card(bundle, [])
    assert "Performance: not measured." in text
    assert "does not say what it was trained on" in text
    assert "Its quality: not measured." in text
    assert text.count("ot measured.") >= 5
    without_normals = [replace(row, segmenter="") for row in own_rows(bundle) if row.label != "normal"]
    text = write_card(bundle, [figures_file(tmp_path / "f.json", without_normals)])
    assert "| macro AUC, three classes | not measured |" in text
    assert "Across data sets: not measured." in text


def test_where_the_weights_come_from_is_told(tmp_path: Path) -> None:
    start = {"source": "a package 1.0", "licence": "MIT", "trained_on": "ImageNet", "sha256": "11", "branch": "small"}
    bundle = write_classifier(tmp_path / "b", training=replace(TRAINING, initialisation=start))
    told = (
        "Started from `a package 1.0`, trained on ImageNet, license MIT, sha256 11, for its branch small alone, the "
        "rest from random weights."
    )
    assert told in write_card(bundle, [])


def test_a_segmenters_card_has_its_own_figures(tmp_path: Path) -> None:
    bundle = write_segmenter(tmp_path / "b", training=TRAINING)
    text = write_card(bundle, [figures_file(tmp_path / "f.json", own_rows(bundle))])
    for words in ("| Dice, mean |", "| lesions missed (Dice < .1) |", "A pixel is lesion from probability 0.5 on"):
        assert words in text
    for words in ("malignancy AUC", "in mm", "Operating points"):
        assert words not in text


@pytest.mark.parametrize("training", [RECORD, None])
def test_weights_in_eight_bits_are_told(tmp_path: Path, training: TrainingRecord | None) -> None:
    bundle = write_classifier(tmp_path, training=training)
    assert "bits" not in write_card(bundle, [])
    sha256 = verify_bundle(bundle).sha256
    pack_bundle(bundle)
    assert f"stored in 8 bits with a scale for each channel, rounded from those of sha256 {sha256}." in write_card(
        bundle, []
    )


def test_the_outlines_rules_are_told_with_their_choice(tmp_path: Path) -> None:
    bundle = write_segmenter(tmp_path)
    metadata = read_metadata(bundle)
    metadata["breastusai"] |= {"lesion_evidence": 0.7}
    report = {"rule": "The fewest lost.", "normals_outlined": None, "parts_outlined": 0.04, "lesions_lost": 0.01}
    report["from"] = "collections left out of the training: X"
    rewrite_bundle(bundle, metadata={**metadata, "outline_rules_report": report})
    text = write_card(bundle, []).replace("\n", " ")
    assert "mean probability is below 0.7" in text
    assert "is called normal the outline is withheld." in text
    assert "Chosen on collections left out of the training: X." in text
    assert "The fewest lost." in text
    assert "lesion-free parts 4.0%, found lesions lost 1.0%" in text
    assert "gap in log-odds" not in text


def test_a_sure_outline_that_is_shown_all_the_same_is_told(tmp_path: Path) -> None:
    bundle = write_segmenter(tmp_path)
    metadata = read_metadata(bundle)
    metadata["breastusai"] |= {"withhold_below": 0.9}
    rewrite_bundle(bundle, metadata=metadata)
    text = write_card(bundle, []).replace("\n", " ")
    assert "is called normal the outline is withheld, unless its own mean probability is 0.9 or more." in text


def test_what_every_gap_gave_is_told_with_its_command(tmp_path: Path) -> None:
    bundle = write_segmenter(tmp_path)
    metadata = read_metadata(bundle)
    gaps = [{"gap": 1.0, "dice": {"BUSI": 0.8126}}, {"gap": None, "dice": {"BUSI": 0.8131}}]
    report = {"rule": "The fewest lost.", "gap_rule": "The smallest gap.", "gaps": gaps, "lesions_lost": 0.0}
    rewrite_bundle(bundle, metadata={**metadata, "outline_rules_report": report})
    text = write_card(bundle, [])
    assert "The smallest gap." in text
    assert "| 1 | 0.8126 |" in text
    assert "| none | 0.8131 |" in text
    assert "python -m Training calibrate CLASSIFIER segmenter --data DATA --fold 1" in text


def test_figures_of_a_leak_are_refused(measured: tuple[Path, Path], tmp_path: Path) -> None:
    leaking = figures_file(tmp_path / "leak.json", [replace(row, leak="the truth") for row in made_up_rows(20)])
    before = (measured[0] / CARD).read_text()
    with pytest.raises(InputError, match="leaks"):
        write_card(measured[0], [leaking])
    assert (measured[0] / CARD).read_text() == before


def test_notes_are_taken_from_the_file_named_after_the_bundle(
    measured: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "NOTES", tmp_path)
    assert "Not recorded." in write_card(measured[0], [])
    (tmp_path / f"{measured[0].name}.md").write_text("MixUp did not help.\n")
    assert "MixUp did not help." in write_card(measured[0], [])
    (tmp_path / "other.md").write_text("Nor did CutMix.\n")
    assert "Nor did CutMix." in write_card(measured[0], [], tmp_path / "other.md")
    with pytest.raises(InputError, match="notes"):
        write_card(measured[0], [], tmp_path / "none.md")


def test_failures_are_told_in_words_and_only_where_they_pile_up() -> None:
    strata = {
        "size": {"small": {"failed": 5, "images": 30}, "large": {"failed": 2, "images": 70}},
        "histology": {"other": {"failed": 7, "images": 20}},
        "scanner": {"A": {"failed": 4, "images": 50}, "B": {"failed": 3, "images": 50}},
    }
    sentence = failure_sentence("missed lesions", {"failed": 7, "images": 100, "strata": strata})
    assert sentence == (
        "Missed lesions: 7 of 100. 5 of them are small (diameter below 22.5% of the picture's side), as 30% of all are."
    )
    none = failure_sentence("missed lesions", {"failed": 0, "images": 100, "strata": strata})
    assert none.startswith("Missed lesions: 0 of 100.")


def test_the_command_writes_it(measured: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    bundle, figures = measured
    assert main(["card", str(bundle), "--figures", str(figures)]) == 0
    assert "a card of" in capsys.readouterr().out
    verify_bundle(bundle)
    assert main(["card", str(bundle), "--figures", str(figures.parent / "none.json")]) == 1
    assert "none.json" in capsys.readouterr().err


def test_a_folder_that_is_not_a_bundle_gets_no_card(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        write_card(tmp_path, [])
