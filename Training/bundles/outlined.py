"""What a segmenter outlines in images with known lesions when every outline is shown, and what rules leave of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.analysis import Analysis
from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.frames import Frames, InputKind
from BreastUSAILib.engine.recalibration import log_odds

from ..data.example import Example
from ..fit.crops import tissue_crop

NEVER = math.inf  # what no probability reaches: JSON's null


@dataclass(frozen=True)
class Outline:
    """One outline.

    Args:
        evidence: its mean lesion probability, in [0, 1].
        area: its pixels.
        hit: those of them that are lesion in truth.
    """

    evidence: float
    area: int
    hit: int


@dataclass(frozen=True)
class Outlined:
    """What was outlined in one image without the rules that are chosen on the calibration part.

    Args:
        dataset: the image's.
        kind: ``normal``, ``part`` (lesion-free part of a lesion image) or ``lesion``.
        normal: the image's probability of being normal, in [0, 1].
        outlines: every one.
        lesion_area: pixels of the true lesion; 0 where there is none, or nobody outlined it.
    """

    dataset: str
    kind: str
    normal: float
    outlines: tuple[Outline, ...]
    lesion_area: int = 0

    @property
    def dice(self) -> float:
        """Dice overlap of all outlines together with the true lesion, in [0, 1]; 1 where there is neither."""
        total = sum(outline.area for outline in self.outlines) + self.lesion_area
        return 2 * sum(outline.hit for outline in self.outlines) / total if total else 1.0

    def within(self, gap: float) -> Outlined:
        """The same without the outlines that a ``lesion_gap`` drops, as `engine.measure.label_lesions` does it.

        `gap`, in log-odds, is from 0 on; infinite: none are dropped.
        """
        surest = max((log_odds(outline.evidence) for outline in self.outlines), default=math.nan)
        kept = tuple(outline for outline in self.outlines if log_odds(outline.evidence) >= surest - gap)
        return replace(self, outlines=kept)

    def shown(self, withhold_above: float, withhold_below: float, evidence: float) -> list[Outline]:
        """The outlines that these rules of `Segmenter` leave."""
        least = max(evidence, withhold_below) if self.normal >= withhold_above else evidence
        return [outline for outline in self.outlines if outline.evidence >= least]


def outline_images(analyzer: Analyzer, examples: Sequence[Example]) -> Iterator[Outlined]:
    """Every example, and every lesion image's lesion-free part, through the product's path without these rules.

    `analyzer` must have a segmenter without them, see `without_rules`. Refused images are left out. Raises InputError
    for an image or mask that cannot be read.
    """
    for example in examples:
        frames = example.frames()
        analysis = analyzer.analyze(frames)
        truth = example.mask_array((frames.rows, frames.columns))
        if analysis.verdict.probabilities is None:
            continue
        yield _outlined(example, "normal" if example.label == "normal" else "lesion", analysis, truth)
        if not truth.any():
            continue
        grey = frames.grey(0)
        crop = tissue_crop(grey, truth.astype(np.uint8))
        if crop is not None:
            part = grey[crop.top : crop.bottom, crop.left : crop.right]
            analysis = analyzer.analyze(_still(part))
            if analysis.verdict.probabilities is not None:
                yield _outlined(example, "part", analysis, np.zeros(part.shape, dtype=bool))


def without_rules(analyzer: Analyzer) -> Analyzer:
    """The same analyzer, with every outline shown that the segmenter's fixed rule, the smallest size, leaves."""
    segmenter = replace(analyzer.models.segmenter, withhold_above=NEVER, lesion_evidence=0.0, lesion_gap=math.inf)
    return Analyzer(replace(analyzer.models, segmenter=segmenter), analyzer.device.type)


def _outlined(example: Example, kind: str, analysis: Analysis, truth: NDArray[np.bool_]) -> Outlined:
    labels = analysis.maps.labels(0)
    probabilities = analysis.verdict.probabilities
    assert probabilities is not None
    areas, hits = np.bincount(labels.ravel(), minlength=256), np.bincount(labels[truth], minlength=256)
    outlines = tuple(
        Outline(lesion.mean_probability, int(areas[lesion.number]), int(hits[lesion.number]))
        for lesion in analysis.lesions
    )
    return Outlined(example.dataset, kind, probabilities.normal, outlines, int(truth.sum()))


def _still(grey: NDArray) -> Frames:
    part = np.ascontiguousarray(grey)
    return Frames("part", InputKind.STILL, 1, part.shape[0], part.shape[1], False, lambda index: part)
