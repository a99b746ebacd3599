"""Videos are cines: every frame is the one that was written, in any order, with its time."""

from __future__ import annotations

import io
import random
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from pydicom.encaps import encapsulate

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Frames, InputKind
from BreastUSAILib.engine.reading import read
from BreastUSAILib.engine.reading.video import video_frames
from Testing.engine.reading.dicom.dicom_writing import dicom_dataset, save

ROWS, COLUMNS, COUNT, RATE = 48, 64, 40, 20
CONTAINERS = {
    ".mp4": ("libx264", "yuv420p"),
    ".mkv": ("libx264", "yuv420p"),
    ".mov": ("mpeg4", "yuv420p"),
    ".avi": ("mjpeg", "yuvj420p"),
    ".mpg": ("mpeg2video", "yuv420p"),
    ".ts": ("libx264", "yuv420p"),
}
H264, HEVC, MPEG2 = (f"1.2.840.10008.1.2.4.{kind}" for kind in ("102", "107", "100"))


def level(index: int) -> int:
    """The gray of a frame: neighbors differ by more than compression does."""
    return 16 + (index * 37) % 200


def picture(index: int, *, is_red: bool = False) -> np.ndarray:
    pixels = np.full((ROWS, COLUMNS, 3), level(index), np.uint8)
    if is_red:
        pixels[10:30, 10:40] = (230, 20, 20)
    return pixels


def write(
    file: Path | io.BytesIO, codec: str, pixel_format: str, *, is_red: bool = False, kind: str | None = None
) -> None:
    """Frames of `level`, with B frames and few key frames where the codec has them."""
    with av.open(file if isinstance(file, io.BytesIO) else str(file), "w", format=kind) as container:
        stream = container.add_stream(codec, rate=RATE)
        stream.width, stream.height, stream.pix_fmt = COLUMNS, ROWS, pixel_format
        stream.options = {"crf": "12", "g": "15", "bf": "2"} if codec == "libx264" else {}
        stream.bit_rate = 4_000_000
        for index in range(COUNT):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(index, is_red=is_red), format="rgb24")))
        container.mux(stream.encode())


def one(path: Path) -> Frames:
    (item,) = read(path)
    assert isinstance(item, Frames), item
    return item


def problem(path: Path) -> str:
    (item,) = read(path)
    assert isinstance(item, InputError)
    return str(item)


@pytest.mark.parametrize("ending", CONTAINERS)
def test_every_frame_is_the_one_that_was_written_in_any_order(tmp_path: Path, ending: str) -> None:
    write(path := tmp_path / f"clip{ending}", *CONTAINERS[ending])
    frames = one(path)
    assert (frames.kind, frames.count, frames.rows, frames.columns) == (InputKind.CINE, COUNT, ROWS, COLUMNS)
    assert frames.name == "clip"
    assert not frames.has_color
    assert frames.pixel_spacing_mm is None
    assert frames.frame_times_s == pytest.approx([index / RATE for index in range(COUNT)], abs=2e-3)
    order = [*range(COUNT), *reversed(range(COUNT)), *random.Random(0).sample(range(COUNT), COUNT)]
    for index in order:
        pixels = frames.read_frame(index)
        assert pixels.shape == (ROWS, COLUMNS)
        assert abs(float(pixels.mean()) - level(index)) < 5, index


def test_color_is_kept(tmp_path: Path) -> None:
    write(path := tmp_path / "flow.mp4", "libx264", "yuv420p", is_red=True)
    frames = one(path)
    assert frames.has_color
    red, green, blue = frames.read_frame(7)[20, 25]
    assert red > 180
    assert max(green, blue) < 80


def test_what_it_is_called_does_not_matter(tmp_path: Path) -> None:
    write(path := tmp_path / "clip.mp4", "libx264", "yuv420p")
    assert one(path.rename(tmp_path / "clip")).count == COUNT


@pytest.mark.parametrize(
    ("syntax", "codec", "kind"),
    [
        (H264, "libx264", "h264"),
        (H264, "libx264", "mpegts"),
        (HEVC, "libx265", "hevc"),
        (MPEG2, "mpeg2video", "mpeg2video"),
    ],
)
def test_a_video_inside_of_dicom_is_a_cine(tmp_path: Path, syntax: str, codec: str, kind: str) -> None:
    write(stream := io.BytesIO(), codec, "yuv420p", kind=kind)
    whole = stream.getvalue()
    parts = [whole[:1000], whole[1000:]]
    dataset = dicom_dataset(np.zeros((COUNT, ROWS, COLUMNS), np.uint8), PixelData=encapsulate(parts))
    dataset.FrameTime = "50"
    frames = one(save(dataset, tmp_path / "a.dcm", syntax))
    assert frames.count == COUNT
    assert frames.frame_times_s == pytest.approx([index / RATE for index in range(COUNT)])
    for index in (39, 0, 20, 21, 3):
        assert abs(float(frames.read_frame(index).mean()) - level(index)) < 5, index


def test_a_clip_that_was_cut_short_ends_with_its_last_whole_frame(tmp_path: Path) -> None:
    write(path := tmp_path / "clip.mkv", "libx264", "yuv420p")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    frames = one(path)
    assert 5 < frames.count < COUNT
    for index in range(frames.count):  # frames before one that is lost may be there, each with its own time
        written = round(frames.frame_times_s[index] * RATE)
        assert abs(float(frames.read_frame(index).mean()) - level(written)) < 5


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    path = tmp_path / "wide.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = COLUMNS, ROWS, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(3, 2)
        for index in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(index), format="rgb24")))
        container.mux(stream.encode())
    frames = one(path)
    assert (frames.rows, frames.columns) == (ROWS, COLUMNS * 3 // 2)
    assert frames.read_frame(1).shape == (ROWS, COLUMNS * 3 // 2)


@pytest.mark.parametrize("start", [b"\0\0\0\x20ftypisom", b"RIFF\0\0\0\0AVI ", b"\x1a\x45\xdf\xa3", b"\0\0\x01\xba"])
def test_what_begins_like_a_video_and_is_none_is_one_line(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(start + random.Random(1).randbytes(5000))
    said = problem(path)
    assert "the video cannot be read" in said
    assert "\n" not in said


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    with av.open(str(path := tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    assert "no video stream" in problem(path)


def test_a_playlist_opens_no_other_file(tmp_path: Path) -> None:
    write(other := tmp_path / "other.ts", "libx264", "yuv420p")
    path = tmp_path / "list.mp4"
    path.write_text(f"#EXTM3U\n#EXTINF:2,\n{other}\n#EXT-X-ENDLIST\n")
    assert "none of the kinds of video" in problem(path)


def test_without_the_package_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path := tmp_path / "clip.mp4", "libx264", "yuv420p")
    monkeypatch.setitem(sys.modules, "av", None)
    said = problem(path)
    assert "PyAV" in said
    assert 'pip install "breastusai[video]"' in said


def test_more_than_can_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path := tmp_path / "clip.mp4", "libx264", "yuv420p")
    monkeypatch.setattr(video_frames, "MAX_VOXELS", 10 * ROWS * COLUMNS)
    assert "a video of over 11 frames cannot be read" in problem(path)
