"""The shipped pair of models, or the pair in another folder."""

from __future__ import annotations

from pathlib import Path

from BreastUSAILib.engine.bundles.bundle import SHIPPED, Models, default_bundles, load_classifier, load_segmenter


def load_default_models(folder: Path = SHIPPED) -> Models:
    """The first classifier and the first segmenter of the folder by name, whatever a user has added elsewhere."""
    by_task = default_bundles(folder)
    return Models(load_classifier(by_task["classification"]), load_segmenter(by_task["segmentation"]))
