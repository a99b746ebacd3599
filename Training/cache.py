"""Examples as network-sized arrays, made once by the very functions that the product uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from BreastUSAILib.engine.letterbox import Letterbox
from BreastUSAILib.engine.prepare import Preprocessing, unit_range
from BreastUSAILib.engine.sector import detect_sector

from .datasets import CLASS_NAMES, Example

PREPROCESSING = Preprocessing(size=256, low_percentile=1.0, high_percentile=99.5, mean=0.449, std=0.226)
_SQUARE = 256  # BUSI's normals exist squashed to this side
_ASPECTS = (1.05, 1.2, 1.35)  # width/height of BUSI's lesion frames: quartiles 1.1 to 1.3


@dataclass(frozen=True)
class Cached:
    """One variant of one example: uint8 image and mask, both ``[size, size]``; `choice` is its example's number."""

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    label: int
    choice: int
    dataset: str


def cache(examples: list[Example]) -> list[Cached]:
    """Every variant of every example.

    BUSI's normals exist at full size only in part, else as squashed 256x256 copies. So that no network can read
    the class off the resolution, every BUSI example also comes squashed to 256x256 and stretched back, to its own
    aspect or, where the original is missing, to one of the aspects that lesion frames have.
    """
    variants = []
    for number, example in enumerate(examples):
        for image, mask in _variants(example):
            region = detect_sector(image)
            letterbox = Letterbox(image.shape[0], image.shape[1], region, PREPROCESSING.size)
            square = unit_range(image, letterbox, PREPROCESSING)
            outline = letterbox.apply(mask.astype(np.float32)) > 0.5
            variants.append(
                Cached(
                    np.rint(square * 255).astype(np.uint8),
                    outline.astype(np.uint8),
                    CLASS_NAMES.index(example.label),
                    number,
                    example.dataset,
                )
            )
    return variants


def _variants(example: Example) -> list[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
    image = example.grey()
    mask = example.mask_array(image.shape)
    if example.dataset != "BUSI":
        return [(image, mask)]
    if example.image is None:
        empty = [_stretch(image, round(_SQUARE * aspect), _SQUARE) for aspect in _ASPECTS]
        return [(stretched, np.zeros(stretched.shape, dtype=bool)) for stretched in empty]
    rows, columns = image.shape
    squashed = _stretch(_stretch(image, _SQUARE, _SQUARE), columns, rows)
    return [(image, mask), (squashed, mask)]


def _stretch(image: NDArray[np.uint8], columns: int, rows: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(image).resize((columns, rows), Image.Resampling.BILINEAR))
