"""Whether a frame shows a lesion at all, asked of both networks: the classifier's answer and the surest tissue's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..findings.analysis import Probabilities
from ..images.letterbox import Letterbox
from .calibration import log_odds, probability_of

SUREST_SHARE = 0.003  # of the analyzed region's pixels: a lesion of 3 mm in a frame of 40 mm by 50 mm
_SUREST = 1e-4  # lesion probabilities nearer to 0 or 1 than this say no more


@dataclass(frozen=True)
class LesionPresence:
    """P(lesion) of a frame from a classifier's and a segmenter's answers together (logistic regression).

    Fitted on collections that neither network was trained on, as many frames with a lesion as without counting: nothing
    is known of how often a user's frames show one.

    Args:
        classifier: SHA-256 of the weights of the classifier that it belongs to; with another one it says nothing.
        constant: the log-odds where both answers are even.
        classified: times the log-odds of a lesion by the classifier.
        outlined: times those of the surest tissue, `surest_tissue`.
        normal_below: takes the place of the classifier's own (`Calibration.normal_below`), for this probability.
    """

    classifier: str
    constant: float
    classified: float
    outlined: float
    normal_below: float

    def probability(self, classified: float, surest: float) -> float:
        """P(lesion) from the classifier's, in [0, 1], and the mean log-odds of the surest tissue."""
        return probability_of(self.constant + self.classified * log_odds(classified) + self.outlined * surest)

    def composed(self, calibrated: Probabilities, surest: float) -> Probabilities:
        """The probabilities with P(lesion) by both networks and the likelihood of malignancy as it was."""
        lesion, likelihood = self.probability(calibrated.lesion, surest), calibrated.likelihood
        return Probabilities(1 - lesion, lesion * (1 - likelihood), lesion * likelihood)


def surest_tissue(square: NDArray[np.float32], box: Letterbox) -> float:
    """Mean log-odds of the `SUREST_SHARE` of the region's pixels that are likeliest to be lesion.

    Args:
        square: lesion probabilities ``[S, S]`` on the network's square.
        box: where the analyzed region lies in it.
    """
    place = box.content
    inside = square[place.y : place.y + place.height, place.x : place.x + place.width].ravel()
    count = max(1, round(SUREST_SHARE * len(inside)))
    surest = np.clip(np.partition(inside, -count)[-count:].astype(np.float64), _SUREST, 1 - _SUREST)
    return float(np.mean(np.log(surest / (1 - surest))))
