"""Training a recipe to its end with PyTorch Lightning, going on where a killed run stopped."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import EarlyStopping, EMAWeightAveraging, ModelCheckpoint, TQDMProgressBar
from pytorch_lightning.loggers import CSVLogger, TensorBoardLogger
from torch.utils.data import DataLoader

from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.report.atomic import output_errors

from ...recipes.recipe import Recipe
from ..images.batches import Batch, TrainingSet
from ..networks.learning import Learner
from .checkpoint import CHECKPOINT, WholeCheckpoints, checkpoint_in, keep_log, told_once
from .module import LearningModule
from .teachers import Teachers

GRADIENT_NORM = 5.0


@dataclass(frozen=True)
class Hardware:
    """Where it runs, in Lightning's own words.

    `graphs`: on a single GPU, the networks' passes are CUDA graphs.
    """

    accelerator: str = "auto"
    devices: int | str = "auto"
    nodes: int = 1
    strategy: str = "auto"
    graphs: bool = True

    @property
    def precision(self) -> Any:
        """Mixed on a GPU, in bfloat16 where it has that; single elsewhere."""
        if self.accelerator not in ("auto", "gpu", "cuda") or not torch.cuda.is_available():
            return "32-true"
        return "bf16-mixed" if torch.cuda.is_bf16_supported(including_emulation=False) else "16-mixed"


class Passes(pl.LightningDataModule):
    """A fresh loader for every pass; `held_out` is looked at where training may stop early."""

    def __init__(self, training: TrainingSet, held_out: TrainingSet | None) -> None:
        super().__init__()
        self.training = training
        self.held_out = held_out

    def train_dataloader(self) -> DataLoader[Batch]:
        """The present pass."""
        trainer = self.trainer
        assert trainer is not None
        epoch = min(trainer.current_epoch, len(self.training.recipe.sides) - 1)
        batches = self.training.batches(epoch, rank=trainer.global_rank, ranks=trainer.world_size)
        return DataLoader(batches, batch_size=None)

    def val_dataloader(self) -> DataLoader[Batch]:
        """The calibration part; not asked for where there is none."""
        assert self.held_out is not None
        return DataLoader(self.held_out.batches(0), batch_size=None)

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, dataloader_idx: int) -> Batch:
        """Move a batch, which is a plain dataclass."""
        return batch.to(device)


def fit(
    learner: Learner,
    training: TrainingSet,
    held_out: TrainingSet | None,
    work: Path,
    *,
    seed: int,
    hardware: Hardware | None = None,
    teachers: Teachers | None = None,
    progress: bool = True,
) -> None:
    """Train the learner in place; afterwards it holds the averaged weights.

    `work` gets ``last.ckpt`` after every pass, from which a killed run goes on to the same result, the CSV log
    ``metrics.csv`` (that of a killed run stays as ``metrics.1.csv`` and so on) and TensorBoard's events. Raises
    ModelError where ``last.ckpt`` is of another recipe or cannot be read, OutputError where `work` cannot be written
    to.
    """
    recipe = training.recipe
    hardware = hardware or Hardware()
    with output_errors(work):
        work.mkdir(parents=True, exist_ok=True)
    earlier = checkpoint_in(work)
    if earlier is not None:
        keep_log(work)
    learner.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    steps = training.steps * len(recipe.sides)
    module = LearningModule(learner, recipe, training.class_weights(), steps, seed, teachers, graphs=hardware.graphs)
    with _without_advertisements():
        trainer = pl.Trainer(
            max_epochs=len(recipe.sides),
            accelerator=hardware.accelerator,
            devices=hardware.devices,
            num_nodes=hardware.nodes,
            strategy=hardware.strategy,
            precision=hardware.precision,
            gradient_clip_val=GRADIENT_NORM,
            logger=[CSVLogger(work, name="", version=""), TensorBoardLogger(work, name="", version="")],
            plugins=[WholeCheckpoints()],
            callbacks=_callbacks(recipe, work, early=held_out is not None, progress=progress),
            enable_progress_bar=progress,
            enable_model_summary=False,
            reload_dataloaders_every_n_epochs=1,
            use_distributed_sampler=False,
            num_sanity_val_steps=0,
            limit_val_batches=None if held_out is not None else 0,
            log_every_n_steps=min(10, training.steps),
        )
    checkpoint = work / f"{CHECKPOINT}.ckpt"
    with warnings.catch_warnings(), told_once(work), _without_advertisements():
        warnings.filterwarnings("ignore", ".*does not have many workers.*")
        warnings.filterwarnings("ignore", ".*Experiment logs directory.*")
        warnings.filterwarnings("ignore", ".*treespec.*")
        warnings.filterwarnings("ignore", ".*exists and is not empty.*")
        warnings.filterwarnings("ignore", ".*AccumulateGrad node's stream.*")  # once, when a graph is captured
        try:
            trainer.fit(module, Passes(training, held_out), ckpt_path=earlier)
        except RuntimeError as error:
            if "state_dict" not in str(error):
                raise
            raise ModelError(
                "the checkpoint is of another architecture or recipe",
                where=checkpoint,
                remedy="Give an empty folder to --work, or the recipe that the folder is of",
            ) from error
    # a run that had ended before holds the last weights now, not the averaged ones
    module.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"])


@contextmanager
def _without_advertisements() -> Iterator[None]:
    """Keep the trainer from recommending other products; what it says of the hardware stays."""
    log = logging.getLogger("pytorch_lightning.utilities.rank_zero")

    def is_none(record: logging.LogRecord) -> bool:
        return "pypi.org" not in record.getMessage()

    log.addFilter(is_none)
    try:
        yield
    finally:
        log.removeFilter(is_none)


def _callbacks(recipe: Recipe, work: Path, *, early: bool, progress: bool) -> list[pl.Callback]:
    callbacks: list[pl.Callback] = [
        ModelCheckpoint(
            work, CHECKPOINT, save_top_k=1, every_n_epochs=1, save_on_train_epoch_end=True, enable_version_counter=False
        )
    ]
    if recipe.ema_decay is not None:
        callbacks.append(EMAWeightAveraging(decay=recipe.ema_decay))
    if early and recipe.patience is not None:
        callbacks.append(EarlyStopping("calibration_loss", patience=recipe.patience))
    if progress:
        callbacks.append(TQDMProgressBar(refresh_rate=10))
    return callbacks
