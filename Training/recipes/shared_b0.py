"""The shipped pair: an EfficientNet-B0 classifier and an attention U-Net that share one encoder."""

from __future__ import annotations

from ..augmentation.augment import Augmentation
from .networks import attention_unet_over, efficientnet
from .recipe import Recipe

RECIPE = Recipe(
    name="shared-b0",
    title="EfficientNet-B0 and attention U-Net on one encoder",
    networks={
        "classification": efficientnet("efficientnet-b0"),
        "segmentation": attention_unet_over("efficientnet-b0"),
    },
    schedule=((192, 4), (224, 2), (256, 3)),
    learning_rate=8e-4,
    encoder_prefix="encoder.",
    augmentation=Augmentation(zoom=0.45, stretch=0.20),  # BUSI's lesions fill up to half of a frame
    tissue_crops=0.10,
    normal_repeats=3,
    helpers=("birads",),
    bundles={"classification": "classifier_efficientnet_b0", "segmentation": "segmenter_attention_unet_b0"},
)
