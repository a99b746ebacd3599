"""The numbers of a bundle's metadata: finite all of them, and those that the engine computes with in their range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Range:
    """Where a number, or each of a list of numbers, may lie.

    Args:
        low: the least.
        high: the most.
        inside: whether both ends are excluded.
        optional: whether null is as good as the number.
    """

    low: float
    high: float
    inside: bool = False
    optional: bool = False

    def __str__(self) -> str:
        first, middle = ("between", "and") if self.inside else ("from", "to")
        if self.high == _UNLIMITED:
            return f"a number from {self.low:g} on"
        return f"a number {first} {self.low:g} {middle} {self.high:g}"

    def holds(self, value: object) -> bool:
        """Whether a value is such a number, or null where that is as good."""
        if value is None:
            return self.optional
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return self.low < value < self.high if self.inside else self.low <= value <= self.high


_UNLIMITED = 1e6  # more than any limit in log-odds or of a probability can mean
_LARGEST = 1e15
_SHARE = Range(0, 1)
_VARIANCE = Range(0, 1e6)  # a training on a few phantoms knows next to nothing
_SHIFT = Range(-1000, 1000)
_FACTOR = Range(1e-3, 1e3)

RANGES: Mapping[str, Range] = MappingProxyType(
    {
        "temperature": Range(0.01, 100),
        "slope": _FACTOR,
        "intercept": _SHIFT,
        "bias": _SHIFT,
        "slope_variance": _VARIANCE,
        "intercept_variance": _VARIANCE,
        "covariance": Range(-1e6, 1e6),
        "least_confidence": _SHARE,
        "prevalence": Range(0, 1, inside=True, optional=True),
        "threshold": Range(0, 1, optional=True),
        "smallest_lesion": _SHARE,
        "lesion_evidence": _SHARE,
        "normal_below": Range(0, 0.5),
        "constant": _SHIFT,
        "classified": Range(0, 10),
        "outlined": Range(0, 10),
        "weight": Range(0.01, 10),
        "per_unit": Range(-1000, 1000),
        "low": Range(-1000, 1000),
        "high": Range(-1000, 1000),
        "withhold_below": Range(0, _UNLIMITED, optional=True),
        "lesion_gap": Range(0, _UNLIMITED, optional=True),
        "sensitivity": Range(0, 1, optional=True),
        "specificity": Range(0, 1, optional=True),
        "mean": Range(-1000, 1000),
        "std": _FACTOR,
        "low_percentile": Range(0, 100),
        "high_percentile": Range(0, 100),
        "centre_share": _SHARE,
        "least_energy_ratio": Range(0, 1000, optional=True),
        "most_marks": Range(0, 1, optional=True),
        "most_outside": Range(0, 1, optional=True),
        "least_gain": Range(-2, 2, optional=True),
    }
)
"""By the field's name, wherever below ``breastusai`` it stands. A new field of numbers gets a line here."""

COUNTS: Mapping[str, int] = MappingProxyType({"bias": 3})
"""Which of them are a list of numbers, and of how many; the others are one number."""


def check_numbers(metadata: Mapping[str, Any]) -> None:
    """Raise ValueError for a number that is not finite anywhere, or not in its range below ``breastusai``."""
    for name, value in _fields("", metadata):
        if isinstance(value, (int, float)) and not -_LARGEST <= value <= _LARGEST:
            raise ValueError(f"{name[:80]} as {shown(value)}, not as a finite number")
    for name, value in _fields("", metadata.get("breastusai", {})):
        allowed = RANGES.get(name)
        if allowed is None:
            continue
        if isinstance(value, (list, tuple)):
            if len(value) != COUNTS.get(name):
                raise ValueError(f"{name} as {len(value)} values, not as {COUNTS.get(name, 1)}")
        elif not allowed.holds(value):
            raise ValueError(f"{name} as {shown(value)}, not as {allowed}")


def shown(value: object) -> str:
    """A value in few letters."""
    if isinstance(value, (str, float, bool, type(None))):
        return repr(value)[:80]
    return (
        f"{float(value):g}" if isinstance(value, int) and abs(value) < _LARGEST else f"a large {type(value).__name__}"
    )


def _fields(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every value but objects, with the name of the field that it stands in; the values of a list have the list's."""
    pending = [(name, value)]
    while pending:
        name, value = pending.pop()
        if isinstance(value, Mapping):
            pending += value.items()
        else:
            yield name, value
            if isinstance(value, (list, tuple)):
                pending += ((name, item) for item in value)
