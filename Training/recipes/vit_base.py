"""Vision transformer with 16-pixel patches (Dosovitskiy et al. 2021, arXiv:2010.11929)."""

from __future__ import annotations

from .classifiers import SALIENCY, classifier
from .networks import own

RECIPE = classifier(
    "vit-base",
    "ViT-Base",
    own("vision_transformer.VisionTransformer", image_size=256),
    schedule=((256, 16),),
    learning_rate=2e-4,
    weight_decay=5e-2,
    explanation=SALIENCY,
)
