"""What a DICOM file is taken for: kind, region, spacing, times, identity, and where it lies."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian

from BreastUSAILib.engine.images.frames import Frames, InputKind, SpacingSource
from BreastUSAILib.engine.reading import read
from Testing.engine.reading.dicom.dicom_writing import (
    CAPTURE,
    STORAGE,
    US_IMAGE,
    US_MULTIFRAME,
    US_VOLUME,
    dicom_dataset,
    example,
    ramp,
    save,
    ultrasound_region,
)

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "dicom"


def frames_of(path: Path) -> Frames:
    (item,) = read(path)
    assert isinstance(item, Frames), item
    return item


def still(tmp_path: Path, **elements: Any) -> Frames:
    return frames_of(save(dicom_dataset(ramp(), **elements), tmp_path / "still.dcm"))


def cine(tmp_path: Path, count: int = 3, **elements: Any) -> Frames:
    stack = np.stack([ramp() // (index + 1) for index in range(count)])
    return frames_of(save(dicom_dataset(stack, **elements), tmp_path / "cine.dcm"))


@pytest.mark.parametrize("sop_class", ["6.1", "3.1", "6", "3", "7", "7.2"])
def test_one_frame_is_a_still_and_several_are_a_cine(tmp_path: Path, sop_class: str) -> None:
    assert still(tmp_path, SOPClassUID=STORAGE + sop_class).kind is InputKind.STILL
    assert cine(tmp_path, 1, SOPClassUID=STORAGE + sop_class).kind is InputKind.STILL
    frames = cine(tmp_path, 3, SOPClassUID=STORAGE + sop_class, FrameTime="40")
    assert (frames.kind, frames.count, frames.rows, frames.columns) == (InputKind.CINE, 3, 8, 10)
    assert frames.frame_times_s == pytest.approx((0, 0.04, 0.08))
    assert np.array_equal(frames.read_frame(2), ramp() // 3)
    assert np.array_equal(frames.read_frame(0), ramp())


def test_an_enhanced_volume_takes_its_spacing_from_the_pixel_measures(tmp_path: Path) -> None:
    measures, shared = Dataset(), Dataset()
    measures.PixelSpacing = [0.2, 0.3]
    shared.PixelMeasuresSequence = [measures]
    frames = cine(tmp_path, SOPClassUID=US_VOLUME, SharedFunctionalGroupsSequence=[shared])
    assert frames.kind is InputKind.VOLUME
    assert frames.pixel_spacing_mm == (0.2, 0.3)
    assert frames.spacing_source is SpacingSource.PIXEL_SPACING
    assert np.array_equal(frames.ijk_to_ras, np.diag([-1, -1, 1, 1]))


def enhanced(tmp_path: Path, places: list[list[float]] | None = None, **measured: Any) -> Frames:
    """An enhanced ultrasound volume of three slices with those pixel measures and positions in the volume."""
    measures, shared = Dataset(), Dataset()
    for keyword, value in measured.items():
        setattr(measures, keyword, value)
    shared.PixelMeasuresSequence = [measures]
    groups = []
    for place in places or []:
        item, group = Dataset(), Dataset()
        item.ImagePositionVolume = place
        group.PlanePositionVolumeSequence = [item]
        groups.append(group)
    return cine(
        tmp_path,
        SOPClassUID=US_VOLUME,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=groups,
    )


def test_the_distance_of_a_volumes_slices_is_the_stated_one(tmp_path: Path) -> None:
    assert enhanced(tmp_path, SpacingBetweenSlices=0.4).slice_spacing_mm == 0.4
    assert cine(tmp_path, SOPClassUID=US_VOLUME, SpacingBetweenSlices=0.6).slice_spacing_mm == 0.6


def test_the_distance_of_a_volumes_slices_is_the_step_between_their_positions(tmp_path: Path) -> None:
    assert enhanced(tmp_path, [[0, 0, 0], [0, 0.3, 0.4], [0, 0.6, 0.8]]).slice_spacing_mm == pytest.approx(0.5)


@pytest.mark.parametrize(
    "places", [[], [[0, 0, 0], [0, 0, 0.5], [0, 0, 1.5]], [[0, 0, 1]] * 3, [[0, 0, 0], [0, 0, 0.5], []]]
)
def test_uneven_or_missing_positions_give_no_distance(tmp_path: Path, places: list[list[float]]) -> None:
    assert enhanced(tmp_path, places, SliceThickness=0.4, PixelSpacing=[0.2, 0.2]).slice_spacing_mm is None


def test_a_cines_frames_lie_no_distance_apart(tmp_path: Path) -> None:
    assert cine(tmp_path, SpacingBetweenSlices=0.6).slice_spacing_mm is None


def test_the_region_wins_over_the_pixel_spacing(tmp_path: Path) -> None:
    frames = still(tmp_path, SequenceOfUltrasoundRegions=[ultrasound_region()], PixelSpacing=[0.1, 0.1])
    assert frames.pixel_spacing_mm == pytest.approx((0.5, 0.5))
    assert frames.spacing_source is SpacingSource.ULTRASOUND_REGION
    assert frames.region in frames.regions


@pytest.mark.parametrize(
    ("elements", "spacing", "source"),
    [
        ({"PixelSpacing": [0.2, 0.3]}, (0.2, 0.3), SpacingSource.PIXEL_SPACING),
        ({"ImagerPixelSpacing": [0.2, 0.3]}, (0.2, 0.3), SpacingSource.IMAGER_PIXEL_SPACING),
        ({"PixelSpacing": [0, 0.3], "ImagerPixelSpacing": [0.2, 0.3]}, (0.2, 0.3), SpacingSource.IMAGER_PIXEL_SPACING),
        ({"PixelSpacing": [-0.2, 0.3]}, None, SpacingSource.NONE),
        ({"PixelSpacing": [400, 400]}, None, SpacingSource.NONE),
        ({"SpacingBetweenSlices": 0.5}, None, SpacingSource.NONE),
        ({}, None, SpacingSource.NONE),
    ],
)
def test_spacing_without_a_region(tmp_path: Path, elements: dict[str, Any], spacing: Any, source: Any) -> None:
    frames = still(tmp_path, **elements)
    assert (frames.pixel_spacing_mm, frames.spacing_source) == (spacing, source)


def test_identity_is_unique_identifiers_and_no_patient(tmp_path: Path) -> None:
    dataset = dicom_dataset(ramp(), Laterality="R", FrameOfReferenceUID="1.2.3")
    frames = frames_of(save(dataset, tmp_path / "a.dcm"))
    assert frames.identity.sop_instance_uid == dataset.SOPInstanceUID
    assert (frames.identity.modality, frames.identity.laterality) == ("US", "R")
    assert frames.identity.frame_of_reference_uid == "1.2.3"
    assert not any(word in repr(frames) for word in ("Doe", "SECRET-1", "19700101"))


def test_unknown_laterality_is_none(tmp_path: Path) -> None:
    assert still(tmp_path, Laterality="").identity.laterality is None


def test_a_file_without_preamble_or_meta_header_is_read(tmp_path: Path) -> None:
    whole = save(dicom_dataset(ramp()), tmp_path / "whole", ImplicitVRLittleEndian).read_bytes()
    path = tmp_path / "bare"
    path.write_bytes(whole[144 + int.from_bytes(whole[140:144], "little") :])
    assert np.array_equal(frames_of(path).read_frame(0), ramp())


def test_odd_values_cause_neither_warning_nor_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = dicom_dataset(ramp(), SeriesDescription="x" * 80, NumberOfFrames="1")
        path = save(dataset, tmp_path / "a.dcm")
    caplog.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frames_of(path).read_frame(0)
    assert not caplog.records


def test_frames_may_be_read_in_any_order(tmp_path: Path) -> None:
    frames = cine(tmp_path, 5)
    for index in (4, 0, 2, 2, 1):
        assert np.array_equal(frames.read_frame(index), ramp() // (index + 1))


def test_a_frame_may_be_written_on_without_harm(tmp_path: Path) -> None:
    frames = still(tmp_path)
    frames.read_frame(0)[:] = 0
    assert np.array_equal(frames.read_frame(0), ramp())


PLACED = {"ImagePositionPatient": [1, 2, 3], "ImageOrientationPatient": [1, 0, 0, 0, 0, -1]}


def slicer_geometry(path: Path) -> tuple[Any, Any]:
    """Spacing and IJK to RAS matrix from the very reader that Slicer's loaders call."""
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
    reader = slicer.vtkITKArchetypeImageSeriesScalarReader()
    reader.SetArchetype(str(path))
    reader.AddFileName(str(path))
    reader.SetSingleFile(True)
    reader.SetOutputScalarTypeToNative()
    reader.SetDesiredCoordinateOrientationToNative()
    reader.SetUseNativeOriginOn()
    reader.SetDICOMImageIOApproachToGDCM()
    reader.Update()
    ras_to_ijk = reader.GetRasToIjkMatrix()
    matrix = [[ras_to_ijk.GetElement(row, column) for column in range(4)] for row in range(4)]
    return reader.GetOutput().GetSpacing(), np.linalg.inv(matrix)


@pytest.mark.parametrize("sop_class", ["6", "3", "6.2", "7", "7.1", "7.3", "7.4"])
@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"PixelSpacing": [0.2, 0.3]},
        {"NominalScannedPixelSpacing": [0.2, 0.3]},
        {"PixelSpacing": [0.2, 0.3], "SpacingBetweenSlices": 2.0, **PLACED},
        {"ImagePositionPatient": [1, 2, 3]},
    ],
)
def test_other_classes_lie_where_slicers_volume_reader_puts_them(
    tmp_path: Path, sop_class: str, elements: dict[str, Any]
) -> None:
    frames = still(tmp_path, SOPClassUID=STORAGE + sop_class, Modality="OT", **elements)
    _, expected = slicer_geometry(tmp_path / "still.dcm")
    assert np.allclose(frames.ijk_to_ras, expected)


@pytest.mark.parametrize("sop_class", [US_IMAGE, US_MULTIFRAME, CAPTURE])
@pytest.mark.parametrize("elements", [{}, {"PixelSpacing": [0.2, 0.3], **PLACED}, {"ImagerPixelSpacing": [0.2, 0.3]}])
def test_without_regions_ultrasound_has_the_spacing_of_slicers_reader(
    tmp_path: Path, sop_class: str, elements: dict[str, Any]
) -> None:
    frames = still(tmp_path, SOPClassUID=sop_class, **elements)
    (across, down, _), _ = slicer_geometry(tmp_path / "still.dcm")
    assert np.allclose(frames.ijk_to_ras, np.diag([-across, -down, 1, 1]))


@pytest.mark.parametrize(
    ("regions", "diagonal"),
    [
        ([ultrasound_region(PhysicalDeltaX=0.02, PhysicalDeltaY=0.03)], (-0.2, -0.3)),
        ([ultrasound_region(PhysicalDeltaX=-0.02, PhysicalDeltaY=0.03)], (0.2, -0.3)),
        ([ultrasound_region(RegionDataType=2)], (-0.5, -0.5)),
        ([ultrasound_region(RegionSpatialFormat=2)], (-1, -1)),
        ([ultrasound_region(PhysicalUnitsXDirection=4)], (-1, -1)),
        ([ultrasound_region(PhysicalDeltaX=0.0)], (-1, -1)),
        ([ultrasound_region(), ultrasound_region()], (-1, -1)),
    ],
)
def test_slicers_image_sequence_plugin_uses_a_single_region(
    tmp_path: Path, regions: list[Dataset], diagonal: tuple[float, float]
) -> None:
    frames = still(tmp_path, SequenceOfUltrasoundRegions=regions)
    assert np.allclose(frames.ijk_to_ras, np.diag([*diagonal, 1, 1]))


def test_pydicoms_cine_has_a_region_larger_than_its_frames() -> None:
    frames = frames_of(example("examples_ybr_color.dcm"))
    assert (frames.kind, frames.count, frames.has_color) == (InputKind.CINE, 30, True)
    assert (frames.region, frames.pixel_spacing_mm) == (None, None)
    assert "resized or cropped" in frames.remarks[-1].message


def test_pydicoms_palette_still_has_two_regions_and_one_tissue() -> None:
    frames = frames_of(example("examples_palette.dcm"))
    assert frames.region is not None
    assert frames.pixel_spacing_mm == pytest.approx((0.2623, 0.2623), abs=1e-4)


REAL = {
    "cine_jpeg_ybr422_two_regions": (65, 456, 576, True, None, 2),
    "still_ybr422_linear_probe": (1, 555, 800, True, (0.0616, 0.0616), 1),
    "still_palette_dual_view": (1, 480, 640, True, (0.3827, 0.3827), 3),
    "cine_palette_rle_uncalibrated": (11, 430, 600, True, None, 0),
    "still_mono_jpegls_calipers": (1, 768, 1024, False, None, 0),
    "still_rgb_jpeg2000": (1, 480, 640, True, None, 0),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files(name: str) -> None:
    path = SHARED / f"{name}.dcm"
    if not path.exists():
        pytest.skip("the project's shared DICOM files are not on this machine")
    count, rows, columns, color, spacing, regions = REAL[name]
    frames = frames_of(path)
    assert (frames.count, frames.rows, frames.columns, frames.has_color) == (count, rows, columns, color)
    assert len(frames.regions) == regions
    assert frames.pixel_spacing_mm == (None if spacing is None else pytest.approx(spacing, abs=1e-4))
    assert frames.read_frame(count - 1).shape[:2] == (rows, columns)
    assert frames.name == name
