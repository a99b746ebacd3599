"""Masks and heat maps of many frames in little memory: restored to the frame's grid when asked for."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .letterbox import Letterbox


@dataclass
class StoredMaps:
    """`FrameMaps` that keeps each frame's label crop compressed and its heat map at the network's resolution."""

    letterbox: Letterbox
    _labels: dict[int, tuple[tuple[slice, slice], bytes]] = field(default_factory=dict)
    _heat: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    def store(self, frame: int, labels: NDArray[np.uint8], heat: NDArray[np.float32]) -> None:
        """Keep the labels ``[H, W]`` and the low-resolution heat map ``[n, n]`` of one frame."""
        boxes = ndimage.find_objects((labels > 0).view(np.uint8))
        box = boxes[0] if boxes else (slice(0, 0), slice(0, 0))
        self._labels[frame] = (box, zlib.compress(labels[box].tobytes(), level=1))
        self._heat[frame] = heat.copy()

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
        box, packed = self._labels[frame]
        labels = np.zeros((self.letterbox.rows, self.letterbox.columns), dtype=np.uint8)
        crop = labels[box]
        crop[...] = np.frombuffer(zlib.decompress(packed), dtype=np.uint8).reshape(crop.shape)
        return labels

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        """``[H, W]`` float32 in [0, 1], 0 outside the analysed region. KeyError where the frame was not explained."""
        return self.letterbox.restore(self._heat[frame])
