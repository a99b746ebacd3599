"""What was analyzed, and which software did it, as an analysis states them."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType

from ... import __version__
from ..findings.analysis import InputSummary
from ..images.frames import Frames, Rectangle


def summary_of(frames: Frames, region: Rectangle) -> InputSummary:
    """The input of which `region` was analyzed."""
    who = frames.identity
    return InputSummary(
        kind=frames.kind,
        frames=frames.count,
        rows=frames.rows,
        columns=frames.columns,
        pixel_spacing_mm=frames.pixel_spacing_mm,
        spacing_source=frames.spacing_source,
        region_px=(region.x, region.y, region.width, region.height),
        modality=who.modality,
        sop_class_uid=who.sop_class_uid,
        sop_instance_uid=who.sop_instance_uid,
        series_instance_uid=who.series_instance_uid,
        slice_spacing_mm=frames.slice_spacing_mm,
    )


@cache
def software_versions() -> Mapping[str, str]:
    """Versions of what made the result."""
    versions = {"breastusai": __version__, "python": platform.python_version()}
    for package in ("torch", "monai", "captum", "numpy"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "unknown"
    return MappingProxyType(versions)
