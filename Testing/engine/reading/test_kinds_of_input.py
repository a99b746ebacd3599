"""How many frames an input has, of what kind, in what order and how large: as it says, not as it looks."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from BreastUSAILib.engine.checks.input_checks import check_input
from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.flags import FlagCode, Severity
from BreastUSAILib.engine.images.frames import Frames, InputKind
from BreastUSAILib.engine.images.without_text import without_text
from BreastUSAILib.engine.reading import read
from Testing.engine.reading.dicom.dicom_writing import (
    CAPTURE,
    US_MULTIFRAME,
    US_VOLUME,
    dicom_dataset,
    ramp,
    save,
    ultrasound_region,
)

CINE = np.stack([ramp() // (number + 1) for number in range(5)])


def one(path: Path, **options: Any) -> Frames:
    (item,) = read(path, **options)
    assert isinstance(item, Frames), item
    return item


def problem(path: Path) -> str:
    (item,) = read(path)
    assert isinstance(item, InputError), item
    return str(item)


def pixels(frames: Frames) -> NDArray:
    return np.array([frames.read_frame(index) for index in range(frames.count)])


def sequence(**elements: Any) -> list[Dataset]:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return [item]


def plane(z: float, time: float | None = None, kind: str = "TISSUE_INTENSITY") -> Dataset:
    groups = Dataset()
    groups.PlanePositionVolumeSequence = sequence(ImagePositionVolume=[0.0, 0.0, z])
    groups.PlaneOrientationVolumeSequence = sequence(ImageOrientationVolume=[1.0, 0, 0, 0, 1, 0])
    groups.ImageDataTypeSequence = sequence(DataType=kind)
    if time is not None:
        groups.TemporalPositionSequence = sequence(TemporalPositionTimeOffset=time)
    return groups


def enhanced(path: Path, *planes: Dataset) -> Path:
    frames = CINE[: len(planes)]
    return save(dicom_dataset(frames, SOPClassUID=US_VOLUME, PerFrameFunctionalGroupsSequence=list(planes)), path)


def test_slices_of_an_enhanced_volume_go_by_their_places(tmp_path: Path) -> None:
    frames = one(enhanced(tmp_path / "a.dcm", *(plane(z) for z in (1.0, 0.0, 1.5, 0.5))))
    assert (frames.kind, frames.slice_spacing_mm) == (InputKind.VOLUME, pytest.approx(0.5))
    assert np.array_equal(pixels(frames), CINE[[1, 3, 0, 2]])


def test_flow_is_not_a_slice_and_is_said_to_be_left_out(tmp_path: Path) -> None:
    planes = [plane(z, kind=kind) for z in (0.0, 0.5) for kind in ("TISSUE_INTENSITY", "FLOW_VELOCITY")]
    frames = one(enhanced(tmp_path / "a.dcm", *planes))
    assert np.array_equal(pixels(frames), CINE[[0, 2]])
    assert frames.slice_spacing_mm == pytest.approx(0.5)
    assert "2 of the file's 4 frames" in frames.remarks[-1].message


def test_two_times_are_a_series_of_two_volumes(tmp_path: Path) -> None:
    path = enhanced(tmp_path / "a.dcm", *(plane(z, time=time) for time in (0.0, 40.0) for z in (0.0, 0.5)))
    assert "series of 2 volumes" in problem(path)


def test_frames_at_the_same_place_are_not_a_volume(tmp_path: Path) -> None:
    assert "4 frames lie at 2 places" in problem(enhanced(tmp_path / "a.dcm", *map(plane, (0.0, 0.5, 0.0, 0.5))))


@pytest.mark.parametrize("kind", ["class", "slices", "affiniti", "artemis"])
def test_volumes_in_a_vendors_own_form_are_not_cines(tmp_path: Path, kind: str) -> None:
    dataset = dicom_dataset(CINE)
    if kind == "class":
        dataset.SOPClassUID = "1.2.840.113543.6.6.1.3.10002"
    elif kind == "slices":
        dataset.add_new((0x3001, 0x1001), "UL", 4)
    elif kind == "affiniti":
        block = dataset.private_block(0x200D, "Philips US Imaging DD 036", create=True)
        block.add_new(0x03, "DS", "0.2")
    else:
        dataset.Manufacturer, dataset.ManufacturerModelName = "Eigen", "Artemis"
    assert "3-D volume in the vendor's own form" in problem(save(dataset, tmp_path / "a.dcm"))


@pytest.mark.parametrize("modality", ["CT", "MR", "PT", "CR", "DX", "MG", "XA", "NM"])
@pytest.mark.parametrize("sop_class", [US_MULTIFRAME, CAPTURE])
def test_what_says_that_it_is_not_ultrasound_is_refused(tmp_path: Path, modality: str, sop_class: str) -> None:
    path = save(dicom_dataset(CINE, Modality=modality, SOPClassUID=sop_class), tmp_path / "a.dcm")
    assert f"modality {modality}, not ultrasound" in problem(path)
    flags = check_input(one(path, any_modality=True))
    assert [flag.severity for flag in flags if flag.code is FlagCode.OTHER_MODALITY] == [Severity.WARNING]


@pytest.mark.parametrize(("value", "severity"), [("YES", Severity.WARNING), (None, Severity.INFO), ("NO", None)])
def test_text_in_the_pixels_that_may_name_the_patient_is_a_remark(
    tmp_path: Path, value: str | None, severity: Severity | None
) -> None:
    frames = one(save(dicom_dataset(ramp(), BurnedInAnnotation=value), tmp_path / "a.dcm"))
    found = [flag.severity for flag in check_input(frames) if flag.code is FlagCode.BURNED_IN_ANNOTATION]
    assert found == ([] if severity is None else [severity])


def test_a_copied_slice_is_left_out_and_named(tmp_path: Path) -> None:
    for number in range(3):
        elements = {"ImagePositionPatient": [0, 0, number / 2], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
        dataset = dicom_dataset(CINE[number], SeriesInstanceUID="1.2.3", InstanceNumber=number, **elements)
        save(dataset, tmp_path / f"I{number}.dcm")
        if number == 1:
            save(dataset, tmp_path / "I1 (1).dcm")
    frames = one(tmp_path)
    assert (frames.kind, frames.count, frames.slice_spacing_mm) == (InputKind.VOLUME, 3, pytest.approx(0.5))
    assert np.array_equal(pixels(frames), CINE[:3])
    assert (frames.remarks[-1].severity, "'I1 (1).dcm'" in frames.remarks[-1].message) == (Severity.WARNING, True)


def test_different_images_under_one_identifier_are_all_read(tmp_path: Path) -> None:
    for number in range(2):
        dataset = dicom_dataset(CINE[number], SeriesInstanceUID="1.2.3", SOPInstanceUID="1.2.3.4")
        save(dataset, tmp_path / f"I{number}.dcm")
    assert len(list(read(tmp_path))) == 2
    save(dicom_dataset(CINE[0], SeriesInstanceUID="1.2.3", SOPInstanceUID="1.2.3.4"), tmp_path / "copy of I0.dcm")
    assert len(list(read(tmp_path))) == 2


def test_the_stored_bits_lie_where_high_bit_says(tmp_path: Path) -> None:
    stored = np.array([[0, 500, 1000, 4095]], np.uint16)
    path = save(dicom_dataset(stored << 4 | 5, BitsStored=12, HighBit=15), tmp_path / "a.dcm")
    assert np.array_equal(one(path).read_frame(0), stored)
    signed = np.array([[-300, 0, 300]], np.int16)
    path = save(dicom_dataset(signed << 4, BitsStored=12, HighBit=15), tmp_path / "b.dcm")
    assert np.array_equal(one(path).read_frame(0), signed)


@pytest.mark.parametrize("descriptor", [None, [0, 0, 16], [4, 0, 0]])
def test_what_is_not_a_voi_table_is_not_applied(tmp_path: Path, descriptor: list[int] | None) -> None:
    table = Dataset()
    if descriptor is not None:
        table.LUTDescriptor = descriptor
        table.LUTData = b"\1\0\2\0"
    stored = np.array([[0, 500, 1000, 4095]], np.uint16)
    path = save(dicom_dataset(stored, VOILUTSequence=[table]), tmp_path / "a.dcm")
    assert np.array_equal(one(path).read_frame(0), stored)


def test_no_preamble_and_the_letters_dicm_in_a_value(tmp_path: Path) -> None:
    region = ultrasound_region(RegionLocationMaxX1=8, RegionLocationMaxY1=7)
    whole = save(dicom_dataset(ramp(), SequenceOfUltrasoundRegions=[region]), tmp_path / "whole.dcm").read_bytes()
    dataset = whole[144 + int.from_bytes(whole[140:144], "little") :]
    before = dataset.index(b"\x08\x00\x60\x00CS")
    text = b"X" * (128 - before - 8) + b"DICM" + b"X" * 20
    named = b"\x08\x00\x50\x00SH" + len(text).to_bytes(2, "little") + text
    (tmp_path / "a.dcm").write_bytes(dataset[:before] + named + dataset[before:])
    assert (tmp_path / "a.dcm").read_bytes()[128:132] == b"DICM"
    frames = one(tmp_path / "a.dcm")
    assert np.array_equal(frames.read_frame(0), ramp())
    assert frames.pixel_spacing_mm == pytest.approx((0.5, 0.5))


def test_a_dicomdir_says_what_it_is(tmp_path: Path) -> None:
    dataset = dicom_dataset(ramp(), SOPClassUID="1.2.840.10008.1.3.10", PixelData=None, Modality=None)
    dataset.DirectoryRecordSequence = []
    for keyword in ("SOPClassUID", "SOPInstanceUID", "Rows", "Columns"):
        value = dataset[keyword].value
        path = save(dataset, tmp_path / "DICOMDIR")
        dataset.add_new(dataset[keyword].tag, dataset[keyword].VR, value)
    assert "this is a DICOMDIR" in problem(path)


@pytest.mark.parametrize(("spacing", "calibrated"), [([0.2, 0.2], True), ([2.0, 2.0], False)])
def test_no_breast_image_is_half_a_metre_deep(tmp_path: Path, spacing: list[float], calibrated: bool) -> None:
    image = np.zeros((250, 100), np.uint8)
    frames = one(save(dicom_dataset(image, PixelSpacing=spacing), tmp_path / "a.dcm"))
    assert (frames.pixel_spacing_mm is not None) == calibrated
    doubts = [flag for flag in check_input(frames) if flag.code is FlagCode.PIXEL_SIZE_DOUBTFUL]
    assert [flag.severity for flag in doubts] == ([] if calibrated else [Severity.WARNING])


def list_nrrd(path: Path, sizes: str, kinds: str, *lines: str, data: NDArray) -> Path:
    count = len(sizes.split())
    header = ["NRRD0005", "type: uint8", f"dimension: {count}", f"sizes: {sizes}", f"kinds: {kinds}", "encoding: gzip"]
    path.write_bytes("\n".join([*header, *lines, "", ""]).encode() + gzip.compress(data.tobytes()))
    return path


SPACE = "space: left-posterior-superior"


def test_slicers_sequence_of_gray_frames_is_a_cine(tmp_path: Path) -> None:
    steps = "space directions: (0.2,0,0) (0,0.3,0) (0,0,1) none"
    times = ("axis 3 index type:=numeric", "axis 3 index values:=0 0.05 0.2 0.3 0.4")
    path = list_nrrd(tmp_path / "a.seq.nrrd", "10 8 1 5", "domain domain domain list", SPACE, steps, *times, data=CINE)
    frames = one(path)
    assert (frames.kind, frames.name, frames.pixel_spacing_mm) == (InputKind.CINE, "a", pytest.approx((0.3, 0.2)))
    assert frames.frame_times_s == pytest.approx((0, 0.05, 0.2, 0.3, 0.4))
    assert np.array_equal(pixels(frames), CINE)
    assert np.allclose(frames.ijk_to_ras, np.diag([-0.2, -0.3, 1, 1]))


def test_older_slicers_wrote_the_list_first(tmp_path: Path) -> None:
    steps = "space directions: none (0.2,0,0) (0,0.3,0) (0,0,1)"
    first = np.ascontiguousarray(np.moveaxis(CINE, 0, -1))
    for count in (5, 3):
        path = list_nrrd(
            *(tmp_path / "a.seq.nrrd", f"{count} 10 8 1", "list domain domain domain", SPACE, steps),
            "DataNodeClassName:=vtkMRMLScalarVolumeNode",
            data=np.ascontiguousarray(first[..., :count]),
        )
        assert np.array_equal(pixels(one(path)), CINE[:count])


@pytest.mark.parametrize("unit", ['"" "" "" "frame"', '"" "" "" "mm"'])
def test_index_values_that_are_not_times_give_no_times(tmp_path: Path, unit: str) -> None:
    values = ("axis 3 index values:=0 1 2 3 4", f"units: {unit}")
    path = list_nrrd(tmp_path / "a.seq.nrrd", "10 8 1 5", "domain domain domain list", *values, data=CINE)
    assert one(path).frame_times_s is None


def test_a_sequence_of_color_frames_is_a_color_cine(tmp_path: Path) -> None:
    colors = np.random.default_rng(0).integers(0, 255, (5, 8, 10, 3), np.uint8)
    path = list_nrrd(tmp_path / "a.seq.nrrd", "3 10 8 1 5", "vector domain domain domain list", data=colors)
    frames = one(path)
    assert (frames.has_color, frames.count) == (True, 5)
    assert np.array_equal(pixels(frames), colors)


def test_igsios_frames_have_no_size_and_their_time_stamps(tmp_path: Path) -> None:
    stamps = [f"Seq_Frame{index:04d}_Timestamp:={100 + index / 10}" for index in range(5)]
    lines = ("space dimension: 2", "space directions: (1,0) (0,1) none", "space origin: (0,0)")
    path = list_nrrd(tmp_path / "a.igs.nrrd", "10 8 5", "domain domain list", *lines, *stamps, data=CINE)
    frames = one(path)
    assert (frames.kind, frames.pixel_spacing_mm) == (InputKind.CINE, None)
    assert frames.frame_times_s == pytest.approx((0, 0.1, 0.2, 0.3, 0.4))
    assert np.array_equal(pixels(frames), CINE)


def test_a_sequence_of_volumes_is_refused_as_one(tmp_path: Path) -> None:
    volumes = np.stack([CINE, CINE])
    path = list_nrrd(tmp_path / "a.seq.nrrd", "10 8 5 2", "domain domain domain list", data=volumes)
    assert "series of 2 volumes" in problem(path)


@pytest.mark.parametrize(("fields", "kind"), [((0,), InputKind.VOLUME), ((0, 4), InputKind.CINE)])
def test_fields_of_one_frame_make_no_cine(tmp_path: Path, fields: tuple[int, ...], kind: InputKind) -> None:
    image = sitk.GetImageFromArray(CINE)
    image.SetSpacing((0.2, 0.2, 0.5))
    for index in fields:
        image.SetMetaData(f"Seq_Frame{index:04d}_ImageStatus", "OK")
    sitk.WriteImage(image, str(tmp_path / "a.nrrd"))
    assert one(tmp_path / "a.nrrd").kind is kind


@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
def test_the_sign_of_a_spacing_is_a_direction(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".nrrd":
        lines = "type: uint8\ndimension: 3\nsizes: 10 8 5\nspacings: -0.2 -0.3 0.5\nencoding: raw"
        path.write_bytes(f"NRRD0004\n{lines}\n\n".encode() + CINE.tobytes())
    else:
        lines = "NDims = 3\nDimSize = 10 8 5\nElementSpacing = -0.2 -0.3 0.5\nElementType = MET_UCHAR"
        path.write_bytes(f"ObjectType = Image\n{lines}\nElementDataFile = LOCAL\n".encode() + CINE.tobytes())
    frames, image = one(path), sitk.ReadImage(str(path))
    assert (frames.pixel_spacing_mm, frames.slice_spacing_mm) == (pytest.approx((0.3, 0.2)), pytest.approx(0.5))
    column = frames.ijk_to_ras[:2, 0] * [-1, -1]
    assert np.allclose(column, [image.GetDirection()[0] * image.GetSpacing()[0], 0])


def tiff(path: Path, stored: NDArray, white_is_zero: bool) -> Path:
    """A TIFF of one strip of unsigned samples."""
    rows, columns = stored.shape
    bits = stored.dtype.itemsize * 8
    values = {256: columns, 257: rows, 258: bits, 259: 1, 262: int(not white_is_zero), 273: 200, 277: 1, 278: rows}
    values |= {279: stored.nbytes, 339: 1}
    entries = b"".join(struct.pack("<HHLL", tag, 4, 1, value) for tag, value in sorted(values.items()))
    directory = struct.pack("<H", len(values)) + entries + bytes(4)
    path.write_bytes((b"II*\0" + struct.pack("<L", 8) + directory).ljust(200, b"\0") + stored.tobytes())
    return path


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_white_is_white_where_a_tiff_stores_it_as_zero(tmp_path: Path, kind: type) -> None:
    top = np.iinfo(kind).max
    shade = (ramp() * (top // 255)).astype(kind) if kind is np.uint8 else ramp().astype(kind) * 257
    assert np.array_equal(one(tiff(tmp_path / "a.tif", top - shade, True)).read_frame(0), shade)
    assert np.array_equal(one(tiff(tmp_path / "b.tif", shade, False)).read_frame(0), shade)


def test_unsigned_tiffs_of_32_bits_do_not_wrap(tmp_path: Path) -> None:
    stored = np.array([[0, 2**31 - 1, 2**31, 2**32 - 1]], np.uint32)
    found = one(tiff(tmp_path / "a.tif", stored, False)).read_frame(0)
    assert np.allclose(found, stored.astype(np.float64), rtol=1e-6)
    assert "white stored as 0" in problem(tiff(tmp_path / "b.tif", stored, True))


def test_what_stands_beside_the_scan_is_blanked(tmp_path: Path) -> None:
    image = np.full((100, 100), 200, np.uint8)
    regions = [
        ultrasound_region(RegionLocationMaxX1=40, RegionLocationMaxY1=90, RegionLocationMinY0=20),
        ultrasound_region(RegionLocationMinX0=50, RegionLocationMaxX1=90, RegionLocationMinY0=20),
    ]
    frames = one(save(dicom_dataset(image, SequenceOfUltrasoundRegions=regions), tmp_path / "a.dcm"))
    assert frames.region is not None
    box = frames.region.rectangle
    shown = without_text(frames, (box.x, box.y, box.width, box.height)).read_frame(0)
    assert set(shown[:7].ravel().tolist()) == {0}
    assert (shown[box.slices] == 200).all()
    assert (without_text(frames, (0, 0, 100, 100)).read_frame(0) == 200).all()
