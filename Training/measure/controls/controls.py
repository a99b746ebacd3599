"""Controls: the product's own path on changed copies of held-out images, to see what the class is *not* read from.

What is changed is decided by the truth (where the lesion is, which images are normal or have marks), which no network
is told: the analyzer gets the changed pixels and nothing else, as it gets those of any image.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.checks.marks import find_marks
from BreastUSAILib.engine.errors import InputError

from ...data.example import Example
from ..rows.evaluation import Question, held_out
from ..rows.row import Row, read_rows, write_rows
from ..rows.run import Measurement, show_progress
from ..rows.subject import load_models
from .changed_images import (
    Hole,
    filled,
    hole_around,
    painted_over,
    with_dashed_ellipse,
    with_dotted_line,
)

SEED = 20261130
CALIPERS = "calipers"
"""The stratum that says ``yes`` where calipers or other marks are burned into an image, ``no`` where none are."""
NO_MARKS = "no marks found"


class Control(str, Enum):
    """What was done to the image that a row is about."""

    UNTOUCHED = "untouched"
    MASKED_OUT = "lesion masked out"
    DOTTED_LINE = "calipers with a dotted line painted on"
    ELLIPSE = "calipers with a dashed ellipse painted on"
    PAINTED_OUT = "marks painted out"


@dataclass(frozen=True)
class ControlRow:
    """What one copy of an image gave.

    Args:
        control: what was changed.
        change: by what: of a masked-out lesion (of a normal: a place as large as one) one of `FILLINGS`; of marks what
            share of the image was painted over, or `NO_MARKS`, where the copy is the untouched image.
        row: the result, beside the truth about the untouched image.
    """

    control: Control
    change: str
    row: Row


@dataclass(frozen=True)
class _Copy:
    """A changed copy; `pixels` is None where there was nothing to change."""

    control: Control
    change: str
    pixels: NDArray[np.uint8] | None


def is_marked(strata: Mapping[str, str]) -> bool | None:
    """Whether calipers or other marks are burned into an image; None where its table does not say."""
    return {"yes": True, "no": False}.get(strata.get(CALIPERS, "").lower())


def measure_controls(question: Question) -> list[ControlRow]:
    """A row for every image of the part asked for as it is, and one for every changed copy of it.

    Raises what `held_out` raises.
    """
    found = held_out(question)
    measurement = Measurement(found.subject, found.split, found.trained_on, neighbor=None)
    return control_rows(measurement, Analyzer(load_models(found.subject, found.examples)), found.examples)


def control_rows(measurement: Measurement, analyzer: Analyzer, examples: Sequence[Example]) -> list[ControlRow]:
    """The rows of these examples by that analyzer. Raises InputError for one that cannot be read."""
    holes = _holes(examples)
    rows = []
    for example in show_progress(examples):
        frames = example.frames()
        untouched = measurement.row(example, analyzer.analyze(frames))
        rows.append(ControlRow(Control.UNTOUCHED, "", untouched))
        for copy in _copies(example, holes.get(example.dataset, ())):
            row = untouched
            if copy.pixels is not None:
                shown = replace(frames, has_color=False, read_frame=_reader(copy.pixels))
                row = measurement.row(example, analyzer.analyze(shown))
            rows.append(ControlRow(copy.control, copy.change, row))
    return rows


def write_control_rows(rows: Sequence[ControlRow], path: Path) -> None:
    """Write the table: a row an image and control. Raises OutputError."""
    first = {"control": [one.control.value for one in rows], "change": [one.change for one in rows]}
    write_rows([one.row for one in rows], path, first)


def read_control_rows(path: Path) -> list[ControlRow]:
    """What `write_control_rows` wrote. Raises InputError."""
    rows = read_rows([path])
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    try:
        return [
            ControlRow(Control(line["control"]), line["change"], row) for line, row in zip(lines, rows, strict=True)
        ]
    except (KeyError, ValueError) as error:
        raise InputError(
            f"this is not a table of controls ({error})",
            where=path,
            remedy="Give a controls.csv that 'python -m Training controls' wrote",
        ) from error


def _holes(examples: Iterable[Example]) -> dict[str, list[Hole]]:
    """Where each collection's outlined lesions are."""
    holes: dict[str, list[Hole]] = {}
    for example in examples:
        if example.masks:
            lesion = example.mask_array(example.gray().shape)
            if lesion.any():
                holes.setdefault(example.dataset, []).append(hole_around(lesion))
    return holes


def _copies(example: Example, holes: Sequence[Hole]) -> Iterator[_Copy]:
    """The changed copies of one image; a normal loses the place of one of its collection's lesions."""
    image, marked = example.gray(), is_marked(example.strata)
    if example.label == "normal":
        if holes:
            hole = holes[int(_generator(example, Control.MASKED_OUT).integers(len(holes)))]
            yield _masked_out(example, image, hole)
        if not marked:
            for control, draw in _LOOKS.items():
                yield _Copy(control, "", draw(image, _generator(example, control)))
        return
    lesion = example.mask_array(image.shape)
    if lesion.any():
        yield _masked_out(example, image, hole_around(lesion))
    if marked:
        marks = find_marks(image, example.painted_over)
        if marks.any():
            yield _Copy(Control.PAINTED_OUT, f"{marks.mean():.2%}", painted_over(image, marks))
        else:
            yield _Copy(Control.PAINTED_OUT, NO_MARKS, None)


_LOOKS = {Control.DOTTED_LINE: with_dotted_line, Control.ELLIPSE: with_dashed_ellipse}


def _masked_out(example: Example, image: NDArray[np.uint8], hole: Hole) -> _Copy:
    pixels, words = filled(image, hole.on(*image.shape), example.painted_over)
    return _Copy(Control.MASKED_OUT, words, pixels)


def _generator(example: Example, control: Control) -> np.random.Generator:
    """The same for the same image and control, whatever else is measured."""
    return np.random.default_rng([SEED, crc32(f"{example.dataset}/{example.name}/{control.value}".encode())])


def _reader(pixels: NDArray[np.uint8]) -> Callable[[int], NDArray]:
    return lambda index: pixels
