"""EfficientNet-B2, the whole network fine-tuned (Tan and Le 2019, arXiv:1905.11946)."""

from __future__ import annotations

from .classifiers import efficientnet_classifier

RECIPE = efficientnet_classifier("b2")
