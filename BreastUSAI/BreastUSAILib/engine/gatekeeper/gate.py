"""What was learned of ultrasound, and how far a frame is from it. Needs numpy alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

VERSION = 1
MOST_NUMBERS = 4096
"""Of a list in a gate's file."""

DEPTHS = 2
"""From how many depths of the encoder a gate has features."""

_LEAST = 1e-9


@dataclass(frozen=True)
class Observed:
    """What a gate judges one frame by.

    Args:
        statistics: `picture_statistics` ``[K]`` of the network's input.
        features: mean over the analyzed region of the encoder's features, ``[C]`` at each of the `DEPTHS`.
        logits: the classifier's ``[3]``.
    """

    statistics: NDArray[np.float64]
    features: tuple[NDArray[np.float32], ...]
    logits: NDArray[np.float32]


@dataclass(frozen=True)
class Spread:
    """A normal distribution with a few principal axes of its own, and one variance across all others.

    Args:
        mean: ``[C]``.
        axes: ``[k, C]``, orthonormal.
        variances: ``[k]``, along the axes.
        rest: variance along each direction that is across all of them.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    variances: NDArray[np.float64]
    rest: float

    def distance(self, point: NDArray) -> float:
        """Logarithm of the mean squared Mahalanobis distance of ``[C]`` from the center; about 0 for a usual point."""
        moved = np.asarray(point, dtype=np.float64) - self.mean
        along = self.axes @ moved
        across = max(float(moved @ moved - along @ along), 0.0)
        squared = float((along**2 / self.variances).sum()) + across / self.rest
        return math.log(squared / len(self.mean) + _LEAST)


@dataclass(frozen=True)
class Judgment:
    """How a gate finds a frame.

    Args:
        score: log-odds that it is no ultrasound picture; rejected from `Gate.reject_from` on.
        distance: how far its features are from those of the training images, as the mean over the depths.
    """

    score: float
    distance: float


@dataclass(frozen=True)
class Gate:
    """Tells frames that are no ultrasound, and those that are far from the training images.

    A logistic regression over the picture's statistics and their squares (too much and too little are both unlike
    ultrasound), their own distance from those of ultrasound, the distances of the encoder's features at two depths
    (Lee et al. 2018, arXiv:1807.03888) and the classifier's energy (Liu et al. 2020, arXiv:2010.03759).

    Args:
        classifier: SHA-256 of the weights whose features it knows; with others it says nothing.
        center: ``[K]`` of the statistics, to be subtracted.
        scale: ``[K]`` by which they are then divided.
        look: the spread of the statistics so scaled.
        depths: the spread of the features at each depth.
        weights: ``[2 K + 2 + DEPTHS]``, in the order of `evidence`.
        constant: is added.
        reject_from: the score from which a frame is rejected.
        far_from: the distance from which a frame is far from the training images.
        fitted_on: the collections.
    """

    classifier: str
    center: NDArray[np.float64]
    scale: NDArray[np.float64]
    look: Spread
    depths: tuple[Spread, ...]
    weights: NDArray[np.float64]
    constant: float
    reject_from: float
    far_from: float
    fitted_on: tuple[str, ...] = ()

    def judge(self, observed: Observed) -> Judgment:
        """The judgment of one frame."""
        values = evidence(observed, self.center, self.scale, self.look, self.depths)
        score = float(self.weights @ values) + self.constant
        return Judgment(score, distance_of(values))

    def to_document(self) -> dict[str, Any]:
        """Plain JSON values, numbers in six digits."""
        return {
            "version": VERSION,
            "classifier": self.classifier,
            "center": _plain(self.center),
            "scale": _plain(self.scale),
            "look": _spread_document(self.look),
            "depths": [_spread_document(spread) for spread in self.depths],
            "weights": _plain(self.weights),
            "constant": _digits(self.constant),
            "reject_from": _digits(self.reject_from),
            "far_from": _digits(self.far_from),
            "fitted_on": list(self.fitted_on),
        }


def evidence(
    observed: Observed, center: NDArray, scale: NDArray, look: Spread, depths: Sequence[Spread]
) -> NDArray[np.float64]:
    """What a gate weighs, in its order.

    The scaled statistics, cut at 6 deviations; their squares; their distance; those of the features; the energy.
    """
    scaled = np.clip((observed.statistics - center) / scale, -6, 6)
    far = [spread.distance(features) for spread, features in zip(depths, observed.features, strict=True)]
    highest = float(observed.logits.max())
    energy = highest + math.log(float(np.exp(observed.logits - highest).sum()))
    return np.array([*scaled, *scaled**2, look.distance(scaled), *far, energy], dtype=np.float64)


def weight_count(statistics: int) -> int:
    """How many numbers `evidence` has."""
    return 2 * statistics + 2 + DEPTHS


def distance_of(values: NDArray[np.float64]) -> float:
    """The mean distance of the features in what `evidence` gives."""
    return float(values[-1 - DEPTHS : -1].mean())


def gate_from(document: Mapping[str, Any], statistics: int) -> Gate:
    """The gate of a bundle's file, which nobody vouches for; `statistics` is how many of them there are.

    Raises ValueError, with a phrase that says what is wrong, for a file of another form or with numbers that cannot be.
    """
    try:
        if document["version"] != VERSION:
            raise ValueError(f"version {document['version']!r}, not {VERSION}")
        depths = document["depths"]
        if not isinstance(depths, list) or len(depths) != DEPTHS:
            raise ValueError(f"depths other than {DEPTHS}")
        return Gate(
            classifier=str(document["classifier"]),
            center=_numbers(document, "center", statistics),
            scale=_positive(_numbers(document, "scale", statistics), "scale"),
            look=_spread_from(document["look"], statistics),
            depths=tuple(_spread_from(spread) for spread in depths),
            weights=_numbers(document, "weights", weight_count(statistics)),
            constant=_number(document, "constant"),
            reject_from=_number(document, "reject_from"),
            far_from=_number(document, "far_from"),
            fitted_on=tuple(str(name)[:40] for name in document.get("fitted_on", [])[:20]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no {error}") from None


def _spread_from(document: Mapping[str, Any], size: int | None = None) -> Spread:
    mean = _numbers(document, "mean", size)
    rows = document["axes"]
    if not isinstance(rows, list) or len(rows) > len(mean):
        raise ValueError("axes that are more than the values")
    axes = np.array([_list(row, "axes", len(mean)) for row in rows]).reshape(len(rows), len(mean))
    variances = _positive(_numbers(document, "variances", len(rows)), "variances")
    rest = _positive(np.array([_number(document, "rest")]), "rest")
    return Spread(mean, axes, variances, float(rest[0]))


def _numbers(document: Mapping[str, Any], name: str, size: int | None = None) -> NDArray[np.float64]:
    return np.array(_list(document[name], name, size), dtype=np.float64)


def _list(values: Any, name: str, size: int | None) -> list[float]:
    if not isinstance(values, list) or len(values) > MOST_NUMBERS or size not in (None, len(values)):
        raise ValueError(f"{name} that is not a list of {size or 'at most ' + str(MOST_NUMBERS)} numbers")
    return [_finite(value, name) for value in values]


def _number(document: Mapping[str, Any], name: str) -> float:
    return _finite(document[name], name)


def _finite(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1e9 < value < 1e9:
        raise ValueError(f"{name} with {str(value)[:40]!r}, which is not a finite number")
    return float(value)


def _positive(values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    if not (values > 0).all():
        raise ValueError(f"{name} that is not above 0")
    return values


def _spread_document(spread: Spread) -> dict[str, Any]:
    return {
        "mean": _plain(spread.mean),
        "axes": [_plain(axis) for axis in spread.axes],
        "variances": _plain(spread.variances),
        "rest": _digits(spread.rest),
    }


def _plain(values: NDArray) -> list[float]:
    return [_digits(float(value)) for value in values]


def _digits(value: float) -> float:
    return float(f"{value:.6g}")
