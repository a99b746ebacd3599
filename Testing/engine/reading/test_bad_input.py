"""Whatever is given, reading yields frames or one line that says what is wrong and what to do."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit, RLELossless

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Frames
from BreastUSAILib.engine.reading import read
from BreastUSAILib.engine.reading.dicom.pydicom_versions import compress
from Testing.engine.reading.dicom.dicom_writing import CAPTURE, STORAGE, dicom_dataset, ramp, save


def problem(path: Path) -> str:
    (item,) = read(path)
    assert isinstance(item, InputError), item
    text = str(item)
    assert "\n" not in text
    assert item.where is not None
    assert str(path) in item.where
    assert item.remedy
    assert not any(word in text for word in ("Doe", "SECRET-1", "19700101"))
    return item.problem


def dicom(tmp_path: Path, **elements: Any) -> Path:
    return save(dicom_dataset(ramp(), **elements), tmp_path / "a.dcm")


def test_missing_file(tmp_path: Path) -> None:
    assert "no such file" in problem(tmp_path / "nothing.dcm")


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").touch()
    assert "empty" in problem(tmp_path / "a.dcm")


@pytest.mark.parametrize("name", ["a.dcm", "a", "notes.txt", "a.xyz"])
def test_not_an_image(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a letter to the radiologist about something else entirely")
    assert "neither DICOM nor" in problem(tmp_path / name)


@pytest.mark.parametrize(
    ("sop_class", "modality"),
    [("2", "CT"), ("4", "MR"), ("88.33", "SR"), ("11.1", "PR"), ("481.3", "RTSTRUCT"), ("104.1", "DOC"), ("7", "CT")],
)
def test_other_modalities_are_named(tmp_path: Path, sop_class: str, modality: str) -> None:
    path = dicom(tmp_path, SOPClassUID=STORAGE + sop_class, Modality=modality)
    assert f"of modality {modality}, not ultrasound" in problem(path)


def test_dicomdir_is_not_an_image(tmp_path: Path) -> None:
    path = dicom(tmp_path, SOPClassUID="1.2.840.10008.1.3.10", Modality="")
    assert "DICOMDIR" in problem(path)


def test_missing_pixel_data(tmp_path: Path) -> None:
    assert "no pixel data" in problem(dicom(tmp_path, PixelData=None))


@pytest.mark.parametrize("count", [0, -3])
def test_zero_frames(tmp_path: Path, count: int) -> None:
    assert f"{count} frames" in problem(dicom(tmp_path, NumberOfFrames=count))


@pytest.mark.parametrize("rows", [0, 20000])
def test_absurd_dimensions(tmp_path: Path, rows: int) -> None:
    assert "cannot be read" in problem(dicom(tmp_path, Rows=rows))


@pytest.mark.parametrize(
    "elements",
    [{"BitsAllocated": 12}, {"BitsStored": 20}, {"SamplesPerPixel": 2}, {"PhotometricInterpretation": "HSV"}],
)
def test_impossible_pixels(tmp_path: Path, elements: dict[str, Any]) -> None:
    assert "cannot be" in problem(dicom(tmp_path, **elements))


def test_header_cut_short(tmp_path: Path) -> None:
    path = dicom(tmp_path)
    path.write_bytes(path.read_bytes()[:200])
    problem(path)


def test_pixels_cut_short(tmp_path: Path) -> None:
    path = dicom(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    assert "cut short: 60 of 80 bytes" in problem(path)


def test_fewer_frames_than_promised(tmp_path: Path) -> None:
    assert "cut short" in problem(dicom(tmp_path, NumberOfFrames=5))


def test_compressed_frames_cut_short(tmp_path: Path) -> None:
    dataset = dicom_dataset(np.stack([ramp(), ramp()]))
    save(dataset, tmp_path / "plain.dcm")
    compress(dataset, RLELossless, np.stack([ramp(), ramp()]))
    save(dataset, tmp_path / "a.dcm", RLELossless)
    whole = (tmp_path / "a.dcm").read_bytes()
    (tmp_path / "a.dcm").write_bytes(whole[:-20])
    assert "1 of 2 frames" in problem(tmp_path / "a.dcm")
    (tmp_path / "a.dcm").write_bytes(whole[:-8])  # the closing delimiter alone is missing: nothing is lost
    (item,) = read(tmp_path / "a.dcm")
    assert isinstance(item, Frames)


def test_a_frame_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    dataset = dicom_dataset(ramp(), PixelData=encapsulate([b"\xff\xd8\xff\xe0 no jpeg at all"]))
    path = save(dataset, tmp_path / "a.dcm", JPEGBaseline8Bit)
    assert "frame 0 cannot be decoded from JPEG Baseline" in problem(path)


def test_a_video_without_a_picture_is_named_as_one(tmp_path: Path) -> None:
    dataset = dicom_dataset(ramp(), PixelData=encapsulate([b"\0" * 32]))
    path = save(dataset, tmp_path / "a.dcm", "1.2.840.10008.1.2.4.102")
    assert "the video cannot be read" in problem(path)


@pytest.mark.parametrize("syntax", ["1.2.840.113619.5.2", "1.2.840.10008.1.2.4.999"])  # General Electric's own; none
def test_a_transfer_syntax_that_no_dictionary_knows_is_named(tmp_path: Path, syntax: str) -> None:
    path = dicom(tmp_path)
    named = b"1.2.840.10008.1.2.1\0"
    other = syntax.encode().ljust(len(syntax) + len(syntax) % 2, b"\0")
    content = path.read_bytes()
    place = content.index(b"\x02\x00\x10\x00UI") + 6
    path.write_bytes(content[:place] + len(other).to_bytes(2, "little") + other + content[place + 2 + len(named) :])
    assert f"no decoder for the transfer syntax {syntax}" in problem(path)


def test_a_codestream_of_absurd_size_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("L", (16, 16)).save(stream, "JPEG")
    content = bytearray(stream.getvalue())
    place = content.index(b"\xff\xc0") + 5
    content[place : place + 4] = b"\xff\xff\xff\xff"
    path = save(dicom_dataset(ramp(), PixelData=encapsulate([bytes(content)])), tmp_path / "a.dcm", JPEGBaseline8Bit)
    assert "frame 0 cannot be decoded" in problem(path)


def test_a_palette_image_without_palette(tmp_path: Path) -> None:
    assert "palette" in problem(dicom(tmp_path, PhotometricInterpretation="PALETTE COLOR"))


def test_a_frame_outside_the_cine(tmp_path: Path) -> None:
    (frames,) = read(dicom(tmp_path, SOPClassUID=CAPTURE))
    assert isinstance(frames, Frames)
    for index in (-1, 1):
        with pytest.raises(InputError, match=f"frame {index} does not exist"):
            frames.read_frame(index)


def test_a_single_pixel_is_an_image(tmp_path: Path) -> None:
    (frames,) = read(save(dicom_dataset(np.array([[7]], np.uint8)), tmp_path / "a.dcm"))
    assert isinstance(frames, Frames)
    assert frames.read_frame(0).tolist() == [[7]]


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".nii.gz", ".mha"])
def test_volumes_with_values_that_are_not_numbers(tmp_path: Path, suffix: str, value: float) -> None:
    voxels = np.ones((3, 4, 5), np.float32)
    voxels[1, 2, 3] = value
    path = tmp_path / f"a{suffix}"
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(path))
    assert "not numbers" in problem(path)


@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".nii.gz", ".mha"])
def test_volumes_cut_short(tmp_path: Path, suffix: str, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"a{suffix}"
    voxels = np.random.default_rng(0).integers(0, 255, (20, 30, 40), np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(path))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "cut short" in problem(path)
    assert capfd.readouterr().err == ""


def test_vectors_are_not_colors(tmp_path: Path) -> None:
    path = tmp_path / "a.nrrd"
    sitk.WriteImage(sitk.GetImageFromArray(np.ones((3, 4, 5, 2), np.float32), isVector=True), str(path))
    assert "2 values a pixel" in problem(path)


def test_a_series_of_volumes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.nii"
    sitk.WriteImage(sitk.GetImageFromArray(np.ones((2, 3, 4, 5), np.uint8), isVector=False), str(path))
    assert "series of 2 volumes" in problem(path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif"])
def test_pictures_cut_short(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 50), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    problem(path)


def test_a_picture_that_is_text(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("not a picture")
    assert "not a picture" in problem(tmp_path / "a.png")


def test_a_picture_of_absurd_size_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (20000, 10)).save(path)
    assert "20000 x 10" in problem(path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="file permissions do not bind this user")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = dicom(tmp_path)
    path.chmod(0)
    assert "permission" in problem(path)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_dicom_never_raises_anything_else(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(
        dicom(tmp_path, PixelSpacing=[0.2, 0.2], SOPInstanceUID="1.2", SeriesInstanceUID="1.3").read_bytes()
    )
    for _ in range(data.draw(st.integers(0, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "b.dcm").write_bytes(bytes(whole[: data.draw(st.integers(1, len(whole)))]))
    (item,) = read(tmp_path / "b.dcm")
    if isinstance(item, Frames):
        assert item.read_frame(0).shape[:2] == (item.rows, item.columns)
    else:
        assert isinstance(item, InputError)
