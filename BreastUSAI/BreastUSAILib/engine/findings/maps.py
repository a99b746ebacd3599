"""Masks and heat maps of many frames in little memory, on the frame's grid when asked for. Needs numpy alone."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..images.frames import Rectangle
from ..images.letterbox import Letterbox


@dataclass(frozen=True)
class CroppedLabels:
    """Labels ``[rows, columns]`` of one frame as those of the rectangle around all lesions; 0 everywhere else.

    Args:
        rows, columns: size of the frame.
        box: the rectangle; of no size where there is no lesion.
        labels: what lies in it, ``[box.height, box.width]``: 0 background, else the lesion's number. Not to be changed.
    """

    rows: int
    columns: int
    box: Rectangle
    labels: NDArray[np.unsignedinteger[Any]]

    @classmethod
    def of(cls, labels: NDArray[np.unsignedinteger[Any]]) -> CroppedLabels:
        """A view of the labels ``[H, W]`` of a frame."""
        rows, columns = labels.shape
        box = Rectangle.around(labels)
        return cls(rows, columns, box, labels[box.slices])

    def whole(self) -> NDArray[np.unsignedinteger[Any]]:
        """The labels ``[H, W]`` of the frame, of the same type."""
        labels = np.zeros((self.rows, self.columns), self.labels.dtype)
        labels[self.box.slices] = self.labels
        return labels


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
        crop = CroppedLabels.of(labels)
        return cls(crop.rows, crop.columns, crop.box, zlib.compress(crop.labels.tobytes(), level=1))

    def unpacked(self) -> NDArray[np.uint8]:
        """The labels as they were."""
        return self.cropped().whole()

    def cropped(self) -> CroppedLabels:
        """The labels around the lesions, as they lie in memory when they are decompressed: nothing is copied."""
        labels = np.frombuffer(zlib.decompress(self.data), dtype=np.uint8)
        return CroppedLabels(self.rows, self.columns, self.box, labels.reshape(self.box.height, self.box.width))


class PackedMasks(Mapping[int, NDArray[np.uint8]]):
    """Frame -> labels ``[H, W]``: 0 background, else the lesion's number; kept in little memory."""

    def __init__(self, packed: Mapping[int, PackedLabels]) -> None:
        self._packed = packed

    def __getitem__(self, frame: int) -> NDArray[np.uint8]:
        return self._packed[frame].unpacked()

    def packed(self, frame: int) -> PackedLabels:
        """The labels of a frame as they are kept. KeyError where there are none."""
        return self._packed[frame]

    def __iter__(self) -> Iterator[int]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


@dataclass(frozen=True)
class SquareMaps:
    """One kind of map of some frames, each ``[n, n]`` over a network's square, on the frame's grid when asked for."""

    letterbox: Letterbox
    squares: Mapping[int, NDArray[np.float32]]

    def map(self, frame: int) -> NDArray[np.float32]:
        """``[H, W]`` float32, 0 outside the analyzed region. KeyError where the frame has none."""
        return self.letterbox.restore(self.squares[frame])


@dataclass
class StoredMaps:
    """`FrameMaps` that keeps each frame's label crop compressed and its heat map at the network's resolution.

    `further` are the maps of explanations beside the heat map, by the method's option.
    """

    letterbox: Letterbox
    _labels: dict[int, PackedLabels] = field(default_factory=dict)
    _heat: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    further: dict[str, SquareMaps] = field(default_factory=dict)

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

    def cropped_labels(self, frame: int) -> CroppedLabels:
        """The same, around the lesions alone. KeyError where the frame was not segmented."""
        return self._labels[frame].cropped()

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        """``[H, W]`` float32 in [0, 1], 0 outside the analyzed region. KeyError where the frame was not explained."""
        return self.letterbox.restore(self._heat[frame])

    def explanation_map(self, option: str, frame: int) -> NDArray[np.float32]:
        """``[H, W]`` float32 in [0, 1], or [-1, 1] where signed. KeyError where that method gave the frame none."""
        return self.further[option].map(frame)
