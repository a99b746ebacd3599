"""What a caller may choose for one analysis. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .errors import OptionError
from .explanations.registry import EXPLAIN_METHODS
from .findings.analysis import CLASSES, Label
from .images.frame_selection import ALL_FRAMES, FrameSelection
from .images.places import Place

__all__ = ["AnalyzeOptions", "Cancelling", "FrameSelection", "Place", "Progress"]

Progress = Callable[[int, int, str], None]
"""Called as ``progress(done, total, words)``; `done` and `total` count frames."""

Cancelling = Callable[[], bool]
"""Asked between batches of frames; True stops the analysis with `Cancelled`."""


@dataclass(frozen=True)
class AnalyzeOptions:
    """Options of `Analyzer.analyze`.

    Args:
        frames: the frames to look at.
        explain_class: the class that the heat map explains.
        prevalence: share of malignant among lesions where the input comes from, in (0, 1), to which the
            probabilities are shifted; None leaves them at that of the calibration set.
        explain_method: one of `EXPLAIN_METHODS`, or None for the one that the classifier's bundle names.
        places: where a reader asks for a lesion. Their frames are looked at besides those of `frames`, and each place
            is looked at more closely: what is found there has its `Lesion.asked`, a flag says where nothing is.

    Raises OptionError for a class, a prevalence or a method that there is not.
    """

    frames: FrameSelection = ALL_FRAMES
    explain_class: Label = Label.MALIGNANT
    prevalence: float | None = None
    explain_method: str | None = None
    places: tuple[Place, ...] = ()

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
                f"'{self.explain_method}' is not an explanation method",
                remedy=f"Choose one of {', '.join(EXPLAIN_METHODS)}",
            )


@dataclass(frozen=True)
class ModelChoice:
    """Names as `models list` gives them, empty for the shipped model; `device` as in `engine.device`."""

    classifier: str = ""
    segmenter: str = ""
    device: str = "auto"
