"""Examples as network-sized arrays, made once by the very functions that the product uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from BreastUSAILib.engine.checks.sector import detect_sector
from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.preparing.prepare import Preprocessing, unit_range

from .checks import mask_problem
from .collections.busi import NAME as BUSI
from .example import CLASS_NAMES, Example

_SQUARE = 256  # BUSI's normals exist squashed to this side
_ASPECTS = (1.05, 1.2, 1.35)  # width/height of BUSI's lesion frames: quartiles 1.1 to 1.3


@dataclass(frozen=True)
class Variant:
    """One form of one example, as the network will see it before augmentation.

    Args:
        image: uint8 ``[size, size]``, the robust intensity range on 0-255.
        mask: uint8 ``[size, size]``, 1 where lesion; all 0 where the outline is not known.
        label: index into `CLASS_NAMES`.
        choice: the example's index in the list that the variants were made from; an epoch takes one variant of each.
        dataset: the data set's name.
        is_outlined: whether the mask is known, so that a segmentation can be trained on it.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    label: int
    choice: int
    dataset: str
    is_outlined: bool


def make_variants(examples: Sequence[Example], preprocessing: Preprocessing) -> list[Variant]:
    """Every variant of every example, in their order, held in memory. Raises InputError.

    Burned-in drawings whose place is known are painted over. Where some of BUSI's normals exist only as squashed
    256x256 copies, every BUSI example also comes squashed to 256x256 and stretched back, to its own aspect or, where
    the original is missing, to one of the aspects that lesion frames have: else a network could read the class off
    the resolution.
    """
    squashed = any(example.dataset == BUSI and example.image is None for example in examples)
    return [
        _variant(view, example, number, preprocessing)
        for number, example in enumerate(examples)
        for view in _views(example, squashed)
    ]


@dataclass(frozen=True)
class _View:
    image: NDArray
    mask: NDArray[np.bool_]
    region: Rectangle | None = None


def _views(example: Example, squashed: bool) -> list[_View]:
    frames = example.frames()
    image = paint_over(frames.gray(0), example.painted_over)
    mask = example.mask_array(image.shape)
    problem = mask_problem(example, mask)
    if problem is not None:
        raise InputError(problem, where=example.listed_in or example.name, remedy="Correct the label or the mask")
    if example.dataset != BUSI or not squashed:
        return [_View(image, mask, None if frames.region is None else frames.region.rectangle)]
    if example.image is None:
        empty = [_stretch(image, round(_SQUARE * aspect), _SQUARE) for aspect in _ASPECTS]
        return [_View(stretched, np.zeros(stretched.shape, dtype=bool)) for stretched in empty]
    rows, columns = image.shape
    coarse = _stretch(_stretch(image, _SQUARE, _SQUARE), columns, rows)
    return [_View(image, mask), _View(coarse, mask)]


def paint_over(image: NDArray, boxes: Sequence[Rectangle]) -> NDArray:
    """The image ``[H, W]`` with each rectangle replaced by what lies beside it, mirrored: on its left, else its right.

    As it is where nothing beside it is wide enough.
    """
    painted = image.copy() if boxes else image
    for box in boxes:
        rows, left, right = slice(box.y, box.y + box.height), box.x, box.x + box.width
        beside = painted[rows, max(left - box.width, 0) : left]
        if left < box.width:
            beside = painted[rows, right : right + box.width]
        if beside.shape == painted[rows, left:right].shape:
            painted[rows, left:right] = beside[:, ::-1]
    return painted


def _variant(view: _View, example: Example, number: int, preprocessing: Preprocessing) -> Variant:
    region = view.region or detect_sector(view.image)
    letterbox = preprocessing.letterbox(view.image.shape[0], view.image.shape[1], region)
    square = unit_range(view.image, letterbox, preprocessing)
    outline = letterbox.apply(view.mask.astype(np.float32)) > 0.5
    return Variant(
        np.rint(square * 255).astype(np.uint8),
        outline.astype(np.uint8),
        CLASS_NAMES.index(example.label),
        number,
        example.dataset,
        example.is_outlined,
    )


def _stretch(image: NDArray[np.uint8], columns: int, rows: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(image).resize((columns, rows), Image.Resampling.BILINEAR))
