"""ConvNeXt-Base (Liu et al. 2022, arXiv:2201.03545)."""

from __future__ import annotations

from .classifiers import classifier
from .networks import own

RECIPE = classifier(
    "convnext-base",
    "ConvNeXt-Base",
    own("convnext.ConvNeXt", size="base"),
    learning_rate=2e-4,
    weight_decay=5e-2,
)
