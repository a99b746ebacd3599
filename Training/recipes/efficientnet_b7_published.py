"""EfficientNet-B7 with the pipeline that a published 99 % comes from, measured on an honest split.

Resize to 256, center crop of 224, Gaussian and Sobel filters, histogram equalization; mirror images nine times out of
ten, rotation by 15 degrees, brightness and contrast; smaller classes repeated; patience 2.
"""

from __future__ import annotations

import dataclasses

from ..augmentation.augment import NO_AUGMENTATION
from .classifiers import efficientnet_classifier
from .recipe import PREPROCESSING

RECIPE = dataclasses.replace(
    efficientnet_classifier(
        "b7",
        schedule=((224, 30),),
        learning_rate=1e-4,
        batch=8,
        preprocessing=dataclasses.replace(
            PREPROCESSING,
            size=224,
            fit="stretch",
            centre_share=224 / 256,
            filters=("gaussian", "sobel", "equalize"),
        ),
        augmentation=dataclasses.replace(NO_AUGMENTATION, flip=0.9, rotation_degrees=15.0, gamma=0.2, gain=0.2),
        tissue_crops=0.0,
        balance="oversample",
        patience=2,
        ema_decay=None,
        label_smoothing=0.0,
    ),
    name="efficientnet-b7-published",
    title="EfficientNet-B7, published pipeline",
)
