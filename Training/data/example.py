"""One labeled image, and what it is used for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Frames, InputKind, Rectangle, SpacingSource

from .pictures import is_plain_picture, read_gray, read_mask, read_still

CLASS_NAMES = ("normal", "benign", "malignant")
UNCLEAN: Mapping[str, str] = {"clean": "no"}
"""The stratum of an image from which a class could be read off something that is not tissue: not to be trained on."""


class Part(str, Enum):
    """What an example is used for. A patient or near-duplicate group is never in two parts."""

    TRAIN = "train"
    CALIBRATION = "calibration"
    TEST = "test"


@dataclass(frozen=True)
class Example:
    """One labeled image.

    Args:
        name: unique within its data set.
        dataset: the data set's name, ``BUS-BRA`` for instance.
        label: one of `CLASS_NAMES`.
        group: the patient, or the group of near-duplicates, with the data set's name in front.
        part: what it is used for in the split that was asked for.
        image: the picture or DICOM file, or None where only `square_image` exists.
        square_image: a copy squashed to 256x256 (BUSI's normals).
        mask: the lesion's outline as a picture; None for normals, and for lesions that nobody outlined.
        further_masks: outlines of further lesions of the same image.
        fold: the fold 1-5 in which it is tested, or None where it never is (or its split has no folds).
        pixel_spacing_mm: (row, column) in mm where its data set states it.
        strata: what else is known, by name: ``birads``, ``scanner``, ``histology``, ``side``.
        painted_over: where burned-in drawings are, which no network is trained on; they are there in tests.
        listed_in: the table and row that name it, for messages.
    """

    name: str
    dataset: str
    label: str
    group: str
    part: Part
    image: Path | None
    square_image: Path | None
    mask: Path | None
    further_masks: tuple[Path, ...] = ()
    fold: int | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    strata: Mapping[str, str] = field(default_factory=dict, hash=False)
    painted_over: tuple[Rectangle, ...] = ()
    listed_in: str = ""

    @property
    def may_be_trained_on(self) -> bool:
        """Whether nothing but tissue tells its class; see `UNCLEAN`."""
        return not UNCLEAN.items() <= self.strata.items()

    @property
    def picture(self) -> Path:
        """The file that is read: the image, or its squashed copy where no other exists."""
        path = self.image or self.square_image
        assert path is not None, f"{self.name} has no picture"
        return path

    @property
    def masks(self) -> tuple[Path, ...]:
        """Every mask file; none for normals and for lesions that nobody outlined."""
        return () if self.mask is None else (self.mask, *self.further_masks)

    @property
    def is_outlined(self) -> bool:
        """Whether it is known which pixels are lesion: not so for a lesion without a mask."""
        return self.label == "normal" or self.mask is not None

    def gray(self) -> NDArray[np.uint8]:
        """The image as luminance ``[H, W]`` uint8; what has more than 8 bits is scaled. Raises InputError."""
        return read_gray(self.picture)

    def mask_array(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """All its masks together ``[H, W]``, on the image's grid; all False without any. Raises InputError."""
        merged = np.zeros(shape, dtype=bool)
        for path in self.masks:
            mask = read_mask(path)
            if mask.shape != shape:
                raise InputError(
                    f"the mask is {_size(mask.shape)} pixels, its image {_size(shape)}",
                    where=path,
                    remedy="Give the mask that was drawn on this image",
                )
            merged |= mask
        return merged

    def frames(self) -> Frames:
        """The example as the product reads it: the image alone, nothing of its label or mask.

        A DICOM file, or a picture of more than 8 bits, comes from the engine's own reader with its pixel spacing and
        ultrasound region. `pixel_spacing_mm` stands in where the file states none. Raises InputError.
        """
        if is_plain_picture(self.picture):
            gray = self.gray()
            frames = Frames(self.name, InputKind.STILL, 1, gray.shape[0], gray.shape[1], False, lambda index: gray)
        else:
            frames = replace(read_still(self.picture), name=self.name)
        if frames.pixel_spacing_mm is None and self.pixel_spacing_mm is not None:
            return replace(frames, pixel_spacing_mm=self.pixel_spacing_mm, spacing_source=SpacingSource.MANUAL)
        return frames


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]}x{shape[0]}"
