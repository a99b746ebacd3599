"""Small DICOM files for the reader's tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, generate_uid

from BreastUSAILib.engine.reading.dicom import pydicom_versions

if pydicom_versions.IS_PYDICOM_2:
    from pydicom.pixel_data_handlers.util import convert_color_space
else:
    from pydicom.pixels.processing import convert_color_space

STORAGE = "1.2.840.10008.5.1.4.1.1."
US_IMAGE, US_MULTIFRAME, US_VOLUME, CAPTURE = (STORAGE + kind for kind in ("6.1", "3.1", "6.2", "7"))


def dicom_dataset(pixels: NDArray, colors: str = "MONOCHROME2", **elements: Any) -> Dataset:
    """A valid enough ultrasound image of ``[H, W]``, ``[H, W, 3]``, or the same with frames first (see NumberOfFrames).

    `elements` are DICOM keywords; None leaves one out.
    """
    rgb = pixels.ndim >= 3 and pixels.shape[-1] == 3
    shape = pixels.shape[:-1] if rgb else pixels.shape
    dataset = Dataset()
    dataset.SOPClassUID = US_MULTIFRAME if len(shape) == 3 else US_IMAGE
    dataset.SOPInstanceUID = generate_uid()
    dataset.SeriesInstanceUID = generate_uid()
    dataset.Modality = "US"
    dataset.BurnedInAnnotation = "NO"
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = "Doe^Jane", "SECRET-1", "19700101"
    if len(shape) == 3:
        dataset.NumberOfFrames = shape[0]
    dataset.Rows, dataset.Columns = shape[-2:]
    dataset.SamplesPerPixel = 3 if rgb else 1
    if rgb:
        dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = colors
    dataset.BitsAllocated = dataset.BitsStored = pixels.dtype.itemsize * 8
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    data = pixels.tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    for keyword, value in elements.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return dataset


def save(dataset: Dataset, path: Path, transfer_syntax: str = ExplicitVRLittleEndian) -> Path:
    """Write a Part 10 file in a transfer syntax that its pixels already have."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = transfer_syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    if transfer_syntax == ExplicitVRBigEndian and dataset.BitsAllocated == 16:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    pydicom_versions.save(dataset, path)
    return path


def ultrasound_region(**elements: Any) -> Dataset:
    """A tissue region of 8 x 6 pixels at 0.5 mm, with what is given changed; None leaves an element out."""
    values = {
        "RegionSpatialFormat": 1,
        "RegionDataType": 1,
        "RegionFlags": 0,
        "RegionLocationMinX0": 1,
        "RegionLocationMinY0": 2,
        "RegionLocationMaxX1": 8,
        "RegionLocationMaxY1": 7,
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": 0.05,
        "PhysicalDeltaY": 0.05,
        **elements,
    }
    region = Dataset()
    for keyword, value in values.items():
        if value is not None:
            setattr(region, keyword, value)
    return region


def to_ybr(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """YBR_FULL of RGB ``[..., 3]``."""
    return convert_color_space(rgb, "RGB", "YBR_FULL")


def example(name: str) -> Path:
    """One of pydicom's example files; skips where the installed pydicom does not bring it."""
    path = Path(pydicom.__file__).parent / "data" / "test_files" / name
    if not path.exists():
        pytest.skip(f"pydicom {pydicom.__version__} does not bring {name}")
    return path


def ramp(rows: int = 8, columns: int = 10) -> NDArray[np.uint8]:
    """Gray values that differ from pixel to pixel."""
    return (np.arange(rows * columns, dtype=np.uint16) * 3 % 251).astype(np.uint8).reshape(rows, columns)


def color_bars(rows: int = 8, columns: int = 12) -> NDArray[np.uint8]:
    """Red, green, blue and gray columns."""
    bars = np.array([[250, 10, 20], [15, 240, 5], [5, 20, 245], [90, 90, 90]], np.uint8)
    return np.broadcast_to(np.repeat(bars, columns // 4, axis=0), (rows, columns, 3)).copy()
