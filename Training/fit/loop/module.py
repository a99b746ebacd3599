"""The loop's body, as PyTorch Lightning wants it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor

from ...augmentation.augment import augment
from ...recipes.recipe import Recipe
from ..images.batches import Batch
from ..images.mixing import mix
from ..networks.learning import Learner
from ..networks.losses import total_loss
from ..networks.replay import Replayed
from .teachers import SHARE, Teachers

_RISE = 0.2  # of the steps, until the learning rate has its peak


class LearningModule(pl.LightningModule):
    """Trains one learner by one recipe. Every random draw depends on seed, pass and step alone.

    Args:
        learner: the networks.
        recipe: how they are trained.
        class_weights: ``[3]``, of the training part.
        steps: optimizer steps of the whole training.
        seed: of augmentation and dropout.
        teachers: whose answers are learned beside the truth; None: the truth alone.
        graphs: whether the networks are replayed as CUDA graphs, where one GPU trains.
    """

    def __init__(
        self,
        learner: Learner,
        recipe: Recipe,
        class_weights: Tensor,
        steps: int,
        seed: int,
        teachers: Teachers | None = None,
        *,
        graphs: bool = True,
    ) -> None:
        super().__init__()
        self.learner = learner
        self.recipe = recipe
        self.class_weights: Tensor
        self.register_buffer("class_weights", class_weights, persistent=False)
        self.steps = steps
        self.seed = seed
        self.graphs = graphs
        self._replayed = Replayed(learner)
        self.teachers = teachers  # no module: not trained, not in a checkpoint
        for name, parameter in learner.named_parameters():
            inner = name.partition(".")[2]  # below "network." and its like
            if any(inner.startswith(prefix) for prefix in recipe.frozen):
                parameter.requires_grad_(False)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The loss of one augmented batch."""
        draw = (self.seed * 1_000_003 + self.current_epoch * 10_007 + batch_idx) % 2**31 + self.global_rank
        torch.manual_seed(draw)  # dropout's, so that a resumed run repeats it
        generator = torch.Generator(device=self.device).manual_seed(draw)
        batch = batch.at_side(self.recipe.sides[self.current_epoch])
        images, masks = batch.images, batch.targets.masks
        shown, moved = augment(images[:, :1], masks, generator, self.recipe.augmentation)
        if images.shape[1] > 1:  # the lesion mask is moved as the image was: the same draws again
            generator.manual_seed(draw)
            _, own = augment(images[:, :1], images[:, 1:], generator, self.recipe.augmentation)
            shown = torch.cat([shown, own], dim=1)
        targets = dataclasses.replace(batch.targets, masks=moved)
        shown, targets = mix(shown, targets, generator, self.recipe.augmentation)
        prepared = self._prepared(shown)
        replays = self.graphs and self.device.type == "cuda" and self.trainer.world_size == 1
        outputs = self._replayed(prepared) if replays else self.learner(prepared)
        loss = total_loss(outputs, targets, self.class_weights, self.recipe.label_smoothing)
        if self.teachers is not None:
            loss = torch.lerp(loss, self.teachers.loss(prepared, outputs, replays=replays), SHARE)
        self.log("loss", loss, prog_bar=True, on_step=True, on_epoch=True, batch_size=len(images))
        return loss

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """The loss of one batch as it is."""
        outputs = self.learner(self._prepared(batch.images))
        loss = total_loss(outputs, batch.targets, torch.ones_like(self.class_weights), 0.0)
        self.log("calibration_loss", loss, prog_bar=True, batch_size=len(batch.images), sync_dist=True)

    def _prepared(self, images: Tensor) -> Tensor:
        """From [0, 1] to the network's scale; a mask channel stays as it is."""
        scale = self.recipe.preprocessing
        prepared = torch.cat([(images[:, :1] - scale.mean) / scale.std, images[:, 1:]], dim=1)
        return prepared.contiguous(memory_format=torch.channels_last)

    def configure_optimizers(self) -> Any:
        """AdamW under a one-cycle schedule (Smith and Topin 2019, arXiv:1708.07120)."""
        trained = [parameter for parameter in self.learner.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(trained, lr=self.recipe.learning_rate, weight_decay=self.recipe.weight_decay)
        rise = min(max(_RISE, 2 / self.steps), 0.9)  # at least two steps, or the schedule divides by zero
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, self.recipe.learning_rate, total_steps=self.steps, pct_start=rise
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_fit_start(self) -> None:
        """Teachers sit where the images will be."""
        if self.teachers is not None:
            self.teachers.to(self.device)

    def on_train_epoch_start(self) -> None:
        """Frozen parts keep their batch statistics too."""
        if self.recipe.frozen:
            for network in self.learner.networks().values():
                for name, part in network.named_modules():
                    if name and any(f"{name}.".startswith(prefix) for prefix in self.recipe.frozen):
                        part.eval()
