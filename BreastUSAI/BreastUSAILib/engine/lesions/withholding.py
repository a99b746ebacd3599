"""Which of the outlines of a frame are shown: one rule, for the run and for Training, which chooses its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..models.calibration import log_odds


@dataclass(frozen=True)
class WithholdingRule:
    """What an outline must reach to be shown. The default shows every one.

    Args:
        evidence: mean lesion probability below which an outline is dropped (`Segmenter.lesion_evidence`).
        gap: how far below that of the frame's surest outline, in log-odds, the mean lesion probability of another one
            may lie; infinite: any distance (`Segmenter.lesion_gap`).
        normal_below: probability of a lesion below which the frame is called normal (`Calibration.normal_below`).
        withhold_below: mean lesion probability below which an outline is withheld on a frame that is called normal;
            infinite: all are (`Segmenter.withhold_below`).
    """

    evidence: float = 0.0
    gap: float = math.inf
    normal_below: float = 0.0
    withhold_below: float = math.inf


def found_outlines(means: Sequence[float] | NDArray[np.float64], rule: WithholdingRule) -> NDArray[np.bool_]:
    """``[N]``: which outlines of one frame are lesions, whatever the classifier says; `means` as `shown_outlines`."""
    values = np.asarray(means, dtype=np.float64)
    found = values >= rule.evidence
    if found.any() and math.isfinite(rule.gap):
        odds = np.array([log_odds(value) for value in values])
        found &= odds >= odds[found].max() - rule.gap
    return found


def shown_outlines(
    means: Sequence[float] | NDArray[np.float64], lesion: float, rule: WithholdingRule
) -> NDArray[np.bool_]:
    """``[N]``: which outlines of one frame are shown.

    Args:
        means: mean lesion probability of each outline ``[N]``, in [0, 1].
        lesion: the frame's calibrated probability of showing a lesion, in [0, 1].
        rule: what an outline must reach.
    """
    found = found_outlines(means, rule)
    if lesion < rule.normal_below:
        found &= np.asarray(means, dtype=np.float64) >= rule.withhold_below
    return found
