"""A warm still against the bare passes of the two networks, measured in turns so that both see the same machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import torch

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.bundles.model_folder import load_models
from BreastUSAILib.engine.explanations.fine_grad_cam import BETWEEN
from BreastUSAILib.engine.images.frames import Frames
from BreastUSAILib.engine.reading import read

SAMPLES = Path(__file__).resolve().parents[2] / "BreastUSAI" / "Resources" / "Samples"
STILL = SAMPLES / "still_malignant_calibrated.dcm"
TURNS = 40


@dataclass(frozen=True)
class StillTimes:
    """Medians in milliseconds over `TURNS` turns, and the median of the turns' ratios."""

    bare_ms: float
    analyze_ms: float
    ratio: float


def read_one(path: Path) -> Frames:
    """The one input in a file. Raises the InputError of an unreadable one."""
    item = next(iter(read(path)))
    if not isinstance(item, Frames):
        raise item
    return item


def bare_passes(models: Models) -> Callable[[], object]:
    """Both networks forward, and the classifier's backward from one class to the stage that Grad-CAM explains."""
    classifier = models.classifier
    side = classifier.preprocessing.size
    image = torch.rand(1, 1, side, side).to(memory_format=torch.channels_last)
    layer = classifier.network.get_submodule(classifier.explainer.layer.split(BETWEEN)[0])

    def run() -> object:
        kept: list[torch.Tensor] = []
        hook = layer.register_forward_hook(lambda module, inputs, output: _leaf(output, kept))
        logits = classifier.network(image)
        hook.remove()
        gradient = torch.autograd.grad(logits[0, 2], kept[0])
        with torch.inference_mode():
            return gradient, models.segmenter.network(image)

    return run


def _leaf(output: torch.Tensor, kept: list[torch.Tensor]) -> torch.Tensor:
    leaf = output.detach().requires_grad_()
    kept.append(leaf)
    return leaf


def measure_still() -> StillTimes:
    """Time the two in turns on the CPU, after a warm-up."""
    models = load_models()
    analyzer = Analyzer(models, "cpu")
    bare = bare_passes(models)
    pairs = [(_milliseconds(bare), _milliseconds(lambda: analyzer.analyze(read_one(STILL)))) for _ in range(TURNS)]
    warm = pairs[5:]
    return StillTimes(
        median(alone for alone, _ in warm),
        median(whole for _, whole in warm),
        median(whole / alone for alone, whole in warm),
    )


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)
