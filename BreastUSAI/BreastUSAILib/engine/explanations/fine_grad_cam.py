"""Grad-CAM of an EfficientNet at its last stage, sharpened by LayerCAM at an earlier one of finer resolution."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from monai.networks.nets import EfficientNetBN
from numpy.typing import NDArray
from torch import Tensor, nn

from ..errors import ModelError
from .explanation import GRAD_CAM
from .grad_cam import Head, Trunk, stages
from .recorded_pass import Explained, peaked

BETWEEN = " * "
"""Between the names of the finer and the coarser stage, as a bundle names them."""

_FINE = -3
"""Which stage from the end: the last of twice the resolution of the end, in every EfficientNet."""

_SMOOTH = 1.0
"""Standard deviation of the blur of the finer map, in its cells: single cells of LayerCAM are noise."""


def fine_and_coarse(network: nn.Module) -> str:
    """Both stages as `FineGradCam` takes them; empty where the network is not an EfficientNet."""
    names = stages(network)
    return BETWEEN.join((names[_FINE], names[-1])) if names else ""


class FineGradCam:
    """The product of two maps of one pass: Grad-CAM at a coarse stage, and LayerCAM at a finer one.

    Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391) says which region speaks for the class, with cells of 32 pixels
    of the input; LayerCAM (Jiang et al. 2021, 10.1109/TIP.2021.3089943) says where in it, with cells of 16: at each
    place the activations times their gradients, positive ones alone. The latter by itself also lights up elsewhere.
    The trunk runs without gradients, and one backward pass reaches back to the finer stage.

    Args:
        network: the classifier.
        layer: names of the finer and the coarser stage, with `BETWEEN` between them. Raises ModelError where the
            network has no such stages.
    """

    method = GRAD_CAM

    def __init__(self, network: nn.Module, layer: str) -> None:
        names, asked = stages(network), layer.split(BETWEEN)
        if len(asked) != 2 or not set(asked) <= set(names) or names.index(asked[0]) >= names.index(asked[1]):
            raise ModelError(
                f"the layer '{layer}' cannot be explained",
                remedy=f"Name one of {', '.join(names) or 'an EfficientNet'}, or two of them, the earlier one first",
            )
        assert isinstance(network, EfficientNetBN)
        self.layer = layer
        self.fine, self.coarse = (names.index(name) for name in asked)
        self.trunk = Trunk(network, self.fine).eval()
        self.middle = network._blocks[self.fine + 1 : self.coarse + 1].eval()
        self.head = Head(network, self.coarse).eval()

    def __call__(self, images: Tensor, target: int) -> Explained:
        """Logits ``[B, K]`` and maps ``[B, h, w]`` in [0, 1] of class `target` for images ``[B, C, S, S]``.

        Each map is divided by its own maximum; a map without positive evidence is all zero.
        """
        with torch.inference_mode():
            features = self.trunk(images)
        logits, maps, _ = self.of_features(features, target)
        return logits, maps

    def of_features(self, features: Tensor, target: int) -> tuple[NDArray[np.float32], NDArray[np.float32], Tensor]:
        """The same from the finer stage's output ``[B, C, h, w]``, and the coarser stage's output."""
        with torch.inference_mode(False), torch.enable_grad():
            fine = features.clone().requires_grad_()  # an inference tensor cannot take part in a gradient
            coarse = self.middle(fine)
            logits = self.head(coarse)
            by_fine, by_coarse = torch.autograd.grad(logits[:, target].sum(), (fine, coarse))
        fine, coarse = fine.detach(), coarse.detach()
        region = (by_coarse.mean(dim=(2, 3), keepdim=True) * coarse).sum(dim=1).relu()
        places = (by_fine.relu() * fine).relu().sum(dim=1)
        return logits.detach().float().cpu().numpy(), _product(region, places), coarse


def _product(region: Tensor, places: Tensor) -> NDArray[np.float32]:
    """Maps ``[B, h, w]`` in [0, 1] of coarse ones and fine ones."""
    from scipy import ndimage

    enlarged = F.interpolate(region[:, None].float(), places.shape[1:], mode="bilinear", align_corners=False)[:, 0]
    smooth = ndimage.gaussian_filter(peaked(places.float().cpu().numpy()), (0, _SMOOTH, _SMOOTH))
    return peaked(enlarged.cpu().numpy() * smooth)
