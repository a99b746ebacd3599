"""What each method costs, as `make bench` measured it: `costs.json`, beside this file. Needs nothing else."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

PATH = Path(__file__).with_name("costs.json")


def times_of(option: str) -> float | None:
    """How many times as long as the analysis of a still with its heat map one map takes; None where not measured.

    On two cores, with the shipped models; 0 for what comes with the analysis.
    """
    return _measured().get(option)


@lru_cache(maxsize=1)
def _measured() -> dict[str, float]:
    return dict(json.loads(PATH.read_text(encoding="utf-8"))["times"])
