"""Explanations of any classifier by Captum: Grad-CAM at a layer, or saliency where no layer keeps the picture."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import numpy as np
import torch
from captum.attr import LayerGradCam, Saliency
from monai.networks.nets import EfficientNetBN
from numpy.typing import NDArray
from torch import Tensor, nn

from ..errors import ModelError, OptionError
from .explanation import GRAD_CAM, SALIENCY, Explained, Explainer, peaked
from .grad_cam import GradCam, stages

if TYPE_CHECKING:
    from ..models.classifier import Classifier

_BY_OPTION = {"grad-cam": GRAD_CAM, "saliency": SALIENCY}  # options.EXPLAIN_METHODS
_SPATIAL_LAYERS = {"DenseNet121": "features", "ResNet": "layer4"}  # MONAI's classifiers that keep a picture


def explainer_for(network: nn.Module, method: str, layer: str) -> Explainer:
    """The explainer that a bundle's metadata names.

    Raises ModelError for an unknown method and for a layer that the network does not have.
    """
    if method == SALIENCY:
        return InputSaliency(network)
    if method != GRAD_CAM:
        raise ModelError(f"the explanation method {method!r} is unknown", remedy=f"Use {GRAD_CAM} or {SALIENCY}")
    return GradCam(network, layer) if isinstance(network, EfficientNetBN) else LayerCam(network, layer)


def chosen_explainer(classifier: Classifier, method: str | None) -> Explainer:
    """The explainer that a caller asked for: the bundle's own where `method`, of `EXPLAIN_METHODS`, is None or that.

    Grad-CAM of a network whose bundle does not name its layer is taken at the layer of `explanation_of`. Raises
    OptionError where the network has none.
    """
    if method is None or _BY_OPTION[method] == classifier.explainer.method:
        return classifier.explainer
    layer = explanation_of(classifier.network)["layer"]
    if _BY_OPTION[method] == GRAD_CAM and not layer:
        raise OptionError(
            f"the classifier '{classifier.identity.name}' has no feature map that Grad-CAM could explain",
            remedy="Choose the explanation method 'saliency'",
        )
    return explainer_for(classifier.network, _BY_OPTION[method], layer)


def explanation_of(network: nn.Module) -> dict[str, str]:
    """How a network is best explained, as the metadata key ``explanation`` wants it.

    Grad-CAM at the last layer that has a feature map: an EfficientNet's last stage, the layer that one of this
    product's own networks names as `explained`, or what is known of MONAI's. Saliency where there is none.
    """
    if isinstance(network, EfficientNetBN):
        layer = stages(network)[-1]
    else:
        layer = getattr(network, "explained", _SPATIAL_LAYERS.get(type(network).__name__, ""))
    return {"method": GRAD_CAM if layer else SALIENCY, "layer": layer}


class LayerCam:
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
        self._forward = _Remembering(network)
        self._attribution = LayerGradCam(self._forward, modules[layer])

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
        self._forward = _Remembering(network)
        self._attribution = Saliency(self._forward)

    def __call__(self, images: Tensor, target: int) -> Explained:
        """Logits ``[B, K]`` and maps ``[B, S, S]`` in [0, 1] of class `target` for images ``[B, C, S, S]``.

        Each map is divided by its own maximum.
        """
        with self._forward.differentiable():
            gradient = self._attribution.attribute(images.clone().requires_grad_(), target=target, abs=True)
        return self._forward.taken(), peaked(gradient.detach().amax(dim=1).float().cpu().numpy())


class _Remembering(nn.Module):
    """A network that keeps the logits of its last pass, so that an explanation needs no second one."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self._recurrent = any(isinstance(part, nn.RNNBase) for part in network.modules())
        self._logits: Tensor | None = None

    def forward(self, images: Tensor) -> Tensor:
        logits = self.network(images)
        self._logits = logits.detach()
        return logits

    def taken(self) -> NDArray[np.float32]:
        """The logits ``[B, K]`` of the last pass."""
        assert self._logits is not None
        return self._logits.float().cpu().numpy()

    def differentiable(self) -> AbstractContextManager:
        """cuDNN's recurrent layers have no backward pass in evaluation mode; torch's own have."""
        return torch.backends.cudnn.flags(enabled=False) if self._recurrent else nullcontext()
