"""All methods of explanation, one row each: what they are called, what they cost, and how they are made.

Needs nothing else: what makes an explainer is imported when one is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ModelError
from .explanation import GRAD_CAM, SALIENCY, Explainer

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class ExplanationMethod:
    """One way to explain a class of a network.

    Args:
        option: how a caller asks for it: on the command line, in scripts, and in the panel's saved parameters.
        name: how results, bundles and pictures call it. Both spellings are compared as they stand, and neither is
            made from the other.
        says: what its map marks and which networks it fits, for the command line's manual.
        passes: how often a batch goes through the network, there and back, for one map and the logits beside it.
        make: the explainer of a network at a layer, as a bundle names it. Raises ModelError for a layer that cannot
            be explained.
        layer_of: the layer that suits a network best where no bundle names one, empty where the method needs none;
            None where the method cannot explain the network.
    """

    option: str
    name: str
    says: str
    passes: int
    make: Callable[[nn.Module, str], Explainer]
    layer_of: Callable[[nn.Module], str | None]


def _grad_cam(network: nn.Module, layer: str) -> Explainer:
    from .fine_grad_cam import BETWEEN, FineGradCam
    from .grad_cam import GradCam, stages
    from .layer_grad_cam import LayerGradCam

    if BETWEEN in layer:
        return FineGradCam(network, layer)
    return (GradCam if stages(network) else LayerGradCam)(network, layer)


def _last_feature_map(network: nn.Module) -> str | None:
    """Two of an EfficientNet's stages (`FineGradCam`), what a network of this product names, or what is known."""
    from .fine_grad_cam import fine_and_coarse

    known = {"DenseNet121": "features", "ResNet": "layer4"}  # MONAI's classifiers that keep a picture
    last = [fine_and_coarse(network), getattr(network, "explained", ""), known.get(type(network).__name__, "")]
    return next((layer for layer in last if layer), None)


def _saliency(network: nn.Module, layer: str) -> Explainer:
    from .saliency import InputSaliency

    return InputSaliency(network)


METHODS = (
    ExplanationMethod(
        "grad-cam", GRAD_CAM, "marks regions, and needs a network with a feature map", 1, _grad_cam, _last_feature_map
    ),
    ExplanationMethod(
        "saliency", SALIENCY, "marks single pixels, and works with every network", 1, _saliency, lambda network: ""
    ),
)
"""Every method; the first that fits a network is the one that suits it best."""

EXPLAIN_METHODS = tuple(method.option for method in METHODS)
"""How a heat map may be asked for; what was used is in `Analysis.explanation`, by its name."""


def method_asked_for(option: str) -> ExplanationMethod:
    """The method of an option. Raises KeyError for one that is not in `EXPLAIN_METHODS`."""
    return {method.option: method for method in METHODS}[option]


def method_named(name: str) -> ExplanationMethod | None:
    """The method that a stored result or a bundle names; None where this version has none of that name."""
    return {method.name: method for method in METHODS}.get(name)


def explainer_for(network: nn.Module, name: str, layer: str) -> Explainer:
    """The explainer that a bundle's metadata names.

    Raises ModelError for an unknown method and for a layer that the network does not have.
    """
    method = method_named(name)
    if method is None:
        names = " or ".join(known.name for known in METHODS)
        raise ModelError(f"the explanation method {name!r} is unknown", remedy=f"Use {names}")
    return method.make(network, layer)


def explanation_of(network: nn.Module) -> dict[str, str]:
    """How a network is best explained, as the metadata key ``explanation`` wants it: by the first method that fits."""
    layers = ((method.name, method.layer_of(network)) for method in METHODS)
    return next({"method": name, "layer": layer} for name, layer in layers if layer is not None)
