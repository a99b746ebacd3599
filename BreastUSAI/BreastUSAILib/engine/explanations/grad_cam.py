"""Grad-CAM of an EfficientNet by Captum, sharing the classification's forward pass."""

from __future__ import annotations

import torch
from captum.attr import LayerGradCam
from monai.networks.nets import EfficientNetBN
from torch import Tensor, nn

from ..errors import ModelError
from .explanation import GRAD_CAM
from .recorded_pass import Explained, peaked


def stages(network: nn.Module) -> list[str]:
    """Names of the stages whose output can be explained, first to last; none where it is not an EfficientNet."""
    if not isinstance(network, EfficientNetBN):
        return []
    return [f"_blocks.{name}" for name, _ in network._blocks.named_children()]


class Trunk(nn.Module):
    """The stem and the stages up to and including the explained one."""

    def __init__(self, network: EfficientNetBN, stage: int) -> None:
        super().__init__()
        self.network = network
        self.blocks = network._blocks[: stage + 1]

    def forward(self, images: Tensor) -> Tensor:
        """Images ``[B, C, S, S]`` give features ``[B, F, h, w]``."""
        net = self.network
        return self.blocks(net._swish(net._bn0(net._conv_stem(net._conv_stem_padding(images)))))


class Head(nn.Module):
    """What follows the explained stage; `entry` is that stage's output, the layer that Captum is given."""

    def __init__(self, network: EfficientNetBN, stage: int) -> None:
        super().__init__()
        self.entry = nn.Identity()
        self.network = network
        self.blocks = network._blocks[stage + 1 :]
        self.logits: Tensor | None = None

    def forward(self, features: Tensor) -> Tensor:
        """Features ``[B, C, h, w]`` give logits ``[B, K]``, which are also kept."""
        net = self.network
        features = self.blocks(self.entry(features))
        features = net._swish(net._bn1(net._conv_head(net._conv_head_padding(features))))
        logits = net._fc(net._dropout(net._avg_pooling(features).flatten(start_dim=1)))
        self.logits = logits.detach()
        return logits


class GradCam:
    """Grad-CAM of one network at one stage.

    Selvaraju et al. 2017 (arXiv:1610.02391). The trunk runs without gradients; Captum runs the head alone, once,
    and its gradient reaches back to the explained stage and no further.

    Args:
        network: the classifier.
        layer: the stage's name, as `stages` gives it. Raises ModelError where the network has no such stage.
    """

    method = GRAD_CAM

    def __init__(self, network: nn.Module, layer: str) -> None:
        names = stages(network)
        if layer not in names:
            raise ModelError(
                f"the layer '{layer}' cannot be explained",
                remedy=f"Name one of {', '.join(names) or 'an EfficientNet'}",
            )
        assert isinstance(network, EfficientNetBN)
        self.layer = layer
        self.trunk = Trunk(network, names.index(layer)).eval()
        self.head = Head(network, names.index(layer)).eval()
        self._attribution = LayerGradCam(self.head, self.head.entry)

    def __call__(self, images: Tensor, target: int) -> Explained:
        """Logits ``[B, K]`` and maps ``[B, h, w]`` in [0, 1] of class `target` for images ``[B, C, S, S]``.

        Each map is divided by its own maximum; a map without positive evidence is all zero.
        """
        with torch.inference_mode():
            features = self.trunk(images)
        return self.of_features(features, target)

    def of_features(self, features: Tensor, target: int) -> Explained:
        """The same from the explained stage's output ``[B, C, h, w]``."""
        features = features.clone()  # an inference tensor cannot take part in a gradient
        attribution = self._attribution.attribute(features, target=target, relu_attributions=True)
        assert self.head.logits is not None
        return self.head.logits.float().cpu().numpy(), peaked(attribution.detach()[:, 0].float().cpu().numpy())
