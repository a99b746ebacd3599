"""How a gate does: what it refuses of every kind of picture, and how well its scores tell them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.gatekeeper.drawings import CROSS_FROM
from BreastUSAILib.engine.gatekeeper.gate import Gate

from ..measure.figures.metrics import auc
from .fitting import Fitted, fit_without_kind, judged
from .looking import Seen, of_role
from .sources import Role

_SURE = 1e6  # the score of what a rule refuses


def gate_figures(seen: Sequence[Seen], fitted: Fitted, sha256: str) -> dict[str, Any]:
    """Everything that the command says, as plain JSON values."""
    gate = fitted.gate
    good = np.concatenate([found[:, 0] for found in fitted.left_out.values()])
    measured = of_role(seen, Role.OTHER)
    return {
        "reject_from": gate.reject_from,
        "far_from": gate.far_from,
        "good breast images of left-out collections": {
            name: _shares(found, gate) for name, found in fitted.left_out.items()
        },
        "reserved breast images": _by_kind(of_role(seen, Role.RESERVED), gate),
        "no ultrasound, never seen": _against(measured, gate, good),
        "no ultrasound, its kind left out": _kinds_left_out(seen, fitted, good, sha256),
        "other organs": _by_kind(of_role(seen, Role.ORGAN), gate),
        "phantoms": _by_kind(of_role(seen, Role.PHANTOM), gate),
        "drawings": _drawings(seen),
    }


def _against(other: Sequence[Seen], gate: Gate, good: NDArray) -> dict[str, Any]:
    scores = _scores(other, gate)
    return {**_told(scores, gate.reject_from, good), "kinds": _by_kind(other, gate)}


def _kinds_left_out(seen: Sequence[Seen], fitted: Fitted, good: NDArray, sha256: str) -> dict[str, Any]:
    """Every kind that the gate was fitted on, by a gate that was fitted without it; its scores are shifted alike."""
    others, scores = of_role(seen, Role.DRAWN, Role.KNOWN_OTHER), []
    kinds = sorted({one.picture.kind for one in others})
    by_kind: dict[str, Any] = {}
    for kind in kinds:
        found = _scores([one for one in others if one.picture.kind == kind], fit_without_kind(seen, kind, sha256))
        scores.append(found)
        by_kind[kind] = {"images": len(found), "refused": _rounded((found >= fitted.gate.reject_from).mean())}
    return {**_told(np.concatenate(scores), fitted.gate.reject_from, good), "kinds": by_kind}


def _told(scores: NDArray, reject_from: float, good: NDArray) -> dict[str, Any]:
    if not len(scores):
        return {"images": 0}
    told = auc(np.concatenate([scores, good]), np.concatenate([np.ones(len(scores), bool), np.zeros(len(good), bool)]))
    return {
        "images": len(scores),
        "auc": _rounded(told),
        "given a verdict": _rounded((scores < reject_from).mean()),
        "refused by rules alone": _rounded((scores == _SURE).mean()),
    }


def _drawings(seen: Sequence[Seen]) -> dict[str, Any]:
    """Of the collection that marks them, against its images without any; and of phantoms."""
    breast = [one for one in of_role(seen, Role.BREAST) if one.picture.strata]
    marked = {
        key: [one for one in breast if dict(one.picture.strata).get(key) == "yes"] for key in ("doppler", "calipers")
    }
    clean = [one for one in breast if "yes" not in dict(one.picture.strata).values()]
    phantoms, drawn = of_role(seen, Role.PHANTOM), of_role(seen, Role.CALIPERS)
    return {
        "doppler": _separated([_flow(one) for one in marked["doppler"]], [_flow(one) for one in clean]),
        "calipers": _separated([one.cross for one in marked["calipers"]], [one.cross for one in clean], CROSS_FROM),
        "calipers on phantoms": _separated([one.cross for one in drawn], [one.cross for one in phantoms], CROSS_FROM),
    }


def _flow(one: Seen) -> float:
    """Flow in color is sure; in gray the edges of its box tell."""
    return 2.0 if one.is_colored else one.upright


def _separated(positive: list[float], negative: list[float], point: float | None = None) -> dict[str, Any]:
    if not positive or not negative:
        return {"images": len(positive), "without": len(negative)}
    scores, is_positive = np.array(positive + negative), np.arange(len(positive) + len(negative)) < len(positive)
    found = {"images": len(positive), "without": len(negative), "auc": _rounded(auc(scores, is_positive))}
    if point is not None:
        found["found"] = _rounded(np.mean(np.array(positive) >= point))
        found["false alarms"] = _rounded(np.mean(np.array(negative) >= point))
    return found


def _by_kind(seen: Sequence[Seen], gate: Gate) -> dict[str, Any]:
    kinds = sorted({one.picture.kind for one in seen})
    return {kind: _shares(_both([one for one in seen if one.picture.kind == kind], gate), gate) for kind in kinds}


def _both(seen: Sequence[Seen], gate: Gate) -> NDArray:
    return np.column_stack([_scores(seen, gate), judged(gate, seen)[:, 1]])


def _scores(seen: Sequence[Seen], gate: Gate) -> NDArray[np.float64]:
    scores = judged(gate, seen)[:, 0]
    return np.where([one.is_refused for one in seen], _SURE, scores)


def _shares(found: NDArray, gate: Gate) -> dict[str, Any]:
    refused = found[:, 0] >= gate.reject_from
    far = ~refused & (found[:, 1] >= gate.far_from)
    return {"images": len(found), "refused": _rounded(refused.mean()), "called far": _rounded(far.mean())}


def _rounded(value: Any) -> float:
    return round(float(value), 4)
