"""Explanations that were made on demand, and how they become part of an analysis. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..flags import Flag
from .analysis import Analysis, FurtherExplanation
from .maps import SquareMaps, StoredMaps


@dataclass(frozen=True)
class Explanations:
    """What `Engine.explain` gives.

    Args:
        found: one row for each method that gave a map of a frame at least.
        flags: what there is to say of methods that gave none of some frames.
        maps: the maps by the method's option.
    """

    found: tuple[FurtherExplanation, ...]
    flags: tuple[Flag, ...] = ()
    maps: Mapping[str, SquareMaps] = field(default_factory=dict, repr=False, compare=False)


def with_explanations(analysis: Analysis, made: Explanations) -> Analysis:
    """The analysis with these explanations too; one of a method that it had takes the place of the former."""
    options = {one.option for one in made.found}
    kept = tuple(one for one in analysis.explanations if one.option not in options)
    flags = tuple(flag for flag in made.flags if flag not in analysis.flags)
    maps = analysis.maps
    if isinstance(maps, StoredMaps):
        maps = replace(maps, further={**maps.further, **made.maps})
    return replace(analysis, explanations=kept + made.found, flags=analysis.flags + flags, maps=maps)
