"""Networks of a few weights whose answers are known by construction, and what is to be explained of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from monai.networks.nets import AttentionUnet
from numpy.typing import NDArray
from torch import Tensor, nn

from BreastUSAILib.engine.explanations.explanation import Explainer, Subject
from BreastUSAILib.engine.explanations.layer_grad_cam import LayerGradCam
from BreastUSAILib.engine.explanations.saliency import InputSaliency

SIDE = 32


class DarkAndBright(nn.Module):
    """Class 2 is said of a dark blob and class 0 of a bright one; class 1 of both, a little."""

    explained = "responses"

    def __init__(self) -> None:
        super().__init__()
        self.responses = nn.Conv2d(1, 2, 5, padding=2, padding_mode="replicate")
        self.classify = nn.Linear(2, 3, bias=False)
        with torch.no_grad():
            self.responses.weight[0].fill_(-1 / 25)
            self.responses.weight[1].fill_(1 / 25)
            self.responses.bias.fill_(-0.2)
            self.classify.weight.copy_(torch.tensor([[-1.0, 4.0], [0.5, 0.5], [4.0, -1.0]]))

    def forward(self, images: Tensor) -> Tensor:
        found = torch.nn.functional.softplus(self.responses(images[:, :1]), beta=20.0)
        return self.classify(found.mean(dim=(2, 3)) * 10)


def blob(row: int, column: int, value: float = -1.0) -> Tensor:
    """An image ``[1, 1, SIDE, SIDE]`` of a little speckle with one blob."""
    image = 0.05 * torch.randn(1, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(3))
    image[0, 0, row - 3 : row + 4, column - 3 : column + 4] += value
    return image


def segmenter() -> nn.Module:
    """A small attention U-Net, untrained."""
    with torch.random.fork_rng():
        torch.manual_seed(11)
        return AttentionUnet(2, 1, 1, channels=(4, 8, 16), strides=(2, 2)).eval().requires_grad_(False)


def subject(row: int = 10, column: int = 20, **changes: object) -> Subject:
    """A dark blob there, outlined, whose class 2 is explained."""
    with torch.random.fork_rng():
        network = DarkAndBright().eval().requires_grad_(False)
    image, outline = blob(row, column), np.zeros((SIDE, SIDE), dtype=bool)
    outline[row - 3 : row + 4, column - 3 : column + 4] = True

    def explainer(option: str) -> Explainer:
        return LayerGradCam(network, "responses") if option == "grad-cam" else InputSaliency(network)

    given = Subject(
        image=image,
        others=None,
        target=2,
        classifier=network,
        content=(slice(0, SIDE), slice(0, SIDE)),
        outlined_image=image,
        outline=outline,
        segmenter=segmenter(),
        explainer=explainer,
        at_once=8,
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def middle(values: NDArray) -> tuple[float, float]:
    """Row and column, as shares of the side, of the middle of what is positive."""
    heat = np.maximum(values, 0).astype(float) ** 2
    steps = (np.arange(len(heat)) + 0.5) / len(heat)
    return float(heat.sum(1) @ steps / heat.sum()), float(heat.sum(0) @ steps / heat.sum())
