"""Where a heat map's energy lies: shares of its positive values, and its highest point."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...errors import OptionError
from ...findings.grades import EnergyShare


def energy_share(heat: NDArray[np.floating], part: NDArray[np.bool_], region: NDArray[np.bool_]) -> EnergyShare | None:
    """How much of a map's positive energy in the analyzed region lies in a part of it; None for a map without any.

    The sum of the map's positive values (Wang et al. 2020, arXiv:1910.01279, call the share the energy-based pointing
    game).

    Args:
        heat: ``[H, W]`` of any scale; what is below 0 speaks against the class and counts nothing.
        part: ``[H, W]``; what of it lies outside the region counts nothing.
        region: ``[H, W]``, the analyzed pixels.

    Raises OptionError where their sizes differ.

    >>> import numpy as np
    >>> heat = np.array([[3.0, 1.0], [0.0, -5.0]])
    >>> share = energy_share(heat, heat > 2, np.ones((2, 2), bool))
    >>> share.energy, share.area, share.ratio
    (0.75, 0.25, 3.0)
    """
    return energy_shares(heat, {"": part}, region)[""]


def energy_shares(
    heat: NDArray[np.floating], parts: Mapping[str, NDArray[np.bool_]], region: NDArray[np.bool_]
) -> dict[str, EnergyShare | None]:
    """The same of several parts, by their names."""
    check_sizes(heat, region, *parts.values())
    positive = np.where(region, np.maximum(heat, 0), 0)
    total, pixels = float(positive.sum(dtype=np.float64)), int(np.count_nonzero(region))
    if total <= 0:
        return dict.fromkeys(parts)
    shares: dict[str, EnergyShare | None] = {}
    for name, part in parts.items():
        energy = float(positive[part].sum(dtype=np.float64)) / total
        shares[name] = EnergyShare(min(energy, 1.0), float(np.count_nonzero(part & region) / pixels))
    return shares


def points_at(heat: NDArray[np.floating], part: NDArray[np.bool_]) -> bool:
    """Whether the map's highest point lies in the part: the pointing game (Zhang et al. 2018, arXiv:1608.00507).

    Of several equally high points all must, so that a map that is even everywhere, or zero, points at nothing. Raises
    OptionError where sizes differ.
    """
    check_sizes(heat, part)
    return bool(part[heat == heat.max()].all())


def band_behind(lesion: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The band behind a lesion mask ``[H, W]``, where shadow and enhancement show; depth runs down the rows.

    Under each connected lesion: of its columns all below its lowest pixel, as deep as the lesion is high; no pixel of
    any lesion.
    """
    from scipy import ndimage

    band = np.zeros_like(lesion, dtype=bool)
    labels, _ = ndimage.label(lesion, np.ones((3, 3)))
    for number, (down, across) in enumerate(ndimage.find_objects(labels), start=1):
        one = labels[down, across] == number
        height = one.shape[0]
        lowest = down.start + height - 1 - one[::-1].argmax(axis=0)
        rows = np.arange(lesion.shape[0])[:, None]
        band[:, across] |= (rows > lowest) & (rows <= lowest + height)
    return band & ~lesion


def check_sizes(heat: NDArray, *masks: NDArray) -> None:
    """Raise OptionError for a mask that is not of the map's size."""
    for mask in masks:
        if mask.shape != heat.shape:
            raise OptionError(
                f"the heat map is {_size(heat)} pixels and the mask {_size(mask)}",
                remedy="Give a mask on the pixels of the image that the map explains",
            )


def _size(array: NDArray) -> str:
    return "x".join(str(side) for side in array.shape[::-1])
