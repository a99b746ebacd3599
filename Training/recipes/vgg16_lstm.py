"""VGG16 features read row by row by an LSTM; its penultimate features also serve retrieval of similar cases."""

from __future__ import annotations

from .classifiers import classifier
from .networks import own

RECIPE = classifier(
    "vgg16-lstm",
    "VGG16 + LSTM",
    own("vgg.VGG16LSTM", batch_norm=True),
    learning_rate=3e-4,
)
