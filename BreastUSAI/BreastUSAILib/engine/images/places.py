"""Places of an input that a reader points at: a click on a lesion, or a box around it. Needs numpy alone."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import OptionError
from .frames import Frames

MOST_PLACES = 50

_NUMBER = r"-?\d{1,9}(?:\.\d{1,9})?"
_FORM = re.compile(rf"(?:(\d{{1,9}}):)?({_NUMBER}),({_NUMBER})(?:,({_NUMBER}),({_NUMBER}))?")


@dataclass(frozen=True)
class Place:
    """A point of one frame, or a box about it, in pixels; pixel centers at whole numbers.

    Args:
        column, row: the point, or the middle of the box.
        frame: index of the frame, counted from 0; None: the only one.
        width, height: of the box in pixels, from the edge of its first pixel to that of its last; 0 for a point.

    Raises OptionError for numbers that are no place.
    """

    column: float
    row: float
    frame: int | None = None
    width: float = 0.0
    height: float = 0.0

    def __post_init__(self) -> None:
        numbers = (self.column, self.row, self.width, self.height)
        is_box = self.width > 0 and self.height > 0
        if not all(map(math.isfinite, numbers)) or not (is_box or self.width == self.height == 0):
            raise OptionError(f"{numbers} is no place of an image", remedy="Give a point, or a box with a size")
        if self.frame is not None and self.frame < 0:
            raise OptionError(f"there is no frame {self.frame}", remedy="Count frames from 0")

    @classmethod
    def parse(cls, text: str) -> Place:
        """``[FRAME:]X,Y``, or ``[FRAME:]LEFT,TOP,WIDTH,HEIGHT`` as `Lesion.bbox_px`. Raises OptionError.

        >>> from BreastUSAILib.engine.images.places import Place
        >>> Place.parse("120,80")
        Place(column=120.0, row=80.0, frame=None, width=0.0, height=0.0)
        >>> Place.parse("7:100,60,41,21")
        Place(column=120.0, row=70.0, frame=7, width=41.0, height=21.0)
        """
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise OptionError(
                f"'{text}' is no place of an image",
                remedy="Give the column and row of a pixel X,Y, a box LEFT,TOP,WIDTH,HEIGHT, of a cine FRAME:X,Y",
            )
        frame = None if match[1] is None else int(match[1])
        column, row = float(match[2]), float(match[3])
        if match[4] is None:
            return cls(column, row, frame)
        width, height = float(match[4]), float(match[5])
        if width <= 0 or height <= 0:
            raise OptionError(f"the box '{text}' is no place of an image", remedy="Give it a width and a height")
        return cls(column + (width - 1) / 2, row + (height - 1) / 2, frame, width, height)

    @property
    def is_box(self) -> bool:
        """Whether it is a box and not a point."""
        return self.width > 0

    def contains(self, column: float, row: float) -> bool:
        """Whether a point lies in the box; of a point nothing does."""
        return 2 * abs(column - self.column) < self.width and 2 * abs(row - self.row) < self.height


def checked_places(places: Sequence[Place], frames: Frames) -> tuple[Place, ...]:
    """The places, each with its frame.

    Raises OptionError for more than `MOST_PLACES`, for one without a frame where there are several, and for one that
    lies outside the image or its frames.
    """
    if len(places) > MOST_PLACES:
        raise OptionError(f"{len(places)} places were given", remedy=f"Give at most {MOST_PLACES} at a time")
    return tuple(_checked(place, frames) for place in places)


def _checked(place: Place, frames: Frames) -> Place:
    if place.frame is None and frames.count > 1:
        raise OptionError(
            f"the input has {frames.count} frames, and column {place.column:g}, row {place.row:g} is on none of them",
            where=frames.source or frames.name,
            remedy="Say on which, as FRAME:X,Y",
        )
    frame = place.frame or 0
    if frame >= frames.count:
        raise OptionError(
            f"a place on frame {frame} was given, but the input has {frames.count}",
            where=frames.source or frames.name,
            remedy=f"Choose from 0 to {frames.count - 1}",
        )
    if not (-0.5 <= place.column <= frames.columns - 0.5 and -0.5 <= place.row <= frames.rows - 0.5):
        raise OptionError(
            f"column {place.column:g}, row {place.row:g} lies outside the image",
            where=frames.source or frames.name,
            remedy=f"Give a column below {frames.columns} and a row below {frames.rows}",
        )
    return replace(place, frame=frame)
