"""What the classifiers of this folder have in common: features of an image, and a linear layer over them."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn


class FeatureClassifier(nn.Module, ABC):
    """Images ``[B, in_channels, H, W]`` to logits ``[B, num_classes]`` by way of features ``[B, F]``.

    The features are those of the penultimate layer; similar images have similar ones.

    Args:
        features: how many features there are, F.
        num_classes: how many logits.
        dropout: probability that a feature is dropped before the linear layer.

    Attributes:
        explained: name of the submodule that Grad-CAM explains: its output ``[B, C, h, w]`` is the last feature map
            that still has a place in the image. Empty where the network has none.
    """

    explained: str = ""

    def __init__(self, features: int, num_classes: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(features, num_classes)

    @abstractmethod
    def forward_features(self, images: Tensor) -> Tensor:
        """Images ``[B, in_channels, H, W]`` give features ``[B, F]``."""

    def classify_features(self, features: Tensor) -> Tensor:
        """Features ``[B, F]`` give logits ``[B, num_classes]``."""
        return self.fc(self.dropout(features))

    def forward(self, images: Tensor) -> Tensor:
        """Images ``[B, in_channels, H, W]`` give logits ``[B, num_classes]``."""
        return self.classify_features(self.forward_features(images))


class TrunkClassifier(FeatureClassifier):
    """A convolutional trunk whose last feature map is averaged over the image.

    Args:
        trunk: images ``[B, in_channels, H, W]`` to a feature map ``[B, features, h, w]``.
        features: as in `FeatureClassifier`.
        num_classes: as in `FeatureClassifier`.
        dropout: as in `FeatureClassifier`.
    """

    explained = "trunk"

    def __init__(self, trunk: nn.Module, features: int, num_classes: int, dropout: float = 0.0) -> None:
        super().__init__(features, num_classes, dropout)
        self.trunk = trunk

    def forward_features(self, images: Tensor) -> Tensor:
        """Images ``[B, in_channels, H, W]`` give the feature map's mean ``[B, F]``."""
        return self.trunk(images).mean(dim=(2, 3))
