"""One network out of several trainings of the same recipe: the mean of their weights.

Weights of trainings that started from one another often lie in one valley, and their mean generalizes at least as
well as either ("model soups", Wortsman et al. 2022, arXiv:2203.05482). The shares belong to what is chosen on the
calibration part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from BreastUSAILib.engine.bundles.bundle import find_bundles
from BreastUSAILib.engine.errors import ModelError, OptionError
from BreastUSAILib.engine.preparing.prepare import Preprocessing

from ..bundles.record import TrainingRecord, record_training
from ..bundles.writer import read_metadata
from ..data.example import Part
from ..data.loading import load_examples
from ..recipes.registry import recipe_named
from .delivery import deliver
from .networks.learning import Learner, build_learner
from .weights.start import start_from_bundles


def average_trainings(
    trainings: Sequence[Path], shares: Sequence[float], data: Path, folder: Path, duplicates: Path | None = None
) -> list[Path]:
    """Average the bundles of several trainings and deliver the result as a training does; returns the new bundles.

    Args:
        trainings: folders that hold each training's bundles, of one recipe; the fold is that of the last, and what
            any of them was trained on counts as seen.
        shares: weight of each training; they are scaled to sum to 1.
        data: what the trainings were trained on, for the calibration.
        folder: where the new bundles go.
        duplicates: the list of near-duplicates, for BUSI's published layout.

    Raises OptionError where shares and trainings do not fit, ModelError for bundles of different recipes or
    architectures.
    """
    if len(trainings) != len(shares) or len(trainings) < 2 or min(shares, default=0) <= 0:
        raise OptionError(
            f"{len(trainings)} trainings and {len(shares)} shares cannot be averaged",
            remedy="Give two trainings or more, and to --shares one positive number for each",
        )
    told = [_told(path) for path in trainings]
    records = [record for record, _ in told]
    last, preprocessing = told[-1]
    recipe = replace(recipe_named(last.recipe), preprocessing=preprocessing)
    total, mean, sources = sum(shares), dict[str, Tensor](), list[Mapping[str, str]]()
    for path, (record, own), share in zip(trainings, told, shares, strict=True):
        if record.recipe != last.recipe:
            raise ModelError(
                f"these bundles are of the recipe {record.recipe}, the others of {last.recipe}",
                where=path,
                remedy="Average trainings of one recipe",
            )
        if own != preprocessing:
            raise ModelError(
                f"the input of these bundles is {own.size} pixels or made otherwise, that of the others "
                f"{preprocessing.size}",
                where=path,
                remedy="Average trainings with the same --size",
            )
        learner = build_learner(recipe.networks)
        sources.append(start_from_bundles(learner, find_bundles(path)))
        for name, value in learner.state_dict().items():
            mean[name] = mean.get(name, torch.zeros(())) + value.double() * (share / total)
    examples = load_examples(data, fold=last.fold, train_on=_seen(records), duplicates=duplicates)
    words = " + ".join(
        f"{share / total:.2f} of ({source['source']})" for source, share in zip(sources, shares, strict=True)
    )
    start = {"source": f"mean of weights: {words}", "sha256": ", ".join(source["sha256"] for source in sources)}
    command = f"average --shares {' '.join(f'{share:g}' for share in shares)}"
    record = record_training(last.recipe, last.seed, last.fold, examples, start, records, command)
    calibration = [example for example in examples if example.part is Part.CALIBRATION]
    return deliver(recipe, _filled(build_learner(recipe.networks), mean).networks(), record, calibration, folder)


def _seen(records: Sequence[TrainingRecord]) -> frozenset[str]:
    """The data sets that any of the trainings was trained on."""
    return frozenset(name for record in records for name in record.train_on)


def _told(folder: Path) -> tuple[TrainingRecord, Preprocessing]:
    """How a training's bundles say that they were trained, and how they prepare their images."""
    bundles = find_bundles(folder)
    metadata = read_metadata(bundles[0]) if bundles else {}
    record = TrainingRecord.from_metadata(metadata)
    if record is None:
        raise ModelError(
            "there are no bundles here that say how they were trained",
            where=folder,
            remedy="Give a folder of bundles, such as WORK/bundles of a training",
        )
    return record, Preprocessing.from_metadata(metadata["breastusai"]["preprocessing"])


def _filled(learner: Learner, mean: Mapping[str, Tensor]) -> Learner:
    """The learner with these weights; counters are rounded."""
    own = learner.state_dict()
    learner.load_state_dict({name: value.to(own[name].dtype) for name, value in mean.items()})
    return learner
