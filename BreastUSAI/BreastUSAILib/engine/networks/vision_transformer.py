"""The vision transformer, of torch's own layers: MONAI's needs the package einops and ends in Tanh."""

from __future__ import annotations

import torch
from monai.utils import look_up_option
from torch import Tensor, nn

from .feature_classifier import FeatureClassifier

_SIZES = {
    # hidden size, layers, heads: table 1 of arXiv:2010.11929 (base) and of arXiv:2012.12877 (tiny, small)
    "tiny": (192, 12, 3),
    "small": (384, 12, 6),
    "base": (768, 12, 12),
}


class VisionTransformer(FeatureClassifier):
    """ViT (Dosovitskiy et al. 2020, arXiv:2010.11929); the base size has 85.8 M weights without the linear layer.

    The features are those of the class token, so there is no feature map that Grad-CAM could explain.

    Args:
        image_size: side of the square input; the learned position embedding fixes it.
        in_channels: channels of the input image.
        num_classes: how many logits.
        size: ``tiny``, ``small`` or ``base``.
        patch_size: side of a patch; it divides `image_size`.
        dropout: inside the transformer and before the linear layer.

    Input ``[B, in_channels, image_size, image_size]``; output logits ``[B, num_classes]``. Raises ValueError for
    another size, or for patches that do not cover the image.
    """

    def __init__(
        self,
        image_size: int,
        in_channels: int = 1,
        num_classes: int = 3,
        size: str = "base",
        patch_size: int = 16,
        dropout: float = 0.0,
    ) -> None:
        hidden_size, layers, heads = look_up_option(size, _SIZES)
        super().__init__(hidden_size, num_classes, dropout)
        self.trunk = TokenTransformer(image_size, in_channels, patch_size, hidden_size, layers, heads, dropout)

    def forward_features(self, images: Tensor) -> Tensor:
        """Images ``[B, in_channels, image_size, image_size]`` give the class token's features ``[B, F]``."""
        return self.trunk(images)[:, 0]


class TokenTransformer(nn.Module):
    """Patches of an image and a class token, each with its position, through pre-normalized transformer layers.

    Args:
        image_size: side of the square input.
        in_channels: channels of the input image.
        patch_size: side of a patch; it divides `image_size`.
        hidden_size: length of a token.
        layers: transformer layers.
        heads: attention heads of a layer.
        dropout: inside the layers.
    """

    def __init__(
        self,
        image_size: int,
        in_channels: int,
        patch_size: int,
        hidden_size: int,
        layers: int,
        heads: int,
        dropout: float,
    ) -> None:
        super().__init__()
        if image_size % patch_size:
            raise ValueError(f"patches of {patch_size} pixels do not cover an image of {image_size}")
        self.embed = nn.Conv2d(in_channels, hidden_size, patch_size, stride=patch_size)
        self.class_token = nn.Parameter(torch.zeros(1, 1, hidden_size))
        self.positions = nn.Parameter(torch.empty(1, 1 + (image_size // patch_size) ** 2, hidden_size))
        nn.init.trunc_normal_(self.positions, std=0.02)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.Sequential(
            *(
                nn.TransformerEncoderLayer(
                    hidden_size,
                    heads,
                    dim_feedforward=4 * hidden_size,
                    dropout=dropout,
                    activation="gelu",
                    layer_norm_eps=1e-6,
                    batch_first=True,
                    norm_first=True,
                )
                for _ in range(layers)
            )
        )
        self.norm = nn.LayerNorm(hidden_size, eps=1e-6)

    def forward(self, images: Tensor) -> Tensor:
        """Images ``[B, in_channels, image_size, image_size]`` give tokens ``[B, 1 + patches, hidden_size]``."""
        patches = self.embed(images).flatten(start_dim=2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(len(images), -1, -1), patches], dim=1)
        return self.norm(self.layers(self.dropout(tokens + self.positions)))
