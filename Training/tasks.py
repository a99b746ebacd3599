"""The two networks that are trained, each with its loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.network_definitions import build_network

Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""``loss(output, labels, masks, class_weights)`` -> scalar."""


@dataclass(frozen=True)
class Cycle:
    """One one-cycle schedule; the next cycle starts from the averaged weights of this one.

    The task's weights are the mean of what its cycles ended with.

    Args:
        stages: (side of the input in pixels, passes over the examples), from coarse and quick to the full size.
        learning_rate: its peak.
    """

    stages: tuple[tuple[int, int], ...]
    learning_rate: float

    @property
    def sides(self) -> list[int]:
        """The input's side for each pass."""
        return [side for side, passes in self.stages for _ in range(passes)]


@dataclass(frozen=True)
class Task:
    """One network with what it takes to train it.

    Args:
        name: as the bundle's folder and metadata name it.
        kind: ``classification`` or ``segmentation``.
        network: the bundle's ``network_def``.
        encoder_prefix: where the pretrained EfficientNet's weights go in the state dict.
        cycles: the schedule.
        loss: the training loss.
    """

    name: str
    kind: str
    network: dict[str, Any]
    encoder_prefix: str
    cycles: tuple[Cycle, ...]
    loss: Loss

    def build(self, pretrained: Path | None) -> nn.Module:
        """The network, its encoder started from the file given. Raises ModelError where the file does not fit."""
        network = build_network(self.network)
        if self.kind == "classification":
            nn.init.zeros_(network.get_parameter("_fc.weight"))  # starts from even odds, not from random ones
        if pretrained is not None:
            load_encoder(network, self.encoder_prefix, pretrained)
        return network


def classification_loss(output: Tensor, labels: Tensor, masks: Tensor, weights: Tensor) -> Tensor:
    """Class-weighted cross-entropy of logits ``[B, 3]``."""
    return F.cross_entropy(output, labels, weight=weights, label_smoothing=0.02)


def segmentation_loss(output: Tensor, labels: Tensor, masks: Tensor, weights: Tensor) -> Tensor:
    """Binary cross-entropy plus soft Dice of logits ``[B, 1, S, S]``; an empty mask counts in the first alone."""
    probability = torch.sigmoid(output)
    overlap = (probability * masks).sum(dim=(1, 2, 3))
    total = probability.sum(dim=(1, 2, 3)) + masks.sum(dim=(1, 2, 3))
    lesion = masks.sum(dim=(1, 2, 3)) > 0
    dice = 1 - (2 * overlap + 1) / (total + 1)
    return F.binary_cross_entropy_with_logits(output, masks) + (dice * lesion).sum() / lesion.sum().clamp_min(1)


def load_encoder(network: nn.Module, prefix: str, path: Path) -> None:
    """Copy the pretrained EfficientNet's weights below `prefix`; an RGB stem is summed to one channel."""
    try:
        source = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ModelError(
            f"the weights cannot be read ({error})", where=path, remedy="Give a state-dict file to --pretrained"
        ) from error
    own = network.state_dict()
    stem = f"{prefix}_conv_stem.weight"
    copied = {prefix + key: value for key, value in source.items() if prefix + key in own}
    if stem in copied and copied[stem].shape[1] == 3 and own[stem].shape[1] == 1:
        copied[stem] = copied[stem].sum(dim=1, keepdim=True)
    misfits = [key for key, value in copied.items() if value.shape != own[key].shape]
    if stem not in copied or misfits:
        raise ModelError(
            f"the weights are of another architecture ({misfits[:3] or 'no stem'})",
            where=path,
            remedy="Give an EfficientNet-B0 encoder to --pretrained",
        )
    network.load_state_dict(copied, strict=False)


TASKS = {
    "classifier": Task(
        name="classifier_efficientnet_b0",
        kind="classification",
        network={
            "_target_": "monai.networks.nets.EfficientNetBN",
            "model_name": "efficientnet-b0",
            "pretrained": False,
            "spatial_dims": 2,
            "in_channels": 1,
            "num_classes": 3,
        },
        encoder_prefix="",
        cycles=(Cycle(((160, 4), (192, 3), (256, 4)), 7e-4), Cycle(((256, 5),), 5e-4), Cycle(((256, 3),), 3e-4)),
        loss=classification_loss,
    ),
    "segmenter": Task(
        name="segmenter_attention_unet_b0",
        kind="segmentation",
        network={
            "_target_": "BreastUSAILib.engine.networks.attention_unet.EfficientAttentionUNet",
            "backbone": "efficientnet-b0",
            "in_channels": 1,
            "out_channels": 1,
        },
        encoder_prefix="encoder.",
        cycles=(Cycle(((160, 4), (192, 2), (256, 3)), 1e-3),),
        loss=segmentation_loss,
    ),
}
