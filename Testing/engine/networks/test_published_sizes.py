"""Weights in the published configuration: RGB images, 1000 classes."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from BreastUSAILib.engine.networks.network_definitions import build_network

from .definitions import MONAI, OWN

PUBLISHED_MILLIONS = [
    # EfficientNet: arXiv:1905.11946, table 2
    *(
        (f"{MONAI}.EfficientNetBN", {"model_name": f"efficientnet-b{number}", "spatial_dims": 2}, millions)
        for number, millions in enumerate((5.29, 7.79, 9.11, 12.2, 19.3, 30.4, 43.0, 66.3))
    ),
    (f"{OWN}.mobilenet_v2.MobileNetV2", {}, 3.505),
    # the Keras reference models, whose counts hold the running statistics too
    (f"{OWN}.resnet_v2.ResNetV2", {"depth": 50}, 25.6),
    (f"{OWN}.resnet_v2.ResNetV2", {"depth": 101}, 44.7),
    (f"{OWN}.resnet_v2.ResNetV2", {"depth": 152}, 60.3),
    (f"{OWN}.efficientnet_lite.EfficientNetLite0", {}, 4.652),
    (f"{OWN}.efficientnet_v2.EfficientNetV2S", {}, 21.46),
    (f"{OWN}.convnext.ConvNeXt", {"size": "tiny"}, 28.59),
    (f"{OWN}.convnext.ConvNeXt", {"size": "small"}, 50.22),
    (f"{OWN}.convnext.ConvNeXt", {"size": "base"}, 88.59),
    (f"{OWN}.vision_transformer.VisionTransformer", {"size": "tiny", "image_size": 224}, 5.72),
    (f"{OWN}.vision_transformer.VisionTransformer", {"size": "small", "image_size": 224}, 22.05),
    (f"{OWN}.vision_transformer.VisionTransformer", {"size": "base", "image_size": 224}, 86.57),
]

PUBLISHED_TRUNK_MILLIONS = [
    ("mobilenet_v2.MobileNetV2", {}, 2.224),
    ("vgg.VGG", {"depth": 16}, 14.71),
    ("vgg.VGG", {"depth": 19}, 20.02),
    ("vgg.VGG", {"depth": 19, "batch_norm": True}, 20.04),
    ("lesion_mask_resnet.LesionMaskResNet50", {"in_channels": 4}, 23.51),
]


def in_millions(network: nn.Module) -> float:
    return sum(weight.numel() for weight in network.parameters()) / 1e6


def build(target: str, arguments: dict[str, object]) -> nn.Module:
    with torch.device("meta"):
        return build_network({"_target_": target, "in_channels": 3, "num_classes": 1000, **arguments})


@pytest.mark.parametrize(("target", "arguments", "millions"), PUBLISHED_MILLIONS)
def test_it_has_as_many_weights_as_published(target: str, arguments: dict[str, object], millions: float) -> None:
    assert in_millions(build(target, arguments)) == pytest.approx(millions, rel=0.01)


@pytest.mark.parametrize(("target", "arguments", "millions"), PUBLISHED_TRUNK_MILLIONS)
def test_its_trunk_has_as_many_weights_as_published(target: str, arguments: dict[str, object], millions: float) -> None:
    trunk = build(f"{OWN}.{target}", arguments).get_submodule("trunk")
    assert in_millions(trunk) == pytest.approx(millions, rel=0.002)


def test_the_two_trunks_of_the_fusion_are_mobilenet_v2_and_densenet121() -> None:
    trunk = build(f"{OWN}.feature_fusion.MobileDenseFusion", {}).get_submodule("trunk")
    assert in_millions(trunk.get_submodule("mobile")) == pytest.approx(2.224, rel=0.002)
    assert in_millions(trunk.get_submodule("dense")) == pytest.approx(6.954, rel=0.002)
