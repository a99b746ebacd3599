"""Phantom files are valid DICOM, carry the pixels and the spacing unharmed, and have their truth beside them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless

from BreastUSAILib.engine.errors import OptionError, OutputError
from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.images.frames import Rectangle, Region, RegionContent
from BreastUSAILib.phantom import samples
from BreastUSAILib.phantom.cine import Sweep
from BreastUSAILib.phantom.dicom import TRANSFER_SYNTAXES, Instance, to_dataset, write_dicom
from BreastUSAILib.phantom.frame import PhantomSpec, render
from Testing import shipped_samples

SHIPPED = Path(__file__).parents[2] / "BreastUSAI" / "Resources" / "Samples"
STILLS = (
    "still_benign_calibrated",
    "still_malignant_calibrated",
    "still_normal_uncalibrated_rgb",
    "still_doppler_two_regions",
)
NAMES = (*STILLS, "cine_malignant_calibrated")
REGION = Region(Rectangle(2, 1, 30, 20), RegionContent.TISSUE, (0.08, 0.1))


def noise(*shape):
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("syntax", TRANSFER_SYNTAXES, ids=lambda uid: uid.keyword)
@pytest.mark.parametrize(
    ("shape", "frame_time_ms"), [((41, 53), None), ((41, 53, 3), None), ((4, 41, 53), 40.0), ((3, 41, 53, 3), 40.0)]
)
def test_pixels_come_back_from_the_file_as_they_were(tmp_path, syntax, shape, frame_time_ms):
    path = tmp_path / "phantom.dcm"
    pixels = noise(*shape)
    write_dicom(path, Instance(pixels, 7, "noise", (REGION,), frame_time_ms, syntax))
    dataset = pydicom.dcmread(path)
    assert dataset.file_meta.TransferSyntaxUID == syntax
    np.testing.assert_array_equal(dataset.pixel_array, pixels)


def test_region_carries_spacing_and_extent_to_pydicom(tmp_path):
    path = tmp_path / "phantom.dcm"
    write_dicom(path, Instance(noise(41, 53), 7, "noise", (REGION,)))
    (item,) = pydicom.dcmread(path).SequenceOfUltrasoundRegions
    assert (item.PhysicalDeltaY, item.PhysicalDeltaX) == (pytest.approx(0.008), pytest.approx(0.01))
    assert (item.PhysicalUnitsXDirection, item.PhysicalUnitsYDirection) == (3, 3)
    assert (item.RegionLocationMinX0, item.RegionLocationMaxX1) == (2, 31)
    assert (item.RegionLocationMinY0, item.RegionLocationMaxY1) == (1, 20)


def test_cine_has_frame_times():
    dataset = to_dataset(Instance(noise(5, 8, 8), 7, "noise", (), 40.0))
    assert (dataset.NumberOfFrames, float(dataset.FrameTime)) == (5, 40.0)
    assert dataset.FrameIncrementPointer == 0x00181063
    assert dataset.CineRate == 25


def test_uncalibrated_image_has_no_region_and_no_spacing():
    dataset = to_dataset(Instance(noise(8, 8), 7, "noise"))
    assert "SequenceOfUltrasoundRegions" not in dataset
    assert "PixelSpacing" not in dataset


def test_unique_identifiers_follow_from_seed_and_name():
    def uid(seed, name):
        return to_dataset(Instance(noise(8, 8), seed, name)).SOPInstanceUID

    assert uid(1, "a") == uid(1, "a")
    assert len({uid(1, "a"), uid(2, "a"), uid(1, "b")}) == 3


def test_other_transfer_syntaxes_are_refused_by_name():
    with pytest.raises(OptionError, match="Deflated"):
        to_dataset(Instance(noise(8, 8), 1, "a", transfer_syntax=DeflatedExplicitVRLittleEndian))


def test_jpeg_2000_is_refused_for_images_its_encoder_cannot_take():
    with pytest.raises(OptionError, match="32 rows"):
        to_dataset(Instance(noise(16, 64), 1, "a", transfer_syntax=JPEG2000Lossless))


def test_region_without_spacing_is_refused():
    with pytest.raises(OptionError, match="spacing"):
        to_dataset(Instance(noise(8, 8), 1, "a", (Region(Rectangle(0, 0, 8, 8), RegionContent.TISSUE),)))


def test_unwritable_folder_is_reported_and_nothing_is_left(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(OutputError, match="Choose another output folder"):
        write_dicom(blocked / "phantom.dcm", Instance(noise(8, 8), 1, "a"))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_generated_phantoms_have_their_truth_beside_them(tmp_path):
    paths = samples.generate(tmp_path, 3, None, 0)
    truths = [json.loads(path.with_suffix(".truth.json").read_text()) for path in paths]
    assert [truth["label"] for truth in truths] == ["normal", "benign", "malignant"]
    assert [len(truth["frames"][0]["lesions"]) for truth in truths] == [0, 1, 1]
    for path, truth in zip(paths, truths, strict=True):
        dataset = pydicom.dcmread(path)
        labels = SimpleITK.ReadImage(path.with_suffix(".truth.seg.nrrd"))
        assert labels.GetSize() == (dataset.Columns, dataset.Rows, 1)
        assert labels.GetSpacing()[1::-1] == pytest.approx(truth["pixel_spacing_mm"], rel=1e-4)
        box = SimpleITK.LabelShapeStatisticsImageFilter()
        box.Execute(labels)
        for lesion in truth["frames"][0]["lesions"]:
            x, y, _, width, height, _ = box.GetBoundingBox(lesion["number"])
            assert [x, y, width, height] == lesion["bbox_px"]


@pytest.mark.parametrize(("count", "seed"), [(0, 0), (1, -1)])
def test_senseless_requests_are_refused(tmp_path, count, seed):
    with pytest.raises(OptionError):
        samples.generate(tmp_path, count, Label.BENIGN, seed)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_shipped_sample_is_complete(name):
    dataset = pydicom.dcmread(SHIPPED / f"{name}.dcm")
    truth = json.loads((SHIPPED / f"{name}.truth.json").read_text())
    labels = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(SHIPPED / f"{name}.truth.seg.nrrd"))
    frames = int(dataset.get("NumberOfFrames", 1))
    assert labels.shape == (frames, dataset.Rows, dataset.Columns)
    assert len(truth["frames"]) == frames
    assert str(dataset.PatientName) == "Phantom^BreastUSAI"
    for frame in truth["frames"]:
        for lesion in frame["lesions"]:
            drawn = np.count_nonzero(labels[frame["index"]] == lesion["number"])
            area = drawn * np.prod(truth["pixel_spacing_mm"])
            assert area == pytest.approx(lesion["area_mm2"], rel=0.03)


def test_shipped_samples_are_small():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 3e6


def test_shipped_still_can_be_made_again():
    shipped = pydicom.dcmread(SHIPPED / "still_benign_calibrated.dcm").pixel_array.astype(int)
    again = render(shipped_samples.BENIGN).pixels.astype(int)
    # Fast Fourier transforms of other library versions round differently: one gray level, now and then.
    assert np.abs(shipped - again).max() <= 1


def test_writing_the_samples_gives_the_shipped_names(tmp_path, monkeypatch):
    small = PhantomSpec(seed=1, rows=60, columns=60)
    for name in ("BENIGN", "MALIGNANT", "NORMAL", "DOPPLER", "CINE"):
        monkeypatch.setattr(shipped_samples, name, small)
    monkeypatch.setattr(shipped_samples, "Sweep", lambda: Sweep(frames=2))
    assert {path.stem for path in shipped_samples.write_samples(tmp_path)} == set(NAMES)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in SHIPPED.iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_dciodvfy_finds_nothing_to_say_about_a_sample(name):
    validator = shutil.which("dciodvfy")
    if validator is None:
        pytest.skip("dciodvfy is not installed (Debian: apt install dicom3tools)")
    report = subprocess.run([validator, str(SHIPPED / f"{name}.dcm")], capture_output=True, text=True, check=False)
    remarks = [line for line in report.stderr.splitlines() if line.startswith(("Error", "Warning"))]
    assert remarks == []
