"""The frames of a compressed video by their number, decoded with PyAV: exact, one at a time, never all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ..limits import MAX_VOXELS, check_size, too_large

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.plane import VideoPlane

_COLORED = 12  # levels by which a pixel's chroma differs from gray: compression alone gives gray pixels a few
_COLORED_PIXELS = 16
_GRAY_FORMATS = ("gray", "ya", "mono")
_UPRIGHT = (0, 360)
_SOUGHT = ("mov", "matroska")
"""Containers that store the time stamp of every frame: in others a frame found by seeking may be its neighbor."""


class VideoFrames:
    """Display pixels of one video.

    The whole video is decoded once, to know which frames there are, when, and whether they have color; then frames are
    decoded in order, and anew from the key frame before where an earlier one is asked for.

    Args:
        opened: opens the bytes of the video.
        container: FFmpeg's name of what they are, such as ``mov`` or ``h264``: nothing else is tried, and no other file
            or address that they may name is opened.
        where: the file, for errors.

    Raises InputError: PyAV is not installed, no picture can be decoded, pictures differ in size or are stored turned,
    or there are more than can be read.

    Attributes:
        rows, columns: of the frames, pixels made square where they are stored as wider or higher ones.
        has_color: whether any frame has more than a few pixels that are not gray.
        times_s: start of every frame in seconds from the first, or None where the video does not say.
    """

    def __init__(self, opened: Callable[[], BinaryIO], container: str, where: Path) -> None:
        self._opened, self._container, self._where = opened, container, where
        self._av = _pyav(where)
        self._stamps: list[int | None] = []
        self._rate: Fraction | None = None
        self._aspect = Fraction(1)
        self.rows = self.columns = 0
        self.has_color = False
        self.times_s = self._look_through()
        self._walk: Iterator[VideoFrame] | None = None
        self._next = 0
        self._last: tuple[int, NDArray[np.uint8]] | None = None

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self._stamps)

    def read_frame(self, index: int) -> NDArray[np.uint8]:
        """RGB ``[H, W, 3]`` where `has_color`, else gray ``[H, W]``. Raises InputError naming the frame."""
        if not 0 <= index < self.count:
            raise InputError(
                f"frame {index} does not exist", where=self._where, remedy=f"Choose from 0 to {self.count - 1}"
            )
        if self._last is None or self._last[0] != index:
            frame = self._found(index)
            if frame is None:
                raise self._damaged(f"frame {index} cannot be decoded a second time")
            self._last = index, self._pixels(frame)
        return self._last[1].copy()

    def _found(self, index: int) -> VideoFrame | None:
        if self._walk is not None and self._next <= index:
            frame = self._forward(index)
            if frame is not None:
                return frame
        return self._from_key_frame(index) or self._from_start(index)

    def _forward(self, index: int) -> VideoFrame | None:
        assert self._walk is not None
        for frame in self._walk:
            self._next += 1
            if self._next > index:
                return frame
        self._walk = None
        return None

    def _from_start(self, index: int) -> VideoFrame | None:
        self._walk, self._next = self._decoded(None), 0
        return self._forward(index)

    def _from_key_frame(self, index: int) -> VideoFrame | None:
        """Nothing where time stamps are not stored or not unique, or seeking leads elsewhere: the start is sure."""
        stamp = self._stamps[index]
        if stamp is None or index == 0 or self._container not in _SOUGHT or self._stamps.count(stamp) != 1:
            return None
        self._walk = self._decoded(stamp)
        for frame in self._walk:
            if frame.pts == stamp:
                self._next = index + 1
                return frame
            if frame.pts is None or frame.pts > stamp:
                break
        self._walk = None
        return None

    def _look_through(self) -> tuple[float, ...] | None:
        base: Fraction | None = None
        for frame in self._decoded(None):
            if not self._stamps:
                self.columns, self.rows = self._shape(frame)
                check_size(self.rows, self.columns, self._where)
                base = frame.time_base
            elif self._shape(frame) != (self.columns, self.rows):
                raise InputError(
                    "the frames differ in size", where=self._where, remedy="Export the clip again, or in parts"
                )
            self._stamps.append(frame.pts)
            if len(self._stamps) * self.rows * self.columns > MAX_VOXELS:
                raise too_large(self._where, f"a video of over {len(self._stamps)} frames")
            self.has_color = self.has_color or _is_colored(frame)
        if not self._stamps:
            raise self._damaged("no picture can be decoded from it")
        stamps = self._stamps
        known = [stamp for stamp in stamps if stamp is not None]
        if base and len(known) == len(stamps) and all(np.diff(known) > 0):
            return tuple(float((stamp - known[0]) * base) for stamp in known)
        rate = self._rate
        return tuple(float(place / rate) for place in range(self.count)) if rate else None

    def _decoded(self, stamp: int | None) -> Iterator[VideoFrame]:
        """The frames from the start, or from the key frame before a time stamp on."""
        try:
            with self._opened() as file, self._av.open(file, format=self._container) as container:
                stream = next(iter(container.streams.video), None)
                if stream is None:
                    raise self._damaged("there is no video stream in it")
                stream.thread_count = 1  # with more, closing it waits for ever for threads that wait for Python
                self._rate, self._aspect = stream.average_rate, stream.sample_aspect_ratio or Fraction(1)
                if stamp is not None:
                    container.seek(stamp, stream=stream)
                yield from container.decode(stream)
        except self._av.error.FFmpegError as error:
            if not self._stamps or stamp is not None:
                raise self._damaged("it cannot be decoded") from error
            # a clip that was cut short ends with its last whole frame

    def _shape(self, frame: VideoFrame) -> tuple[int, int]:
        if abs(int(getattr(frame, "rotation", 0) or 0)) not in _UPRIGHT:
            raise InputError(
                "the video is stored turned", where=self._where, remedy="Save it upright in a video program"
            )
        return round(frame.width * self._aspect), frame.height

    def _pixels(self, frame: VideoFrame) -> NDArray[np.uint8]:
        shown = "rgb24" if self.has_color else "gray"
        return np.asarray(frame.to_ndarray(format=shown, width=self.columns, height=self.rows), np.uint8)

    def _damaged(self, reason: str) -> InputError:
        return InputError(
            f"the video cannot be read: {reason}", where=self._where, remedy="Copy or export it again from its source"
        )


def _pyav(where: Path) -> Any:
    try:
        import av
        import av.error
        import av.logging
    except ImportError as error:
        raise InputError(
            "this is a video, and the Python package PyAV, which reads videos, is not installed",
            where=where,
            remedy='Install it (pip install "breastusai[video]", in Slicer slicer.util.pip_install("av")), or export '
            "the clip as multi-frame DICOM",
        ) from error
    av.logging.set_level(av.logging.PANIC)
    return av


def _is_colored(frame: VideoFrame) -> bool:
    """Whether more than a few pixels are not gray; chroma is looked at where it is stored apart."""
    name = frame.format.name
    if name.startswith(_GRAY_FORMATS):
        return False
    if name.startswith("yuv") and "p" in name and len(frame.planes) >= 3 and frame.format.components[0].bits == 8:
        blue, red = (_levels(plane).astype(np.int16) - 128 for plane in frame.planes[1:3])
        return int((np.maximum(np.abs(blue), np.abs(red)) > _COLORED).sum()) >= _COLORED_PIXELS
    pixels = frame.to_ndarray(format="rgb24").astype(np.int16)
    return int((pixels.max(axis=2) - pixels.min(axis=2) > 2 * _COLORED).sum()) >= _COLORED_PIXELS


def _levels(plane: VideoPlane) -> NDArray[np.uint8]:
    return np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, -1)[:, : plane.width]
