"""What recipes of plain classifiers share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from BreastUSAILib.engine.explanations import explanation

from .networks import efficientnet
from .recipe import Recipe

SCHEDULE = ((160, 4), (192, 4), (256, 8))
GRAD_CAM_OF_TRUNK = {"method": explanation.GRAD_CAM, "layer": "trunk"}
SALIENCY = {"method": explanation.SALIENCY, "layer": ""}


def classifier(name: str, title: str, network: Mapping[str, Any], **differences: Any) -> Recipe:
    """A recipe for a classifier whose last feature map is its `trunk`'s; `differences` are fields of `Recipe`."""
    stated: dict[str, Any] = {
        "schedule": SCHEDULE,
        "learning_rate": 7e-4,
        "encoder_prefix": "",
        "tissue_crops": 0.10,
        "explanation": GRAD_CAM_OF_TRUNK,
    }
    return Recipe(name=name, title=title, networks={"classification": network}, **{**stated, **differences})


def efficientnet_classifier(size: str, **differences: Any) -> Recipe:
    """The recipe of one EfficientNet, ``b0`` to ``b7``, all of it trained."""
    network, title = efficientnet(f"efficientnet-{size}"), f"EfficientNet-{size.upper()}"
    return classifier(f"efficientnet-{size}", title, network, explanation={}, **differences)
