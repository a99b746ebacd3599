"""A bundle is data: what does not match its hashes, its card or the allow-list is refused."""

from __future__ import annotations

import json
import math
import pickle
import re
import shutil
from pathlib import Path

import pytest
import torch

from BreastUSAILib.engine.bundles.bundle import (
    CARD,
    INFERENCE,
    METADATA,
    SUMS,
    WEIGHTS,
    file_sha256,
    find_bundles,
    load_classifier,
    load_segmenter,
    verify_bundle,
)
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.explanations.grading.thresholds import GradeThresholds
from BreastUSAILib.engine.explanations.saliency import InputSaliency
from Testing.made_up import load_pair

from ..conftest import CLASSIFIER, SEGMENTER


@pytest.fixture
def bundle(bundle_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle_folder / CLASSIFIER, tmp_path / CLASSIFIER))


def rehash(bundle: Path) -> None:
    names = (METADATA, INFERENCE, WEIGHTS, CARD)
    (bundle / SUMS).write_text("".join(f"{file_sha256(bundle / name)}  {name}\n" for name in names))


def change(bundle: Path, name: str, key: str, value: object) -> None:
    document = json.loads((bundle / name).read_text())
    document[key] = value
    (bundle / name).write_text(json.dumps(document))
    rehash(bundle)


def test_a_good_bundle_says_what_it_is(bundle: Path) -> None:
    info = verify_bundle(bundle)
    assert (info.task, info.name, info.version) == ("classification", CLASSIFIER, "0.0.1")
    assert info.sha256 == file_sha256(bundle / WEIGHTS)


def test_both_tasks_are_found_and_loaded(bundle_folder: Path) -> None:
    assert [path.name for path in find_bundles(bundle_folder)] == [CLASSIFIER, SEGMENTER]
    models = load_pair(bundle_folder)
    assert models.classifier.identity.task == "classification"
    assert models.segmenter.network(torch.zeros(1, 1, 64, 64)).shape == (1, 1, 64, 64)


@pytest.mark.parametrize("name", [METADATA, INFERENCE, WEIGHTS, CARD])
def test_a_changed_byte_is_noticed(bundle: Path, name: str) -> None:
    content = bytearray((bundle / name).read_bytes())
    content[len(content) // 2] ^= 1
    (bundle / name).write_bytes(content)
    with pytest.raises(ModelError, match="SHA-256"):
        verify_bundle(bundle)


@pytest.mark.parametrize("name", [METADATA, INFERENCE, WEIGHTS, CARD, SUMS])
def test_a_missing_file_is_named(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    with pytest.raises(ModelError, match=name.replace(".", r"\.")):
        verify_bundle(bundle)


@pytest.mark.parametrize(
    "target", ["os.system", "monai.networks.nets.SegResNet", "torch.nn.Sequential", "", None, "BreastUSAILib.x"]
)
def test_only_architectures_of_the_list_are_built(bundle: Path, target: object) -> None:
    change(bundle, INFERENCE, "network_def", {"_target_": target})
    with pytest.raises(ModelError, match="not allowed"):
        load_classifier(bundle)


@pytest.mark.parametrize("value", ["$print(1)", "@other", "%configs/other.json", {"_target_": "os.system"}, ["$1"]])
def test_expressions_are_refused(bundle: Path, value: object) -> None:
    definition = json.loads((bundle / INFERENCE).read_text())["network_def"]
    change(bundle, INFERENCE, "network_def", {**definition, "model_name": value})
    with pytest.raises(ModelError, match="not allowed"):
        load_classifier(bundle)


def test_arguments_that_do_not_fit_are_refused(bundle: Path) -> None:
    definition = json.loads((bundle / INFERENCE).read_text())["network_def"]
    change(bundle, INFERENCE, "network_def", {**definition, "no_such": 1})
    with pytest.raises(ModelError, match="do not fit"):
        load_classifier(bundle)


def test_an_empty_card_is_refused(bundle: Path) -> None:
    (bundle / CARD).write_text("\n")
    rehash(bundle)
    with pytest.raises(ModelError, match="model card"):
        verify_bundle(bundle)


def test_weights_that_would_run_code_are_not_unpickled(bundle: Path) -> None:
    class Evil:
        def __reduce__(self):
            return (pytest.fail, ("the weights ran code",))

    (bundle / WEIGHTS).write_bytes(pickle.dumps(Evil()))
    rehash(bundle)
    with pytest.raises(ModelError, match="weights"):
        load_classifier(bundle)


def test_weights_of_another_network_are_refused(bundle: Path, bundle_folder: Path) -> None:
    shutil.copy(bundle_folder / SEGMENTER / WEIGHTS, bundle / WEIGHTS)
    rehash(bundle)
    with pytest.raises(ModelError, match="do not fit"):
        load_classifier(bundle)


def test_a_bundle_of_the_other_task_is_refused(bundle: Path) -> None:
    with pytest.raises(ModelError, match="classification bundle"):
        load_segmenter(bundle)


def test_a_folder_without_a_segmenter_is_refused(bundle: Path) -> None:
    with pytest.raises(ModelError, match="no segmentation bundle"):
        load_pair(bundle.parent)


def change_own(bundle: Path, **values: object) -> None:
    own = json.loads((bundle / METADATA).read_text())["breastusai"]
    change(bundle, METADATA, "breastusai", {**own, **values})


def test_a_bundle_that_says_nothing_new_means_what_it_always_meant(bundle_folder: Path) -> None:
    models = load_pair(bundle_folder)
    assert models.classifier.inputs == ("image",)
    assert (models.classifier.explainer.method, models.classifier.explainer.layer) == ("Grad-CAM", "_blocks.6")
    assert (models.segmenter.mirror, models.segmenter.lesion_evidence) == (False, 0.0)
    assert math.isinf(models.segmenter.lesion_gap)
    assert models.classifier.preprocessing.fit == "letterbox"


def test_the_explanation_is_the_one_that_the_metadata_names(bundle: Path) -> None:
    change_own(bundle, explanation={"method": "Grad-CAM", "layer": "_blocks.4"})
    assert load_classifier(bundle).explainer.layer == "_blocks.4"
    change_own(bundle, explanation={"method": "Saliency", "layer": ""})
    assert isinstance(load_classifier(bundle).explainer, InputSaliency)


def test_what_a_heat_map_must_reach_is_read_and_nothing_where_it_is_not_said(bundle: Path) -> None:
    assert not load_classifier(bundle).grade_thresholds.is_set
    told = {"method": "Grad-CAM", "layer": "_blocks.4 * _blocks.6", "grades": {"least_energy_ratio": 2.1}}
    change_own(bundle, explanation=told)
    classifier = load_classifier(bundle)
    assert classifier.grade_thresholds == GradeThresholds(least_energy_ratio=2.1)
    assert classifier.explainer.layer == "_blocks.4 * _blocks.6"


def test_a_segmenters_own_rules_are_read(bundle_folder: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(bundle_folder / SEGMENTER, tmp_path / SEGMENTER))
    change_own(bundle, mirror=True, lesion_evidence=0.8)
    segmenter = load_segmenter(bundle)
    assert (segmenter.mirror, segmenter.lesion_evidence) == (True, 0.8)
    assert (segmenter.lesion_gap, segmenter.withhold_below) == (math.inf, math.inf)
    change_own(bundle, lesion_gap=1.5, withhold_below=0.9)
    segmenter = load_segmenter(bundle)
    assert (segmenter.lesion_gap, segmenter.withhold_below) == (1.5, 0.9)
    change_own(bundle, withhold_below=None)
    assert load_segmenter(bundle).withhold_below == math.inf
    change_own(bundle, mirror="yes", lesion_gap=None)
    with pytest.raises(ModelError, match="mirror"):
        load_segmenter(bundle)


RULES = ("threshold", "smallest_lesion", "withhold_below", "lesion_evidence", "lesion_gap")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("value", [-1, True, False, "inf", "1.5", math.inf, math.nan, [1.0]])
def test_a_rule_that_is_not_a_number_from_0_on_is_refused(
    bundle_folder: Path, tmp_path: Path, rule: str, value: object
) -> None:
    bundle = Path(shutil.copytree(bundle_folder / SEGMENTER, tmp_path / SEGMENTER))
    change_own(bundle, **{rule: value})
    with pytest.raises(ModelError, match=re.escape(f"{rule} as ")):
        load_segmenter(bundle)


@pytest.mark.parametrize(
    "wrong",
    [
        {"inputs": ["image", "ground_truth"]},
        {"inputs": ["lesion_mask"]},
        {"explanation": {"method": "Guess", "layer": "_blocks.6"}},
        {"explanation": {"method": "Grad-CAM", "layer": "_blocks.99"}},
        {"explanation": {"layer": "_blocks.6"}},
        {"explanation": "Grad-CAM"},
        {"explanation": {"method": "Grad-CAM", "layer": "_blocks.6", "grades": {"least": 1}}},
        {"explanation": {"method": "Grad-CAM", "layer": "_blocks.6", "grades": {"most_marks": 2}}},
        {"explanation": {"method": "Grad-CAM", "layer": "_blocks.6", "grades": {"least_gain": "0"}}},
        {"preprocessing": {"size": 64}},
        {"calibration": {"temperature": 1.0}},
    ],
)
def test_metadata_that_means_nothing_is_refused_and_its_file_named(bundle: Path, wrong: dict) -> None:
    change_own(bundle, **wrong)
    with pytest.raises(ModelError) as caught:
        load_classifier(bundle)
    assert caught.value.where is not None
    assert METADATA in caught.value.where


def test_what_is_not_text_is_refused(bundle: Path) -> None:
    (bundle / SUMS).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="cannot be read"):
        verify_bundle(bundle)


def test_a_hidden_folder_is_not_a_bundle(bundle: Path) -> None:
    assert find_bundles(bundle.parent) == [bundle]
    hidden = bundle.rename(bundle.with_name(".unfinished"))
    assert hidden.is_dir()
    assert find_bundles(bundle.parent) == []


def test_a_listed_file_outside_the_bundle_is_refused(bundle: Path) -> None:
    outside = bundle.parent / "outside"
    outside.write_text("x")
    with (bundle / SUMS).open("a") as sums:
        sums.write(f"{file_sha256(outside)}  ../outside\n")
    with pytest.raises(ModelError, match="outside"):
        verify_bundle(bundle)
