"""``python -m Training layers``: how well Grad-CAM at each stage of an EfficientNet classifier points at the lesions.

Over all outlined lesions of the calibration part; `calibrate` chooses the stage on a sample of them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from BreastUSAILib.engine.errors import InputError, ModelError

from ..data.example import Part


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle and the data."""
    parser.add_argument("--data", type=Path, required=True, metavar="PATH", help="the data it was trained on")
    parser.add_argument("--bundle", type=Path, metavar="BUNDLE", help="a classifier (default: the shipped one)")
    parser.add_argument("--fold", type=int, default=1, help="the split of its training (default: 1)")


def run(given: argparse.Namespace) -> int:
    """Print a line a stage."""
    from BreastUSAILib.engine.bundles.bundle import SHIPPED, default_bundles, load_classifier

    from ..calibration.explained_stage import candidates, measure_stages
    from ..data.loading import load_examples

    bundle = given.bundle or default_bundles(SHIPPED)["classification"]
    classifier = load_classifier(bundle)
    if not candidates(classifier):
        raise ModelError(
            "there are no stages to choose from: Grad-CAM of an EfficientNet that reads the image alone has some",
            where=bundle,
            remedy="Give another classifier to --bundle",
        )
    examples = load_examples(given.data, fold=given.fold)
    chosen = [one for one in examples if one.part is Part.CALIBRATION and one.masks]
    if not chosen:
        raise InputError(
            "the calibration part has no outlined lesion", where=given.data, remedy="Give data with masks, or a --fold"
        )
    print(*measure_stages(classifier, chosen).lines(), sep="\n")
    return 0
