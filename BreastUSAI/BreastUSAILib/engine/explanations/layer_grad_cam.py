"""Grad-CAM of any network at a layer that keeps the picture's rows and columns, by Captum."""

from __future__ import annotations

from captum.attr import LayerGradCam as CaptumLayerGradCam
from torch import Tensor, nn

from ..errors import ModelError
from .explanation import GRAD_CAM
from .recorded_pass import Explained, RecordedPass, peaked


class LayerGradCam:
    """Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391) of any network at the layer given.

    One forward pass, recorded from the layer on, and one backward pass to it.

    Args:
        network: the classifier, in evaluation mode, its weights without gradients.
        layer: name of a submodule with feature maps ``[B, F, h, w]``. Raises ModelError where there is none so named.
    """

    method = GRAD_CAM

    def __init__(self, network: nn.Module, layer: str) -> None:
        modules = dict(network.named_modules())
        if not layer or layer not in modules:
            raise ModelError(
                f"the layer '{layer}' cannot be explained", remedy="Name a submodule of the network with a feature map"
            )
        self.layer = layer
        self._forward = RecordedPass(network)
        self._attribution = CaptumLayerGradCam(self._forward, modules[layer])

    def __call__(self, images: Tensor, target: int) -> Explained:
        """Logits ``[B, K]`` and maps ``[B, h, w]`` in [0, 1] of class `target` for images ``[B, C, S, S]``.

        Each map is divided by its own maximum; a map without positive evidence is all zero. Raises ModelError where
        the layer's output has no rows and columns.
        """
        with self._forward.differentiable():
            maps = self._attribution.attribute(images, target=target, relu_attributions=True).detach()
        if maps.ndim != 4:
            raise ModelError(
                f"the layer '{self.layer}' has no feature map", remedy="Name another layer, or use Saliency"
            )
        return self._forward.taken(), peaked(maps[:, 0].float().cpu().numpy())
