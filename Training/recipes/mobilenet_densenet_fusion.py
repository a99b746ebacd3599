"""MobileNetV2 and DenseNet121 features fused under channel and spatial attention."""

from __future__ import annotations

from .classifiers import classifier
from .networks import own

RECIPE = classifier(
    "mobilenet-densenet-fusion",
    "MobileNetV2 + DenseNet121 with attention",
    own("feature_fusion.MobileDenseFusion"),
    branches={"mobilenet-v2": "trunk.mobile."},
    learning_rate=5e-4,
)
