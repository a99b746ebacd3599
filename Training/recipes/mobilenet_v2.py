"""MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381)."""

from __future__ import annotations

from .classifiers import classifier
from .networks import own

RECIPE = classifier(
    "mobilenet-v2",
    "MobileNetV2",
    own("mobilenet_v2.MobileNetV2"),
)
