"""``python -m Training train RECIPE``: from a data set to calibrated bundles with their cards."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..fit.changes import changed
from ..fit.plan import Plan, smoke_plan
from ..fit.training import run_training
from ..recipes.recipe import Recipe
from ..recipes.registry import recipe_named

SEED = 20261125


def add_arguments(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """The recipe, its data, where to work, and the hardware; returns the options of which one says where to start."""
    parser.add_argument("recipe", metavar="RECIPE", help="as `python -m Training recipes` lists them")
    add_common_arguments(parser)
    parser.add_argument("--schedule", nargs="+", metavar="SIDExPASSES", help="another schedule, such as 160x3 256x1")
    parser.add_argument("--learning-rate", type=float, metavar="PEAK", help="another peak of the learning rate")
    parser.add_argument("--batch", type=int, metavar="IMAGES", help="another number of images a step")
    parser.add_argument(
        "--augment", nargs="+", metavar="NAME=VALUE", help="other ranges of augmentation, such as mixup=0.5 gamma=0.6"
    )
    parser.add_argument(
        "--sampling",
        nargs="+",
        metavar="NAME=VALUE",
        help="how often a pass shows what, such as normal_share=0.3 collection_repeats=2",
    )
    parser.add_argument("--size", type=int, metavar="PIXELS", help="another side of the network's own input")
    parser.add_argument(
        "--helpers",
        nargs="+",
        metavar="NAME",
        help="what a pair learns besides: birads, histology, both, or none",
    )
    parser.add_argument(
        "--teachers",
        type=Path,
        nargs="+",
        metavar="FOLDER",
        help="folders with a pair of this recipe, or with a single bundle: half of the loss is what they say",
    )
    start = parser.add_mutually_exclusive_group()
    start.add_argument(
        "--pretrained", type=Path, metavar="FILE", help="a state dict to start from, as `pretrained` writes some"
    )
    start.add_argument(
        "--start",
        type=Path,
        nargs="+",
        metavar="BUNDLE",
        help="the bundle or bundles of the same networks to start from",
    )
    return start


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """What `train` and `finetune` share."""
    parser.add_argument("--data", type=Path, metavar="PATH", help="folder of data sets, one of them, or a CSV table")
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="checkpoints, logs and the new bundles")
    parser.add_argument("--fold", type=int, default=1, help="the fold that is left out as test, 1 to 5 (default: 1)")
    parser.add_argument("--train-on", nargs="+", metavar="NAME", help="only these data sets; all others are test")
    parser.add_argument("--duplicates", type=Path, metavar="CSV", help="list of near-duplicates for the published BUSI")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of everything random (default: {SEED})")
    parser.add_argument("--smoke", action="store_true", help="a few steps on phantoms, to see that everything works")
    parser.add_argument("--segmenter", type=Path, metavar="BUNDLE", help="for recipes that take a lesion mask as input")
    parser.add_argument("--accelerator", default="auto", help="cpu, gpu, mps … (default: auto)")
    parser.add_argument("--devices", default="auto", help="how many, or which (default: all)")
    parser.add_argument("--nodes", type=int, default=1, help="machines that train together (default: 1)")
    parser.add_argument("--strategy", default="auto", help="Lightning's: ddp, fsdp … (default: auto)")
    parser.add_argument(
        "--no-graphs", dest="graphs", action="store_false", help="on a GPU, launch every kernel by itself: slower"
    )


def changed_recipe(given: argparse.Namespace) -> Recipe:
    """The recipe that is named, as the command line changes it. Raises OptionError."""
    return changed(
        recipe_named(given.recipe),
        schedule=given.schedule,
        batch=given.batch,
        augmentation=given.augment,
        learning_rate=given.learning_rate,
        size=given.size,
        helpers=given.helpers,
        sampling=given.sampling,
    )


def run(given: argparse.Namespace) -> int:
    """Train, write, calibrate; prints where the bundles are."""
    plan = Plan.from_arguments(given, changed_recipe(given))
    for bundle in run_training(smoke_plan(plan) if given.smoke else plan):
        print(f"bundle: {bundle}")
    return 0
