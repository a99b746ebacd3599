"""Distillation: trained networks of the same recipe show a new one what they make of the very images it sees.

What a network is sure of by itself and what two trainings agree on differ; the mean of several generalises better
than either, and one network can learn most of it (Hinton et al. 2015, arXiv:1503.02531).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from BreastUSAILib.engine.bundle import find_bundles
from BreastUSAILib.engine.errors import ModelError

from ..bundles.record import TrainingRecord
from ..recipes.recipe import Recipe
from .learning import Learner, Outputs, build_learner
from .replay import Replayed
from .start import records_of, start_from_bundles

SHARE = 0.5
"""Of the loss, what the teachers say; the rest is the truth."""

TEMPERATURE = 2.0
"""Softens the classes: which of the others comes second tells more than which comes first."""


class Teachers:
    """Learners that have been trained, no part of the network that learns.

    Args:
        learners: at least one, with the outputs of the network that learns.
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
        if outputs.classes is not None:
            shown = _mean([one.classes for one in taught], _softened)
            each = -(shown * F.log_softmax(outputs.classes / TEMPERATURE, dim=1)).sum(dim=1)
            loss = loss + TEMPERATURE**2 * each.mean()
        if outputs.lesion is not None:
            shown = _mean([one.lesion for one in taught], torch.sigmoid)
            loss = loss + F.binary_cross_entropy_with_logits(outputs.lesion, shown)
        return loss


def _softened(logits: Tensor) -> Tensor:
    return F.softmax(logits / TEMPERATURE, dim=1)


def _mean(logits: Sequence[Tensor | None], probability: Callable[[Tensor], Tensor]) -> Tensor:
    return torch.stack([probability(one.float()) for one in logits if one is not None]).mean(dim=0)


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
    """The bundles in each folder as one teacher. Raises ModelError where they are not the recipe's networks."""
    learners, sources, records = [], [], []
    for folder in folders:
        bundles = find_bundles(folder)
        learner = build_learner(recipe.networks)
        if len(bundles) != len(learner.networks()):
            raise ModelError(
                f"{len(bundles)} bundles lie here, a teacher of this recipe has {len(learner.networks())}",
                where=folder,
                remedy="Give a folder of bundles, such as WORK/bundles of a training, to --teachers",
            )
        came = start_from_bundles(learner, bundles)
        sources.append(f"{came['source']} ({came['sha256']})")
        records += records_of(bundles)
        learners.append(learner)
    return Taught(Teachers(learners), "; ".join(sources), tuple(records))
