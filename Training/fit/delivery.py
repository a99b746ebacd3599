"""From trained networks to bundles that the product takes: written, calibrated, with their cards."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import nn

from BreastUSAILib.engine.explanations.registry import explanation_of

from ..bundles.record import TrainingRecord
from ..bundles.writer import BundleContent, write_bundle
from ..calibration.calibrate import RAW, calibrate_bundle
from ..calibration.explained_stage import calibrate_stage
from ..calibration.lesion_scores import calibrate_lesions
from ..calibration.outline_rules import calibrate_outlines
from ..cards.card import write_card
from ..data.example import Example
from ..recipes.recipe import Recipe

VERSION = "0.6.0"
OUTLINE_RULES: Mapping[str, Any] = {
    "threshold": 0.5,
    "smallest_lesion": 0.0008,  # of the analyzed region: a 2.5 mm lesion in a 4 x 4 cm field
    "withhold_below": None,  # all of them
    "lesion_evidence": 0.0,
    "lesion_gap": None,  # none, until it is chosen for a pair
    "mirror": True,
}
_DRAFT = ".unfinished"
DESCRIPTIONS = {
    "classification": "Normal, benign or malignant for a whole B-mode frame",
    "segmentation": "Outline of breast lesions in a B-mode frame",
}


def deliver(
    recipe: Recipe,
    networks: Mapping[str, nn.Module],
    record: TrainingRecord,
    calibration: Sequence[Example],
    folder: Path,
) -> list[Path]:
    """Write a bundle for every network below `folder`, calibrate the classifier, give each a card without figures.

    What `OUTLINE_RULES` and the recipe's explanation only begin with is chosen on the calibration part too: a pair's
    rules for showing outlines, and the stage that Grad-CAM explains.
    All of this happens in a hidden folder: nothing unfinished is ever taken for a bundle.

    Raises InputError where the calibration part lacks a class of lesions, ModelError for weights that are not
    finite, OutputError where a bundle cannot be written.
    """
    draft = folder / _DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    bundles = {
        task: write_bundle(_content(recipe, task, network, record), network.state_dict(), draft)
        for task, network in networks.items()
    }
    if "classification" in bundles:
        calibrate_bundle(list(bundles.values()), calibration)
    if len(bundles) > 1:
        calibrate_outlines(list(bundles.values()), calibration)
        calibrate_lesions(list(bundles.values()), calibration)
    if "classification" in bundles:  # last: the engine shares the encoder of the stage that it begins with
        calibrate_stage(bundles["classification"], calibration)
    for bundle in bundles.values():
        write_card(bundle, ())
    finished = [_moved(bundle, folder) for bundle in bundles.values()]
    draft.rmdir()
    return finished


def _moved(bundle: Path, folder: Path) -> Path:
    """A finished bundle in its place, instead of an older one of the same name."""
    place = folder / bundle.name
    shutil.rmtree(place, ignore_errors=True)
    return bundle.rename(place)


def _content(recipe: Recipe, task: str, network: nn.Module, record: TrainingRecord) -> BundleContent:
    given = " and ".join(name.replace("_", " ") for name in recipe.inputs)
    classifies = task == "classification"
    return BundleContent(
        name=recipe.bundle_name(task),
        version=VERSION,
        task=task,
        description=f"{DESCRIPTIONS[task]}, from its {given if classifies else 'image'} alone: {recipe.title}.",
        network=recipe.networks[task],
        preprocessing=recipe.preprocessing,
        card="Being measured.\n",
        settings={"calibration": asdict(RAW)} if classifies else OUTLINE_RULES,
        inputs=recipe.inputs if classifies else ("image",),
        explanation=(recipe.explanation or explanation_of(network)) if classifies else {},
        training=record,
    )
