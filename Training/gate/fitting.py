"""A gate from what was seen: spreads of ultrasound, weights against other pictures, points chosen on left-out data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.gatekeeper.gate import Gate, Observed, Spread, evidence

from .looking import Seen, of_role
from .sources import Role

MOST_AXES = 48
REFUSED_SHARE = 0.012
"""Of the good images of a left-out collection: 2 % are allowed, and the rules without learning refuse some too."""

PASSED_SHARE = 0.02
"""Of other pictures whose kind was left out: what these and the good images leave between them is room."""

ROOM_SHARE = 0.2
"""Of the room, which the point is moved up: good images of collections that nobody saw need it more."""

FAR_SHARE = 0.03
_SHRINKAGE = 0.05
_PENALTY = 0.01
_FEWEST = 20

Collections = Mapping[str, Sequence[Seen]]


@dataclass(frozen=True)
class Fitted:
    """A gate, and how it was found on what it was fitted without.

    Args:
        gate: fitted on everything.
        left_out: by collection, the (score, distance) ``[n, 2]`` of its images by a gate fitted without it.
    """

    gate: Gate
    left_out: Mapping[str, NDArray[np.float64]]


def fit_gate(seen: Sequence[Seen], sha256: str) -> Fitted:
    """The gate of the weights with that hash. Raises OptionError where there is too little to fit it on."""
    collections = by_collection(of_role(seen, Role.BREAST))
    others = of_role(seen, Role.DRAWN, Role.KNOWN_OTHER)
    if not collections or len(others) < _FEWEST:
        raise OptionError(
            f"{len(collections)} collections and {len(others)} other pictures are too little",
            remedy="Give --data with a breast collection of at least 40 images",
        )
    parts, left_out = parts_of(collections), {}
    for name in parts:
        without = _fit({key: members for key, members in parts.items() if key != name}, others, sha256)
        left_out[name] = judged(without, parts[name])
    gate = _fit(parts, others, sha256)
    least = max(float(np.quantile(found[:, 0], 1 - REFUSED_SHARE)) for found in left_out.values())
    room = float(np.quantile(kinds_left_out(parts, others, sha256), PASSED_SHARE)) - least
    reject_from = least + ROOM_SHARE * max(room, 0.0)
    far_from = max(float(np.quantile(found[:, 1], 1 - FAR_SHARE)) for found in left_out.values())
    gate = replace(gate, reject_from=reject_from, far_from=far_from, fitted_on=tuple(sorted(collections)))
    return Fitted(gate, left_out)


def kinds_left_out(collections: Collections, others: Sequence[Seen], sha256: str) -> NDArray[np.float64]:
    """Scores of the other pictures, each by a gate that was fitted without its kind."""
    scores = []
    for kind in sorted({one.picture.kind for one in others}):
        gate = _fit(collections, [one for one in others if one.picture.kind != kind], sha256)
        scores.append(judged(gate, [one for one in others if one.picture.kind == kind])[:, 0])
    return np.concatenate(scores)


def fit_without_kind(seen: Sequence[Seen], kind: str, sha256: str) -> Gate:
    """The same gate without the other pictures of one kind; its points are not chosen."""
    others = [one for one in of_role(seen, Role.DRAWN, Role.KNOWN_OTHER) if one.picture.kind != kind]
    return _fit(parts_of(by_collection(of_role(seen, Role.BREAST))), others, sha256)


def parts_of(collections: Mapping[str, Sequence[Seen]]) -> Collections:
    """The collections, one of which can be left out; a single one as two halves."""
    return halves(*collections.items()) if len(collections) == 1 else collections


def judged(gate: Gate, seen: Sequence[Seen]) -> NDArray[np.float64]:
    """(score, distance) ``[n, 2]``."""
    judgments = [gate.judge(one.observed) for one in seen]
    return np.array([(one.score, one.distance) for one in judgments]).reshape(-1, 2)


def by_collection(seen: Sequence[Seen]) -> dict[str, list[Seen]]:
    """Good images by collection; those that a rule refuses are left out."""
    found: dict[str, list[Seen]] = {}
    for one in seen:
        if not one.is_refused:
            found.setdefault(one.picture.kind, []).append(one)
    return {name: members for name, members in found.items() if len(members) >= _FEWEST}


def halves(collection: tuple[str, Sequence[Seen]]) -> dict[str, list[Seen]]:
    """One collection as two, no group in both."""
    name, members = collection
    groups = {group: place % 2 for place, group in enumerate(sorted({one.picture.group for one in members}))}
    parts: dict[str, list[Seen]] = {f"{name} 1": [], f"{name} 2": []}
    for one in members:
        parts[f"{name} {1 + groups[one.picture.group]}"].append(one)
    return parts


def _fit(collections: Collections, others: Sequence[Seen], sha256: str) -> Gate:
    """Weights are fitted on distances that each collection has from the others: its own would be too small."""
    everything = [one.observed for members in collections.values() for one in members]
    known = _known_ultrasound(everything)
    rows = []
    for name, members in collections.items():
        rest = [one.observed for key, each in collections.items() if key != name for one in each]
        spreads = (known[0], known[1], *_known_ultrasound(rest, known)[2:]) if rest else known
        rows += [evidence(one.observed, *spreads) for one in members]
    ultrasound = np.array(rows)
    other = np.array([evidence(one.observed, *known) for one in others])
    weights, constant = _logistic(ultrasound, other)
    center, scale, look, depths = known
    return Gate(sha256, center, scale, look, depths, weights, constant, 0.0, 0.0)


_Known = tuple[NDArray[np.float64], NDArray[np.float64], Spread, tuple[Spread, ...]]


def _known_ultrasound(observed: Sequence[Observed], scaled_as: _Known | None = None) -> _Known:
    """Center and scale of the statistics, their spread, and that of the features at each depth."""
    statistics = np.array([one.statistics for one in observed])
    if scaled_as is None:
        center, scale = statistics.mean(axis=0), statistics.std(axis=0) + 1e-6
    else:
        center, scale = scaled_as[:2]
    look = spread_of(np.clip((statistics - center) / scale, -6, 6))
    depths = [np.array([one.features[depth] for one in observed]) for depth in range(len(observed[0].features))]
    return center, scale, look, tuple(spread_of(features) for features in depths)


def spread_of(points: NDArray) -> Spread:
    """The spread of ``[n, C]``, whose axes are shrunk towards a sphere: a few hundred images know no more."""
    mean = points.mean(axis=0)
    moved = np.asarray(points - mean, dtype=np.float64)
    count = max(1, min(MOST_AXES, len(points) // 4, points.shape[1] - 1))
    _left, values, axes = np.linalg.svd(moved, full_matrices=False)
    variances = values**2 / max(len(points) - 1, 1)
    total = float(variances.sum())
    count = min(count, len(variances))
    rest = max((total - float(variances[:count].sum())) / max(points.shape[1] - count, 1), 1e-8)
    floor = total / points.shape[1]
    shrunk = (1 - _SHRINKAGE) * variances[:count] + _SHRINKAGE * floor
    return Spread(
        mean.astype(np.float64), axes[:count], np.maximum(shrunk, 1e-8), (1 - _SHRINKAGE) * rest + _SHRINKAGE * floor
    )


def _logistic(ultrasound: NDArray, other: NDArray) -> tuple[NDArray[np.float64], float]:
    """Weights and constant of the log-odds of being no ultrasound, both sides counting the same."""
    values = np.concatenate([ultrasound, other])
    center, scale = ultrasound.mean(axis=0), ultrasound.std(axis=0) + 1e-6
    scaled = np.clip((values - center) / scale, -8, 8)
    signs = np.concatenate([-np.ones(len(ultrasound)), np.ones(len(other))])
    counts = np.concatenate([np.full(len(ultrasound), 0.5 / len(ultrasound)), np.full(len(other), 0.5 / len(other))])

    def loss(parameters: NDArray) -> tuple[float, NDArray]:
        margin = signs * (scaled @ parameters[:-1] + parameters[-1])
        slope = -signs * counts / (1 + np.exp(np.clip(margin, -500, 500)))
        value = float(counts @ np.logaddexp(0, -margin)) + _PENALTY / 2 * float(parameters[:-1] @ parameters[:-1])
        return value, np.append(slope @ scaled + _PENALTY * parameters[:-1], slope.sum())

    found = minimize(loss, np.zeros(values.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = found[:-1] / scale
    return weights, float(found[-1] - weights @ center)
