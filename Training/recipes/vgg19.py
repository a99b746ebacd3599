"""VGG19 with batch normalization (Simonyan and Zisserman 2015, arXiv:1409.1556)."""

from __future__ import annotations

from .classifiers import classifier
from .networks import own

RECIPE = classifier(
    "vgg19",
    "VGG19",
    own("vgg.VGG", depth=19, batch_norm=True),
    learning_rate=3e-4,
)
