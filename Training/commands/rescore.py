"""``python -m Training rescore``: what the likelihood of a corrected outline is worth beside that of the whole frame.

Every held-out lesion is scored by `Analyzer.rescore` with its true outline, as a reader would have corrected it. The
truth is used as an outline alone: this is not a figure of the product's own outlines.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from BreastUSAILib.engine.analyzer import Analyzer

from ..data.example import Part
from .arguments import add_bundles_argument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundles and the data."""
    add_bundles_argument(parser, "classifier, and its segmenter")
    parser.add_argument("--data", type=Path, required=True, metavar="PATH", help="the data it was trained on")


def run(given: argparse.Namespace) -> int:
    """Print a line for the frame's likelihood and one for the lesion's own."""
    from ..calibration.lesion_scores import score_lesions
    from ..measure.figures.metrics import auc, expected_calibration_error
    from ..measure.rows.run import show_progress
    from ..measure.rows.subject import choose_split, find_subject, load_split

    subject = find_subject(given.bundles)
    examples = load_split(given.data, choose_split(subject, None, None))
    chosen = [one for one in examples if one.part is Part.TEST and one.masks]
    found = score_lesions(Analyzer(subject.load()), show_progress(chosen))
    truth = found.malignant
    print(f"{len(truth)} lesions, {np.mean(truth):.1%} malignant")
    print(f"{'likelihood of':16}{'AUC':>8}{'log loss':>11}{'mean':>8}{'ECE':>8}")
    for name, values in (("the whole frame", found.frame), ("the lesion", found.lesion)):
        figures = (
            f"{log_loss(values, truth):11.3f}{np.mean(values):8.3f}{expected_calibration_error(values, truth):8.3f}"
        )
        print(f"{name:16}{auc(values, truth):8.3f}{figures}")
    return 0


def log_loss(values: Iterable[float], truth: Iterable[bool]) -> float:
    """Mean negative logarithm of the probability of what is true, in nats."""
    likelihoods = np.clip(np.asarray(list(values)), 1e-6, 1 - 1e-6)
    return float(-np.log(np.where(list(truth), likelihoods, 1 - likelihoods)).mean())
