"""ResNet152 with pre-activation (He et al. 2016, arXiv:1603.05027)."""

from __future__ import annotations

from .classifiers import classifier
from .networks import own

RECIPE = classifier(
    "resnet152-v2",
    "ResNet152V2",
    own("resnet_v2.ResNetV2", depth=152),
    learning_rate=5e-4,
)
