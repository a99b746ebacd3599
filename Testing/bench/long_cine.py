"""A 1000-frame 600x800 color cine on disk, written frame by frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import FileMetaDataset

from .cine import CINE

FRAMES, ROWS, COLUMNS = 1000, 600, 800


def write_long_cine(path: Path) -> Path:
    """The sample cine tiled to 600x800, in RGB, uncompressed, 1.4 GB."""
    source = pydicom.dcmread(CINE)
    pixels = source.pixel_array
    dataset = pydicom.dcmread(CINE, stop_before_pixels=True)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = FRAMES, ROWS, COLUMNS
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
    if "SequenceOfUltrasoundRegions" in dataset:
        del dataset.SequenceOfUltrasoundRegions
    dataset.save_as(path, enforce_file_format=True)
    length = FRAMES * ROWS * COLUMNS * 3
    with path.open("ab") as file:
        file.write(b"\xe0\x7f\x10\x00OB\x00\x00" + length.to_bytes(4, "little"))
        for number in range(FRAMES):
            file.write(_frame(pixels[number % len(pixels)]).tobytes())
    return path


def _frame(gray: np.ndarray) -> np.ndarray:
    down, across = -(-ROWS // gray.shape[0]), -(-COLUMNS // gray.shape[1])
    enlarged = gray.repeat(down, axis=0)[:ROWS].repeat(across, axis=1)[:, :COLUMNS]
    return np.repeat(enlarged[..., None], 3, axis=2)
