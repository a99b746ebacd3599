"""Stored gray values to what a screen would show: rescale, window, photometric inversion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ...header_numbers import first_number, numbers
from ..pydicom_versions import apply_voi

GrayMap = Callable[[NDArray], NDArray]
"""Stored values ``[H, W]`` -> uint8, uint16 or float32 ``[H, W]``, brighter meaning more echo."""


@dataclass(frozen=True)
class Window:
    """A VOI window (PS3.3 C.11.2.1.2): center and width in rescaled values, width above 0."""

    center: float
    width: float
    function: str = "LINEAR"

    def apply(self, values: NDArray) -> NDArray[np.uint8]:
        """uint8 ``[H, W]``."""
        values = values.astype(np.float32)
        if self.function == "SIGMOID":
            shown = 1 / (1 + np.exp(np.clip(-4 * (values - self.center) / self.width, -60, 60)))
        elif self.function == "LINEAR_EXACT" or self.width <= 1:
            shown = (values - self.center) / self.width + 0.5
        else:
            shown = (values - (self.center - 0.5)) / (self.width - 1) + 0.5
        return np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)


def read_window(dataset: Dataset) -> Window | None:
    """The first window of the header, or None where there is no usable one."""
    center, width = first_number(dataset.get("WindowCenter")), first_number(dataset.get("WindowWidth"))
    if center is None or width is None or width <= 0:
        return None
    return Window(center, width, str(dataset.get("VOILUTFunction") or "LINEAR").strip().upper())


def has_table(dataset: Dataset) -> bool:
    """Whether the first VOI LUT (0028,3010) is one that can be applied: a descriptor of three numbers, and entries."""
    for item in list(dataset.get("VOILUTSequence") or [])[:1]:
        descriptor, data = numbers(item.get("LUTDescriptor")), item.get("LUTData")
        whole = [value for value in descriptor if value is not None]
        entries = 0 if data is None else len(data) // (2 if isinstance(data, bytes) else 1)
        return len(whole) == 3 and 1 <= whole[2] <= 16 and entries >= (whole[0] or 65536)
    return False


def gray_map(dataset: Dataset, bits_stored: int, signed: bool, inverted: bool, is_float: bool) -> GrayMap:
    """How to show this file's gray values.

    Up to 8 unsigned bits are shown as they are, fewer than 8 stretched to 0-255. More bits go through a VOI table or
    window where the file has one (to uint8), else stay uint16, or float32 where signed or rescaled.
    `inverted` is MONOCHROME1: the lowest value is the brightest.
    """
    slope = first_number(dataset.get("RescaleSlope")) or 1.0
    intercept = first_number(dataset.get("RescaleIntercept")) or 0.0
    rescaled = (slope, intercept) != (1.0, 0.0)
    top = 2**bits_stored - 1
    if not is_float and bits_stored <= 8 and not signed:
        return lambda stored: _narrow(stored, top, inverted)
    if has_table(dataset):
        return lambda stored: _table(stored, dataset, inverted)
    window = read_window(dataset)
    if window is not None:
        return lambda stored: _flip(window.apply(stored * slope + intercept), 255, inverted)
    if is_float or signed or rescaled or bits_stored > 16:
        factor = -1.0 if inverted else 1.0
        return lambda stored: (factor * (stored.astype(np.float32) * slope + intercept)).astype(np.float32)
    return lambda stored: _flip(stored.astype(np.uint16), top, inverted)


def _flip(values: NDArray, top: int, inverted: bool) -> NDArray:
    return (top - values).astype(values.dtype) if inverted else values


def _narrow(stored: NDArray, top: int, inverted: bool) -> NDArray[np.uint8]:
    if top == 255:
        return _flip(stored.astype(np.uint8), 255, inverted)
    shown = np.rint(np.minimum(stored, top) * (255.0 / top)).astype(np.uint8)
    return _flip(shown, 255, inverted)


def _table(stored: NDArray, dataset: Dataset, inverted: bool) -> NDArray[np.uint8]:
    bits = int(dataset.VOILUTSequence[0].LUTDescriptor[2])
    shown = apply_voi(stored, dataset).astype(np.float32) * (255.0 / (2**bits - 1))
    return _flip(np.rint(np.clip(shown, 0, 255)).astype(np.uint8), 255, inverted)
