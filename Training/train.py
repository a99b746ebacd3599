"""Train one of the shipped networks: ``python -m Training.train classifier --data FOLDER --work FOLDER``."""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from BreastUSAILib.engine.errors import BreastUSAIError

from .augment import Augmentation, augment
from .cache import PREPROCESSING, Cached, cache
from .datasets import Part, load_examples
from .tasks import TASKS, Cycle, Task

EMA_DECAY = 0.99
BATCH = 16
WEIGHT_DECAY = 1e-2


@dataclass
class State:
    """Everything a resumed run needs."""

    network: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    generator: torch.Generator
    epoch: int = 0

    def save(self, path: Path) -> None:
        """Write the checkpoint under a temporary name, then rename it."""
        parts = {name: getattr(self, name).state_dict() for name in ("network", "average", "optimizer", "schedule")}
        partial = path.with_suffix(".partial")
        torch.save({**parts, "generator": self.generator.get_state(), "epoch": self.epoch}, partial)
        os.replace(partial, path)

    def load(self, path: Path) -> None:
        """Go on where the checkpoint stopped."""
        saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        for name in ("network", "average", "optimizer", "schedule"):
            getattr(self, name).load_state_dict(saved[name])
        self.generator.set_state(saved["generator"])
        self.epoch = int(saved["epoch"])


def epoch_order(variants: list[Cached], generator: torch.Generator) -> list[Cached]:
    """One random variant of every example, shuffled."""
    by_example: dict[int, list[Cached]] = {}
    for variant in variants:
        by_example.setdefault(variant.choice, []).append(variant)
    groups = list(by_example.values())
    order = torch.randperm(len(groups), generator=generator).tolist()
    return [groups[i][int(torch.randint(len(groups[i]), (1,), generator=generator))] for i in order]


def class_weights(variants: list[Cached]) -> Tensor:
    """Weights inverse to the square root of the class counts, of mean 1 over the examples."""
    labels = {variant.choice: variant.label for variant in variants}
    counts = torch.bincount(torch.tensor(list(labels.values())), minlength=3).float().clamp_min(1)
    weights = counts.rsqrt()
    return weights * counts.sum() / (weights * counts).sum()


def as_batch(chosen: list[Cached], side: int) -> tuple[Tensor, Tensor, Tensor]:
    """Images and masks ``[B, 1, side, side]`` in [0, 1], labels ``[B]``."""
    images = torch.from_numpy(np.stack([item.image for item in chosen])).unsqueeze(1).float() / 255
    masks = torch.from_numpy(np.stack([item.mask for item in chosen])).unsqueeze(1).float()
    if side != PREPROCESSING.size:
        images, masks = (F.interpolate(part, (side, side), mode="bilinear", antialias=True) for part in (images, masks))
    return images, masks, torch.tensor([item.label for item in chosen])


def train_epoch(task: Task, state: State, variants: list[Cached], weights: Tensor, side: int) -> float:
    """One pass over the examples at one input size; returns the mean loss."""
    state.network.train()
    torch.manual_seed(
        int(torch.randint(2**31, (1,), generator=state.generator))
    )  # dropout's, so that a resume repeats it
    chosen = epoch_order(variants, state.generator)
    losses = []
    for start in range(0, len(chosen) - BATCH + 1, BATCH):
        images, masks, labels = as_batch(chosen[start : start + BATCH], side)
        images, masks = augment(images, masks, state.generator, Augmentation())
        inputs = ((images - PREPROCESSING.mean) / PREPROCESSING.std).to(memory_format=torch.channels_last)
        loss = task.loss(state.network(inputs), labels, masks, weights)
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(state.network.parameters(), 5.0)
        state.optimizer.step()
        state.schedule.step()
        update_average(state.average, state.network)
        losses.append(loss.item())
    state.epoch += 1
    return float(np.mean(losses))


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module) -> None:
    """Exponential moving average of weights and batch statistics."""
    for mean, value in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if mean.dtype.is_floating_point:
            mean.lerp_(value, 1 - EMA_DECAY)
        else:
            mean.copy_(value)


def start_state(network: nn.Module, learning_rate: float, steps: int, seed: int) -> State:
    """A fresh state for `steps` optimizer steps from a network's present weights."""
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps, pct_start=0.2)
    generator = torch.Generator().manual_seed(seed)
    average = copy.deepcopy(network).eval().requires_grad_(False)
    return State(network, average, optimizer, schedule, generator)


def run_cycle(task: Task, cycle: Cycle, state: State, variants: list[Cached], checkpoint: Path) -> None:
    """Train one cycle to its end, going on from the checkpoint where there is one."""
    if checkpoint.exists():
        state.load(checkpoint)
    weights = class_weights(variants)
    while state.epoch < len(cycle.sides):
        started = time.perf_counter()
        loss = train_epoch(task, state, variants, weights, cycle.sides[state.epoch])
        state.save(checkpoint)
        seconds = time.perf_counter() - started
        print(json.dumps({"epoch": state.epoch, "loss": round(loss, 4), "seconds": round(seconds)}), flush=True)


def train(task: Task, data: Path, work: Path, pretrained: Path | None, *, seed: int, test_fold: int) -> Path:
    """Train to the end, going on from the checkpoints in `work` where there are any; returns the weights' file."""
    work.mkdir(parents=True, exist_ok=True)
    variants = cache([e for e in load_examples(data, test_fold=test_fold) if e.part is Part.TRAIN])
    examples = len({variant.choice for variant in variants})
    print(f"{task.name}: {examples} examples, {len(variants)} variants", flush=True)
    torch.manual_seed(seed)
    network = task.build(pretrained)
    averages = []
    for number, cycle in enumerate(task.cycles):
        state = start_state(network, cycle.learning_rate, len(cycle.sides) * (examples // BATCH), seed + number)
        run_cycle(task, cycle, state, variants, work / f"{task.name}.{number}.ckpt")
        averages.append(state.average.state_dict())
        network.load_state_dict(averages[-1])
    weights_file = work / f"{task.name}.pt"
    torch.save(mean_weights(averages), weights_file)
    return weights_file


def mean_weights(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Mean of several states of one network (Izmailov et al. 2018, arXiv:1803.05407); counters from the last."""
    return {
        name: torch.stack([state[name] for state in states]).mean(dim=0) if last.is_floating_point() else last
        for name, last in states[-1].items()
    }


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=sorted(TASKS))
    parser.add_argument("--data", type=Path, required=True, help="folder with BUS-BRA and BUSI")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints, outside the repository")
    parser.add_argument("--pretrained", type=Path, help="EfficientNet-B0 encoder weights to start from")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--test-fold", type=int, default=1, help="BUS-BRA fold that is left out")
    given = parser.parse_args(arguments)
    task = TASKS[given.task]
    try:
        path = train(
            task,
            given.data,
            given.work,
            given.pretrained,
            seed=given.seed,
            test_fold=given.test_fold,
        )
    except BreastUSAIError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"weights: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
