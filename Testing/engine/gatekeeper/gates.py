"""Made-up gates."""

from __future__ import annotations

from typing import Any

import numpy as np

from BreastUSAILib.engine.gatekeeper.gate import Gate, Spread, weight_count
from BreastUSAILib.engine.gatekeeper.picture_statistics import STATISTICS

CHANNELS = (40, 320)


def spread(size: int) -> Spread:
    return Spread(np.zeros(size), np.eye(size)[:3], np.array([4.0, 2.0, 1.0]), 1.0)


def made_up(classifier: str, **changes: Any) -> Gate:
    """A gate whose score is its constant, 0, and from which everything is near."""
    count = len(STATISTICS)
    fields: dict[str, Any] = {
        "classifier": classifier,
        "center": np.zeros(count),
        "scale": np.ones(count),
        "look": spread(count),
        "depths": tuple(spread(size) for size in CHANNELS),
        "weights": np.zeros(weight_count(count)),
        "constant": 0.0,
        "reject_from": 1.0,
        "far_from": 1e6,
    }
    return Gate(**{**fields, **changes})
