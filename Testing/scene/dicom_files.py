"""Small ultrasound DICOM files, with the pixel size in their region where one is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundImageStorage, UltrasoundMultiFrameImageStorage, generate_uid

from BreastUSAILib.engine.reading.dicom.pydicom_versions import save


def write_ultrasound(
    path: Path,
    pixels: np.ndarray,
    centimeters_a_pixel: float | None = 0.02,
    frame_time_ms: float | None = None,
) -> str:
    """Write gray frames ``[T, H, W]`` uint8 as one US file; returns its SOP instance UID."""
    count, rows, columns = pixels.shape
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UltrasoundImageStorage if count == 1 else UltrasoundMultiFrameImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = pydicom.Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.Modality, dataset.Laterality = "US", "L"
    dataset.Rows, dataset.Columns = rows, columns
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.PixelData = pixels.astype(np.uint8).tobytes()
    if count > 1:
        dataset.NumberOfFrames = count
    if frame_time_ms is not None:
        dataset.FrameTime, dataset.FrameIncrementPointer = frame_time_ms, 0x00181063
    if centimeters_a_pixel is not None:
        dataset.SequenceOfUltrasoundRegions = [_tissue_region(rows, columns, centimeters_a_pixel)]
    save(dataset, path)
    return str(dataset.SOPInstanceUID)


def _tissue_region(rows: int, columns: int, centimeters: float) -> pydicom.Dataset:
    region = pydicom.Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = columns - 1, rows - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = centimeters
    return region
