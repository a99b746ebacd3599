"""One likelihood of several that are about the same lesion: of a cine's frames, or of two views."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..findings.analysis import Malignancy
from ..models.calibration import log_odds, probability_of

_LEAST = 1e-6


def together(known: Sequence[tuple[float, Malignancy]]) -> Malignancy:
    """The mean of log-odds, weighted; so are the ends of the interval, since more pictures of one lesion are no proof.

    `known` are weights from 0 on and likelihoods, at least one; the prevalence is that of the first.

    >>> from BreastUSAILib.engine.findings.analysis import Malignancy
    >>> from BreastUSAILib.engine.lesions.one_likelihood import together
    >>> round(together([(1, Malignancy(0.2, 0.1, 0.3)), (1, Malignancy(0.8, 0.7, 0.9))]).probability, 6)
    0.5
    """
    weights = [max(weight, _LEAST) for weight, _ in known]

    def mean(values: Sequence[float]) -> float:
        return probability_of(float(np.average([log_odds(value) for value in values], weights=weights)))

    each = [one for _, one in known]
    middle, low, high = (
        mean([one.probability for one in each]),
        mean([one.low for one in each]),
        mean([one.high for one in each]),
    )
    return Malignancy(middle, low, high, each[0].prevalence)
