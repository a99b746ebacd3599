"""A frozen ResNet50 that also gets our own predicted lesion mask; give its trunk with ``--pretrained``."""

from __future__ import annotations

from BreastUSAILib.engine.explanations.explanation import GRAD_CAM

from .classifiers import classifier
from .networks import own

RECIPE = classifier(
    "resnet50-lesion-mask",
    "ResNet50 with our lesion mask, trunk frozen",
    own("lesion_mask_resnet.LesionMaskResNet50", in_channels=2),
    frozen=("trunk.",),
    inputs=("image", "lesion_mask"),
    tissue_crops=0.0,
    learning_rate=2e-3,
    explanation={"method": GRAD_CAM, "layer": "trunk.layer4"},
)
