"""Masks and heat maps of many frames in little memory, on the frame's grid when asked for. Needs numpy alone."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..images.frames import Rectangle
from ..images.letterbox import Letterbox


@dataclass(frozen=True)
class PackedLabels:
    """Labels ``[H, W]`` of one frame in little memory: the rectangle around all lesions, its pixels compressed."""

    rows: int
    columns: int
    box: Rectangle
    data: bytes

    @classmethod
    def of(cls, labels: NDArray[np.uint8]) -> PackedLabels:
        """Pack labels: 0 background, else the lesion's number."""
        box = Rectangle.around(labels)
        rows, columns = labels.shape
        return cls(rows, columns, box, zlib.compress(labels[box.slices].tobytes(), level=1))

    def unpacked(self) -> NDArray[np.uint8]:
        """The labels as they were."""
        labels = np.zeros((self.rows, self.columns), dtype=np.uint8)
        crop = labels[self.box.slices]
        crop[...] = np.frombuffer(zlib.decompress(self.data), dtype=np.uint8).reshape(crop.shape)
        return labels


@dataclass
class StoredMaps:
    """`FrameMaps` that keeps each frame's label crop compressed and its heat map at the network's resolution."""

    letterbox: Letterbox
    _labels: dict[int, PackedLabels] = field(default_factory=dict)
    _heat: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    def store(self, frame: int, labels: NDArray[np.uint8], heat: NDArray[np.float32]) -> None:
        """Keep the labels ``[H, W]`` and the low-resolution heat map ``[n, n]`` of one frame."""
        self.store_packed(frame, PackedLabels.of(labels), heat.copy())

    def store_packed(self, frame: int, labels: PackedLabels, heat: NDArray[np.float32]) -> None:
        """Keep what `packed` gave, without a copy."""
        self._labels[frame] = labels
        self._heat[frame] = heat

    def packed(self, frame: int) -> tuple[PackedLabels, NDArray[np.float32]]:
        """What is kept of a frame, the heat map ``[n, n]`` as it was stored. KeyError where nothing is."""
        return self._labels[frame], self._heat[frame]

    def store_empty(self, frame: int) -> None:
        """Keep that a frame has neither lesion nor heat."""
        nothing = np.zeros((self.letterbox.rows, self.letterbox.columns), dtype=np.uint8)
        self.store(frame, nothing, np.zeros((1, 1), dtype=np.float32))

    @property
    def frames(self) -> tuple[int, ...]:
        """Indices of the stored frames, ascending."""
        return tuple(sorted(self._labels))

    def labels(self, frame: int) -> NDArray[np.uint8]:
        """``[H, W]``: 0 background, else the lesion's number. KeyError where the frame was not segmented."""
        return self._labels[frame].unpacked()

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        """``[H, W]`` float32 in [0, 1], 0 outside the analysed region. KeyError where the frame was not explained."""
        return self.letterbox.restore(self._heat[frame])
