"""``python -m Training layers``: which stage of an EfficientNet classifier Grad-CAM should explain.

For every stage, over the lesions of the calibration part: how often the heat map's highest point lies in the outlined
lesion (the pointing game, Zhang et al. 2018, arXiv:1608.00507), and what share of its sum does. The class explained
is the image's own.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.bundle import SHIPPED, default_bundles, load_classifier
from BreastUSAILib.engine.classifier import Classifier

from ..data.example import CLASS_NAMES, Example, Part
from ..data.loading import load_examples


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle and the data."""
    parser.add_argument("--data", type=Path, required=True, metavar="PATH", help="the data it was trained on")
    parser.add_argument("--bundle", type=Path, metavar="BUNDLE", help="a classifier (default: the shipped one)")
    parser.add_argument("--fold", type=int, default=1, help="the split of its training (default: 1)")


def run(given: argparse.Namespace) -> int:
    """Print a line a stage."""
    classifier = load_classifier(given.bundle or default_bundles(SHIPPED)["classification"])
    examples = load_examples(given.data, fold=given.fold)
    chosen = [one for one in examples if one.part is Part.CALIBRATION and one.masks]
    print("stage       highest point in lesion   share of heat in lesion")
    for layer, (hit, share) in measure_stages(classifier, chosen).items():
        print(f"{layer:12}{hit:23.3f}{share:26.3f}")
    return 0


def measure_stages(classifier: Classifier, examples: Sequence[Example]) -> dict[str, tuple[float, float]]:
    """Mean of `hit_and_share` by stage, and the mean share of the image that the lesions cover under ``area``."""
    import torch
    from rich.progress import track

    from BreastUSAILib.engine.explain import GradCam, stages
    from BreastUSAILib.engine.prepare import prepare
    from BreastUSAILib.engine.sector import detect_sector

    wanted = classifier.preprocessing
    explainers = [GradCam(classifier.network, layer) for layer in stages(classifier.network)]
    results: dict[str, list[tuple[float, float]]] = {"area": []}
    for example in track(examples, "Explaining"):
        grey = example.frames().grey(0)
        lesion = example.mask_array(grey.shape)
        box = wanted.letterbox(grey.shape[0], grey.shape[1], detect_sector(grey))
        image = torch.from_numpy(prepare(grey, box, wanted))[None, None]
        results["area"].append((float(lesion.mean()), float(lesion.mean())))
        for explainer in explainers:
            heat = box.restore(explainer(image, CLASS_NAMES.index(example.label))[1][0])
            results.setdefault(explainer.layer, []).append(hit_and_share(heat, lesion))
    means = {layer: np.mean(values, axis=0) for layer, values in results.items()}
    return {layer: (float(hit), float(share)) for layer, (hit, share) in means.items()}


def hit_and_share(heat: NDArray[np.float32], lesion: NDArray[np.bool_]) -> tuple[float, float]:
    """Whether the highest point of a heat map ``[H, W]`` lies in the lesion, and the share of its sum inside."""
    total = float(heat.sum())
    return float(lesion[np.unravel_index(int(heat.argmax()), heat.shape)]), float(heat[lesion].sum()) / max(total, 1e-9)
