"""What a bundle remembers of its training: recipe, seed, split, images, where its weights started, and the code."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..data.example import Example, Part

Counts = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Images by part, data set and class."""


@dataclass(frozen=True)
class TrainingRecord:
    """How the weights came to be.

    Args:
        recipe: its name.
        seed: of the training.
        fold: of the split; the bundle's test part is that of this fold.
        train_on: names of the data sets it was trained on; every other one is test as a whole.
        counts: images by part, data set and class.
        initialisation: ``source`` (what the weights started from, "random" without a file), and where there was a
            file its ``sha256``, and as far as it says so ``licence``, ``trained_on`` and ``source_sha256``; ``branch``
            where it was for a part of the network alone; ``teachers`` where it had some.
        revision: of the code in git, or None where it is not known.
        command: its words before the split and the seed, files by their names alone; empty: ``train`` and the recipe.
        earlier: ``fold`` and ``train_on`` of the trainings that the weights or their teachers went through before.
    """

    recipe: str
    seed: int
    fold: int
    train_on: tuple[str, ...]
    counts: Counts
    initialisation: Mapping[str, str] = field(default_factory=lambda: {"source": "random"})
    revision: str | None = None
    command: str = ""
    earlier: tuple[Mapping[str, Any], ...] = ()

    def splits(self) -> tuple[tuple[int, frozenset[str]], ...]:
        """(fold, data sets trained on) of this training and of every earlier one."""
        before = ((int(one["fold"]), frozenset(one["train_on"])) for one in self.earlier)
        return (self.fold, frozenset(self.train_on)), *before

    def to_metadata(self) -> dict[str, Any]:
        """The keys ``training`` and ``initialisation`` of a bundle's metadata."""
        values = asdict(self) | {"train_on": list(self.train_on), "earlier": list(self.earlier)}
        initialisation = values.pop("initialisation")
        return {"training": values, "initialisation": initialisation}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> TrainingRecord | None:
        """The record of a bundle's metadata, or None where it has none or not all of one."""
        try:
            told = metadata["training"]
            return cls(
                recipe=str(told["recipe"]),
                seed=int(told["seed"]),
                fold=int(told["fold"]),
                train_on=tuple(str(name) for name in told["train_on"]),
                counts=dict(told["counts"]),
                initialisation=dict(metadata["initialisation"]),
                revision=told.get("revision"),
                command=str(told.get("command", "")),
                earlier=tuple(told.get("earlier", ())),
            )
        except (KeyError, TypeError, ValueError):
            return None


def record_training(
    recipe: str,
    seed: int,
    fold: int,
    examples: Iterable[Example],
    initialisation: Mapping[str, str] | None = None,
    started_from: Sequence[TrainingRecord] = (),
    command: str = "",
) -> TrainingRecord:
    """The record of a training on `examples` (all parts), with the code's present revision.

    `started_from` are the records of the bundles that the weights were taken from: what these have seen stays seen.
    """
    everything = list(examples)
    before = dict.fromkeys(split for record in started_from for split in record.splits())
    return TrainingRecord(
        recipe=recipe,
        seed=seed,
        fold=fold,
        train_on=tuple(dict.fromkeys(one.dataset for one in everything if one.part is not Part.TEST)),
        counts=count_images(everything),
        initialisation=initialisation or {"source": "random"},
        revision=code_revision(),
        command=command,
        earlier=tuple({"fold": fold, "train_on": sorted(names)} for fold, names in before),
    )


def count_images(examples: Iterable[Example]) -> dict[str, dict[str, dict[str, int]]]:
    """Images by part, data set and class, in the order of the examples."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for (part, dataset, label), images in Counter((e.part.value, e.dataset, e.label) for e in examples).items():
        counts.setdefault(part, {}).setdefault(dataset, {})[label] = images
    return counts


def code_revision() -> str | None:
    """The commit of this code, with ``+`` where tracked files were changed since; None outside a git checkout."""
    here = Path(__file__).resolve().parent

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(here), *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return None
