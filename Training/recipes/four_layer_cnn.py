"""Four convolutions and nothing else: what a small network gives from scratch."""

from __future__ import annotations

from .classifiers import classifier
from .networks import own

RECIPE = classifier(
    "four-layer-cnn",
    "4-layer CNN",
    own("four_layer_cnn.FourLayerCNN"),
    learning_rate=2e-3,
)
