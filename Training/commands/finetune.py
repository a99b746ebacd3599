"""``python -m Training finetune BUNDLE``: go on training a bundle's network on other data."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from BreastUSAILib.engine.errors import OptionError

from ..bundles.record import TrainingRecord
from ..bundles.writer import read_metadata
from ..fit.plan import Plan, finetuning, smoke_plan
from ..fit.training import run_training
from ..recipes.registry import recipe_named
from .train import add_common_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle, and what `train` takes."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the folder of the bundle to start from")
    parser.add_argument("--name", help="of the new bundle (default: the old one's with -finetuned)")
    parser.add_argument("--passes", type=int, default=6, help="over the training images (default: 6)")
    add_common_arguments(parser)


def run(given: argparse.Namespace) -> int:
    """Finetune the one network of the bundle; prints where the new bundle is."""
    metadata = read_metadata(given.bundle)
    record = TrainingRecord.from_metadata(metadata)
    if record is None:
        raise OptionError(
            f"the bundle '{metadata['name']}' does not say by which recipe it was trained",
            remedy="Use `train RECIPE --start BUNDLE` with the recipe of its network",
        )
    recipe = finetuning(recipe_named(record.recipe), metadata, given.passes, given.name)
    plan = dataclasses.replace(Plan.from_arguments(given, recipe), start=(given.bundle,))
    for bundle in run_training(smoke_plan(plan) if given.smoke else plan):
        print(f"bundle: {bundle}")
    return 0
