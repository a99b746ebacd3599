"""Folding batch normalization and padding into convolutions: the same network with fewer passes over memory."""

from __future__ import annotations

from collections.abc import Iterator

from monai.networks.blocks import ADN, Convolution
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

_EFFICIENTNET_PAIRS = (
    ("_conv_stem", "_bn0"),
    ("_expand_conv", "_bn0"),
    ("_depthwise_conv", "_bn1"),
    ("_project_conv", "_bn2"),
    ("_conv_head", "_bn1"),
)


def fold_for_inference(network: nn.Module) -> nn.Module:
    """Fold, in place, what only costs time once the weights are fixed; returns the network, in evaluation mode.

    Covers MONAI's EfficientNet blocks, its `Convolution` block and its attention gates; other layers stay as they are.
    The outputs change by rounding only. The network can no longer be trained.
    """
    network.eval()
    for module in list(network.modules()):
        for owner, conv, norm_owner, norm in _pairs(module):
            _fold_norm(owner, conv, norm_owner, norm)
        for name, child in list(module.named_children()):
            if name.endswith("_padding"):
                _fold_padding(module, name, child)
    return network


def _pairs(module: nn.Module) -> Iterator[tuple[nn.Module, str, nn.Module, str]]:
    """Where a convolution and the batch normalization right behind it are kept: (owner, name, owner, name)."""
    children = dict(module.named_children())
    for conv, norm in _EFFICIENTNET_PAIRS:
        if conv in children and norm in children:
            yield module, conv, module, norm
    adn = children.get("adn")
    if isinstance(module, Convolution) and isinstance(adn, ADN) and next(iter(dict(adn.named_children())), "") == "N":
        yield module, "conv", adn, "N"
    first = children.get("0")
    if type(module) is nn.Sequential and isinstance(first, Convolution) and "adn" not in dict(first.named_children()):
        yield first, "conv", module, "1"


def _fold_norm(owner: nn.Module, conv: str, norm_owner: nn.Module, norm: str) -> None:
    convolution, normalization = getattr(owner, conv), getattr(norm_owner, norm, None)
    if isinstance(convolution, nn.Conv2d) and isinstance(normalization, nn.BatchNorm2d):
        setattr(owner, conv, fuse_conv_bn_eval(convolution, normalization))
        setattr(norm_owner, norm, nn.Identity())


def _fold_padding(module: nn.Module, name: str, padder: nn.Module) -> None:
    """Zero padding that is equal on all sides becomes the convolution's own."""
    convolution = getattr(module, name.removesuffix("_padding"), None)
    if not isinstance(padder, nn.ConstantPad2d) or not isinstance(convolution, nn.Conv2d) or padder.value != 0:
        return
    if len(set(padder.padding)) == 1 and convolution.padding == (0, 0):
        convolution.padding = (padder.padding[0], padder.padding[0])
        setattr(module, name, nn.Identity())
