"""Every architecture of the mission is a recipe whose networks can be built."""

from __future__ import annotations

import pytest
import torch

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.explanations.fine_grad_cam import BETWEEN
from BreastUSAILib.engine.explanations.grad_cam import stages
from BreastUSAILib.engine.explanations.registry import explanation_of
from BreastUSAILib.engine.networks.network_definitions import build_network
from Training.recipes.registry import recipe_named, recipes

MISSION = {
    *(f"efficientnet-b{size}" for size in range(8)),
    "efficientnet-b7-published",
    "four-layer-cnn",
    "row-lstm",
    "mobilenet-v2",
    "vgg16-lstm",
    "vgg19",
    "resnet152-v2",
    "efficientnet-lite0",
    "efficientnet-v2-s",
    "convnext-base",
    "vit-base",
    "mobilenet-densenet-fusion",
    "resnet50-lesion-mask",
    "unet",
    "res-unet",
    "attention-res-unet",
    "attention-unet",
    "attention-unet-b0",
    "shared-b0",
}


def test_every_architecture_of_the_mission_has_a_recipe() -> None:
    assert set(recipes()) == MISSION


@pytest.mark.parametrize("name", sorted(MISSION))
def test_its_networks_can_be_built_and_explained(name: str) -> None:
    recipe = recipe_named(name)
    with torch.device("meta"):
        built = {task: build_network(definition) for task, definition in recipe.networks.items()}
    if "classification" in built:
        classifier = built["classification"]
        assert bool(recipe.explanation) != bool(stages(classifier))  # what has stages chooses among them
        explanation = recipe.explanation or explanation_of(classifier)
        assert explanation["method"] in ("Grad-CAM", "Saliency")
        for layer in explanation["layer"].split(BETWEEN):
            classifier.get_submodule(layer)
    assert all(built[task].get_parameter for task in built)


@pytest.mark.parametrize("name", sorted(MISSION))
def test_augmentation_keeps_the_probe_on_top(name: str) -> None:
    assert recipe_named(name).augmentation.rotation_degrees <= 15


def test_an_unknown_recipe_is_answered_with_the_known_ones() -> None:
    with pytest.raises(OptionError, match="shared-b0"):
        recipe_named("efficientnet-b9")
