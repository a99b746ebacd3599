"""Pictures of an OpenIGTLink server, such as PLUS or Slicer, through pyigtl."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import DependencyError, InputError, OptionError
from ..engine.images.plausible_spacing import LARGEST_SPACING_MM
from .newest import NewestPicture
from .source import CLOSED, LiveSource

LARGEST_SIDE = 4096
_LOOK_S = 0.002
_SMALLEST_SPACING_MM = 0.005


def address_in(text: str) -> tuple[str, int]:
    """``HOST:PORT`` or ``[IPv6]:PORT``. Raises OptionError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise OptionError(f"'{text}' is no address", remedy="Give HOST:PORT, such as localhost:18944")
    return host.strip("[]"), int(port)


class OpenIGTLinkSource(LiveSource):
    """Puts the images of a server into `newest`, from a thread of its own, until it is closed.

    Args:
        host, port: of the server.
        newest: gets the pictures.
        device: the name of the images that are wanted; None: the first that come.
        patience_s: how long the server may be away, at the start or later, until `newest` is told of the end.

    Raises DependencyError without pyigtl. A message that is no picture is passed over and counted in `passed_over`.
    """

    def __init__(
        self, host: str, port: int, newest: NewestPicture, device: str | None = None, patience_s: float = 10.0
    ) -> None:
        try:
            import pyigtl
        except ImportError as error:
            raise DependencyError(
                "live pictures by OpenIGTLink need the Python package pyigtl, which is not installed",
                remedy='Install it: pip install "breastusai[live]"',
            ) from error
        super().__init__(newest)
        self.passed_over = 0
        self._where, self._device, self._patience = f"{host}:{port}", device, patience_s
        self._client = pyigtl.OpenIGTLinkClient(host=host, port=port)
        self._begin()

    def close(self) -> None:
        """Listen no more."""
        super().close()
        self._client.stop()

    def _pictures(self) -> str:
        last = time.monotonic()
        while not self._closing.is_set():
            messages = self._client.get_latest_messages()
            for message in messages:
                self._take(message)
            now = time.monotonic()
            if messages or self._client.is_connected():
                last = now
            elif now - last > self._patience:
                return f"nothing answers at {self._where}, or it has closed the connection"
            if not messages:
                time.sleep(_LOOK_S)
        return CLOSED

    def _take(self, message: Any) -> None:
        if message.message_type != "IMAGE" or (self._device is not None and message.device_name != self._device):
            return
        try:
            pixels = picture_in(message.image)
        except InputError:
            self.passed_over += 1
            return
        self._device = message.device_name  # a server may send images of several devices
        stamp = float(message.timestamp) if message.timestamp else None
        self._newest.put(pixels, stamp, spacing_in(np.asarray(message.ijk_to_world_matrix)))


def picture_in(image: NDArray | None) -> NDArray:
    """uint8 RGB ``[H, W, 3]`` or gray ``[H, W]`` of an image ``[K, J, I]`` or ``[K, J, I, C]``, its first slice.

    Other whole numbers keep the range from their least to their greatest value. Raises InputError for what is none.
    """
    if image is None or image.ndim not in (3, 4) or min(image.shape) < 1 or max(image.shape[1:3]) > LARGEST_SIDE:
        raise InputError("this is no picture", where=Path("OpenIGTLink"), remedy="Send 2-D images")
    plane = np.asarray(image[0])
    if plane.ndim == 3:
        if plane.shape[2] not in (1, 3, 4):
            raise InputError("this is no picture", where=Path("OpenIGTLink"), remedy="Send gray or RGB images")
        plane = plane[..., 0] if plane.shape[2] == 1 else plane[..., :3]
    if plane.dtype == np.uint8:
        return np.ascontiguousarray(plane)
    values = np.nan_to_num(plane.astype(np.float32))
    low, high = float(values.min()), float(values.max())
    return np.round((values - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)


def spacing_in(matrix: NDArray) -> tuple[float, float] | None:
    """(row, column) in mm of an image's matrix; None for what is no pixel size, as the 1 mm of a matrix nobody set."""
    column, row = (float(np.linalg.norm(matrix[:3, axis])) for axis in (0, 1))
    known = all(_SMALLEST_SPACING_MM <= one <= LARGEST_SPACING_MM for one in (row, column))
    return (row, column) if known and (row, column) != (1.0, 1.0) else None
