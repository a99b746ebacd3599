"""A video or cine that plays at its own pace, as if it were live, and a camera."""

from __future__ import annotations

import sys
import time

from ..engine.errors import BreastUSAIError, DependencyError, InputError
from ..engine.images.frames import Frames
from .newest import NewestPicture
from .source import CLOSED, LiveSource

FRAMES_A_SECOND = 25.0
"""Of a clip that does not say how fast it plays."""


class PacedSource(LiveSource):
    """Puts the frames of a clip into `newest` when their time has come, from a thread of its own.

    Args:
        frames: the clip.
        newest: gets the frames; one that cannot be read ends them.
        speed: how many times faster than it was recorded.
        repeats: play it again and again until it is closed.
    """

    def __init__(self, frames: Frames, newest: NewestPicture, speed: float = 1.0, repeats: bool = False) -> None:
        super().__init__(newest)
        self._frames, self._speed, self._repeats = frames, speed, repeats
        self._begin()

    def _pictures(self) -> str:
        frames = self._frames
        times = frames.frame_times_s or [index / FRAMES_A_SECOND for index in range(frames.count)]
        length = times[-1] + (times[-1] / max(frames.count - 1, 1) or 1 / FRAMES_A_SECOND)
        start, rounds = time.monotonic(), 0
        while True:
            for index, at in enumerate(times):
                due = start + (rounds * length + at) / self._speed
                if self._closing.wait(max(0.0, due - time.monotonic())):
                    return CLOSED
                try:
                    pixels = frames.read_frame(index)
                except BreastUSAIError as error:
                    return str(error)
                self._newest.put(pixels, rounds * length + at, frames.pixel_spacing_mm)
            rounds += 1
            if not self._repeats:
                return "the clip has ended"


class CameraSource(LiveSource):
    """Puts the pictures of a camera or frame grabber into `newest`, from a thread of its own, through PyAV.

    Args:
        number: the camera's, as the operating system counts them.
        newest: gets the pictures.

    Raises DependencyError without PyAV, InputError where there is no such camera.
    """

    def __init__(self, number: int, newest: NewestPicture) -> None:
        try:
            import av
            import av.error
        except ImportError as error:
            raise DependencyError(
                "a camera needs the Python package PyAV, which is not installed",
                remedy='Install it: pip install "breastusai[live]"',
            ) from error
        super().__init__(newest)
        name, kind = {
            "linux": (f"/dev/video{number}", "v4l2"),
            "darwin": (f"{number}:none", "avfoundation"),
        }.get(sys.platform, (f"video={number}", "dshow"))
        try:
            self._container = av.open(name, format=kind)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise InputError(
                f"there is no camera {number}, or another program uses it", remedy="Give the number of another one"
            ) from error
        self._begin()

    def close(self) -> None:
        """Let the camera go."""
        super().close()
        self._container.close()

    def _pictures(self) -> str:
        import av.error

        try:
            for frame in self._container.decode(video=0):
                if self._closing.is_set():
                    break
                self._newest.put(frame.to_ndarray(format="rgb24"), frame.time)
        except av.error.FFmpegError:
            return "the camera gives no more pictures"
        return CLOSED
