"""Which explanation a network has: the one that its bundle names, and the one that suits it best."""

from __future__ import annotations

from monai.networks.nets import EfficientNetBN
from torch import nn

from ..errors import ModelError
from .explanation import GRAD_CAM, SALIENCY, Explainer
from .grad_cam import GradCam, stages
from .layer_grad_cam import LayerGradCam
from .saliency import InputSaliency

_SPATIAL_LAYERS = {"DenseNet121": "features", "ResNet": "layer4"}  # MONAI's classifiers that keep a picture


def explainer_for(network: nn.Module, method: str, layer: str) -> Explainer:
    """The explainer that a bundle's metadata names.

    Raises ModelError for an unknown method and for a layer that the network does not have.
    """
    if method == SALIENCY:
        return InputSaliency(network)
    if method != GRAD_CAM:
        raise ModelError(f"the explanation method {method!r} is unknown", remedy=f"Use {GRAD_CAM} or {SALIENCY}")
    return GradCam(network, layer) if isinstance(network, EfficientNetBN) else LayerGradCam(network, layer)


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
