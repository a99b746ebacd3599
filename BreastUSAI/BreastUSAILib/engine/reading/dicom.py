"""A DICOM file to frames: still, cine or enhanced ultrasound volume."""

from __future__ import annotations

import re
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import UID

from ..errors import InputError
from ..frames import Frames, InputKind, SourceIdentity
from .dicom_file import DicomFile, plain_text, read_header, readable_header
from .dicom_geometry import measured_spacing, slice_spacing, slicer_ijk_to_ras
from .dicom_pixels import DicomPixels
from .frame_times import frame_times_s
from .names import stem
from .sop_classes import CAPTURES, DICOMDIR, ENHANCED_US_VOLUME, ULTRASOUND
from .ultrasound_regions import read_regions, tissue_region

_LATERALITIES = ("L", "R", "B")


def read_dicom(path: Path) -> Frames:
    """One DICOM file as frames; only the header and up to three frames (is there colour?) are read here.

    Raises InputError: not an ultrasound image, damaged, cut short, or not decodable here.
    """
    file = read_header(path)
    with readable_header(path):
        check_ultrasound(file)
        return _frames(file)


def _frames(file: DicomFile) -> Frames:
    pixels = DicomPixels(file)
    dataset = file.dataset
    kind = InputKind.CINE if pixels.count > 1 else InputKind.STILL
    if dataset.get("SOPClassUID") == ENHANCED_US_VOLUME:
        kind = InputKind.VOLUME
    regions = read_regions(dataset.get("SequenceOfUltrasoundRegions") or [], pixels.rows, pixels.columns)
    region = tissue_region(regions)
    spacing, source = measured_spacing(dataset, region)
    return Frames(
        name=stem(file.path),
        kind=kind,
        count=pixels.count,
        rows=pixels.rows,
        columns=pixels.columns,
        has_colour=pixels.has_colour,
        read_frame=pixels.read_frame,
        ijk_to_ras=slicer_ijk_to_ras(dataset),
        pixel_spacing_mm=spacing,
        spacing_source=source,
        frame_times_s=None if kind is InputKind.VOLUME else frame_times_s(dataset, pixels.count),
        regions=regions,
        region=region,
        identity=source_identity(dataset),
        source=str(file.path),
        slice_spacing_mm=slice_spacing(dataset) if kind is InputKind.VOLUME else None,
    )


def check_ultrasound(file: DicomFile) -> None:
    """Raises InputError unless the file is an ultrasound class, a capture of modality US or OT, or of modality US."""
    dataset = file.dataset
    sop_class = str(dataset.get("SOPClassUID", ""))
    modality = str(dataset.get("Modality") or "").strip().upper()
    if sop_class in ULTRASOUND or modality == "US" or (sop_class in CAPTURES and modality in ("", "OT")):
        return
    media = str(getattr(dataset, "file_meta", Dataset()).get("MediaStorageSOPClassUID", ""))
    if DICOMDIR in (sop_class, media):
        raise InputError(
            "this is a DICOMDIR, an index without images", where=file.path, remedy="Give the folder that holds it"
        )
    kind = UID(sop_class).name if sop_class else "unknown class"
    raise InputError(
        f"this is '{plain_text(kind, 64)}' of modality {_code(modality)}, not ultrasound",
        where=file.path,
        remedy="Give an ultrasound still, cine or volume (modality US, or a secondary capture of one)",
    )


def source_identity(dataset: Dataset) -> SourceIdentity:
    """Unique identifiers, modality and coded laterality; nothing that names a patient."""
    side = str(dataset.get("Laterality") or dataset.get("ImageLaterality") or "").strip().upper()
    return SourceIdentity(
        modality=_text(dataset, "Modality"),
        sop_class_uid=_text(dataset, "SOPClassUID"),
        sop_instance_uid=_text(dataset, "SOPInstanceUID"),
        series_instance_uid=_text(dataset, "SeriesInstanceUID"),
        study_instance_uid=_text(dataset, "StudyInstanceUID"),
        frame_of_reference_uid=_text(dataset, "FrameOfReferenceUID"),
        laterality=side if side in _LATERALITIES else None,
    )


def _text(dataset: Dataset, keyword: str) -> str | None:
    return str(dataset.get(keyword) or "").strip() or None


def _code(modality: str) -> str:
    return modality if re.fullmatch(r"[A-Z0-9_ ]{1,16}", modality) else "unknown"
