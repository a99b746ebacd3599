"""Results of a live picture as fast as they come: the newest first, what came meanwhile is dropped and counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.errors import BreastUSAIError
from ..engine.findings.analysis import Analysis
from ..engine.images.frames import LPS_TO_RAS, Frames, InputKind, SpacingSource
from ..engine.interface import Engine
from ..engine.options import AnalyzeOptions
from .newest import LivePicture, NewestPicture
from .smoothing import LiveLesion, Smoothing

LIVE = AnalyzeOptions(once=True)
_WAIT_S = 0.2


@dataclass(frozen=True)
class LiveResult:
    """What is known of one picture.

    Args:
        picture: the picture.
        analysis: its findings; None where it could not be analyzed.
        lesions: the same lesions, followed from picture to picture.
        dropped: pictures so far that nobody looked at.
        latency_s: from the arrival of the picture to this result.
        problem: why it could not be analyzed, in one line; else empty.
    """

    picture: LivePicture
    analysis: Analysis | None
    lesions: tuple[LiveLesion, ...]
    dropped: int
    latency_s: float
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """A line for other programs, plain JSON types; boxes are (left, top, width, height) in pixels."""
        found = None if self.analysis is None else self.analysis.verdict
        return {
            "picture": self.picture.number,
            "stamp_s": self.picture.stamp_s,
            "latency_ms": round(1000 * self.latency_s, 1),
            "dropped": self.dropped,
            "verdict": None if found is None else found.label.value,
            "likelihood": None if found is None or found.malignancy is None else round(found.malignancy.probability, 4),
            "lesions": [
                {
                    "number": one.number,
                    "likelihood": None if one.likelihood is None else round(one.likelihood, 4),
                    "box_px": list(one.lesion.bbox_px),
                    "long_axis_mm": one.lesion.long_axis_mm,
                    "short_axis_mm": one.lesion.short_axis_mm,
                }
                for one in self.lesions
            ],
            "flags": [] if self.analysis is None else sorted({flag.code.value for flag in self.analysis.flags}),
            "problem": self.problem or None,
        }


def live_results(engine: Engine, source: NewestPicture, options: AnalyzeOptions = LIVE) -> Iterator[LiveResult]:
    """A result for every picture that there is time for, until the source has ended.

    A picture that cannot be analyzed has a result that says why; its size and colors may differ from those before.
    """
    smoothing = Smoothing()
    while source.ended is None:
        picture = source.take(_WAIT_S)
        if picture is None:
            continue
        try:
            analysis = engine.analyze(frames_of(picture), options)
        except BreastUSAIError as error:
            yield LiveResult(picture, None, (), source.dropped, time.monotonic() - picture.arrived, str(error))
            continue
        malignancy = analysis.verdict.malignancy
        likelihood = None if malignancy is None else malignancy.probability
        lesions = tuple(smoothing.follow(analysis.lesions, likelihood, picture.arrived))
        yield LiveResult(picture, analysis, lesions, source.dropped, time.monotonic() - picture.arrived)


def frames_of(picture: LivePicture) -> Frames:
    """The picture as a still."""
    pixels = picture.pixels
    return Frames(
        name=f"picture {picture.number}",
        kind=InputKind.STILL,
        count=1,
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        has_color=pixels.ndim == 3,
        read_frame=lambda _index: pixels,
        ijk_to_ras=LPS_TO_RAS @ np.diag([*reversed(picture.spacing_mm or (1.0, 1.0)), 1.0, 1.0]),
        pixel_spacing_mm=picture.spacing_mm,
        spacing_source=SpacingSource.NONE if picture.spacing_mm is None else SpacingSource.VOLUME_HEADER,
    )
