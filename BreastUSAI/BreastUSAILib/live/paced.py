"""A video or cine that plays at its own pace, as if it were live, and a camera."""

from __future__ import annotations

import threading
import time

from ..engine.errors import BreastUSAIError, DependencyError, InputError
from ..engine.images.frames import Frames
from .newest import NewestPicture

FRAMES_A_SECOND = 25.0
"""Of a clip that does not say how fast it plays."""


class PacedSource:
    """Puts the frames of a clip into `newest` when their time has come, from a thread of its own.

    Args:
        frames: the clip.
        newest: gets the frames; one that cannot be read ends them.
        speed: how many times faster than it was recorded.
        repeats: play it again and again until it is closed.
    """

    def __init__(self, frames: Frames, newest: NewestPicture, speed: float = 1.0, repeats: bool = False) -> None:
        self._frames, self._newest, self._speed, self._repeats = frames, newest, speed, repeats
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._play, name="clip", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop playing."""
        self._closing.set()
        self._thread.join(5.0)

    def _play(self) -> None:
        frames = self._frames
        times = frames.frame_times_s or [index / FRAMES_A_SECOND for index in range(frames.count)]
        length = times[-1] + (times[-1] / max(frames.count - 1, 1) or 1 / FRAMES_A_SECOND)
        start, rounds = time.monotonic(), 0
        while True:
            for index, at in enumerate(times):
                due = start + (rounds * length + at) / self._speed
                if self._closing.wait(max(0.0, due - time.monotonic())):
                    self._newest.end("closed")
                    return
                try:
                    pixels = frames.read_frame(index)
                except BreastUSAIError as error:
                    self._newest.end(str(error))
                    return
                self._newest.put(pixels, rounds * length + at, frames.pixel_spacing_mm)
            rounds += 1
            if not self._repeats:
                self._newest.end("the clip has ended")
                return


class CameraSource:
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
        import sys

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
        self._newest = newest
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._grab, name="camera", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let the camera go."""
        self._closing.set()
        self._thread.join(5.0)
        self._container.close()

    def _grab(self) -> None:
        import av.error

        try:
            for frame in self._container.decode(video=0):
                if self._closing.is_set():
                    break
                self._newest.put(frame.to_ndarray(format="rgb24"), frame.time)
        except av.error.FFmpegError:
            self._newest.end("the camera gives no more pictures")
            return
        self._newest.end("closed")
