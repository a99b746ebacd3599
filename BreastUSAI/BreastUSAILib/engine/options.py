"""What a caller may choose for one analysis. Needs nothing but the standard library."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .analysis import CLASSES, Label
from .errors import OptionError

Progress = Callable[[int, int, str], None]
"""Called as ``progress(done, total, words)``; `done` and `total` count frames."""

Cancelling = Callable[[], bool]
"""Asked between batches of frames; True stops the analysis with `Cancelled`."""


@dataclass(frozen=True)
class FrameSelection:
    """Which frames are segmented and explained: all of them, the key frame alone, or an inclusive range.

    With `key_only` every frame is classified and only the key frame is segmented and explained. Indices count
    from 0, as in `analysis.json`.
    """

    first: int = 0
    last: int | None = None
    key_only: bool = False

    @classmethod
    def parse(cls, text: str) -> FrameSelection:
        """``all``, ``key``, ``N`` or ``N-M``. Raises OptionError for anything else."""
        if text == "all":
            return cls()
        if text == "key":
            return cls(key_only=True)
        match = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", text)
        if match and int(match[1]) <= int(match[2] or match[1]):
            return cls(int(match[1]), int(match[2] or match[1]))
        raise OptionError(
            f"'{text}' is no frame selection", remedy="Give 'all', 'key', one index N or a range N-M, counted from 0"
        )

    def indices(self, count: int) -> range:
        """The frames to look at among `count`. Raises OptionError where the range lies outside."""
        last = count - 1 if self.last is None else self.last
        if last >= count:
            raise OptionError(
                f"frames {self.first}-{last} were asked for, but the input has {count}",
                remedy=f"Choose from 0 to {count - 1}",
            )
        return range(self.first, last + 1)


@dataclass(frozen=True)
class AnalyzeOptions:
    """Options of `Analyzer.analyze`.

    Args:
        frames: the frames to look at.
        explain_class: the class that the heat map explains.
        prevalence: share of malignant among lesions where the input comes from, in (0, 1), to which the
            probabilities are shifted; None leaves them at that of the calibration set.

    Raises OptionError for a class or a prevalence that there is not.
    """

    frames: FrameSelection = FrameSelection()
    explain_class: Label = Label.MALIGNANT
    prevalence: float | None = None

    def __post_init__(self) -> None:
        if self.prevalence is not None and not 0 < self.prevalence < 1:
            raise OptionError(
                f"a prevalence of {self.prevalence} is impossible", remedy="Give a number between 0 and 1, such as 0.02"
            )
        if self.explain_class not in CLASSES:
            names = ", ".join(label.value for label in CLASSES)
            raise OptionError(f"'{self.explain_class.value}' cannot be explained", remedy=f"Choose one of {names}")
