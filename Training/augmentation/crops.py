"""Parts of images: normal tissue beside a lesion, since the collections hold few normals, and lesions closer up."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_MARGIN = 0.04  # of the side, kept clear around the lesion
_LEAST_SIDE = 0.35  # of the image's own width or height: less tissue tells nothing
_LONGEST_ASPECT = 3.0


@dataclass(frozen=True)
class Crop:
    """A rectangle of the network's square in whole pixels."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels inside."""
        return self.width * self.height


def tissue_crop(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> Crop | None:
    """The largest part of the image ``[S, S]`` beside or above the lesion, over its full height or width.

    Never what lies below the lesion, where its shadow or enhancement shows. None where no part is large enough.
    """
    return max(_tissue(image, mask), key=lambda crop: crop.area, default=None)


def random_tissue_crop(
    image: NDArray[np.uint8], mask: NDArray[np.uint8], generator: np.random.Generator
) -> Crop | None:
    """A random part of a random one of these parts, half or more of each of its sides. None where none is large enough.

    Lesion-free tissue comes at as many scales as lesions do this way (`lesion_crop`), and not by the edge alone.
    """
    parts = _tissue(image, mask)
    if not parts:
        return None
    part = parts[int(generator.integers(len(parts)))]
    width, height = (round(side * generator.uniform(0.5, 1.0)) for side in (part.width, part.height))
    left = part.left + int(generator.integers(part.width - width + 1))
    top = part.top + int(generator.integers(part.height - height + 1))
    smaller = Crop(top, left, top + height, left + width)
    content = _box(image)
    assert content is not None
    return smaller if _tells(smaller, content) else part


def _tissue(image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> list[Crop]:
    """The parts beside and above the lesion that are large enough."""
    content, lesion = _box(image), _box(mask)
    if content is None or lesion is None:
        return []
    margin = round(_MARGIN * len(image))
    candidates = [
        dataclasses.replace(content, right=max(content.left, lesion.left - margin)),
        dataclasses.replace(content, left=min(content.right, lesion.right + margin)),
        dataclasses.replace(content, bottom=max(content.top, lesion.top - margin)),
    ]
    return [crop for crop in candidates if _tells(crop, content)]


def lesion_crop(image: NDArray[np.uint8], mask: NDArray[np.uint8], generator: np.random.Generator) -> Crop | None:
    """A random part of the image ``[S, S]`` with the whole lesion in it.

    Without these a network could tell normal tissue by being a part. None where no part is large enough.
    """
    content, lesion = _box(image), _box(mask)
    if content is None or lesion is None:
        return None
    crop = Crop(
        int(generator.integers(content.top, lesion.top + 1)),
        int(generator.integers(content.left, lesion.left + 1)),
        int(generator.integers(lesion.bottom, content.bottom + 1)),
        int(generator.integers(lesion.right, content.right + 1)),
    )
    return crop if _tells(crop, content) else None


def _box(plane: NDArray[np.uint8]) -> Crop | None:
    """The smallest rectangle around what is not 0."""
    rows, columns = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    if not len(rows):
        return None
    return Crop(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _tells(crop: Crop, content: Crop) -> bool:
    """Whether a part is large and square enough to be worth showing."""
    return (
        crop.width >= _LEAST_SIDE * content.width
        and crop.height >= _LEAST_SIDE * content.height
        and max(crop.width, crop.height) <= _LONGEST_ASPECT * min(crop.width, crop.height)
    )


def cut_out(plane: NDArray[np.uint8], crop: Crop, *, smooth: bool = True) -> NDArray[np.uint8]:
    """The crop alone, enlarged to fit the square ``[S, S]`` with its aspect kept, 0 around it; masks not `smooth`."""
    side = len(plane)
    scale = side / max(crop.width, crop.height)
    width, height = max(1, round(crop.width * scale)), max(1, round(crop.height * scale))
    top, left = (side - height) // 2, (side - width) // 2
    part = Image.fromarray(plane[crop.top : crop.bottom, crop.left : crop.right])
    how = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    square = np.zeros_like(plane)
    square[top : top + height, left : left + width] = np.asarray(part.resize((width, height), how))
    return square
