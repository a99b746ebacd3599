"""How well past cases are found: what the nearest cases of held-out images are, beside baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.similar.projection import ALL_FEATURES, Projection, unit

from ..data.example import CLASS_NAMES, Part
from ..measure.figures.intervals import Sample, Statistic
from .signed import Signed

DEPTHS = (1, 5, 10)
VOTERS = 5
GRADES = 3  # a case of the same BI-RADS category counts 3, one category off 2, and so on
NDCG_DEPTH = 10

Signing = Callable[[Signed], NDArray[np.float32]]
"""Gives the signatures ``[N, D]`` of images."""

Ranking = NDArray[np.int64]
"""Rows of the library, nearest first, ``[Q, R]``, one a patient; R is the number of patients, -1 fills."""


def retrieval_figures(signed: Signed, projection: Projection, others: Mapping[str, Projection]) -> dict[str, Any]:
    """The figures of each data set's held-out images, by signatures and by the baselines.

    Args:
        signed: the training part, which is the library, and the test part, which asks.
        projection: what makes the product's signatures of features.
        others: what else is compared, by name.
    """
    library, asking = signed.part(Part.TRAIN), signed.part(Part.TEST)
    ways: dict[str, Signing] = {
        "signatures": lambda rows: stored(projection.signatures(rows.features)),
        **{name: _by(other) for name, other in {"all features": ALL_FEATURES, **others}.items()},
        "pixels": lambda rows: unit(rows.pixels),
    }
    found: dict[str, Any] = {}
    for name in dict.fromkeys(asking.datasets.tolist()):
        queries = asking.chosen(asking.datasets == name)
        found[name] = {
            "images": len(queries),
            "patients": len(set(queries.groups.tolist())),
            "network": _network(queries),
            "random": _random(library, queries),
            "by": {way: _measured(ranked(of(library), of(queries), library), library, queries)
                   for way, of in ways.items()},
        }  # fmt: skip
    return {"library": len(library), "library_patients": len(set(library.groups.tolist())), "datasets": found}


def _by(projection: Projection) -> Signing:
    return lambda rows: projection.signatures(rows.features)


def _mean_of(values: NDArray[np.float64]) -> Statistic:
    return lambda rows: float(values[rows].mean())


def stored(signatures: NDArray[np.float32]) -> NDArray[np.float32]:
    """As a library keeps them: 16 bits a number."""
    return signatures.astype(np.float16).astype(np.float32)


def ranked(library: NDArray[np.float32], asking: NDArray[np.float32], of: Signed) -> Ranking:
    """The order in which signatures ``[N, D]`` lie from each of ``[Q, D]``; of each patient the nearest case alone."""
    _, patients = np.unique(of.groups, return_inverse=True)
    count = int(patients.max()) + 1
    rankings = np.empty((len(asking), count), dtype=np.int64)
    for place, products in enumerate(asking @ library.T):
        order = np.argsort(-products, kind="stable")
        _, first = np.unique(patients[order], return_index=True)
        rankings[place] = order[np.sort(first)]
    return rankings


def nearest_distances(signed: Signed, projection: Projection) -> NDArray[np.float32]:
    """How far the nearest library case is from each image of the calibration part, which no library holds."""
    library, others = signed.part(Part.TRAIN), signed.part(Part.CALIBRATION)
    if not len(others):
        return np.empty(0, np.float32)
    cases, asking = stored(projection.signatures(library.features)), projection.signatures(others.features)
    nearest: NDArray[np.float32] = np.sqrt(np.maximum(2 - 2 * (asking @ cases.T).max(axis=1), 0))
    return nearest


def _measured(ranking: Ranking, library: Signed, queries: Signed) -> dict[str, Any]:
    same = library.labels[ranking] == queries.labels[:, None]
    sample = Sample(queries.groups.tolist(), [queries.classifier] * len(queries))
    precisions = {f"P@{depth}": same[:, :depth].mean(axis=1) for depth in DEPTHS}
    precisions["mAP"] = average_precision(same)
    precisions["vote"] = _vote(ranking, library, queries)
    figures: dict[str, Any] = {
        name: {**sample.measured(_mean_of(values)), **_by_class(values, queries)} for name, values in precisions.items()
    }
    gains = ndcg(library.birads[ranking], queries.birads, library.birads)
    known = np.isfinite(gains)
    of_known = Sample(queries.groups[known].tolist(), [queries.classifier] * int(known.sum()))
    figures["nDCG"] = of_known.measured(_mean_of(gains[known]))
    return figures


def average_precision(same: NDArray[np.bool_]) -> NDArray[np.float64]:
    """``[Q]`` of whether each retrieved case is relevant ``[Q, R]``: the mean precision at the relevant ones; NaN where
    there are none."""
    precision = np.cumsum(same, axis=1) / np.arange(1, same.shape[1] + 1)
    relevant = same.sum(axis=1)
    with np.errstate(invalid="ignore"):
        found: NDArray[np.float64] = np.where(relevant > 0, (precision * same).sum(axis=1) / relevant, np.nan)
    return found


def ndcg(retrieved: NDArray[np.str_], asked: NDArray[np.str_], there: NDArray[np.str_]) -> NDArray[np.float64]:
    """Normalized discounted cumulative gain ``[Q]`` of the first ten by BI-RADS category.

    Järvelin and Kekäläinen 2002, 10.1145/582415.582418. A case whose category is the same gains `GRADES`, each category
    of difference one less, a case without one nothing. Normalized by the best order of the library. NaN where the image
    has no category, or the library has none.
    """
    discounts = 1 / np.log2(np.arange(2, NDCG_DEPTH + 2))
    categories, everything = birads_number(retrieved[:, :NDCG_DEPTH]), birads_number(there)
    found = np.full(len(asked), np.nan)
    for place, mine in enumerate(birads_number(asked)):
        best = np.sort(_gain(everything, mine))[::-1][:NDCG_DEPTH]
        ideal = float(best @ discounts[: len(best)])
        if ideal > 0:
            gains = _gain(categories[place], mine)
            found[place] = float(gains @ discounts[: len(gains)]) / ideal
    return found


def birads_number(texts: NDArray[np.str_]) -> NDArray[np.float64]:
    """BI-RADS categories as numbers, 4A to 4C as 4; NaN for none."""
    first = np.array([text[:1] if text[:1].isdigit() else "nan" for text in texts.ravel().tolist()])
    return first.astype(float).reshape(texts.shape)


def _gain(categories: NDArray[np.float64], mine: float) -> NDArray[np.float64]:
    return np.nan_to_num(np.maximum(GRADES - np.abs(categories - mine), 0))


def _vote(ranking: Ranking, library: Signed, queries: Signed) -> NDArray[np.float64]:
    """Whether most of the nearest have the image's class; a tie is half right."""
    nearest = library.labels[ranking[:, :VOTERS]]
    counts = np.stack([(nearest == name).sum(axis=1) for name in CLASS_NAMES], axis=1)
    best = counts == counts.max(axis=1, keepdims=True)
    mine = np.array([CLASS_NAMES.index(label) for label in queries.labels.tolist()])
    found: NDArray[np.float64] = best[np.arange(len(mine)), mine] / best.sum(axis=1)
    return found


def _network(queries: Signed) -> dict[str, Any]:
    """The share of images whose likeliest class is the right one."""
    right = (np.array(CLASS_NAMES)[queries.probabilities.argmax(axis=1)] == queries.labels).astype(float)
    sample = Sample(queries.groups.tolist(), [queries.classifier] * len(queries))
    return {**sample.measured(_mean_of(right)), **_by_class(right, queries)}


def _random(library: Signed, queries: Signed) -> dict[str, Any]:
    """What cases drawn by chance would give: the share of the image's class among the library's cases."""
    shares = {name: float((library.labels == name).mean()) for name in CLASS_NAMES}
    expected = np.array([shares[label] for label in queries.labels.tolist()])
    return {"value": float(expected.mean()), **_by_class(expected, queries)}


def _by_class(values: NDArray[np.float64], queries: Signed) -> dict[str, Any]:
    classes = {name: queries.labels == name for name in CLASS_NAMES}
    return {"classes": {name: float(values[where].mean()) for name, where in classes.items() if where.any()}}
