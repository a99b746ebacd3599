"""Distillation: trained networks show a new one what they make of the very images it sees.

What a network is sure of by itself and what two trainings agree on differ; the mean of several generalizes better
than either, and one network can learn most of it (Hinton et al. 2015, arXiv:1503.02531).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from BreastUSAILib.engine.bundles.bundle import find_bundles, network_definition, verify_bundle
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.preparing.prepare import Preprocessing

from ...bundles.record import TrainingRecord
from ...bundles.writer import read_metadata
from ...recipes.recipe import Recipe, is_of_one_size
from ..networks.learning import Learner, Outputs, build_learner
from ..networks.replay import Replayed
from ..weights.start import records_of, start_from_bundles

SHARE = 0.5
"""Of the loss, what the teachers say; the rest is the truth."""

TEMPERATURE = 2.0
"""Softens the classes: which of the others comes second tells more than which comes first."""


class Teachers:
    """Learners that have been trained, no part of the network that learns.

    Args:
        learners: at least one, each with some or all of the outputs of the network that learns.
    """

    def __init__(self, learners: Sequence[Learner]) -> None:
        self.learners = [learner.eval().requires_grad_(False) for learner in learners]
        self._replayed = [Replayed(learner) for learner in self.learners]

    def to(self, device: torch.device) -> None:
        """Move all of them."""
        for learner in self.learners:
            learner.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def loss(self, images: Tensor, outputs: Outputs, *, replays: bool = False) -> Tensor:
        """Cross-entropy between the teachers' mean and `outputs`, both of prepared images ``[B, C, S, S]``.

        Classes at `TEMPERATURE`, scaled by its square as Hinton et al. do; outlines pixel by pixel. `replays`: the
        teachers answer as CUDA graphs, for which the images must be on a GPU.
        """
        with torch.no_grad():
            taught = [answer(images) for answer in (self._replayed if replays else self.learners)]
        loss = images.new_zeros(())
        classes = [one.classes for one in taught if one.classes is not None]
        lesions = [one.lesion for one in taught if one.lesion is not None]
        if outputs.classes is not None and classes:
            shown = _mean(classes, _softened)
            each = -(shown * F.log_softmax(outputs.classes / TEMPERATURE, dim=1)).sum(dim=1)
            loss = loss + TEMPERATURE**2 * each.mean()
        if outputs.lesion is not None and lesions:
            shown = _mean(lesions, torch.sigmoid)
            loss = loss + F.binary_cross_entropy_with_logits(outputs.lesion, shown)
        return loss


def _softened(logits: Tensor) -> Tensor:
    return F.softmax(logits / TEMPERATURE, dim=1)


def _mean(logits: Sequence[Tensor], probability: Callable[[Tensor], Tensor]) -> Tensor:
    return torch.stack([probability(one.float()) for one in logits]).mean(dim=0)


@dataclass(frozen=True)
class Taught:
    """Teachers, with what the record of a training must keep of them.

    Args:
        teachers: ready to teach.
        source: their names, versions and hashes in words.
        records: of their trainings: whatever these saw, the pupil has seen.
    """

    teachers: Teachers
    source: str
    records: tuple[TrainingRecord, ...]


def load_teachers(recipe: Recipe, folders: Sequence[Path]) -> Taught:
    """The bundles in each folder as one teacher.

    A pair is one of the recipe's own. A bundle by itself may be of another architecture and teaches what it knows, so
    that a classifier may teach a pair, or a large network a small one.

    Raises ModelError for a bundle of another task than the recipe's, for one that was trained on images prepared
    otherwise or that takes one size alone where the recipe trains at others, and for one that does not say what it was
    trained on: its pupil could be measured on what it has seen.
    """
    learners, sources, records = [], [], []
    for folder in folders:
        bundles = find_bundles(folder)
        tasks = sorted(verify_bundle(bundle).task for bundle in bundles)
        alone = len(bundles) == 1
        if not alone and tasks != sorted(recipe.networks):
            raise ModelError(
                f"the bundles here are {' and '.join(tasks) or 'none'}, a teacher is one bundle or the recipe's pair",
                where=folder,
                remedy="Give --teachers a folder for each teacher, such as WORK/bundles of a training",
            )
        for bundle in bundles:
            _check(bundle, recipe)
        learner = build_learner({tasks[0]: network_definition(bundles[0])} if alone else recipe.networks)
        came = start_from_bundles(learner, bundles)
        sources.append(f"{came['source']} ({came['sha256']})")
        records += records_of(bundles)
        learners.append(learner)
    return Taught(Teachers(learners), "; ".join(sources), tuple(records))


def _check(bundle: Path, recipe: Recipe) -> None:
    metadata = read_metadata(bundle)
    own = metadata["breastusai"]
    if TrainingRecord.from_metadata(metadata) is None:
        raise ModelError(
            "this teacher does not say what it was trained on, so that nothing could be kept for the test",
            where=bundle,
            remedy="Give bundles that `train` or `finetune` wrote to --teachers",
        )
    if own["task"] not in recipe.networks:
        raise ModelError(
            f"this is a {own['task']} bundle, which the recipe {recipe.name} learns nothing from",
            where=bundle,
            remedy=f"Give one for {' or '.join(recipe.networks)} to --teachers",
        )
    inputs = tuple(own.get("inputs", ("image",)))
    if inputs != tuple(recipe.inputs):
        raise ModelError(
            f"this teacher takes {' and '.join(inputs)}, the recipe {' and '.join(recipe.inputs)}",
            where=bundle,
            remedy="Give a teacher with the recipe's own inputs",
        )
    if Preprocessing.from_metadata(own["preprocessing"]) != recipe.preprocessing:
        raise ModelError(
            "this teacher was trained on images that were prepared otherwise, or of another size",
            where=bundle,
            remedy="Give a teacher of the recipe's own preprocessing and --size",
        )
    size = recipe.preprocessing.size
    if is_of_one_size(network_definition(bundle)) and set(recipe.sides) != {size}:
        raise ModelError(
            f"this teacher takes images of {size} pixels alone, and the schedule has others",
            where=bundle,
            remedy=f"Give --schedule with stages of that size alone, such as {size}x16",
        )
