"""From phantoms to bundles that the product takes, by the commands that a researcher types."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from BreastUSAILib.__main__ import main as breastusai
from BreastUSAILib.engine.bundles.bundle import load_bundle, load_classifier, verify_bundle
from Training.__main__ import main
from Training.bundles.writer import read_metadata
from Training.fit.weights.pretrained import read_state


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantoms")
    assert main(["phantoms", "--output", str(folder), "--count", "10"]) == 0
    return folder / "data.csv"


def smoke(recipe: str, phantoms: Path, work: Path) -> list[Path]:
    command = ["train", recipe, "--smoke", "--data", str(phantoms), "--work", str(work), "--accelerator", "cpu"]
    assert main(command) == 0
    return sorted(path for path in (work / "bundles").iterdir() if not path.name.startswith("."))


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["four-layer-cnn", "row-lstm", "mobilenet-v2", "resnet50-lesion-mask", "res-unet"])
def test_a_recipe_trains_to_a_bundle_that_loads(recipe: str, phantoms: Path, tmp_path: Path) -> None:
    (bundle,) = smoke(recipe, phantoms, tmp_path)
    assert verify_bundle(bundle).name == recipe
    load_bundle(bundle)


@pytest.mark.slow
def test_the_shipped_recipe_gives_a_pair_that_is_measured_finetuned_and_added(
    phantoms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = smoke("shared-b0", phantoms, tmp_path / "first")
    assert [bundle.name for bundle in pair] == ["classifier_efficientnet_b0", "segmenter_attention_unet_b0"]

    measured = tmp_path / "measured"
    words = ["evaluate", *map(str, pair), "--data", str(phantoms), "--output", str(measured)]
    assert main(words) == 0
    assert (measured / "rows.csv").is_file()
    assert main(["card", str(pair[0]), "--figures", str(measured / "figures.json")]) == 0

    tuned = ["finetune", str(pair[0]), "--data", str(phantoms), "--work", str(tmp_path / "second"), "--smoke"]
    assert main([*tuned, "--name", "mine", "--accelerator", "cpu"]) == 0
    monkeypatch.setenv("BREASTUSAI_MODELS", str(tmp_path / "models"))
    assert breastusai(["models", "add", str(tmp_path / "second" / "bundles" / "mine")]) == 0
    capsys.readouterr()
    assert breastusai(["models", "list"]) == 0
    assert "mine" in capsys.readouterr().out


def test_a_calibration_part_of_one_class_is_refused_before_anything_is_trained(
    phantoms: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row.split(",") for row in phantoms.read_text().splitlines()]
    labels = rows[0].index("label")
    parts = ["part", *("calibration" if row[labels] == "benign" else "train" for row in rows[1:])]
    table = phantoms.with_name("one_class.csv")
    table.write_text("".join(",".join([*row, part]) + "\n" for row, part in zip(rows, parts, strict=True)))
    command = ["train", "four-layer-cnn", "--smoke", "--data", str(table), "--work", str(tmp_path)]
    assert main(command) == 1
    assert capsys.readouterr().err.startswith(
        f"error: {table}: the calibration part has 10 images and no malignant lesion"
    )
    assert not (tmp_path / "last.ckpt").exists()
    assert not list(tmp_path.glob("bundles/*"))


def test_training_needs_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "four-layer-cnn", "--work", str(tmp_path)]) == 1
    assert "--data" in capsys.readouterr().err


def test_an_unknown_recipe_is_one_line_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "efficientnet-b9", "--work", str(tmp_path), "--smoke"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_help_needs_no_heavy_import(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert "finetune" in capsys.readouterr().out


@pytest.mark.slow
def test_two_trainings_become_one_by_the_mean_of_their_weights(phantoms: Path, tmp_path: Path) -> None:
    (first,) = smoke("four-layer-cnn", phantoms, tmp_path / "first")
    again = ["train", "four-layer-cnn", "--smoke", "--data", str(phantoms), "--work", str(tmp_path / "second")]
    assert main([*again, "--start", str(first), "--accelerator", "cpu"]) == 0
    second = tmp_path / "second" / "bundles"
    words = ["average", str(first.parent), str(second), "--data", str(phantoms), "--output", str(tmp_path / "mean")]
    assert main([*words, "--shares", "1", "3"]) == 0
    mean = tmp_path / "mean" / "four-layer-cnn"
    verify_bundle(mean)
    states = [read_state(path / "models" / "model.pt") for path in (first, second / "four-layer-cnn", mean)]
    for name, value in states[2].items():
        if value.is_floating_point():
            expected = 0.25 * states[0][name].double() + 0.75 * states[1][name].double()
            torch.testing.assert_close(value.double(), expected, atol=2e-3, rtol=2e-3)
    assert main([*words, "--shares", "1"]) == 1


@pytest.mark.slow
def test_a_bundle_of_another_size_keeps_it(phantoms: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (first,) = smoke("four-layer-cnn", phantoms, tmp_path / "first")
    common = ["--smoke", "--data", str(phantoms), "--accelerator", "cpu", "--work"]
    assert main(["train", "four-layer-cnn", "--size", "128", *common, str(tmp_path / "second")]) == 0
    second = tmp_path / "second" / "bundles"
    assert main(["finetune", str(second / "four-layer-cnn"), *common, str(tmp_path / "third")]) == 0
    for bundle in (second / "four-layer-cnn", tmp_path / "third" / "bundles" / "four-layer-cnn-finetuned"):
        assert load_classifier(bundle).preprocessing.size == 128
    words = ["average", str(first.parent), str(second), "--data", str(phantoms), "--output", str(tmp_path / "mean")]
    capsys.readouterr()
    assert main([*words, "--shares", "1", "1"]) == 1
    assert "256 pixels" in capsys.readouterr().err


@pytest.mark.slow
def test_a_taught_bundle_names_its_teachers_and_counts_what_they_saw(
    phantoms: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (teacher,) = smoke("four-layer-cnn", phantoms, tmp_path / "first")
    command = ["train", "four-layer-cnn", "--smoke", "--data", str(phantoms), "--accelerator", "cpu"]
    command += ["--teachers", str(teacher.parent)]
    assert main([*command, "--work", str(tmp_path / "second")]) == 0
    metadata = read_metadata(tmp_path / "second" / "bundles" / "four-layer-cnn")
    assert metadata["initialisation"]["source"] == "random"
    assert verify_bundle(teacher).sha256 in metadata["initialisation"]["teachers"]
    assert [one["fold"] for one in metadata["training"]["earlier"]] == [1]
    card = (tmp_path / "second" / "bundles" / "four-layer-cnn" / "docs" / "README.md").read_text()
    assert "Half of its loss was what these said: four-layer-cnn" in card

    (tmp_path / "empty").mkdir()
    assert main([*command, str(tmp_path / "empty"), "--work", str(tmp_path / "third")]) == 1
    assert "the bundles here are none" in capsys.readouterr().err


def test_a_segmenter_of_another_size_is_refused_before_the_data_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["train", "resnet50-lesion-mask", "--size", "384", "--data", str(tmp_path / "none"), "--work"]
    assert main([*command, str(tmp_path / "work")]) == 1
    assert "the segmenter's input is not that of the recipe 'resnet50-lesion-mask'" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()
