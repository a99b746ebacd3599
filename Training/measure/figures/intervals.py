"""A statistic of per-image results, with its 95 % interval by patient and its spread over training runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 20261121
ROUNDS = 1000

Indices = NDArray[np.int64]
Statistic = Callable[[Indices], float]
"""A number from the rows at the indices given (a row may come more than once); NaN where it is not defined."""


@dataclass(frozen=True)
class Sample:
    """The rows that statistics are taken over.

    Args:
        groups: patient or near-duplicate group of each row.
        runs: the weights that gave each row: more than one where folds or seeds are pooled.
    """

    groups: Sequence[str]
    runs: Sequence[str]

    def measured(self, statistic: Statistic) -> dict[str, Any]:
        """Value and interval as a card states them; None where there is nothing to measure.

        ``value``, ``interval_95``, ``n`` (rows), and with more than one run ``runs``: mean, standard deviation and
        number of the single runs' values.
        """
        everything = np.arange(len(self.groups))
        value = statistic(everything) if len(everything) else float("nan")
        if not np.isfinite(value):
            return {"value": None, "interval_95": None, "n": len(everything)}
        result: dict[str, Any] = {"value": float(value), "interval_95": self.interval(statistic), "n": len(everything)}
        singles = [statistic(members) for members in self._members_by_run]
        singles = [single for single in singles if np.isfinite(single)]
        if len(singles) > 1:
            result["runs"] = {"mean": float(np.mean(singles)), "sd": float(np.std(singles, ddof=1)), "n": len(singles)}
        return result

    def interval(self, statistic: Statistic) -> list[float] | None:
        """95 % percentile bootstrap interval, whole groups drawn with replacement; None with a single group."""
        if len(self._counts) < 2:
            return None
        values = np.array([statistic(draw) for draw in self._draws])
        values = values[np.isfinite(values)]
        if not len(values):
            return None
        low, high = np.percentile(values, [2.5, 97.5])
        return [float(low), float(high)]

    @cached_property
    def _draws(self) -> list[Indices]:
        """The same for every statistic, so that their intervals can be compared."""
        generator = np.random.default_rng(SEED)
        draws = []
        for _ in range(ROUNDS):
            drawn = generator.integers(len(self._counts), size=len(self._counts))
            counts = self._counts[drawn]
            before = np.cumsum(counts) - counts
            draws.append(self._ordered[np.arange(counts.sum()) + np.repeat(self._starts[drawn] - before, counts)])
        return draws

    @cached_property
    def _inverse(self) -> Indices:
        return np.unique(np.asarray(self.groups, dtype=str), return_inverse=True)[1]

    @cached_property
    def _ordered(self) -> Indices:
        """Row indices, those of one group next to each other."""
        return np.argsort(self._inverse, kind="stable")

    @cached_property
    def _counts(self) -> Indices:
        return np.bincount(self._inverse) if len(self.groups) else np.zeros(0, dtype=np.int64)

    @cached_property
    def _starts(self) -> Indices:
        return np.cumsum(self._counts) - self._counts

    @cached_property
    def _members_by_run(self) -> list[Indices]:
        names = np.asarray(self.runs, dtype=str)
        return [np.flatnonzero(names == name) for name in dict.fromkeys(self.runs)]
