"""Phantom pictures as valid DICOM: Ultrasound Image and Ultrasound Multi-frame Image (PS3.3 A.6, A.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import Tag
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
    generate_uid,
)

from ..engine.errors import OptionError
from ..engine.images.frames import Region, RegionContent
from ..engine.reading.dicom.pydicom_versions import compress, save
from ..report.atomic import atomic_file

TRANSFER_SYNTAXES = (ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless)
JPEG2000_SMALLEST_PX = 32  # five wavelet decompositions, as the encoder makes them
UNIT_CM = 3
SPATIAL_FORMAT_2D = 1
DATA_TYPE = {RegionContent.TISSUE: 1, RegionContent.COLOR_FLOW: 2}
FLAG_OPAQUE = 0
STUDY_DATE = "20260101"
STUDY_TIME = "120000"
MODE_2D, MODE_2D_COLOR = "0001", "0011"


@dataclass(frozen=True)
class Instance:
    """One SOP instance to be written.

    Args:
        pixels: uint8, ``[H, W]`` or ``[H, W, 3]`` for a still, ``[T, H, W]`` or ``[T, H, W, 3]`` with `frame_time_ms`.
        seed: the unique identifiers follow from it and from `name`.
        name: short name of the case, at most 16 characters.
        regions: calibrated regions (tissue or color flow) with their (row, column) spacing; none: uncalibrated.
        frame_time_ms: time between two frames of a cine, None for a still.
        transfer_syntax: one of `TRANSFER_SYNTAXES`.
        laterality: L or R.
    """

    pixels: NDArray[np.uint8]
    seed: int
    name: str
    regions: Sequence[Region] = ()
    frame_time_ms: float | None = None
    transfer_syntax: UID = ExplicitVRLittleEndian
    laterality: str = "L"

    @property
    def is_cine(self) -> bool:
        """Whether this is a multi-frame instance."""
        return self.frame_time_ms is not None

    @property
    def is_color(self) -> bool:
        """Whether the pixels are RGB."""
        return self.pixels.ndim == (4 if self.is_cine else 3)


def write_dicom(path: Path, instance: Instance) -> None:
    """Write `instance` to `path`, complete or not at all. Raises OptionError, OutputError."""
    dataset = to_dataset(instance)
    with atomic_file(path) as partial:
        save(dataset, partial)


def to_dataset(instance: Instance) -> Dataset:
    """`instance` as a dataset with every type 1 and type 2 attribute of its modules. Raises OptionError."""
    if instance.transfer_syntax not in TRANSFER_SYNTAXES:
        names = ", ".join(syntax.name for syntax in TRANSFER_SYNTAXES)
        raise OptionError(f"phantoms are not written as {instance.transfer_syntax.name}", remedy=f"Choose from {names}")
    if instance.transfer_syntax == JPEG2000Lossless and min(_size(instance)) < JPEG2000_SMALLEST_PX:
        raise OptionError(
            f"JPEG 2000 needs at least {JPEG2000_SMALLEST_PX} rows and columns", remedy="Choose another transfer syntax"
        )
    dataset = Dataset()
    _identify(dataset, instance)
    _describe_image(dataset, instance)
    if instance.regions:
        dataset.SequenceOfUltrasoundRegions = Items([_region_item(region) for region in instance.regions])
    if instance.frame_time_ms is not None:
        _describe_cine(dataset, instance.pixels.shape[0], instance.frame_time_ms)
    dataset.PixelData = np.ascontiguousarray(instance.pixels).tobytes()
    dataset["PixelData"].VR = "OB"
    if len(dataset.PixelData) % 2:
        dataset.PixelData += b"\0"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    _compress(dataset, instance)
    return dataset


def _identify(dataset: Dataset, instance: Instance) -> None:
    def uid(level: str) -> UID:
        return generate_uid(entropy_srcs=["BreastUSAI phantom", instance.name, str(instance.seed), level])

    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = UltrasoundMultiFrameImageStorage if instance.is_cine else UltrasoundImageStorage
    dataset.SOPInstanceUID = uid("instance")
    dataset.StudyInstanceUID = uid("study")
    dataset.SeriesInstanceUID = uid("series")
    dataset.PatientName = "Phantom^BreastUSAI"
    dataset.PatientID = f"PHANTOM-{instance.seed}"
    dataset.PatientBirthDate = ""
    dataset.PatientSex = ""
    dataset.StudyDate = dataset.ContentDate = STUDY_DATE
    dataset.StudyTime = dataset.ContentTime = STUDY_TIME
    dataset.ReferringPhysicianName = ""
    dataset.StudyID = "1"
    dataset.AccessionNumber = ""
    dataset.Modality = "US"
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = 1
    dataset.SeriesDescription = f"Simulated breast ultrasound, {instance.name}"
    dataset.BodyPartExamined = "BREAST"
    dataset.Laterality = instance.laterality
    dataset.PatientOrientation = ""
    dataset.Manufacturer = "BreastUSAI"
    dataset.ManufacturerModelName = "Phantom"
    dataset.SoftwareVersions = "BreastUSAI phantom 1"


def _describe_image(dataset: Dataset, instance: Instance) -> None:
    shows_flow = any(region.content is RegionContent.COLOR_FLOW for region in instance.regions)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "BREAST", MODE_2D_COLOR if shows_flow else MODE_2D]
    dataset.Rows, dataset.Columns = _size(instance)
    dataset.SamplesPerPixel = 3 if instance.is_color else 1
    dataset.PhotometricInterpretation = "RGB" if instance.is_color else "MONOCHROME2"
    if instance.is_color:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "NO"
    dataset.UltrasoundColorDataPresent = int(shows_flow)
    if not instance.is_color:
        dataset.PresentationLUTShape = "IDENTITY"


def _size(instance: Instance) -> tuple[int, int]:
    rows, columns = instance.pixels.shape[1 if instance.is_cine else 0 :][:2]
    return rows, columns


def _describe_cine(dataset: Dataset, frames: int, frame_time_ms: float) -> None:
    dataset.NumberOfFrames = frames
    dataset.FrameIncrementPointer = Tag("FrameTime")
    dataset.FrameTime = frame_time_ms
    dataset.CineRate = round(1000 / frame_time_ms)


def _region_item(region: Region) -> Dataset:
    """One item of SequenceOfUltrasoundRegions (PS3.3 C.8.5.5). Raises OptionError where it has no spacing."""
    if region.pixel_spacing_mm is None or region.content not in DATA_TYPE:
        raise OptionError("a phantom's region needs a spacing and shows tissue or flow", remedy="Leave the region out")
    item = Dataset()
    item.RegionSpatialFormat = SPATIAL_FORMAT_2D
    item.RegionDataType = DATA_TYPE[region.content]
    item.RegionFlags = FLAG_OPAQUE
    box = region.rectangle
    item.RegionLocationMinX0, item.RegionLocationMinY0 = box.x, box.y
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = box.x + box.width - 1, box.y + box.height - 1
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = UNIT_CM
    item.PhysicalDeltaX = region.pixel_spacing_mm[1] / 10
    item.PhysicalDeltaY = region.pixel_spacing_mm[0] / 10
    return item


def _compress(dataset: Dataset, instance: Instance) -> None:
    if instance.transfer_syntax == ExplicitVRLittleEndian:
        return
    if instance.transfer_syntax == JPEG2000Lossless and instance.is_color:
        dataset.PhotometricInterpretation = "YBR_RCT"
    compress(dataset, instance.transfer_syntax, instance.pixels)
