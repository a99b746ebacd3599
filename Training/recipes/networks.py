"""Network definitions that several recipes use."""

from __future__ import annotations

from typing import Any

_OWN = "BreastUSAILib.engine.networks"
_MONAI = "monai.networks.nets"


def own(name: str, **arguments: Any) -> dict[str, Any]:
    """One of the project's own networks, named ``file.Class``, for one gray channel and three classes."""
    return {"_target_": f"{_OWN}.{name}", "in_channels": 1, "num_classes": 3, **arguments}


def efficientnet(name: str) -> dict[str, Any]:
    """MONAI's EfficientNet for one gray channel and three classes."""
    return {
        "_target_": f"{_MONAI}.EfficientNetBN",
        "model_name": name,
        "pretrained": False,
        "spatial_dims": 2,
        "in_channels": 1,
        "num_classes": 3,
    }


def attention_unet_over(backbone: str) -> dict[str, Any]:
    """Attention gates on a U-Net decoder over an EfficientNet encoder."""
    return {
        "_target_": f"{_OWN}.attention_unet.EfficientAttentionUNet",
        "backbone": backbone,
        "in_channels": 1,
        "out_channels": 1,
    }


def unet(residual_units: int) -> dict[str, Any]:
    """MONAI's U-Net for one gray channel, with or without residual units."""
    return {
        "_target_": f"{_MONAI}.UNet",
        "spatial_dims": 2,
        "in_channels": 1,
        "out_channels": 1,
        "channels": [32, 64, 128, 256, 512],
        "strides": [2, 2, 2, 2],
        "num_res_units": residual_units,
    }


ATTENTION_UNET: dict[str, Any] = {
    "_target_": f"{_MONAI}.AttentionUnet",
    "spatial_dims": 2,
    "in_channels": 1,
    "out_channels": 1,
    "channels": [32, 64, 128, 256, 512],
    "strides": [2, 2, 2, 2],
}
"""MONAI's attention U-Net."""

ATTENTION_RES_UNET: dict[str, Any] = {
    "_target_": f"{_OWN}.attention_res_unet.AttentionResUNet",
    "in_channels": 1,
    "out_channels": 1,
}
"""The project's own U-Net with residual units and attention gates."""
