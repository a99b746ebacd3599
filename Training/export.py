"""From trained weights to shipped bundles: ``python -m Training.export --data FOLDER --work FOLDER``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from BreastUSAILib.engine.bundle import SHIPPED, load_default_models
from BreastUSAILib.engine.classifier import Calibration
from BreastUSAILib.engine.errors import BreastUSAIError, InputError

from . import evaluate
from .bundle_writer import BundleContent, write_bundle
from .cache import PREPROCESSING
from .calibrate import RAW, fit_calibration
from .card import card
from .datasets import Example, Part, load_examples
from .tasks import TASKS

VERSION = "0.1.0"
THRESHOLD = 0.5
SMALLEST_LESION = 0.0008  # of the analysed region: a 2.5 mm lesion in a 4 x 4 cm field
WITHHOLD_ABOVE = 0.8  # probability of normal; see the card
TITLES = {"classifier": "EfficientNet-B0 classifier", "segmenter": "Attention U-Net over EfficientNet-B0"}
SUMMARIES = {
    "classifier": "Normal, benign or malignant for a whole B-mode frame, from its grey values alone.",
    "segmenter": "Outline of breast lesions in a B-mode frame, from its grey values alone.",
}


def read_weights(work: Path, key: str) -> dict[str, torch.Tensor]:
    """The finished weights of a task. Raises InputError where its training has not ended."""
    path = work / f"{TASKS[key].name}.pt"
    if not path.is_file():
        raise InputError(
            "there are no finished weights", where=path, remedy=f"Run python -m Training.train {key} first"
        )
    return torch.load(path, map_location="cpu", weights_only=True)


def settings(key: str, calibration: Calibration, layer: str) -> dict[str, Any]:
    """What the loader needs beside the network."""
    if key == "segmenter":
        return {"threshold": THRESHOLD, "smallest_lesion": SMALLEST_LESION, "withhold_above": WITHHOLD_ABOVE}
    return {"calibration": asdict(calibration), "explanation_layer": layer}


def write_pair(
    folder: Path,
    weights: Mapping[str, Mapping[str, torch.Tensor]],
    calibration: Calibration,
    layer: str,
    cards: Mapping[str, str],
    facts: Mapping[str, Any],
) -> None:
    """Both bundles below `folder`."""
    for key, task in TASKS.items():
        content = BundleContent(
            name=task.name,
            version=VERSION,
            task=task.kind,
            description=SUMMARIES[key],
            network=task.network,
            preprocessing=PREPROCESSING,
            card=cards[key],
            settings=settings(key, calibration, layer),
            facts=facts,
        )
        write_bundle(content, weights[key], folder)


def export(data: Path, work: Path, output: Path, layer: str) -> dict[str, Any]:
    """Calibrate, measure, and write both bundles; returns the figures of the test part."""
    weights = {key: read_weights(work, key) for key in TASKS}
    examples = load_examples(data)
    blank = dict.fromkeys(TASKS, "Being measured.\n")
    with tempfile.TemporaryDirectory() as temporary:
        draft = Path(temporary)
        write_pair(draft, weights, RAW, layer, blank, {})
        calibration = fit_calibration(_rows(draft, examples, Part.CALIBRATION))
        write_pair(draft, weights, calibration, layer, blank, {})
        figures = evaluate.summarise(_rows(draft, examples, Part.TEST))
    cards = {key: card(key, TITLES[key], SUMMARIES[key], examples, figures, _notes(key, calibration)) for key in TASKS}
    facts = {"data_source": "BUS-BRA, BUSI", "test_figures": figures}
    write_pair(output, weights, calibration, layer, cards, facts)
    return figures


def _rows(models: Path, examples: Sequence[Example], part: Part) -> list[evaluate.Row]:
    chosen = [example for example in examples if example.part is part]
    return evaluate.run(load_default_models(models), chosen)


def _notes(key: str, calibration: Calibration) -> str:
    if key == "segmenter":
        return (
            f"A pixel is lesion from probability {THRESHOLD}; outlines below {SMALLEST_LESION:.2%} of the analysed "
            f"area are dropped. On a frame whose probability of being normal is {WITHHOLD_ABOVE:.0%} or more the "
            "outline is withheld, because this network alone outlines something on almost every normal frame; the "
            "figures include that rule. `lesions_missed` counts lesions with Dice below 0.1."
        )
    return (
        f"Calibrated by temperature {calibration.temperature:.2f} on the calibration part. The interval of the "
        "likelihood is what a logistic recalibration varies by over bootstrap samples of its patients: it tells how "
        "far the calibration set can be trusted, not how sure the network is of this image. Below a highest "
        f"probability of {calibration.least_confidence:.2f} (a tenth of the calibration images) the verdict is "
        "*undetermined*. `heat_peak_in_lesion` is how often the highest point of the Grad-CAM for *malignant* lies "
        "inside the outlined lesion.\n\n"
        "What was tried: the second and third training cycle were added after the first cycle's figure on the test "
        "part (malignancy AUC .93 without mirror images) had been seen, so the present one is slightly optimistic. "
        "Reading the mirror image too and averaging the cycles' weights were chosen on the calibration part. Of the "
        "stages that Grad-CAM can explain, the last points into the lesion most often "
        "(`python -m Training.explanation_layers`)."
    )


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with BUS-BRA and BUSI")
    parser.add_argument("--work", type=Path, required=True, help="folder that Training.train wrote its weights to")
    parser.add_argument("--output", type=Path, default=SHIPPED, help="where to write the bundles")
    parser.add_argument("--layer", default="_blocks.6", help="the stage that Grad-CAM explains")
    given = parser.parse_args(arguments)
    try:
        figures = export(given.data, given.work, given.output, given.layer)
    except BreastUSAIError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
