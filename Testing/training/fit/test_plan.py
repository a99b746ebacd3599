"""What a command line becomes, before anything is trained."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

import pytest

from BreastUSAILib.engine.errors import OptionError
from Training.commands import train
from Training.data.loading import load_examples
from Training.fit.changes import changed
from Training.fit.plan import Plan, finetuning, smoke_plan
from Training.fit.work_folder import RECORD, claim_work_folder
from Training.recipes.registry import recipe_named

PAIR = recipe_named("shared-b0")


def test_the_record_keeps_what_the_command_line_changed(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    words = "--schedule 160x3 256x1 --batch 32 --learning-rate 0.0004 --augment mixup=0.5 gamma=0.6 "
    words += "--size 384 --helpers birads histology"
    given = parser.parse_args(
        ["shared-b0", "--data", str(tmp_path), "--work", str(tmp_path / "work"), *words.split(" ")]
    )
    given.command = "train"
    assert Plan.from_arguments(given, PAIR).command == f"train shared-b0 {words}"


def test_finetuning_a_pairs_classifier_trains_it_alone_and_gently() -> None:
    own = dataclasses.asdict(dataclasses.replace(PAIR.preprocessing, size=384))
    metadata = {"name": "classifier_efficientnet_b0", "breastusai": {"task": "classification", "preprocessing": own}}
    recipe = finetuning(PAIR, metadata, 3, None)
    assert set(recipe.networks) == {"classification"}
    assert recipe.bundle_name("classification") == "classifier_efficientnet_b0-finetuned"
    assert recipe.learning_rate < PAIR.learning_rate
    assert recipe.preprocessing.size == 384
    assert recipe.sides == [384, 384, 384]
    assert recipe.helpers == ()


def test_a_smoke_run_finds_its_phantoms_again_and_never_stands_in_for_missing_data(tmp_path: Path) -> None:
    own = Plan(recipe_named("four-layer-cnn"), tmp_path / "phantoms" / "data.csv", tmp_path)
    first, again = smoke_plan(own), smoke_plan(own)
    assert first.data == again.data
    assert load_examples(again.data)
    missing = dataclasses.replace(own, data=tmp_path / "mistyped.csv")
    assert not smoke_plan(missing).data.exists()


def test_a_work_folder_is_gone_on_with_by_the_same_plan_alone(tmp_path: Path) -> None:
    plan = Plan(recipe_named("unet"), tmp_path / "data.csv", tmp_path / "work")
    claim_work_folder(plan)
    claim_work_folder(dataclasses.replace(plan, seed=2))  # nothing was trained yet
    (plan.work / "last.ckpt").touch()
    claim_work_folder(dataclasses.replace(plan, seed=2))
    longer = dataclasses.replace(plan, seed=2, recipe=changed(plan.recipe, ["64x1"]))
    mixed = dataclasses.replace(plan, seed=2, recipe=changed(plan.recipe, augmentation=["mixup=0.5"]))
    for other in (plan, longer, mixed, dataclasses.replace(plan, seed=2, fold=3)):
        with pytest.raises(OptionError, match="begun here"):
            claim_work_folder(other)


def test_other_inputs_and_helpers_are_another_training_but_an_older_record_goes_on(tmp_path: Path) -> None:
    plan = Plan(PAIR, tmp_path / "data.csv", tmp_path / "work")
    claim_work_folder(plan)
    (plan.work / "last.ckpt").touch()
    for recipe in (changed(PAIR, ["192x4", "224x2", "256x3"], size=384), changed(PAIR, helpers=["histology"])):
        with pytest.raises(OptionError, match="begun here"):
            claim_work_folder(dataclasses.replace(plan, recipe=recipe))
    told = json.loads((plan.work / RECORD).read_text())
    del told["size"], told["helpers"]
    (plan.work / RECORD).write_text(json.dumps(told))
    claim_work_folder(plan)
