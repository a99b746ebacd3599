"""Fitting how logits become probabilities: one temperature, or a temperature and a bias for each class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax, logit

from ..measure.figures.intervals import SEED

_FOLDS = 5
_LEAST_A_CLASS = 10  # images: with fewer, a bias would be a guess about a class hardly seen
_RIDGE = 1e-3  # on the biases, in nats


@dataclass(frozen=True)
class Scaling:
    """``softmax(logits / temperature + bias)``."""

    temperature: float
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def losses(self, logits: NDArray, labels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Negative log-likelihood ``[N]`` of each label, in nats."""
        scaled = log_softmax(logits / self.temperature + np.array(self.bias), axis=1)
        return -scaled[np.arange(len(labels)), labels]


Fit = Callable[[NDArray, NDArray[np.int64]], Scaling]


def fit_temperature(logits: NDArray, labels: NDArray[np.int64]) -> Scaling:
    """The temperature that minimizes the loss of logits ``[N, 3]`` (Guo et al. 2017, arXiv:1706.04599)."""

    def loss(log_temperature: float) -> float:
        return float(Scaling(float(np.exp(log_temperature))).losses(logits, labels).mean())

    return Scaling(float(np.exp(minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded").x)))


def fit_bias_corrected(logits: NDArray, labels: NDArray[np.int64]) -> Scaling:
    """Temperature and biases, that of *benign* 0 (Alexandari et al. 2020, arXiv:1901.06852)."""

    def scaling(parameters: NDArray) -> Scaling:
        log_temperature, normal, malignant = (float(value) for value in parameters)
        return Scaling(float(np.exp(np.clip(log_temperature, -2.5, 2.5))), (normal, 0.0, malignant))

    def loss(parameters: NDArray) -> float:
        return float(scaling(parameters).losses(logits, labels).mean() + _RIDGE * (parameters[1:] ** 2).sum())

    start = np.array([np.log(fit_temperature(logits, labels).temperature), 0.0, 0.0])
    return scaling(minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-7}).x)


FITS: Mapping[str, Fit] = {"temperature": fit_temperature, "bias-corrected temperature": fit_bias_corrected}
"""From the plainest to the one with most parameters."""


@dataclass(frozen=True)
class Choice:
    """The scaling that was chosen, and what every one lost on groups that it was not fitted on (nats an image)."""

    name: str
    scaling: Scaling
    held_out_loss: Mapping[str, float]


def choose_scaling(logits: NDArray, labels: NDArray[np.int64], groups: Sequence[str]) -> Choice:
    """One temperature, unless biases too are clearly better on groups left out.

    Clearly: over the groups, the mean difference of the held-out losses is more than twice its standard error, and
    every class has at least ten images.
    """
    losses = {name: _held_out_losses(fit, logits, labels, groups) for name, fit in FITS.items()}
    name, other = FITS
    enough = np.bincount(labels, minlength=logits.shape[1]).min() >= _LEAST_A_CLASS
    if enough and _clearly_less(losses[other], losses[name], groups):
        name = other
    return Choice(name, FITS[name](logits, labels), {each: float(values.mean()) for each, values in losses.items()})


def recalibration_covariance(
    probabilities: NDArray, positive: NDArray[np.bool_], groups: Sequence[str], *, rounds: int = 300
) -> NDArray[np.float64]:
    """Covariance ``[2, 2]`` of (slope, intercept) of a logistic recalibration over bootstrap samples of groups."""
    log_odds = _log_odds(probabilities)
    members = _members(groups)
    generator = np.random.default_rng(SEED)
    coefficients = []
    for _ in range(rounds):
        draw = np.concatenate([members[i] for i in generator.integers(len(members), size=len(members))])
        coefficients.append(_logistic(log_odds[draw], positive[draw].astype(float)))
    return np.cov(np.array(coefficients).T)


def fit_logistic(probabilities: NDArray, positive: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept of a logistic recalibration of probabilities ``[N]`` (Platt 1999)."""
    slope, intercept = _logistic(_log_odds(probabilities), positive.astype(float))
    return float(slope), float(intercept)


def _log_odds(probabilities: NDArray) -> NDArray[np.float64]:
    return logit(np.clip(probabilities, 1e-6, 1 - 1e-6))


def _held_out_losses(
    fit: Fit, logits: NDArray, labels: NDArray[np.int64], groups: Sequence[str]
) -> NDArray[np.float64]:
    """The loss of each image under the scaling fitted without its fifth of the groups."""
    members = _members(groups)
    order = np.random.default_rng(SEED).permutation(len(members))
    losses = np.zeros(len(labels))
    for fold in np.array_split(order, min(_FOLDS, len(members))):
        out = np.concatenate([members[i] for i in fold])
        rest = np.setdiff1d(np.arange(len(labels)), out)
        scaling = fit(logits[rest], labels[rest]) if len(rest) else Scaling(1.0)
        losses[out] = scaling.losses(logits[out], labels[out])
    return losses


def _clearly_less(less: NDArray, more: NDArray, groups: Sequence[str]) -> bool:
    gains = np.array([float((more[member] - less[member]).mean()) for member in _members(groups)])
    return len(gains) > 1 and bool(gains.mean() > 2 * gains.std(ddof=1) / np.sqrt(len(gains)))


def _members(groups: Sequence[str]) -> list[NDArray[np.int64]]:
    names, inverse = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    return [np.flatnonzero(inverse == number) for number in range(len(names))]


def _logistic(log_odds: NDArray, positive: NDArray) -> NDArray[np.float64]:
    """(slope, intercept) of a logistic regression, weakly held at (1, 0) against separable samples."""

    def loss(parameters: NDArray) -> tuple[float, NDArray]:
        slope, intercept = parameters
        linear = slope * log_odds + intercept
        error = expit(linear) - positive
        value = np.logaddexp(0, linear).sum() - (positive * linear).sum() + 0.5 * ((slope - 1) ** 2 + intercept**2)
        return float(value), np.array([error @ log_odds + slope - 1, error.sum() + intercept])

    return minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
