"""The likelihood of given outlines, `Analyzer.rescore`, on held-out lesions; and what makes it read as a frequency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.models.calibration import Recalibration

from ..bundles.writer import read_metadata, rewrite_bundle
from ..data.example import Example
from .scaling import fit_logistic, recalibration_covariance

LEAST = 20  # lesions of each kind: with fewer, a slope of their own would be a guess


@dataclass(frozen=True)
class LesionScores:
    """Of lesions with their true outlines, refused images left out.

    Args:
        frame: likelihood of malignancy of the whole frame ``[N]``.
        lesion: that of the frame and the closer view together ``[N]``.
        malignant: the truth ``[N]``.
        groups: patients or near-duplicate groups.
    """

    frame: NDArray[np.float64]
    lesion: NDArray[np.float64]
    malignant: NDArray[np.bool_]
    groups: Sequence[str]


def score_lesions(analyzer: Analyzer, examples: Iterable[Example]) -> LesionScores:
    """Score the true outline of every example that has one, as a reader would have corrected it.

    The truth is used as an outline alone: these are not figures of the product's own outlines.
    """
    rows: list[tuple[float, float, bool]] = []
    groups: list[str] = []
    for example in examples:
        if not example.masks or example.label == "normal":
            continue
        frames = example.frames()
        mask = example.mask_array((frames.rows, frames.columns)).astype(np.uint8)
        found = analyzer.rescore(frames, {0: mask})
        own = found.lesions[0].malignancy if found.lesions else None
        whole = found.frames[0].probabilities
        if own is not None and whole is not None:
            rows.append((whole.likelihood, own.probability, example.label == "malignant"))
            groups.append(example.group)
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return LesionScores(table[:, 0], table[:, 1], table[:, 2] > 0.5, groups)


def calibrate_lesions(bundles: Sequence[Path], examples: Sequence[Example]) -> Recalibration | None:
    """Fit the pair's `Recalibration` on `examples` and write it into the classifier, whole or not at all.

    The classifier must be calibrated. None, and none in the bundle, where fewer than `LEAST` lesions are benign or
    malignant. Raises ModelError, OutputError.
    """
    from ..measure.rows.subject import find_subject

    subject = find_subject(bundles)
    models = subject.load()
    plain = Analyzer(replace(models, classifier=replace(models.classifier, lesion_recalibration=None)))
    scores = score_lesions(plain, examples)
    fitted = fit_recalibration(scores)
    path = subject.classifier.info.path
    metadata = read_metadata(path)
    metadata["breastusai"]["lesion_recalibration"] = None if fitted is None else asdict(fitted)
    report = {"lesions": len(scores.groups), "malignant": int(scores.malignant.sum())}
    rewrite_bundle(path, metadata={**metadata, "lesion_recalibration_report": report})
    return fitted


def fit_recalibration(scores: LesionScores) -> Recalibration | None:
    """A logistic regression on the log-odds; None with too few lesions, or where higher does not mean malignant."""
    count = int(scores.malignant.sum())
    if min(count, len(scores.malignant) - count) < LEAST:
        return None
    slope, intercept = fit_logistic(scores.lesion, scores.malignant)
    if slope <= 0:
        return None
    covariance = recalibration_covariance(scores.lesion, scores.malignant, scores.groups)
    return Recalibration(
        slope=round(slope, 4),
        intercept=round(intercept, 4),
        slope_variance=round(float(covariance[0, 0]), 6),
        intercept_variance=round(float(covariance[1, 1]), 6),
        covariance=round(float(covariance[0, 1]), 6),
    )
