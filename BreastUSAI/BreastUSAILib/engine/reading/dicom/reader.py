"""A DICOM file to frames: still, cine or enhanced ultrasound volume."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID, MPEGTransferSyntaxes

from ...errors import InputError
from ...images.frames import Frames, InputKind, SourceIdentity, SpacingSource
from ..names import stem
from ..video.video_frames import VideoFrames
from .dicom_file import DicomFile, plain_text, read_header, readable_header
from .dicom_geometry import measured_spacing, slicer_ijk_to_ras
from .dicom_remarks import RESIZED, dicom_remarks, modality_word
from .enhanced_volume import VolumeSlices, volume_slices
from .frame_times import frame_times_s
from .pixels.dicom_pixels import DicomPixels
from .pixels.dicom_video import dicom_video
from .private_volumes import private_volume
from .sop_classes import CAPTURES, ENHANCED_US_VOLUME, ULTRASOUND
from .ultrasound_regions import read_regions, tissue_region, was_resized

_LATERALITIES = ("L", "R", "B")


def read_dicom(path: Path, any_modality: bool = False) -> Frames:
    """One DICOM file as frames; only the header and up to three frames (is there color?) are read here.

    `any_modality` lets images through that say they are not ultrasound. Raises InputError: not an ultrasound image,
    damaged, cut short, or not decodable here.
    """
    file = read_header(path)
    with readable_header(path):
        check_ultrasound(file, any_modality)
        return _frames(file)


def _frames(file: DicomFile) -> Frames:
    pixels = _pixels(file)
    dataset = file.dataset
    kind = InputKind.CINE if pixels.count > 1 else InputKind.STILL
    slices = None
    if dataset.get("SOPClassUID") == ENHANCED_US_VOLUME:
        kind, slices = InputKind.VOLUME, volume_slices(dataset, pixels.count, file.path)
    read_frame: Callable[[int], NDArray] = pixels.read_frame
    count = pixels.count
    if slices is not None:
        read_frame, count = _chosen(pixels, slices), len(slices.frames)
    items = list(dataset.get("SequenceOfUltrasoundRegions") or [])
    resized = was_resized(items, pixels.rows, pixels.columns)
    regions = () if resized else read_regions(items, pixels.rows, pixels.columns)
    region = tissue_region(regions)
    spacing, source = (None, SpacingSource.NONE) if resized else measured_spacing(dataset, region)
    remarks = (*dicom_remarks(dataset), *(slices.remarks if slices else ()), *((RESIZED,) if resized else ()))
    return Frames(
        name=stem(file.path),
        kind=kind,
        count=count,
        rows=pixels.rows,
        columns=pixels.columns,
        has_color=pixels.has_color,
        read_frame=read_frame,
        ijk_to_ras=slicer_ijk_to_ras(dataset),
        pixel_spacing_mm=spacing,
        spacing_source=source,
        frame_times_s=None if kind is InputKind.VOLUME else _times(dataset, pixels),
        regions=regions,
        region=region,
        identity=source_identity(dataset),
        source=str(file.path),
        slice_spacing_mm=slices.spacing_mm if slices else None,
        remarks=remarks,
        file_frames=slices.frames if slices else (),
    )


def _pixels(file: DicomFile) -> DicomPixels | VideoFrames:
    if file.transfer_syntax in MPEGTransferSyntaxes and file.pixels is not None:
        return dicom_video(file, file.pixels)
    return DicomPixels(file)


def _chosen(pixels: DicomPixels | VideoFrames, slices: VolumeSlices) -> Callable[[int], NDArray]:
    """The frames of a volume that are its slices, in their order."""

    def read_frame(index: int) -> NDArray:
        if not 0 <= index < len(slices.frames):
            raise InputError(
                f"slice {index} does not exist",
                where=slices.where,
                remedy=f"Choose from 0 to {len(slices.frames) - 1}",
            )
        return pixels.read_frame(slices.frames[index])

    return read_frame


def _times(dataset: Dataset, pixels: DicomPixels | VideoFrames) -> tuple[float, ...] | None:
    """The header's times; those of a video's own where the header has none."""
    known = frame_times_s(dataset, pixels.count)
    return pixels.times_s if known is None and isinstance(pixels, VideoFrames) and pixels.count > 1 else known


def check_ultrasound(file: DicomFile, any_modality: bool = False) -> None:
    """Raises InputError unless the file is an ultrasound image by its modality and class.

    That is modality US; or an ultrasound class or a secondary capture whose modality is empty, or OT (other). What
    says that it is CT, MR, PT, CR, DX, MG or anything else is none, whatever its class. With `any_modality` an image
    of any modality is let through; its frames then carry a remark.
    """
    dataset = file.dataset
    sop_class = str(dataset.get("SOPClassUID", ""))
    modality = str(dataset.get("Modality") or "").strip().upper()
    _refuse_private_volume(dataset, sop_class, file.path)
    if any_modality or modality == "US" or (sop_class in ULTRASOUND | CAPTURES and modality in ("", "OT")):
        return
    kind = UID(sop_class).name if sop_class else "unknown class"
    raise InputError(
        f"this is '{plain_text(kind, 64)}' of modality {modality_word(modality)}, not ultrasound",
        where=file.path,
        remedy="Give an ultrasound still, cine or volume (modality US, or a secondary capture of one)",
    )


def _refuse_private_volume(dataset: Dataset, sop_class: str, where: Path) -> None:
    """Raises InputError for volumes in a vendor's own form, whose slices would be taken for the frames of a cine."""
    vendor = private_volume(dataset, sop_class)
    if vendor is not None:
        raise InputError(
            f"this is a {vendor} 3-D volume in the vendor's own form, whose slices cannot be told apart here",
            where=where,
            remedy="Load it in Slicer with the SlicerHeart extension and save one volume as NRRD",
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
