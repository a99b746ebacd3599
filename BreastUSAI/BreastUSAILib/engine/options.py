"""What a caller may choose for one analysis. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .errors import OptionError
from .explanations.registry import EXPLAIN_METHODS, HEAT_MAP_METHODS
from .findings.analysis import CLASSES, Label
from .findings.similar_cases import SimilarRequest
from .images.frame_selection import ALL_FRAMES, FrameSelection
from .images.places import Place

__all__ = ["AnalyzeOptions", "Cancelling", "ExplainOptions", "FrameSelection", "Place", "Progress", "methods_in"]

MOST_SIMILAR = 50
"""So many similar cases may be asked for at once."""

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
        explain_method: how the heat map is made: one of `HEAT_MAP_METHODS`, or None for the one that the classifier's
            bundle names.
        explain: further methods of `EXPLAIN_METHODS`, whose maps stand beside the heat map. One that is that of the
            heat map gives none of its own.
        grade_explanations: grade the key frame's heat map also by what takes passes of its own (`CostlyGrades`).
        similar: past cases that look like the key frame are looked for as it says; None: none are.
        override_rejection: whether an input or a frame that is rejected gets a result all the same, which says so.
        places: where a reader asks for a lesion. Their frames are looked at besides those of `frames`, and each place
            is looked at more closely: what is found there has its `Lesion.asked`, a flag says where nothing is.
        once: no frame is read together with its mirror image: half the work, answers a little less sure.

    Raises OptionError for a class, a prevalence, a method or a number of cases that there is not.
    """

    frames: FrameSelection = ALL_FRAMES
    explain_class: Label = Label.MALIGNANT
    prevalence: float | None = None
    explain_method: str | None = None
    explain: tuple[str, ...] = ()
    grade_explanations: bool = False
    similar: SimilarRequest | None = None
    override_rejection: bool = False
    places: tuple[Place, ...] = ()
    once: bool = False

    def __post_init__(self) -> None:
        if self.prevalence is not None and not 0 < self.prevalence < 1:
            raise OptionError(
                f"a prevalence of {self.prevalence} is impossible", remedy="Give a number between 0 and 1, such as 0.02"
            )
        _check_class(self.explain_class)
        if self.explain_method is not None:
            _check_methods([self.explain_method], HEAT_MAP_METHODS)
        _check_methods(self.explain, EXPLAIN_METHODS)
        if self.similar is not None and not 1 <= self.similar.count <= MOST_SIMILAR:
            raise OptionError(
                f"{self.similar.count} similar cases cannot be shown",
                remedy=f"Give a number from 1 to {MOST_SIMILAR}",
            )


@dataclass(frozen=True)
class ExplainOptions:
    """Options of `Analyzer.explain`.

    Args:
        methods: of `EXPLAIN_METHODS`, at least one, each once.
        region_px: the part of the image that was analyzed, (left, top, width, height): `InputSummary.region_px`.
        explain_class: the class that is explained, where a method explains one.
        seed: of what a method draws.

    Raises OptionError for a class or a method that there is not, and for none.
    """

    methods: tuple[str, ...]
    region_px: tuple[int, int, int, int]
    explain_class: Label = Label.MALIGNANT
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.methods:
            raise OptionError("no explanation method was chosen", remedy=f"Choose of {', '.join(EXPLAIN_METHODS)}")
        _check_class(self.explain_class)
        _check_methods(self.methods, EXPLAIN_METHODS)


def methods_in(text: str) -> tuple[str, ...]:
    """The methods that a comma-separated text names, each once. Raises OptionError for one that there is not."""
    methods = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    _check_methods(methods, EXPLAIN_METHODS)
    return methods


def _check_class(label: Label) -> None:
    if label not in CLASSES:
        names = ", ".join(label.value for label in CLASSES)
        raise OptionError(f"'{label.value}' cannot be explained", remedy=f"Choose one of {names}")


def _check_methods(methods: Sequence[str], known: Sequence[str]) -> None:
    for method in methods:
        if method not in known:
            raise OptionError(f"'{method}' is not an explanation method", remedy=f"Choose one of {', '.join(known)}")
    if len(set(methods)) < len(methods):
        raise OptionError("an explanation method was named twice", remedy="Name each once")


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
