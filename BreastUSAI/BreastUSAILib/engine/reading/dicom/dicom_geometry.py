"""Pixel spacing as a measurement, and the IJK to RAS matrix as Slicer's own loader would set it.

They differ on purpose: Slicer falls back to 1 mm a pixel where it knows nothing, a measurement must not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ...images.frames import LPS_TO_RAS, Region, SpacingSource
from ...images.plausible_spacing import plausible_length, plausible_spacing
from ..header_numbers import number, numbers
from .sop_classes import ENHANCED_US_VOLUME, MULTIFRAME_SECONDARY_CAPTURE, SECONDARY_CAPTURE, SLICER_IMAGE_SEQUENCE

_EVEN = 0.01  # of a step between slices: rounding in the file stays below
_SLICER_SEQUENCE_MODALITIES = ("US", "XA", "RF", "ES")


def measured_spacing(dataset: Dataset, region: Region | None) -> tuple[tuple[float, float] | None, SpacingSource]:
    """(row, column) spacing in mm with its source: the region's, the pixel measures', then the image's own.

    PixelMeasuresSequence (0028,9110), PixelSpacing (0028,0030) and ImagerPixelSpacing (0018,1164) count where they
    are positive, finite and plausible; (None, NONE) otherwise.
    """
    if region is not None and region.pixel_spacing_mm is not None:
        return region.pixel_spacing_mm, SpacingSource.ULTRASOUND_REGION
    measures = pixel_measures(dataset)
    candidates = (
        (measures.get("PixelSpacing") if measures is not None else None, SpacingSource.PIXEL_SPACING),
        (dataset.get("PixelSpacing"), SpacingSource.PIXEL_SPACING),
        (dataset.get("ImagerPixelSpacing"), SpacingSource.IMAGER_PIXEL_SPACING),
    )
    for value, source in candidates:
        spacing = spacing_pair(value)
        if spacing is not None:
            return spacing, source
    return None, SpacingSource.NONE


def spacing_pair(value: object) -> tuple[float, float] | None:
    """A (row, column) attribute as plausible mm, or None."""
    pair = numbers(value)
    return plausible_spacing(pair[0], pair[1]) if len(pair) == 2 else None


def slice_spacing(dataset: Dataset) -> float | None:
    """Distance in mm between the slices of an enhanced ultrasound volume, or None where it is not given.

    SpacingBetweenSlices (0018,0088) of the pixel measures or of the main dataset, else the steps between the frames'
    ImagePositionVolume (0020,9301) where all are the same. SliceThickness is not a distance.
    """
    measures = pixel_measures(dataset)
    for holder in (measures, dataset):
        stated = None if holder is None else plausible_length(number(holder.get("SpacingBetweenSlices")))
        if stated is not None:
            return stated
    places = [_place_in_volume(item) for item in dataset.get("PerFrameFunctionalGroupsSequence") or []]
    known = [place for place in places if place is not None]
    if len(known) < 2 or len(known) < len(places):
        return None
    steps = np.diff(np.array(known), axis=0)
    even = np.abs(steps - steps[0]).max() <= _EVEN * np.linalg.norm(steps[0])
    return plausible_length(float(np.linalg.norm(steps[0]))) if even else None


def _place_in_volume(groups: Dataset) -> list[float] | None:
    for item in list(groups.get("PlanePositionVolumeSequence") or [])[:1]:
        values = [value for value in numbers(item.get("ImagePositionVolume")) if value is not None]
        return values if len(values) == 3 else None
    return None


def pixel_measures(dataset: Dataset) -> Dataset | None:
    """The pixel measures shared by all frames, else those of the first frame, else None."""
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for item in list(dataset.get(groups) or [])[:1]:
            for measures in list(item.get("PixelMeasuresSequence") or [])[:1]:
                return measures
    return None


def slicer_ijk_to_ras(dataset: Dataset) -> NDArray[np.float64]:
    """``[4, 4]`` as Slicer 5.12 loads the file.

    Ultrasound and single-frame Secondary Capture go through its image sequence plugin: diag(-sx, -sy, 1), origin 0,
    with the signed deltas of the region where the file has exactly one and it is 2-D tissue or color flow in cm,
    else PixelSpacing, else 1 mm. The rest, enhanced US volumes included, goes through ITK and GDCM: PixelSpacing,
    SpacingBetweenSlices, orientation and position of the main dataset; functional groups are not looked at.
    """
    sop_class = str(dataset.get("SOPClassUID", ""))
    column, row = _itk_spacing(dataset, sop_class)
    if _is_image_sequence(sop_class, str(dataset.get("Modality", ""))):
        column, row = _single_region_deltas(dataset) or (column, row)
        return LPS_TO_RAS @ np.diag([column, row, 1.0, 1.0])
    return LPS_TO_RAS @ _itk_geometry(dataset, sop_class, column, row)


def _is_image_sequence(sop_class: str, modality: str) -> bool:
    if sop_class == SECONDARY_CAPTURE:
        return modality in _SLICER_SEQUENCE_MODALITIES
    return sop_class in SLICER_IMAGE_SEQUENCE


def _itk_spacing(dataset: Dataset, sop_class: str) -> tuple[float, float]:
    """(column, row) as GDCM reports it: 1 where it knows none, as for every multi-frame capture."""
    if sop_class in MULTIFRAME_SECONDARY_CAPTURE:
        return 1.0, 1.0
    value = dataset.get("PixelSpacing")
    if sop_class == SECONDARY_CAPTURE:
        value = value or dataset.get("NominalScannedPixelSpacing")
    pair = [item for item in numbers(value) if item is not None and item > 0]
    return (pair[1], pair[0]) if len(pair) == 2 else (1.0, 1.0)


def _single_region_deltas(dataset: Dataset) -> tuple[float, float] | None:
    """Slicer's own rule, sign included; zero deltas are left out, they would give a singular matrix."""
    regions = list(dataset.get("SequenceOfUltrasoundRegions") or [])
    if len(regions) != 1 or str(dataset.get("Modality", "")) != "US":
        return None
    region = regions[0]
    units = {number(region.get(f"PhysicalUnits{axis}Direction")) for axis in "XY"}
    across, down = number(region.get("PhysicalDeltaX")), number(region.get("PhysicalDeltaY"))
    if number(region.get("RegionSpatialFormat")) != 1 or number(region.get("RegionDataType")) not in (1, 2):
        return None
    return (across * 10, down * 10) if units == {3.0} and across and down else None


def _itk_geometry(dataset: Dataset, sop_class: str, column: float, row: float) -> NDArray[np.float64]:
    matrix = np.eye(4)
    directions, place = orientation(dataset), position(dataset)
    if directions is not None:
        matrix[:3, :3] = directions
    if place is not None and sop_class not in MULTIFRAME_SECONDARY_CAPTURE:
        matrix[:3, 3] = place
    between = number(dataset.get("SpacingBetweenSlices"))
    counts = sop_class in (SECONDARY_CAPTURE, ENHANCED_US_VOLUME) and between is not None and between > 0
    return matrix @ np.diag([column, row, between if counts and between else 1.0, 1.0])


def orientation(dataset: Dataset) -> NDArray[np.float64] | None:
    """``[3, 3]`` unit directions of columns, rows and slices in LPS from ImageOrientationPatient, or None."""
    cosines = numbers(dataset.get("ImageOrientationPatient"))
    values = [value for value in cosines if value is not None]
    if len(cosines) != 6 or len(values) != 6:
        return None
    along_row, along_column = np.array(values[:3]), np.array(values[3:])
    lengths = np.linalg.norm(along_row), np.linalg.norm(along_column)
    if min(lengths) < 0.5 or abs(along_row @ along_column) > 0.01:
        return None
    across, down = along_row / lengths[0], along_column / lengths[1]
    return np.stack([across, down, np.cross(across, down)], axis=1)


def position(dataset: Dataset) -> NDArray[np.float64] | None:
    """ImagePositionPatient in LPS mm, or None."""
    values = [value for value in numbers(dataset.get("ImagePositionPatient")) if value is not None]
    return np.array(values) if len(values) == 3 else None
