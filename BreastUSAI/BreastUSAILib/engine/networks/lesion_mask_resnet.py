"""ResNet50 that is shown the lesion's mask beside the image."""

from __future__ import annotations

import torch
from monai.networks.nets.resnet import ResNetFeatures
from torch import Tensor
from torch.nn import functional

from .feature_classifier import FeatureClassifier

_FEATURES = 2048


class LesionMaskResNet50(FeatureClassifier):
    """ResNet50's features of the whole image beside those of the lesion alone.

    ResNet50 (He et al. 2015, arXiv:1512.03385) sees the image only; the mask chooses the pixels of its last feature
    map over which the second mean is taken. So a trunk that is frozen, or that was trained without masks, still
    hears of the lesion. Features: 2048 of the image, then 2048 of the lesion, zero where the mask is empty.

    Args:
        in_channels: channels of the input, the mask included; the mask is the last one, in [0, 1].
        num_classes: how many logits.
        dropout: before the linear layer.

    Input ``[B, in_channels, H, W]``; output logits ``[B, num_classes]``. Raises ValueError where `in_channels` leaves
    no room for a mask.
    """

    explained = "trunk.layer4"

    def __init__(self, in_channels: int = 2, num_classes: int = 3, dropout: float = 0.0) -> None:
        if in_channels < 2:
            raise ValueError(f"in_channels counts image and mask, so it is 2 or more, not {in_channels}")
        super().__init__(2 * _FEATURES, num_classes, dropout)
        self.trunk = ResNetFeatures("resnet50", pretrained=False, spatial_dims=2, in_channels=in_channels - 1)

    def forward_features(self, images: Tensor) -> Tensor:
        """Images with their masks ``[B, in_channels, H, W]`` give features ``[B, 4096]``."""
        features = self.trunk(images[:, :-1])[-1]
        mask = functional.interpolate(images[:, -1:], size=features.shape[2:], mode="area")
        area = mask.sum(dim=(2, 3)).clamp_min(torch.finfo(mask.dtype).tiny)
        lesion = (features * mask).sum(dim=(2, 3)) / area
        return torch.cat([features.mean(dim=(2, 3)), lesion], dim=1)
