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

EXPLAIN_METHODS = ("grad-cam", "saliency")
"""How a heat map may be asked for; what was used is in `Analysis.explanation`."""


@dataclass(frozen=True)
class FrameSelection:
    """Which frames are looked at: all of them, every n-th, an inclusive range, or the key frame alone.

    With `key_only` every frame is classified and only the key frame is segmented and explained. With `step` n the
    frames first, first + n, first + 2 n and so on up to `last` are looked at and no other is even read. Indices count
    from 0, as in `analysis.json`. Raises OptionError for a step below 1.
    """

    first: int = 0
    last: int | None = None
    key_only: bool = False
    step: int = 1

    def __post_init__(self) -> None:
        if self.step < 1:
            raise OptionError(f"every {self.step}th frame is no selection", remedy="Give a step of 1 or more")

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
            f"'{text}' is no frame selection",
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


@dataclass(frozen=True)
class AnalyzeOptions:
    """Options of `Analyzer.analyze`.

    Args:
        frames: the frames to look at.
        explain_class: the class that the heat map explains.
        prevalence: share of malignant among lesions where the input comes from, in (0, 1), to which the
            probabilities are shifted; None leaves them at that of the calibration set.
        explain_method: one of `EXPLAIN_METHODS`, or None for the one that the classifier's bundle names.

    Raises OptionError for a class, a prevalence or a method that there is not.
    """

    frames: FrameSelection = FrameSelection()
    explain_class: Label = Label.MALIGNANT
    prevalence: float | None = None
    explain_method: str | None = None

    def __post_init__(self) -> None:
        if self.prevalence is not None and not 0 < self.prevalence < 1:
            raise OptionError(
                f"a prevalence of {self.prevalence} is impossible", remedy="Give a number between 0 and 1, such as 0.02"
            )
        if self.explain_class not in CLASSES:
            names = ", ".join(label.value for label in CLASSES)
            raise OptionError(f"'{self.explain_class.value}' cannot be explained", remedy=f"Choose one of {names}")
        if self.explain_method is not None and self.explain_method not in EXPLAIN_METHODS:
            raise OptionError(
                f"'{self.explain_method}' is no explanation method",
                remedy=f"Choose one of {', '.join(EXPLAIN_METHODS)}",
            )
