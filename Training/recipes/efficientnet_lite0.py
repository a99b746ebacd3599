"""EfficientNet-Lite0: EfficientNet-B0 without squeeze and excitation and without swish (arXiv:1905.11946)."""

from __future__ import annotations

import dataclasses

from .classifiers import classifier
from .networks import own
from .recipe import PREPROCESSING

RECIPE = classifier(
    "efficientnet-lite0",
    "EfficientNet-Lite0",
    own("efficientnet_lite.EfficientNetLite0"),
    preprocessing=dataclasses.replace(PREPROCESSING, mean=127 / 255, std=128 / 255),  # as its published weights want it
)
