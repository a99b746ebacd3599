"""`python -m Testing.shipped_samples`: the phantoms of `Resources/Samples`, made again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from pydicom.uid import JPEG2000Lossless

from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.images.frames import Rectangle, Region, RegionContent
from BreastUSAILib.phantom.acquisition import Acquisition
from BreastUSAILib.phantom.cine import Sweep, render_cine
from BreastUSAILib.phantom.dicom import Instance, write_dicom
from BreastUSAILib.phantom.frame import PhantomSpec, render
from BreastUSAILib.phantom.lesion import Echo, LesionSpec, Margin, Posterior, Shape
from BreastUSAILib.phantom.overlay import color_flow, scanner_furniture
from BreastUSAILib.phantom.samples import tissue_region, write_still
from BreastUSAILib.phantom.tissue import Anatomy
from BreastUSAILib.phantom.truth import write_truth

SAMPLES = Path(__file__).resolve().parents[1] / "BreastUSAI" / "Resources" / "Samples"

BENIGN = PhantomSpec(
    seed=11,
    rows=420,
    columns=400,
    depth_mm=40.0,
    anatomy=Anatomy(muscle_mm=29.0, retromammary_mm=26.0, chest_wall_mm=37.0, density=0.55),
    lesions=(
        LesionSpec(
            center_mm=(-3.0, 15.5), width_mm=14.0, height_mm=8.0, tilt_deg=4.0, posterior=Posterior.ENHANCEMENT,
            contrast_db=-2.0, thickness_mm=14.0,
        ),
    ),
)  # fmt: skip

MALIGNANT = PhantomSpec(
    seed=23,
    rows=420,
    columns=400,
    depth_mm=40.0,
    anatomy=Anatomy(muscle_mm=31.0, retromammary_mm=28.0, chest_wall_mm=39.0, density=0.65),
    lesions=(
        LesionSpec(
            center_mm=(2.5, 16.0), width_mm=10.0, height_mm=13.0, label=Label.MALIGNANT, shape=Shape.IRREGULAR,
            margin=Margin.HALO, posterior=Posterior.SHADOWING, contrast_db=-2.0, thickness_mm=12.0,
        ),
    ),
)  # fmt: skip

NORMAL = PhantomSpec(seed=31, rows=420, columns=560, depth_mm=36.0, anatomy=Anatomy(density=0.75))

CINE = replace(
    MALIGNANT,
    seed=47,
    rows=288,
    columns=288,
    depth_mm=36.0,
    acquisition=Acquisition(gain_db=1.0),
    lesions=(
        LesionSpec(
            center_mm=(-1.0, 15.0), width_mm=11.0, height_mm=12.0, label=Label.MALIGNANT, shape=Shape.SPICULATED,
            margin=Margin.INDISTINCT, posterior=Posterior.SHADOWING, contrast_db=-2.0, microcalcifications=4,
            thickness_mm=13.0,
        ),
    ),
)  # fmt: skip

DOPPLER = PhantomSpec(
    seed=59,
    rows=400,
    columns=400,
    depth_mm=38.0,
    lesions=(
        LesionSpec(
            center_mm=(1.0, 15.0), width_mm=11.0, height_mm=7.5, shape=Shape.LOBULATED, echo=Echo.HYPOECHOIC,
            posterior=Posterior.EDGE_SHADOWS, thickness_mm=11.0,
        ),
    ),
)  # fmt: skip


def write_samples(folder: Path) -> tuple[Path, ...]:
    """Write every shipped sample with its truth into a folder that is there; returns the DICOM files."""
    return (
        write_still(folder / "still_benign_calibrated.dcm", BENIGN),
        write_still(folder / "still_malignant_calibrated.dcm", MALIGNANT),
        _still_uncalibrated_rgb(folder / "still_normal_uncalibrated_rgb.dcm", NORMAL),
        _still_doppler(folder / "still_doppler_two_regions.dcm", DOPPLER),
        _cine_calibrated(folder / "cine_malignant_calibrated.dcm", CINE, Sweep()),
    )


def _still_uncalibrated_rgb(path: Path, spec: PhantomSpec) -> Path:
    phantom = render(spec)
    rgb = scanner_furniture(phantom.pixels, phantom.region, phantom.pixel_spacing_mm[0])
    write_dicom(path, Instance(rgb, spec.seed, "uncalibrated", transfer_syntax=JPEG2000Lossless, laterality="R"))
    write_truth(path, [phantom])
    return path


def _still_doppler(path: Path, spec: PhantomSpec) -> Path:
    phantom = render(spec)
    box = Rectangle(spec.columns // 4, spec.rows // 5, spec.columns // 2, spec.rows // 2)
    regions = (tissue_region(phantom), Region(box, RegionContent.COLOR_FLOW, phantom.pixel_spacing_mm))
    rgb = color_flow(phantom.pixels, box, spec.seed)
    write_dicom(path, Instance(rgb, spec.seed, "color flow", regions, transfer_syntax=JPEG2000Lossless))
    write_truth(path, [phantom])
    return path


def _cine_calibrated(path: Path, spec: PhantomSpec, sweep: Sweep) -> Path:
    frames = list(render_cine(spec, sweep))
    pixels = np.stack([frame.pixels for frame in frames])
    regions = (tissue_region(frames[0]),)
    write_dicom(path, Instance(pixels, spec.seed, "cine", regions, sweep.frame_time_ms, JPEG2000Lossless))
    write_truth(path, frames)
    return path


if __name__ == "__main__":
    for path in write_samples(SAMPLES):
        print(path)
