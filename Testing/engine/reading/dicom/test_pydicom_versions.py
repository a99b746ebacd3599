"""pydicom 2.4, as Slicer 5.10 brings it, shows the same pixels as pydicom 3."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, JPEG2000Lossless

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.reading.dicom import pydicom_versions
from BreastUSAILib.engine.reading.dicom.dicom_file import quiet_pydicom, read_header
from BreastUSAILib.engine.reading.dicom.pixels import dicom_pixels, frame_samples
from BreastUSAILib.engine.reading.dicom.pydicom_versions import HandlerDecoder, compress
from Testing.engine.reading.dicom.dicom_writing import color_bars, dicom_dataset, example, ramp, save

ROOT = Path(__file__).resolve().parents[4]
SAMPLES = ROOT / "BreastUSAI" / "Resources" / "Samples"
EXAMPLES = Path(pydicom.__file__).parent / "data" / "test_files"
HIGH_THROUGHPUT_JPEG_2000 = UID("1.2.840.10008.1.2.4.201")

NOT_WITH_SLICER_5_10 = {
    *("JPEGLSNearLossless_08.dcm", "JPEGLSNearLossless_16.dcm", "MR_small_jpeg_ls_lossless.dcm"),
    *("SC_rgb_jls_lossy_line.dcm", "SC_rgb_jls_lossy_sample.dcm"),  # JPEG-LS
    *("SC_rgb_jpeg_gdcm.dcm", "JPGExtended.dcm"),  # JPEG lossless, JPEG of 12 bits
    *("693_J2KI.dcm", "JPEG2000.dcm", "MR_small_jp2klossless.dcm"),  # signed JPEG 2000, with NumPy 2
    "GDCMJ2K_TextGBR.dcm",  # a JPEG 2000 that Pillow finds broken
}
"""Examples that need pylibjpeg there, which Slicer 5.10 does not bring."""


def frames_shown(path: Path) -> list[NDArray]:
    pixels = dicom_pixels.DicomPixels(read_header(path))
    return [pixels.read_frame(index) for index in range(pixels.count)]


def assert_handlers_show_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = frames_shown(path)
    monkeypatch.setattr(frame_samples, "frame_decoder", HandlerDecoder)
    for frame, twin in zip(frames_shown(path), expected, strict=True):
        assert frame.dtype == twin.dtype
        assert np.array_equal(frame, twin)


@pytest.mark.parametrize(
    "name",
    [
        *("SC_rgb_small_odd.dcm", "SC_rgb_small_odd_big_endian.dcm", "ExplVR_BigEnd.dcm", "image_dfl.dcm"),
        *("SC_ybr_full_422_uncompressed.dcm", "SC_rgb_rle_16bit_2frame.dcm", "SC_rgb_rle_32bit_2frame.dcm"),
        *("SC_rgb_dcmtk_+eb+cy+n2.dcm", "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_jls_lossy_line.dcm", "liver_expb_1frame.dcm"),
        *("JPEG2000.dcm", "MR_small_jp2klossless.dcm", "examples_jpeg2k.dcm", "J2K_pixelrep_mismatch.dcm"),
    ],
)
def test_handlers_show_what_decoders_show(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_handlers_show_the_same(example(name), monkeypatch)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.dcm")), ids=lambda path: path.stem)
def test_handlers_show_the_samples(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_handlers_show_the_same(path, monkeypatch)


def test_handlers_keep_odd_frames_of_swapped_bytes_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cine = np.stack([ramp(3, 5), 255 - ramp(3, 5), ramp(3, 5) // 2])
    swapped = np.frombuffer(cine.tobytes() + b"\0", np.uint16).byteswap().tobytes()
    dataset = dicom_dataset(cine, PixelData=swapped)
    dataset["PixelData"].VR = "OW"
    path = save(dataset, tmp_path / "a.dcm", ExplicitVRBigEndian)
    monkeypatch.setattr(frame_samples, "frame_decoder", HandlerDecoder)
    assert np.array_equal(frames_shown(path), cine)


def test_handlers_find_frames_of_single_bits_within_a_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cine = np.stack([ramp(3, 5) % 2, 1 - ramp(3, 5) % 2, ramp(3, 5) % 3 // 2])
    packed = np.packbits(cine.ravel(), bitorder="little").tobytes()
    elements = {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0, "PixelData": packed}
    path = save(dicom_dataset(cine, **elements), tmp_path / "a.dcm")
    monkeypatch.setattr(frame_samples, "frame_decoder", HandlerDecoder)
    assert np.array_equal(frames_shown(path), cine * 255)


def test_handlers_drop_an_overlay_in_unused_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = ramp().astype(np.uint16) * 16
    path = save(dicom_dataset(stored | 0x8000, BitsStored=12, HighBit=11), tmp_path / "a.dcm")
    monkeypatch.setattr(frame_samples, "frame_decoder", HandlerDecoder)
    assert np.array_equal(frames_shown(path), [stored])


class Counted(io.BytesIO):
    """A file that knows how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self.taken += len(content)
        return content


def test_handlers_read_one_frame_of_a_cine_alone(tmp_path: Path) -> None:
    cine = np.stack([ramp()] * 50 + [ramp() // 2])
    pixels = dicom_pixels.DicomPixels(read_header(save(dicom_dataset(cine), tmp_path / "a.dcm")))
    file = Counted(cine.tobytes())
    with quiet_pydicom():
        found = HandlerDecoder(ExplicitVRLittleEndian).native(file, 50, 51, pixels._options)
    assert np.array_equal(found, ramp() // 2)
    assert file.taken == ramp().size


def test_a_syntax_that_pydicom_2_has_no_handler_for_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = dicom_dataset(ramp(), PixelData=encapsulate([b"\0" * 32]))
    file = read_header(save(dataset, tmp_path / "a.dcm", JPEG2000Lossless))
    monkeypatch.setattr(frame_samples, "frame_decoder", HandlerDecoder)
    with pytest.raises(InputError, match=r"no decoder for the transfer syntax .* \(pydicom .* knows none\)\. Install"):
        dicom_pixels.DicomPixels(replace(file, transfer_syntax=HIGH_THROUGHPUT_JPEG_2000))


def test_handlers_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for handler in pydicom.config.pixel_data_handlers:
        monkeypatch.setattr(handler, "is_available", lambda: False)
    with pytest.raises(NotImplementedError, match="needs one of: GDCM, Pillow, pylibjpeg"):
        HandlerDecoder(JPEG2000Lossless)


@pytest.mark.parametrize("colors", ["MONOCHROME2", "YBR_RCT"])
def test_phantoms_are_compressed_without_an_encoder_of_pydicom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, colors: str
) -> None:
    frame = ramp(40, 48) if colors == "MONOCHROME2" else color_bars(40, 48)
    dataset = dicom_dataset(np.stack([frame, frame[::-1]]), colors)
    save(dataset, tmp_path / "a.dcm")
    with monkeypatch.context() as patch:
        patch.setattr(pydicom_versions, "IS_PYDICOM_2", True)
        compress(dataset, JPEG2000Lossless, np.stack([frame, frame[::-1]]))
    path = save(dataset, tmp_path / "a.dcm", JPEG2000Lossless)
    assert np.array_equal(frames_shown(path), [frame, frame[::-1]])


@pytest.fixture(scope="module")
def pydicom_2() -> str:
    folder = os.environ.get("PYDICOM_2")
    if not folder:
        pytest.skip("PYDICOM_2 names no folder with pydicom 2.4 (pip install --no-deps --target FOLDER pydicom==2.4.4)")
    return folder


def with_pydicom_2(folder: str, *options: str) -> dict[str, Any]:
    files = [str(path) for path in (*sorted(EXAMPLES.glob("*.dcm")), *sorted(SAMPLES.glob("*.dcm")))]
    places = os.pathsep.join([folder, str(ROOT / "BreastUSAI"), str(ROOT)])
    run = subprocess.run(
        [sys.executable, "-m", "Testing.engine.reading.dicom.shown_pixels", *options, *files],
        env={**os.environ, "PYTHONPATH": places},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["pydicom"].startswith("2.4.")
    return told["files"]


@pytest.fixture(scope="module")
def here() -> dict[str, dict[str, str]]:
    from Testing.engine.reading.dicom.shown_pixels import shown

    return {path.name: shown(path) for path in (*EXAMPLES.glob("*.dcm"), *SAMPLES.glob("*.dcm"))}


def test_pydicom_2_shows_all_that_pydicom_3_shows(here: dict[str, dict[str, str]], pydicom_2: str) -> None:
    there = with_pydicom_2(pydicom_2)
    readable = {name: shown for name, shown in here.items() if "pixels" in shown}
    assert {name: there[name] for name in readable} == readable
    assert all("problem" in there[name] for name in here.keys() - readable.keys())


def test_slicer_5_10_shows_all_but_what_needs_pylibjpeg(here: dict[str, dict[str, str]], pydicom_2: str) -> None:
    there = with_pydicom_2(pydicom_2, "--bare")
    readable = {name: shown for name, shown in here.items() if "pixels" in shown and name not in NOT_WITH_SLICER_5_10}
    assert {name: there[name] for name in readable} == readable
    problems = [there[name]["problem"] for name in NOT_WITH_SLICER_5_10]
    assert all("no decoder for" in problem or "cannot be decoded from" in problem for problem in problems)
    assert not any("\n" in problem for problem in problems)
