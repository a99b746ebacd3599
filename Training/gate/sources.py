"""Which pictures a gate is fitted, thresholded and measured on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.images.frames import Frames, InputKind
from BreastUSAILib.engine.reading import read
from BreastUSAILib.phantom.cases import random_spec
from BreastUSAILib.phantom.frame import render

from ..data.example import Example
from ..data.reserved import reserved_name
from .drawn_pictures import drawn_pictures

OOD_FOLDER, OTHER_ORGANS = "OOD", ("dicom", "volumes")
_OF_PYDICOM = ("rgb_color", "ybr_color", "palette_color")
_NO_ULTRASOUND_OF_PYDICOM = (
    *("CT_small", "MR_small", "693_J2KI", "JPEG2000", "J2K_pixelrep_mismatch", "JPGExtended", "emri_small"),
    *("image_dfl", "rtdose", "GDCMJ2K_TextGBR", "SC_rgb_jpeg_dcmtk", "JPEGLSNearLossless_16", "examples_jpeg2k"),
)
_FRAMES_OF_EACH = 3

CLOSER_EACH = 2
"""Of every second image a part is looked at too."""


class Role(str, Enum):
    """What a picture tells of a gate."""

    BREAST = "breast"
    RESERVED = "breast, reserved"
    DRAWN = "drawn, no ultrasound"
    KNOWN_OTHER = "no ultrasound, fitted on"
    OTHER = "no ultrasound, measured alone"
    ORGAN = "other organ"
    PHANTOM = "phantom"
    CALIPERS = "phantom with calipers"


@dataclass(frozen=True)
class Picture:
    """One picture to look at.

    Args:
        name: unique within its role and kind.
        role: what it is for.
        kind: collection, or kind of picture.
        frames: reads it.
        frame: which frame.
        group: patient or near-duplicate group, empty where there is none.
        is_training: whether the classifier may have learned from it.
        strata: what its collection says: ``calipers`` and ``doppler``, yes or no.
    """

    name: str
    role: Role
    kind: str
    frames: Callable[[], Frames]
    frame: int = 0
    group: str = ""
    is_training: bool = False
    strata: tuple[tuple[str, str], ...] = ()


def breast_pictures(examples: list[Example], train_on: frozenset[str], most: int) -> Iterator[Picture]:
    """At most `most` of each collection, evenly chosen; all with Doppler or calipers that the collection marks."""
    by_dataset: dict[str, list[Example]] = {}
    for example in examples:
        by_dataset.setdefault(example.dataset, []).append(example)
    for name, members in by_dataset.items():
        step = math.ceil(len(members) / most)
        for place, example in enumerate(members):
            drawn_on = {example.strata.get(key) for key in ("doppler", "calipers")}
            if place % step and "yes" not in drawn_on:
                continue
            role = Role.BREAST if reserved_name(example) is None else Role.RESERVED
            strata = tuple(
                sorted((key, example.strata[key]) for key in ("doppler", "calipers") if key in example.strata)
            )
            common = (0, example.group, name in train_on, strata)
            yield Picture(example.name, role, name, example.frames, *common)
            if place % (CLOSER_EACH * step) == 0:
                yield Picture(f"{example.name} closer", role, name, partial(_closer, example, place), *common)


def _closer(example: Example, seed: int) -> Frames:
    """A part of the image, as cropped and zoomed pictures show it: its texture is coarser to the networks."""
    pixels = example.frames().gray(0)
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.4, 0.75)
    rows, columns = (int(share * side) for side in pixels.shape)
    top, left = (
        int(rng.integers(0, side - part + 1)) for side, part in zip(pixels.shape, (rows, columns), strict=True)
    )
    return _still(np.ascontiguousarray(pixels[top : top + rows, left : left + columns]))()


def other_pictures(data: Path, folders: list[Path], count: int) -> Iterator[Picture]:
    """Everything but breast images: drawn pictures, those of ``OOD`` and of the folders, organs, phantoms."""
    for number, (kind, pixels) in enumerate(drawn_pictures(count)):
        yield Picture(f"{kind}-{number}", Role.DRAWN, kind, _still(pixels))
    for path in _files(data / OOD_FOLDER / "images"):
        yield Picture(path.name, Role.KNOWN_OTHER, path.stem, _file(path))
    for folder in folders:
        for path in _files(folder):
            yield Picture(path.name, Role.OTHER, path.parent.name, _file(path))
    yield from _of_pydicom()
    for folder in (data / name for name in OTHER_ORGANS):
        for path in _files(folder):
            yield from _organ(path)
    yield from _phantoms()


def _phantoms() -> Iterator[Picture]:
    for seed in range(12):
        label = (Label.NORMAL, Label.BENIGN, Label.MALIGNANT)[seed % 3]
        yield Picture(str(seed), Role.PHANTOM, "phantom", partial(_phantom, seed, label, False))
        yield Picture(str(seed), Role.CALIPERS, "phantom", partial(_phantom, seed, label, True))


def _phantom(seed: int, label: Label, has_calipers: bool) -> Frames:
    pixels = render(random_spec(7000 + seed, label)).pixels
    return _still(with_calipers(pixels, seed) if has_calipers else pixels)()


def with_calipers(pixels: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """The picture with two crosses drawn on it, as scanners draw them."""
    rng = np.random.default_rng(seed)
    picture = Image.fromarray(pixels)
    pen, (rows, columns) = ImageDraw.Draw(picture), pixels.shape[:2]
    for across in (0.35, 0.62):
        x, y = int(across * columns), int(rng.uniform(0.3, 0.6) * rows)
        arm, gap = int(rng.integers(4, 8)), int(rng.choice([0, 2]))
        gray = int(rng.integers(170, 256))
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            pen.line((x + gap * dx, y + gap * dy, x + arm * dx, y + arm * dy), fill=gray)
    return np.asarray(picture)


def _of_pydicom() -> Iterator[Picture]:
    import pydicom

    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    for name in _NO_ULTRASOUND_OF_PYDICOM:
        path = folder / f"{name}.dcm"
        if path.is_file():
            yield Picture(name, Role.OTHER, "pydicom", _file(path))
    for name in _OF_PYDICOM:
        yield from _organ(Path(str(pydicom.examples.get_path(name))))


def _organ(path: Path) -> Iterator[Picture]:
    for number in range(_FRAMES_OF_EACH):
        yield Picture(f"{path.name}#{number}", Role.ORGAN, path.parent.name, _file(path), number)


def _files(folder: Path) -> list[Path]:
    known = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".dcm", ".mha", ".nrrd")
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in known) if folder.is_dir() else []


def _file(path: Path) -> Callable[[], Frames]:
    def frames() -> Frames:
        for item in read(path, any_modality=True):
            if isinstance(item, Frames):
                return item
            raise item
        raise FileNotFoundError(path)

    return frames


def _still(pixels: NDArray[np.uint8]) -> Callable[[], Frames]:
    rows, columns = pixels.shape[:2]
    return lambda: Frames("drawn", InputKind.STILL, 1, rows, columns, pixels.ndim == 3, lambda index: pixels)
