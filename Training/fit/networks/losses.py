"""What the networks learn from: class, outline, and helpers such as the BI-RADS category."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .learning import HELPERS, Outputs, Targets

HELPER_WEIGHT = 0.2


def total_loss(outputs: Outputs, targets: Targets, class_weights: Tensor, label_smoothing: float) -> Tensor:
    """The sum of the losses of what the network gives."""
    losses = []
    if outputs.classes is not None:
        losses.append(class_loss(outputs.classes, targets.classes, class_weights, label_smoothing))
    if outputs.lesion is not None:
        losses.append(outline_loss(outputs.lesion[targets.outlined], targets.masks[targets.outlined]))
    for name in HELPERS:
        logits = getattr(outputs, name)
        if logits is not None:
            losses.append(HELPER_WEIGHT * helper_loss(logits, getattr(targets, name)))
    return torch.stack(losses).sum()


def class_loss(logits: Tensor, targets: Tensor, weights: Tensor, label_smoothing: float) -> Tensor:
    """Class-weighted cross-entropy of logits ``[B, K]`` against soft targets ``[B, K]``."""
    smooth = targets * (1 - label_smoothing) + label_smoothing / targets.shape[1]
    each = -(smooth * F.log_softmax(logits, dim=1)).sum(dim=1)
    weight = targets @ weights
    return (each * weight).sum() / weight.sum()


def outline_loss(logits: Tensor, masks: Tensor) -> Tensor:
    """Binary cross-entropy plus soft Dice of logits ``[B, 1, S, S]``; an empty mask counts in the first alone."""
    if not len(logits):
        return logits.sum()
    logits = logits.float()  # mixed precision gives half of the digits
    probability = torch.sigmoid(logits)
    overlap = (probability * masks).sum(dim=(1, 2, 3))
    total = probability.sum(dim=(1, 2, 3)) + masks.sum(dim=(1, 2, 3))
    lesion = masks.sum(dim=(1, 2, 3)) > 0
    dice = 1 - (2 * overlap + 1) / (total + 1)
    return F.binary_cross_entropy_with_logits(logits, masks) + (dice * lesion).sum() / lesion.sum().clamp_min(1)


def helper_loss(logits: Tensor, categories: Tensor) -> Tensor:
    """Cross-entropy of logits ``[B, C]`` against categories ``[B]``; -1 is unknown and counts nothing."""
    known = (categories >= 0).sum().clamp_min(1)
    return F.cross_entropy(logits, categories, ignore_index=-1, reduction="sum") / known
