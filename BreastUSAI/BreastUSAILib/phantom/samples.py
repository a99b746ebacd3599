"""Phantoms on demand: DICOM files with their ground truth beside them."""

from __future__ import annotations

from pathlib import Path

from ..engine.errors import OptionError
from ..engine.findings.analysis import Label
from ..engine.images.frames import Region, RegionContent
from ..report.atomic import output_errors
from .cases import random_spec
from .dicom import Instance, write_dicom
from .frame import Phantom, PhantomSpec, render
from .truth import write_truth

CLASSES = (Label.NORMAL, Label.BENIGN, Label.MALIGNANT)


def generate(folder: Path, count: int, label: Label | None, seed: int) -> tuple[Path, ...]:
    """Write `count` calibrated stills with their truth into `folder`; returns the DICOM files.

    Picture n follows from seed + n; without a label the three classes take turns. Raises OptionError, OutputError.
    """
    if count < 1:
        raise OptionError(f"{count} phantoms cannot be made", remedy="Ask for one or more")
    if seed < 0:
        raise OptionError(f"{seed} cannot be a seed", remedy="Give a whole number from 0 on")
    _make(folder)
    paths = []
    for number in range(seed, seed + count):
        kind = CLASSES[number % len(CLASSES)] if label is None else label
        path = folder / f"phantom_{kind.value}_{number:04d}.dcm"
        paths.append(write_still(path, random_spec(number, kind)))
    return tuple(paths)


def _make(folder: Path) -> None:
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)


def tissue_region(phantom: Phantom) -> Region:
    """The calibrated B-mode region of a phantom."""
    return Region(phantom.region, RegionContent.TISSUE, phantom.pixel_spacing_mm)


def write_still(path: Path, spec: PhantomSpec) -> Path:
    """Write a calibrated still with its truth beside it; returns `path`. Raises OutputError."""
    phantom = render(spec)
    name = spec.label.value
    write_dicom(path, Instance(phantom.pixels, spec.seed, name, (tissue_region(phantom),)))
    write_truth(path, [phantom])
    return path
