"""What recipes of plain segmenters share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .recipe import Recipe


def segmenter(name: str, title: str, network: Mapping[str, Any], **differences: Any) -> Recipe:
    """A recipe for a segmenter; `differences` are fields of `Recipe`."""
    stated: dict[str, Any] = {"schedule": ((160, 4), (192, 4), (256, 6)), "learning_rate": 1e-3, "tissue_crops": 0.10}
    return Recipe(name=name, title=title, networks={"segmentation": network}, **{**stated, **differences})
