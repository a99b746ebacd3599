"""All methods of explanation, one row each: what they are called, what they mean, and how they are made.

Needs nothing else: what makes an explanation is imported when one is made. What each costs is measured
(`costs`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ModelError
from . import method_texts
from .explanation import GRAD_CAM, SALIENCY, Attribution, Explainer, Explains, Subject

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class InPass:
    """How a method is made together with a classification, for the heat map that every analysis has.

    Args:
        passes: how often a batch goes through the network, there and back, for one map and the logits beside it.
        make: the explainer of a network at a layer, as a bundle names it. Raises ModelError for a layer that cannot
            be explained.
        layer_of: the layer that suits a network best where no bundle names one, empty where the method needs none;
            None where the method cannot explain the network.
    """

    passes: int
    make: Callable[[nn.Module, str], Explainer]
    layer_of: Callable[[nn.Module], str | None]


@dataclass(frozen=True)
class ExplanationMethod:
    """One way to explain an answer.

    Args:
        option: how a caller asks for it: on the command line, in scripts, and in the panel's saved parameters.
        name: how results, bundles and pictures call it. Both spellings are compared as they stand, and neither is
            made from the other.
        about: what its map means and where it misleads, for the command line's manual and the panel's tooltips.
        explain: makes one map on demand; has passes of its own.
        passes: how many images go through the network for it.
        explains: what the map is about.
        needs_outline: whether there is nothing to explain where no lesion is outlined.
        is_signed: whether values below 0 speak against the class.
        is_grainy: whether single pixels have values of their own.
        fits: whether it can explain the pair of a classifier's and a segmenter's network.
        in_pass: how it comes with a classification; None where it cannot.
    """

    option: str
    name: str
    about: str
    explain: Callable[[Subject], Attribution]
    passes: int
    explains: Explains = Explains.CLASS
    needs_outline: bool = False
    is_signed: bool = False
    is_grainy: bool = False
    fits: Callable[[nn.Module, nn.Module], bool] = lambda classifier, segmenter: True
    in_pass: InPass | None = None


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


def _by_explainer(option: str) -> Callable[[Subject], Attribution]:
    """The way to a map of a method that has an explainer."""

    def explain(subject: Subject) -> Attribution:
        import torch

        explainer = subject.explainer(option)
        channels = [subject.image] if subject.others is None else [subject.image, subject.others]
        _, maps = explainer(torch.cat(channels, dim=1), subject.target)
        subject.tick(1)
        return Attribution(maps[0], explainer.layer)

    return explain


def _smooth_grad(subject: Subject) -> Attribution:
    from .attributions.smooth_grad import smooth_grad

    return smooth_grad(subject)


def _integrated_gradients(subject: Subject) -> Attribution:
    from .attributions.integrated_gradients import integrated_gradients

    return integrated_gradients(subject)


def _gradient_shap(subject: Subject) -> Attribution:
    from .attributions.gradient_shap import gradient_shap

    return gradient_shap(subject)


def _kernel_shap(subject: Subject) -> Attribution:
    from .attributions.kernel_shap import kernel_shap

    return kernel_shap(subject)


def _occlusion(subject: Subject) -> Attribution:
    from .attributions.occlusion import occlusion

    return occlusion(subject)


def _outline_grad_cam(subject: Subject) -> Attribution:
    from .attributions.outline_grad_cam import outline_grad_cam

    return outline_grad_cam(subject)


def _attention_gates(subject: Subject) -> Attribution:
    from .attributions.attention_gates import attention_gates

    return attention_gates(subject)


def _gated(classifier: nn.Module, segmenter: nn.Module) -> bool:
    from .attributions.gates import has_gates

    return has_gates(segmenter)


METHODS = (
    ExplanationMethod(
        "grad-cam",
        GRAD_CAM,
        method_texts.GRAD_CAM,
        _by_explainer("grad-cam"),
        1,
        fits=lambda classifier, segmenter: _last_feature_map(classifier) is not None,
        in_pass=InPass(1, _grad_cam, _last_feature_map),
    ),
    ExplanationMethod(
        "saliency",
        SALIENCY,
        method_texts.SALIENCY,
        _by_explainer("saliency"),
        1,
        is_grainy=True,
        in_pass=InPass(1, _saliency, lambda network: ""),
    ),
    ExplanationMethod("smoothgrad", "SmoothGrad", method_texts.SMOOTHGRAD, _smooth_grad, 24, is_grainy=True),
    ExplanationMethod(
        "integrated-gradients",
        "Integrated Gradients",
        method_texts.INTEGRATED_GRADIENTS,
        _integrated_gradients,
        34,
        is_signed=True,
        is_grainy=True,
    ),
    ExplanationMethod(
        "gradient-shap", "GradientShap", method_texts.GRADIENT_SHAP, _gradient_shap, 48, is_signed=True, is_grainy=True
    ),
    ExplanationMethod("kernel-shap", "KernelShap", method_texts.KERNEL_SHAP, _kernel_shap, 384, is_signed=True),
    ExplanationMethod("occlusion", "Occlusion", method_texts.OCCLUSION, _occlusion, 226, is_signed=True),
    ExplanationMethod(
        "outline-grad-cam",
        "Outline Grad-CAM",
        method_texts.OUTLINE_GRAD_CAM,
        _outline_grad_cam,
        2,
        explains=Explains.OUTLINE,
        needs_outline=True,
        fits=_gated,
    ),
    ExplanationMethod(
        "attention-gates",
        "Attention gates",
        method_texts.ATTENTION_GATES,
        _attention_gates,
        1,
        explains=Explains.OUTLINE,
        fits=_gated,
    ),
)
"""Every method; of those that come with a classification, the first that fits a network suits it best."""

EXPLAIN_METHODS = tuple(method.option for method in METHODS)
"""How a further map may be asked for; what was made is in `Analysis.explanations`."""

HEAT_MAP_METHODS = tuple(method.option for method in METHODS if method.in_pass is not None)
"""How the heat map that comes with the verdict may be made; what was used is in `Analysis.explanation`, by its name."""


def method_asked_for(option: str) -> ExplanationMethod:
    """The method of an option. Raises KeyError for one that is not in `EXPLAIN_METHODS`."""
    return {method.option: method for method in METHODS}[option]


def method_named(name: str) -> ExplanationMethod | None:
    """The method that a stored result or a bundle names; None where this version has none of that name."""
    return {method.name: method for method in METHODS}.get(name)


def explainer_for(network: nn.Module, name: str, layer: str) -> Explainer:
    """The explainer that a bundle's metadata names.

    Raises ModelError for a method that is unknown or needs passes of its own, and for a layer that the network does
    not have.
    """
    method = method_named(name)
    if method is None or method.in_pass is None:
        names = " or ".join(known.name for known in METHODS if known.in_pass is not None)
        what = "is unknown" if method is None else "cannot come with a classification"
        raise ModelError(f"the explanation method {name!r} {what}", remedy=f"Use {names}")
    return method.in_pass.make(network, layer)


def explanation_of(network: nn.Module) -> dict[str, str]:
    """How a network is best explained, as the metadata key ``explanation`` wants it: by the first method that fits."""
    layers = ((method.name, method.in_pass.layer_of(network)) for method in METHODS if method.in_pass is not None)
    return next({"method": name, "layer": layer} for name, layer in layers if layer is not None)
