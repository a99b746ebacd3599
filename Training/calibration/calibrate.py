"""From a classifier's raw output on held-out patients to its calibration, operating points and undetermined band."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.models.calibration import Calibration

from ..bundles.writer import read_metadata, rewrite_bundle
from ..data.example import CLASS_NAMES, Example
from ..measure.figures import metrics
from ..measure.figures.classification import Classified
from ..measure.rows.row import Row
from .scaling import choose_scaling, recalibration_covariance

RAW = Calibration(temperature=1.0, slope_variance=0.0, intercept_variance=0.0, covariance=0.0, least_confidence=0.0)
SENSITIVITY, SPECIFICITY = 0.95, 0.90
GAIN = 0.03  # accuracy that leaving images undetermined must bring
LEAST_COVERAGE = 0.70  # share of images that are decided in any case
FALLBACK_COVERAGE = 0.90
_DIGITS = 4  # of the confidence that is asked for
REACHED = 0.98  # of the lesions
MOST_LESION_IN_NORMAL = 0.5  # where a lesion is likelier than none, normal is not said
NORMAL_RULE = (
    f"*Normal* is said only where the probability of a lesion is below the point that {REACHED:.0%} of the lesions "
    f"reach, and below {MOST_LESION_IN_NORMAL} in any case."
)
BAND_RULE = (
    "The widest coverage at which the accuracy over the lesions of the calibration part is at least "
    f"{100 * GAIN:.0f} points above that over all of them; {100 * FALLBACK_COVERAGE:.0f} % coverage where none down to "
    f"{100 * LEAST_COVERAGE:.0f} % is."
)


@dataclass(frozen=True)
class Calibrated:
    """What a calibration part gave.

    Args:
        calibration: for the bundle's metadata.
        operating_points: by name: ``threshold`` of the likelihood of malignancy (malignant from it on), with the
            ``sensitivity`` and ``specificity`` it has on the calibration part.
        report: how it was fitted and chosen, for the card.
    """

    calibration: Calibration
    operating_points: dict[str, dict[str, float]]
    report: dict[str, Any]


def calibrate_bundle(bundles: Sequence[Path], examples: Sequence[Example]) -> Calibrated:
    """Calibrate the classifier among `bundles` on `examples`, and write the result into it, whole or not at all.

    A segmenter among them is used where the classifier reads a lesion mask. Raises InputError where the examples
    lack a class of lesions, ModelError for a bundle that is refused, OutputError where it cannot be written.
    """
    from BreastUSAILib.engine.analyzer import Analyzer

    from ..measure.rows.run import Measurement
    from ..measure.rows.subject import Split, each_alone, find_subject

    check_calibration_part([example.label for example in examples])
    subject = find_subject(bundles)
    models = each_alone(subject.load())
    analyzer = Analyzer(replace(models, classifier=replace(models.classifier, calibration=RAW)))
    measurement = Measurement(subject, Split(0, None), (), None)
    calibrated = fit_calibration(measurement.rows(analyzer, examples))
    write_calibration(subject.classifier.info.path, calibrated)
    return calibrated


def fit_calibration(rows: Sequence[Row]) -> Calibrated:
    """Fit on rows that were measured with `RAW`. Raises InputError where a class of lesions is missing."""
    found = Classified([row for row in rows if row.classified])
    check_calibration_part([row.label for row in found.rows])
    groups = [row.group for row in found.rows]
    logits = np.log(np.clip(found.probabilities, 1e-12, 1))
    choice = choose_scaling(logits, found.labels, groups)
    scaling, lesions = choice.scaling, found.labels > 0
    plain = replace(
        RAW,
        temperature=round(scaling.temperature, 4),
        bias=(round(scaling.bias[0], 4), round(scaling.bias[1], 4), round(scaling.bias[2], 4)),
        prevalence=round(float(found.malignant[lesions].mean()), 4),
    )
    probabilities = plain.probabilities(logits)[lesions]
    likelihood, malignant = probabilities[:, 2] / probabilities[:, 1:].sum(axis=1), found.malignant[lesions]
    covariance = recalibration_covariance(likelihood, malignant, [groups[i] for i in np.flatnonzero(lesions)])
    least, band = _band(likelihood, malignant)
    normals = int((~lesions).sum())
    calibration = replace(
        plain,
        slope_variance=round(float(covariance[0, 0]), 6),
        intercept_variance=round(float(covariance[1, 1]), 6),
        covariance=round(float(covariance[0, 1]), 6),
        least_confidence=least,
        normal_below=choose_normal_below(probabilities[:, 1:].sum(axis=1)) if normals else 0.0,
    )
    report = {
        "method": choice.name,
        "held_out_loss": choice.held_out_loss,
        "images": len(found.rows),
        "groups": len(set(groups)),
        "classes": {name: Counter(row.label for row in found.rows)[name] for name in CLASS_NAMES},
        "undetermined": band,
        "normal": {"rule": NORMAL_RULE, "from": "the calibration part", "lesions": int(lesions.sum())},
    }
    return Calibrated(calibration, operating_points(likelihood, malignant), report)


def calibrate_together(bundles: Sequence[Path], examples: Sequence[Example]) -> Calibrated:
    """Choose operating points and the undetermined band anew for a pair whose likelihood is of both networks.

    Where outlines count in the likelihood (`DescriptorEvidence`), those that the classifier alone had are not the
    pair's. Writes them into the classifier, whole or not at all. Raises as `calibrate_bundle`.
    """
    from BreastUSAILib.engine.analyzer import Analyzer

    from ..measure.rows.run import Measurement
    from ..measure.rows.subject import Split, find_subject

    subject = find_subject(bundles)
    analyzer = Analyzer(subject.load())
    rows = Measurement(subject, Split(0, None), (), None).rows(analyzer, examples)
    found = Classified([row for row in rows if row.classified])
    lesions, path = found.labels > 0, subject.classifier.info.path
    least, band = _band(found.malignancy[lesions], found.malignant[lesions])
    metadata = read_metadata(path)
    calibration = Calibration(**metadata["breastusai"]["calibration"] | {"least_confidence": least})
    points = operating_points(found.malignancy[lesions], found.malignant[lesions])
    metadata["breastusai"] |= {"calibration": asdict(calibration), "operating_points": points}
    report = {**metadata.get("calibration_report", {}), "undetermined": band}
    rewrite_bundle(path, metadata={**metadata, "calibration_report": report})
    return Calibrated(calibration, points, report)


def _band(likelihood: NDArray, malignant: NDArray[np.bool_]) -> tuple[float, dict[str, Any]]:
    """The least confidence of a verdict on lesions, and what it gives on them."""
    confidence, right = np.maximum(likelihood, 1 - likelihood), (likelihood > 0.5) == malignant
    least = choose_least_confidence(confidence, right)
    decided = confidence >= least
    return least, {
        "rule": BAND_RULE,
        "coverage": float(decided.mean()),
        "accuracy": float(right[decided].mean()),
        "accuracy_of_all": float(right.mean()),
    }


def check_calibration_part(labels: Sequence[str], where: Path | None = None) -> None:
    """Raises InputError where benign or malignant lesions are missing: nothing can be calibrated on one class.

    `where` is the data that they are of, for the message.
    """
    counts = Counter(labels)
    for label in ("benign", "malignant"):
        if not counts[label]:
            raise InputError(
                f"the calibration part has {len(labels)} images and no {label} lesion among them",
                where=where,
                remedy="Choose another fold, or give data with both classes of lesions in its calibration part",
            )


def operating_points(scores: NDArray, malignant: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    """Thresholds for 95 % sensitivity and for 90 % specificity over lesions, with what they give there."""
    thresholds = {
        "sensitivity_95": metrics.threshold_for_sensitivity(scores, malignant, SENSITIVITY),
        "specificity_90": metrics.threshold_for_specificity(scores, malignant, SPECIFICITY),
    }
    return {
        name: {
            "threshold": threshold,
            "sensitivity": metrics.sensitivity(scores >= threshold, malignant),
            "specificity": metrics.specificity(scores >= threshold, malignant),
        }
        for name, threshold in thresholds.items()
    }


def choose_normal_below(lesion: NDArray[np.float64], reached: float = REACHED) -> float:
    """The point of `NORMAL_RULE`, from the probabilities of a lesion ``[N]`` of images that show one.

    `reached` is the share of them that shall lie above.

    0, by which nothing is called normal, where there is no such image.
    """
    if not len(lesion):
        return 0.0
    point = min(float(np.quantile(lesion, 1 - reached, method="lower")), MOST_LESION_IN_NORMAL)
    return math.floor(point * 10**_DIGITS) / 10**_DIGITS


def choose_least_confidence(confidence: NDArray, right: NDArray[np.bool_]) -> float:
    """The probability of the likelier class of lesions below which the verdict is *undetermined*, by `BAND_RULE`."""
    coverage, risk = metrics.risk_coverage(confidence, right)
    better = np.flatnonzero((coverage >= LEAST_COVERAGE) & (risk <= risk[-1] - GAIN))
    decided = int(better[-1]) + 1 if len(better) else max(round(FALLBACK_COVERAGE * len(confidence)), 1)
    ordered = np.sort(confidence)[::-1]
    if decided == len(ordered):
        return 0.0
    least = round(float(ordered[decided - 1] + ordered[decided]) / 2, _DIGITS)
    if least > ordered[decided - 1]:  # hardly apart: rounding up would leave all of them undetermined
        least = math.floor(ordered[decided - 1] * 10**_DIGITS) / 10**_DIGITS
    return least


def write_calibration(path: Path, calibrated: Calibrated) -> None:
    """Put it into the bundle's metadata; hashes are made anew. Raises ModelError, OutputError."""
    metadata = read_metadata(path)
    metadata["breastusai"] |= {
        "calibration": asdict(calibrated.calibration),
        "operating_points": calibrated.operating_points,
        "lesion_recalibration": None,  # stood upon the former calibration
    }
    metadata.pop("lesion_recalibration_report", None)
    rewrite_bundle(path, metadata={**metadata, "calibration_report": calibrated.report})
