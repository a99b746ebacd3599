"""The strata that figures are broken down by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..rows.row import Row

LEAST = 10  # images: smaller strata are pooled
OTHER = "other"
SIZE_EDGES = (0.225, 0.355)
"""Tertiles over BUS-BRA and BUSI of the lesion's equivalent diameter as a share of the picture's mean side."""
SIZES = ("small", "medium", "large")
SIZE_WORDS = {
    "small": f"small (diameter below {SIZE_EDGES[0]:.1%} of the picture's side)",
    "medium": "medium-sized",
    "large": f"large (diameter {SIZE_EDGES[1]:.1%} of the picture's side or more)",
}


def size_of(row: Row) -> str | None:
    """Small, medium or large by the true lesion's equivalent diameter; None without a lesion."""
    if not row.true_area_px:
        return None
    diameter = np.sqrt(4 * row.true_area_px / np.pi / row.image_area_px)
    return SIZES[int(np.searchsorted(SIZE_EDGES, diameter, side="right"))]


def stratify(rows: Sequence[Row]) -> dict[str, dict[str, list[int]]]:
    """Indices of the rows by stratum and value: class, size, and whatever the rows name.

    Several values with fewer than ten images each are pooled as "other". A stratum with a single value is left out:
    it says nothing that the whole does not.
    """
    names = dict.fromkeys(name for row in rows for name in row.strata)
    told: dict[str, list[str | None]] = {"class": [row.label for row in rows], "size": [size_of(row) for row in rows]}
    told |= {name: [row.strata.get(name) or None for row in rows] for name in names}
    strata = {name: _members(values) for name, values in told.items()}
    return {name: members for name, members in strata.items() if len(members) > 1}


def _members(values: Sequence[str | None]) -> dict[str, list[int]]:
    members: dict[str, list[int]] = {}
    for index, value in enumerate(values):
        if value is not None:
            members.setdefault(value, []).append(index)
    order = sorted(members, key=lambda value: (SIZES.index(value), "") if value in SIZES else (0, value))
    large = {value: members[value] for value in order if len(members[value]) >= LEAST}
    rare = [value for value in order if value not in large]
    if len(rare) < 2:
        return {value: members[value] for value in order}
    return {**large, OTHER: sorted(index for value in rare for index in members[value])}
