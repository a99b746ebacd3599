"""EfficientNetV2-S (Tan and Le 2021, arXiv:2104.00298)."""

from __future__ import annotations

from .classifiers import classifier
from .networks import own

RECIPE = classifier(
    "efficientnet-v2-s",
    "EfficientNetV2-S",
    own("efficientnet_v2.EfficientNetV2S"),
)
