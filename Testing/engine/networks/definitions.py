"""Every architecture that can be built, in its smallest variant, as a bundle's ``network_def`` writes it."""

from __future__ import annotations

from typing import Any

from torch import nn

from BreastUSAILib.engine.networks.network_definitions import build_network

SIDE = 64
"""Side of the input in pixels."""
OWN = "BreastUSAILib.engine.networks"
MONAI = "monai.networks.nets"

CLASSIFIERS: dict[str, dict[str, Any]] = {
    "efficientnet-b0": {
        "_target_": f"{MONAI}.EfficientNetBN",
        "model_name": "efficientnet-b0",
        "spatial_dims": 2,
        "num_classes": 3,
    },
    "four-layer-cnn": {"_target_": f"{OWN}.four_layer_cnn.FourLayerCNN"},
    "row-lstm": {"_target_": f"{OWN}.row_lstm.RowLSTM", "image_size": SIDE},
    "mobilenet-v2": {"_target_": f"{OWN}.mobilenet_v2.MobileNetV2"},
    "vgg16": {"_target_": f"{OWN}.vgg.VGG", "depth": 16},
    "vgg16-batch-norm": {"_target_": f"{OWN}.vgg.VGG", "depth": 16, "batch_norm": True},
    "vgg16-lstm": {"_target_": f"{OWN}.vgg.VGG16LSTM"},
    "resnet50-v2": {"_target_": f"{OWN}.resnet_v2.ResNetV2", "depth": 50},
    "efficientnet-lite0": {"_target_": f"{OWN}.efficientnet_lite.EfficientNetLite0"},
    "efficientnet-v2-s": {"_target_": f"{OWN}.efficientnet_v2.EfficientNetV2S"},
    "convnext-tiny": {"_target_": f"{OWN}.convnext.ConvNeXt", "size": "tiny"},
    "vit-tiny": {"_target_": f"{OWN}.vision_transformer.VisionTransformer", "size": "tiny", "image_size": SIDE},
    "mobile-dense-fusion": {"_target_": f"{OWN}.feature_fusion.MobileDenseFusion"},
    "lesion-mask-resnet50": {"_target_": f"{OWN}.lesion_mask_resnet.LesionMaskResNet50"},
}

_STAGES = {"channels": [8, 16, 32, 64, 128], "strides": [2, 2, 2, 2]}
_FLAT = {"spatial_dims": 2, "out_channels": 1}
SEGMENTERS: dict[str, dict[str, Any]] = {
    "unet": {"_target_": f"{MONAI}.UNet", **_FLAT, **_STAGES, "norm": "batch"},
    "res-unet": {"_target_": f"{MONAI}.UNet", **_FLAT, **_STAGES, "num_res_units": 2, "norm": "batch"},
    "attention-res-unet": {
        "_target_": f"{OWN}.attention_res_unet.AttentionResUNet",
        "channels": [8, 16, 32, 64, 128],
    },
    "attention-unet": {"_target_": f"{MONAI}.AttentionUnet", **_FLAT, **_STAGES},
    "efficient-attention-unet": {"_target_": f"{OWN}.attention_unet.EfficientAttentionUNet"},
}

NETWORKS = {**CLASSIFIERS, **SEGMENTERS}
NEEDS_MASK = "lesion-mask-resnet50"


def build(name: str, in_channels: int = 2, **arguments: Any) -> nn.Module:
    """The network of that name, by default for an image with its lesion mask."""
    return build_network({**NETWORKS[name], "in_channels": in_channels, **arguments})
