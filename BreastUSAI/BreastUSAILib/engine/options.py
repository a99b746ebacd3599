"""What a caller may choose for one analysis. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .errors import OptionError
from .explanations.registry import EXPLAIN_METHODS
from .findings.analysis import CLASSES, Label
from .images.frame_selection import ALL_FRAMES, FrameSelection

__all__ = ["AnalyzeOptions", "Cancelling", "FrameSelection", "Progress"]

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

    Raises OptionError for a class, a prevalence or a method that there is not.
    """

    frames: FrameSelection = ALL_FRAMES
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
                f"'{self.explain_method}' is not an explanation method",
                remedy=f"Choose one of {', '.join(EXPLAIN_METHODS)}",
            )


@dataclass(frozen=True)
class ModelChoice:
    """Names as `models list` gives them, empty for the shipped model; `device` as in `engine.device`."""

    classifier: str = ""
    segmenter: str = ""
    device: str = "auto"


PDF, SR, SEG, SC, CSV = "pdf", "sr", "seg", "sc", "csv"
REPORT_KINDS = (PDF, SR, SEG, SC, CSV)
"""Report files that may be asked for: PDF, DICOM SR, DICOM SEG, Secondary Capture, tables."""


def report_kinds(text: str) -> tuple[str, ...]:
    """``pdf,sr,seg,sc,csv`` or some of them, in the order of `REPORT_KINDS`; ``all`` is all, nothing is none.

    Raises OptionError.
    """
    asked = [word.strip().lower() for word in text.split(",") if word.strip()]
    unknown = [word for word in asked if word not in (*REPORT_KINDS, "all")]
    if unknown:
        raise OptionError(f"'{unknown[0]}' is no report", remedy=f"Choose some of {', '.join(REPORT_KINDS)}, or all")
    return REPORT_KINDS if "all" in asked else tuple(kind for kind in REPORT_KINDS if kind in asked)
