"""Video files (MP4, MOV, AVI, MKV, WebM, MPEG) as cines."""

from __future__ import annotations

from pathlib import Path

from ...errors import InputError
from ...images.frames import Frames, InputKind
from ..names import stem
from .video_frames import VideoFrames

_STILL_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
BEGINS = 400


def is_video(path: Path) -> bool:
    """Whether the file begins like a video. Raises OSError."""
    return _container(path) is not None


def read_video(path: Path) -> Frames:
    """A video as a cine, one of a single picture as a still; it states no pixel size. Raises InputError."""
    container = _container(path)
    if container is None:
        raise InputError(
            "this is none of the kinds of video that are read",
            where=path,
            remedy="Save it as MP4, AVI or MKV, or export it as multi-frame DICOM",
        )
    video = VideoFrames(lambda: path.open("rb"), container, path)
    return Frames(
        name=stem(path),
        kind=InputKind.CINE if video.count > 1 else InputKind.STILL,
        count=video.count,
        rows=video.rows,
        columns=video.columns,
        has_color=video.has_color,
        read_frame=video.read_frame,
        frame_times_s=video.times_s if video.count > 1 else None,
        source=str(path),
    )


def _container(path: Path) -> str | None:
    """FFmpeg's name of the container, by the file's first bytes."""
    with path.open("rb") as file:
        return container_of(file.read(BEGINS))


def container_of(start: bytes) -> str | None:
    """FFmpeg's name of the container that begins with these bytes; None for what is none."""
    if start[4:8] in (b"ftyp", b"moov", b"mdat", b"wide") and start[8:12] not in _STILL_BRANDS:
        return "mov"
    if start[:4] == b"RIFF" and start[8:12] == b"AVI ":
        return "avi"
    if start[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if start[:4] == b"\x00\x00\x01\xba":
        return "mpeg"
    return "mpegts" if start[:1] == b"\x47" and start[188:189] == b"\x47" and start[376:377] == b"\x47" else None
