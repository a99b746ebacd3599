"""Saliency of the input, for networks without a feature map, by Captum."""

from __future__ import annotations

from captum.attr import Saliency
from torch import Tensor, nn

from .explanation import SALIENCY
from .recorded_pass import Explained, RecordedPass, peaked


class InputSaliency:
    """Saliency: how much each pixel of the input changes the class's logit (Simonyan et al. 2014, arXiv:1312.6034).

    The magnitude of the gradient, the largest over the input's channels. It says where the network is sensitive, not
    in which direction, and it is noisier than Grad-CAM.

    Args:
        network: the classifier, in evaluation mode.
    """

    method = SALIENCY
    layer = "input"

    def __init__(self, network: nn.Module) -> None:
        self._forward = RecordedPass(network)
        self._attribution = Saliency(self._forward)

    def __call__(self, images: Tensor, target: int) -> Explained:
        """Logits ``[B, K]`` and maps ``[B, S, S]`` in [0, 1] of class `target` for images ``[B, C, S, S]``.

        Each map is divided by its own maximum.
        """
        with self._forward.differentiable():
            gradient = self._attribution.attribute(images.clone().requires_grad_(), target=target, abs=True)
        return self._forward.taken(), peaked(gradient.detach().amax(dim=1).float().cpu().numpy())
