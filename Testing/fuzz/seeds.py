"""Small valid files of every kind that is read: pydicom's own examples, and made ones."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from PIL import Image

SAMPLES = Path(__file__).resolve().parents[2] / "BreastUSAI" / "Resources" / "Samples"
_MOST_BYTES = 200_000


def write_seeds(folder: Path) -> list[Path]:
    """Fill `folder` with made seeds; returns those and the examples that are small enough to be mutated quickly."""
    pixels = (np.arange(3 * 20 * 30) * 7 % 251).astype(np.uint8).reshape(3, 20, 30)
    volume = sitk.GetImageFromArray(pixels)
    volume.SetSpacing((0.2, 0.2, 0.5))
    for name in ("a.nrrd", "a.mha", "a.nii", "a.nii.gz", "a.nhdr", "a.mhd"):
        sitk.WriteImage(volume, str(folder / name))
    sitk.WriteImage(sitk.Cast(volume, sitk.sitkFloat32), str(folder / "float.nii"))
    listed = (
        b"NRRD0005\ntype: uint8\ndimension: 4\nsizes: 30 20 1 3\nkinds: domain domain domain list\nencoding: gzip\n\n"
    )
    (folder / "a.seq.nrrd").write_bytes(listed + gzip.compress(pixels.tobytes()))
    for name in ("a.png", "a.jpg", "a.bmp", "a.tif"):
        Image.fromarray(pixels[0]).save(folder / name)
    Image.fromarray(np.repeat(pixels[0][..., None], 3, axis=2)).save(folder / "color.tif", compression="tiff_lzw")
    examples = Path(pydicom.__file__).parent / "data" / "test_files"
    found = [*folder.iterdir(), *examples.glob("*.dcm"), *SAMPLES.glob("*.dcm")]
    return sorted(path for path in found if path.stat().st_size <= _MOST_BYTES)
