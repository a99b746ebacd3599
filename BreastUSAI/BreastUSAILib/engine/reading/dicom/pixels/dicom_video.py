"""Video inside of DICOM (MPEG-2, MPEG-4 AVC/H.264, HEVC/H.265; PS3.5 8.2.5 to 8.2.9): one stream for all frames."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import BinaryIO, cast

from ....errors import InputError
from ...video.video_file import BEGINS, container_of
from ...video.video_frames import VideoFrames
from ..dicom_file import DicomFile, PixelElement
from .encapsulation import fragments_in_order

_BARE = {"100": "mpegvideo", "101": "mpegvideo", "107": "hevc", "108": "hevc"}
"""FFmpeg's name of a bare stream, by the end of the transfer syntax's identifier; all others are H.264."""


class Fragments(io.RawIOBase):
    """Parts of a file, one after the other, as one file to read: nothing is copied.

    Args:
        file: the file; closed with this.
        parts: (offset, length) of each part.
    """

    def __init__(self, file: BinaryIO, parts: Sequence[tuple[int, int]]) -> None:
        super().__init__()
        self._file, self._parts = file, list(parts)
        self._size = sum(length for _offset, length in self._parts)
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place of all parts together."""
        self._at = max(0, {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence] + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer as far as the part goes that is being read."""
        before = 0
        for offset, length in self._parts:
            if self._at < before + length:
                self._file.seek(offset + self._at - before)
                found = self._file.read(min(len(buffer), before + length - self._at))
                buffer[: len(found)] = found
                self._at += len(found)
                return len(found)
            before += length
        return 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def dicom_video(file: DicomFile, pixels: PixelElement) -> VideoFrames:
    """The frames of a file whose transfer syntax is video. Raises InputError, as `VideoFrames` does.

    What the pixel data hold is told by their first bytes where they are a container, else by the transfer syntax.
    """
    parts = fragments_in_order(pixels)
    if not parts:
        raise InputError("there is no video in the pixel data", where=file.path, remedy="Copy or export the file again")

    def opened() -> BinaryIO:
        return cast(BinaryIO, io.BufferedReader(Fragments(pixels.open(), parts)))

    with opened() as stream:
        begin = stream.read(BEGINS)
    bare = _BARE.get(file.transfer_syntax.rpartition(".")[2], "h264")
    return VideoFrames(opened, container_of(begin) or bare, file.path)
