"""Everything one call of ``train`` or ``finetune`` needs to know."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.preparing.prepare import Preprocessing

from ..data.phantoms import TABLE, write_phantoms
from ..recipes.recipe import Recipe
from .loop.loop import Hardware

SMOKE_SIDE = 64
SMOKE_COUNT = 10  # phantoms of each class: enough for every part of the split to hold every class
_FINETUNING_RATE = 0.25  # of the recipe's learning rate
DATA_FOLDER = "phantoms"
_TOLD = (
    "name",
    "passes",
    "pretrained",
    "start",
    "go_on_from",
    "teachers",
    "segmenter",
    "schedule",
    "batch",
    "learning_rate",
    "augment",
    "size",
    "helpers",
    "sampling",
)


@dataclass(frozen=True)
class Plan:
    """One training.

    Args:
        recipe: the networks and how they are trained.
        data: as `Training.data.loading` takes it.
        work: folder for checkpoints, logs and bundles.
        fold: the test fold.
        train_on: names of the data sets to train on; None: all.
        seed: of everything random.
        duplicates: BUSI's list of near-duplicates, for its published layout.
        pretrained: a state dict to start from.
        start: bundles to start from, at most one a network.
        teachers: folders of bundles whose answers are learned beside the truth, a folder a teacher.
        segmenter: the bundle whose masks a mask-input classifier is given; None: the shipped one.
        hardware: where it runs.
        command: what the bundle's record keeps of the command line, beside split and seed.
    """

    recipe: Recipe
    data: Path
    work: Path
    fold: int = 1
    train_on: frozenset[str] | None = None
    seed: int = 0
    duplicates: Path | None = None
    pretrained: Path | None = None
    start: tuple[Path, ...] = ()
    teachers: tuple[Path, ...] = ()
    segmenter: Path | None = None
    hardware: Hardware = field(default_factory=Hardware)
    command: str = ""

    @classmethod
    def from_arguments(cls, given: argparse.Namespace, recipe: Recipe) -> Plan:
        """The plan of a command line. Raises OptionError where it names no data."""
        if given.data is None and not given.smoke:
            raise OptionError("no data are named", remedy="Give --data PATH, or --smoke to try it on phantoms")
        devices = int(given.devices) if str(given.devices).isdecimal() else given.devices
        return cls(
            recipe=recipe,
            data=given.data or given.work / DATA_FOLDER / TABLE,
            work=given.work,
            fold=given.fold,
            train_on=frozenset(given.train_on) if given.train_on else None,
            seed=given.seed,
            duplicates=given.duplicates,
            pretrained=getattr(given, "pretrained", None),
            start=tuple(getattr(given, "start", None) or ()),
            teachers=tuple(getattr(given, "teachers", None) or ()),
            segmenter=given.segmenter,
            hardware=Hardware(given.accelerator, devices, given.nodes, given.strategy, given.graphs),
            command=_command(given),
        )


def smoke_plan(plan: Plan) -> Plan:
    """The plan cut down to a few small steps, on phantoms that it writes into the work folder where no data are."""
    if plan.data == plan.work / DATA_FOLDER / TABLE and not plan.data.exists():
        write_phantoms(plan.work / DATA_FOLDER, SMOKE_COUNT, seed=0)
    side = plan.recipe.preprocessing.size if plan.recipe.takes_one_size else SMOKE_SIDE
    recipe = dataclasses.replace(plan.recipe, schedule=((side, 1),), batch=4)
    return dataclasses.replace(plan, recipe=recipe)


def finetuning(recipe: Recipe, metadata: Mapping[str, Any], passes: int, name: str | None) -> Recipe:
    """The recipe that goes on training the one network of a bundle, gently, on its own input at full size."""
    task = metadata["breastusai"]["task"]
    preprocessing = Preprocessing.from_metadata(metadata["breastusai"]["preprocessing"])
    return dataclasses.replace(
        recipe,
        bundles={task: name or f"{metadata['name']}-finetuned"},
        networks={task: recipe.networks[task]},
        preprocessing=preprocessing,
        helpers=(),
        schedule=((preprocessing.size, passes),),
        learning_rate=_FINETUNING_RATE * recipe.learning_rate,
    )


def _command(given: argparse.Namespace) -> str:
    """The command with its own options, files by their names alone: paths are nobody else's."""
    finetunes = given.command == "finetune"
    words = ["finetune", given.bundle.name] if finetunes else ["train", given.recipe]
    for name in _TOLD:
        value = getattr(given, name, None)
        values = value if isinstance(value, list) else [] if value is None else [value]
        words += [f"--{name.replace('_', '-')}"] * bool(values)
        words += [item.name if isinstance(item, Path) else str(item) for item in values]
    return shlex.join(words)
