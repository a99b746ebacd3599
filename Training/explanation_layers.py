"""Which stage Grad-CAM should explain: ``python -m Training.explanation_layers --data FOLDER``.

For every stage of the shipped classifier, over the lesions of the calibration part: how often the heat map's highest
point lies in the outlined lesion (the pointing game, Zhang et al. 2018), and what share of its sum does. The class
explained is the image's own.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track

from BreastUSAILib.engine.bundle import SHIPPED, load_default_models
from BreastUSAILib.engine.errors import BreastUSAIError
from BreastUSAILib.engine.explain import GradCam, stages
from BreastUSAILib.engine.letterbox import Letterbox
from BreastUSAILib.engine.prepare import prepare
from BreastUSAILib.engine.sector import detect_sector

from .datasets import CLASS_NAMES, Part, load_examples


def hit_and_share(heat: NDArray[np.float32], lesion: NDArray[np.bool_]) -> tuple[float, float]:
    """Whether the highest point of a heat map ``[H, W]`` lies in the lesion, and the share of its sum inside."""
    total = float(heat.sum())
    return float(lesion[np.unravel_index(int(heat.argmax()), heat.shape)]), float(heat[lesion].sum()) / max(total, 1e-9)


def measure(data: Path, models: Path) -> dict[str, tuple[float, float]]:
    """Mean of `hit_and_share` by stage, with the mean share of the image that the lesions cover under ``area``."""
    classifier = load_default_models(models).classifier
    explainers = [GradCam(classifier.network, layer) for layer in stages(classifier.network)]
    results: dict[str, list[tuple[float, float]]] = {"area": []}
    chosen = [e for e in load_examples(data) if e.part is Part.CALIBRATION and e.mask is not None]
    for example in track(chosen, "Explaining", disable=not sys.stderr.isatty()):
        grey = example.grey()
        lesion = example.mask_array((grey.shape[0], grey.shape[1]))
        box = Letterbox(grey.shape[0], grey.shape[1], detect_sector(grey), classifier.preprocessing.size)
        image = torch.from_numpy(prepare(grey, box, classifier.preprocessing))[None, None]
        results["area"].append((float(lesion.mean()), float(lesion.mean())))
        for explainer in explainers:
            heat = box.restore(explainer(image, CLASS_NAMES.index(example.label))[1][0])
            results.setdefault(explainer.layer, []).append(hit_and_share(heat, lesion))
    means = {layer: np.mean(values, axis=0) for layer, values in results.items()}
    return {layer: (float(hit), float(share)) for layer, (hit, share) in means.items()}


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with BUS-BRA and BUSI")
    parser.add_argument("--models", type=Path, default=SHIPPED, help="folder with the two bundles")
    given = parser.parse_args(arguments)
    try:
        means = measure(given.data, given.models)
    except BreastUSAIError as error:
        print(error, file=sys.stderr)
        return 1
    print("stage       highest point in lesion   share of heat in lesion")
    for layer, (hit, share) in means.items():
        print(f"{layer:12}{hit:23.3f}{share:26.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
