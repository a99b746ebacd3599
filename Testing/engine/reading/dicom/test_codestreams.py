"""A compressed frame is decoded by what its codestream says of itself, whatever transfer syntax and header claim."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    RLELossless,
)

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Frames
from BreastUSAILib.engine.reading import read
from Testing.engine.reading.dicom.dicom_writing import US_MULTIFRAME, dicom_dataset, ramp, save, to_ybr
from Testing.engine.reading.dicom.jpeg_lossless import lossless_jpeg

ADOBE_YBR, ADOBE_RGB = (b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes([transform]) for transform in (1, 0))
JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
SCREEN = np.repeat(ramp(32, 64)[..., None], 3, axis=2)
SCREEN[4:8, 4:20] = (200, 40, 20)


def written(path: Path, stream: bytes, syntax: UID, colors: str, **elements: Any) -> Path:
    dataset = dicom_dataset(np.zeros((32, 64, 3), np.uint8), colors, PixelData=encapsulate([stream]), **elements)
    return save(dataset, path, syntax)


def shown(path: Path) -> NDArray:
    (item,) = read(path)
    assert isinstance(item, Frames), item
    return item.read_frame(0)


def pillow(pixels: NDArray, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


def jpeg_2000(pixels: NDArray, transform: bool = True, boxed: bool = False) -> bytes:
    return pillow(pixels, "JPEG2000", no_jp2=not boxed, irreversible=False, mct=int(transform))


@pytest.mark.parametrize("syntax", [JPEGLossless, JPEG2000Lossless])
@pytest.mark.parametrize("planar", [0, 1])
def test_the_planes_of_compressed_colors_are_the_codestreams(tmp_path: Path, syntax: UID, planar: int) -> None:
    stream = lossless_jpeg(SCREEN) if syntax == JPEGLossless else jpeg_2000(SCREEN)
    path = written(tmp_path / "a.dcm", stream, syntax, "RGB", PlanarConfiguration=planar)
    assert np.array_equal(shown(path), SCREEN)


@pytest.mark.parametrize("marker", [ADOBE_YBR, JFIF])
@pytest.mark.parametrize("header", ["RGB", "YBR_FULL", "YBR_FULL_422"])
def test_lossless_samples_are_ybr_where_a_marker_says_so(tmp_path: Path, marker: bytes, header: str) -> None:
    path = written(tmp_path / "a.dcm", lossless_jpeg(to_ybr(SCREEN), marker), JPEGLosslessSV1, header)
    assert np.abs(shown(path).astype(int) - SCREEN).max() <= 2


@pytest.mark.parametrize(("marker", "header"), [(ADOBE_RGB, "YBR_FULL_422"), (b"", "YBR_FULL_422"), (JFIF, "RGB")])
def test_lossless_rgb_stays_rgb(tmp_path: Path, marker: bytes, header: str) -> None:
    path = written(tmp_path / "a.dcm", lossless_jpeg(SCREEN, marker), JPEGLosslessSV1, header)
    assert np.array_equal(shown(path), SCREEN)


@pytest.mark.parametrize("syntax", [JPEGLossless, JPEGLosslessSV1, JPEG2000, JPEG2000Lossless, RLELossless])
def test_a_baseline_jpeg_is_one_under_any_transfer_syntax(tmp_path: Path, syntax: UID) -> None:
    path = written(tmp_path / "a.dcm", pillow(SCREEN, "JPEG", quality=98, subsampling=0), syntax, "RGB")
    assert np.abs(shown(path).astype(int) - SCREEN).mean() < 2


@pytest.mark.parametrize("boxed", [False, True])
@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEGLosslessSV1, JPEG2000Lossless])
def test_jpeg_2000_is_jpeg_2000_under_any_transfer_syntax(tmp_path: Path, syntax: UID, boxed: bool) -> None:
    assert np.array_equal(shown(written(tmp_path / "a.dcm", jpeg_2000(SCREEN, boxed=boxed), syntax, "RGB")), SCREEN)


@pytest.mark.parametrize("header", ["RGB", "YBR_FULL_422", "YBR_FULL"])
@pytest.mark.parametrize("kind", ["JPEG", "lossless", "JPEG2000"])
def test_one_sample_is_gray_under_a_color_header(tmp_path: Path, header: str, kind: str) -> None:
    gray = ramp(32, 64)
    streams = {
        "JPEG": (pillow(gray, "JPEG", quality=98), JPEGBaseline8Bit),
        "lossless": (lossless_jpeg(gray), JPEGLosslessSV1),
        "JPEG2000": (jpeg_2000(gray, transform=False), JPEG2000Lossless),
    }
    image = shown(written(tmp_path / "a.dcm", *streams[kind], header))
    assert image.ndim == 2
    assert np.abs(image.astype(int) - gray).mean() < 2


def test_colors_under_a_gray_header_are_shown(tmp_path: Path) -> None:
    dataset = dicom_dataset(np.zeros((32, 64), np.uint8), PixelData=encapsulate([lossless_jpeg(SCREEN)]))
    assert np.array_equal(shown(save(dataset, tmp_path / "a.dcm", JPEGLosslessSV1)), SCREEN)


def test_plain_pixels_under_a_compressed_transfer_syntax_are_plain(tmp_path: Path) -> None:
    path = save(dicom_dataset(SCREEN, "RGB"), tmp_path / "a.dcm")
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0"))
    assert np.array_equal(shown(path), SCREEN)


def test_partial_ybr_in_whole_samples_uses_its_own_matrix(tmp_path: Path) -> None:
    stored = np.full((32, 64, 3), (16, 128, 128), np.uint8)
    stored[:4] = (235, 128, 128)
    stored[4:8] = (81, 90, 240)
    image = shown(save(dicom_dataset(stored, "YBR_PARTIAL_422"), tmp_path / "a.dcm")).astype(int)
    assert np.abs(image[[0, 5, 20], 0] - [(255, 255, 255), (255, 0, 0), (0, 0, 0)]).max() <= 2


def multiframe(path: Path, parts: list[bytes], table: list[int], count: int | None, syntax: UID) -> Path:
    """A cine of fragments as they are, with the basic offset table that is given."""
    head = b"".join(offset.to_bytes(4, "little") for offset in table)
    items = b"".join(b"\xfe\xff\x00\xe0" + len(part).to_bytes(4, "little") + part for part in [head, *parts])
    pixels = np.zeros((3, 32, 64), np.uint8)
    dataset = dicom_dataset(pixels, SOPClassUID=US_MULTIFRAME, NumberOfFrames=count)
    dataset.PixelData = items + b"\xfe\xff\xdd\xe0\0\0\0\0"
    dataset["PixelData"].is_undefined_length = True
    return save(dataset, path, syntax)


def even(stream: bytes) -> bytes:
    return stream + b"\0" * (len(stream) % 2)


CINE = np.stack([ramp(32, 64), 255 - ramp(32, 64), ramp(32, 64) // 2])


def in_three(stream: bytes) -> list[bytes]:
    third = len(stream) // 6 * 2
    return [stream[:third], stream[third : 2 * third], even(stream[2 * third :])]


@pytest.mark.parametrize("table", [[], [0, 0, 0], [0, 8, 4], [4, 8, 12], [0, 2, 4]])
@pytest.mark.parametrize("count", [3, None])
def test_an_offset_table_that_cannot_be_right_is_ignored(tmp_path: Path, table: list[int], count: int | None) -> None:
    parts = [part for frame in CINE for part in in_three(lossless_jpeg(frame))]
    (frames,) = read(multiframe(tmp_path / "a.dcm", parts, table, count, JPEGLosslessSV1))
    assert isinstance(frames, Frames), frames
    assert frames.count == 3
    assert np.array_equal([frames.read_frame(index) for index in range(3)], CINE)


def rle(frame: NDArray) -> bytes:
    rows = [bytes([len(row) - 1]) + row.tobytes() for row in frame]
    return (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56) + even(b"".join(rows))


@pytest.mark.parametrize("count", [3, None])
def test_an_empty_last_fragment_is_not_a_frame(tmp_path: Path, count: int | None) -> None:
    (frames,) = read(multiframe(tmp_path / "a.dcm", [*map(rle, CINE), b""], [], count, RLELossless))
    assert isinstance(frames, Frames), frames
    assert np.array_equal([frames.read_frame(index) for index in range(frames.count)], CINE)


def test_frames_that_nothing_tells_apart_are_not_called_missing(tmp_path: Path) -> None:
    path = multiframe(tmp_path / "a.dcm", [b"\1" * 8] * 4, [0, 0, 0], 3, JPEGLosslessSV1)
    (problem,) = read(path)
    assert isinstance(problem, InputError)
    assert "3 of 3" not in str(problem)
    assert "which of 4 parts belong to which of 3 frames" in str(problem)


@pytest.mark.parametrize("length", [5, 40, 400])
def test_no_memory_address_and_no_words_of_python_in_a_line(tmp_path: Path, length: int) -> None:
    streams = (jpeg_2000(SCREEN), lossless_jpeg(SCREEN), pillow(SCREEN, "JPEG"), b"\1\0\0\0\x40\0\0\0" * 9)
    for stream in streams:
        (problem,) = read(written(tmp_path / "a.dcm", stream[:length], JPEG2000Lossless, "RGB"))
        if isinstance(problem, InputError):
            assert "0x" not in str(problem)
            assert not any(word in str(problem) for word in ("object at", "index", "Error", "array", "dtype", "None"))


def test_the_number_of_plain_frames_that_a_file_does_not_state_is_counted(tmp_path: Path) -> None:
    (cine,) = read(save(dicom_dataset(CINE, NumberOfFrames=None, FrameTime=40), tmp_path / "a.dcm"))
    assert isinstance(cine, Frames)
    assert (cine.count, cine.frame_times_s) == (3, (0.0, 0.04, 0.08))
    assert np.array_equal(cine.read_frame(2), CINE[2])
    colors = np.repeat(CINE[..., None], 3, axis=3)
    (cine,) = read(save(dicom_dataset(colors, "RGB", NumberOfFrames=None), tmp_path / "b.dcm"))
    assert isinstance(cine, Frames)
    assert cine.count == 3
