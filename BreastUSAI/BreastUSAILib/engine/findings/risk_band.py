"""The band that a likelihood of malignancy lies in, by the ranges of the BI-RADS categories. Needs nothing else.

A band is a way to read a number. It is never a BI-RADS category, which a reader gives, from the images, the history and
what other methods showed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RiskBand:
    """A range of likelihoods, above `low` up to `high`; the highest also has its lower end.

    `birads` is the category whose range it is: ACR BI-RADS Atlas, 5th edition (2013), where category 3 reaches from
    above 0 to 2 %, 4A to 10 %, 4B to 50 %, 4C to below 95 %, and 5 from there on.
    """

    birads: str
    low: float
    high: float


BANDS = (
    RiskBand("3", 0.0, 0.02),
    RiskBand("4A", 0.02, 0.10),
    RiskBand("4B", 0.10, 0.50),
    RiskBand("4C", 0.50, 0.95),
    RiskBand("5", 0.95, 1.0),
)
"""From the lowest on; likelihoods of 0 are in the first."""


def risk_band(likelihood: float) -> RiskBand:
    """The band of a likelihood of malignancy in [0, 1].

    >>> from BreastUSAILib.engine.findings.risk_band import risk_band
    >>> [risk_band(likelihood).birads for likelihood in (0.02, 0.021, 0.5, 0.949, 0.95)]
    ['3', '4A', '4B', '4C', '5']
    """
    highest = BANDS[-1]
    if likelihood >= highest.low:
        return highest
    return next(band for band in BANDS if likelihood <= band.high)
