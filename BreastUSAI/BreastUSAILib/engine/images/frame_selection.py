"""Which frames of an input are looked at. Needs numpy alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ..errors import OptionError

_REGION_FRAMES = 5


@dataclass(frozen=True)
class FrameSelection:
    """Which frames are looked at: all of them, every n-th, an inclusive range, or the key frame alone.

    With `key_only` every frame is classified and only the key frame is segmented and explained. With `step` n the
    frames first, first + n, first + 2 n and so on up to `last` are looked at and no other is even read. Indices count
    from 0, as in `analysis.json`. Raises OptionError for a step below 1 and for a range that holds nothing.
    """

    first: int = 0
    last: int | None = None
    key_only: bool = False
    step: int = 1

    def __post_init__(self) -> None:
        if self.step < 1:
            raise OptionError(f"every {self.step}th frame cannot be selected", remedy="Give a step of 1 or more")
        if self.first < 0 or (self.last is not None and self.last < self.first):
            raise OptionError(
                f"frames {self.first}-{self.last} cannot be selected",
                remedy="Give the first and the last, counted from 0",
            )

    @classmethod
    def parse(cls, text: str) -> FrameSelection:
        """``all``, ``key``, ``every:S``, ``N``, ``N-M`` or ``N-M:S``. Raises OptionError for anything else."""
        if text == "all":
            return cls()
        if text == "key":
            return cls(key_only=True)
        if match := re.fullmatch(r"every:([0-9]{1,9})", text):
            return cls(step=int(match[1]))
        match = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9})(?::([0-9]{1,9}))?)?", text)
        if match and int(match[1]) <= int(match[2] or match[1]):
            return cls(int(match[1]), int(match[2] or match[1]), step=int(match[3] or 1))
        raise OptionError(
            f"'{text}' is not a selection of frames",
            remedy="Give 'all', 'key', 'every:S', an index N, a range N-M or every S-th of it N-M:S, counted from 0",
        )

    def indices(self, count: int) -> range:
        """The frames to look at among `count`. Raises OptionError where the range lies outside."""
        last = count - 1 if self.last is None else self.last
        if last >= count:
            raise OptionError(
                f"frames {self.first}-{last} were asked for, but the input has {count}",
                remedy=f"Choose from 0 to {count - 1}",
            )
        return range(self.first, last + 1, self.step)

    def region_frames(self, count: int) -> list[int]:
        """A few of the selected frames among `count`, first and last included: what they show is the scan area."""
        indices = self.indices(count)
        places = np.linspace(0, len(indices) - 1, min(len(indices), _REGION_FRAMES)).round().astype(int)
        return [indices[place] for place in places]


ALL_FRAMES = FrameSelection()
