"""When an outline is shown: rules that keep normals clean at the least cost in lesions, from the calibration part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.analysis import Analysis
from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.frames import Frames, InputKind

from ..data.example import Example
from ..fit.crops import tissue_crop
from .writer import read_metadata, rewrite_bundle

NEVER = 2.0  # a probability that no frame reaches
LOST = 0.025  # of the outlined lesions of each data set, at most
WITHHOLD = (0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, NEVER)
EVIDENCE = (0.0, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90)
RULE = (
    f"The rules by which the fewest normals of the calibration part get an outline, among those that cost no data set "
    f"more than {LOST:.1%} of its outlined lesions; of equal ones those that lose fewer lesions, then the weakest."
)


@dataclass(frozen=True)
class Outlined:
    """What was outlined in one image without these rules; what `lesion_gap` drops is no outline here either.

    Args:
        dataset: the image's.
        kind: ``normal``, ``part`` (lesion-free part of a lesion image) or ``lesion``.
        normal: the image's probability of being normal.
        evidence: mean lesion probability of every outline.
        true: whether each outline meets the true lesion.
    """

    dataset: str
    kind: str
    normal: float
    evidence: tuple[float, ...]
    true: tuple[bool, ...]

    def shown(self, withhold_above: float, evidence: float) -> list[int]:
        """Places of the outlines that these rules leave."""
        if self.normal >= withhold_above:
            return []
        return [place for place, value in enumerate(self.evidence) if value >= evidence]


@dataclass(frozen=True)
class OutlineRules:
    """The chosen rules, and what they do on the calibration part.

    Args:
        withhold_above: for the bundle's metadata.
        lesion_evidence: for the bundle's metadata.
        normals_outlined: share of normal images with an outline.
        parts_outlined: share of lesion-free parts with an outline.
        lesions_lost: share of outlined lesions that lose their outline, in the data set that loses most.
    """

    withhold_above: float
    lesion_evidence: float
    normals_outlined: float
    parts_outlined: float
    lesions_lost: float


def calibrate_outlines(bundles: Sequence[Path], examples: Sequence[Example]) -> OutlineRules:
    """Choose the rules of the pair's segmenter on `examples`, and write them into it, whole or not at all.

    The classifier must be calibrated. Raises ModelError, OutputError.
    """
    from ..measure.subject import find_subject

    subject = find_subject(bundles)
    rules = choose_outline_rules(list(outline_images(without_rules(Analyzer(subject.load())), examples)))
    write_outline_rules(subject.segmenter.info.path, rules)
    return rules


def choose_outline_rules(found: Sequence[Outlined]) -> OutlineRules:
    """The best of all combinations by `RULE`. No rule at all is one of them, so there always is one."""
    tried = [_judged(found, withhold, evidence) for withhold, evidence in product(WITHHOLD, EVIDENCE)]
    allowed = [rules for rules in tried if rules.lesions_lost <= LOST]
    return min(
        allowed,
        key=lambda rules: (rules.normals_outlined, rules.lesions_lost, rules.lesion_evidence, -rules.withhold_above),
    )


def _judged(found: Sequence[Outlined], withhold_above: float, evidence: float) -> OutlineRules:
    def share(kind: str) -> float:
        shown = [bool(one.shown(withhold_above, evidence)) for one in found if one.kind == kind]
        return float(np.mean(shown)) if shown else 0.0

    lost: dict[str, list[bool]] = {}
    for one in found:
        if any(one.true):
            kept = any(one.true[place] for place in one.shown(withhold_above, evidence))
            lost.setdefault(one.dataset, []).append(not kept)
    worst = max((float(np.mean(values)) for values in lost.values()), default=0.0)
    return OutlineRules(withhold_above, evidence, share("normal"), share("part"), worst)


def outline_images(analyzer: Analyzer, examples: Sequence[Example]) -> Iterator[Outlined]:
    """Every example, and every lesion image's lesion-free part, through the product's path without these rules.

    `analyzer` must have a segmenter without them, see `without_rules`. Refused images are left out.
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
    """The same analyzer, with every outline shown that the segmenter's fixed rules, size and gap, leave."""
    segmenter = replace(analyzer.models.segmenter, withhold_above=NEVER, lesion_evidence=0.0)
    return Analyzer(replace(analyzer.models, segmenter=segmenter), analyzer.device.type)


def write_outline_rules(bundle: Path, rules: OutlineRules) -> None:
    """Put them into a segmenter's metadata; its hashes are made anew. Raises ModelError, OutputError."""
    metadata = read_metadata(bundle)
    metadata["breastusai"] |= {"withhold_above": rules.withhold_above, "lesion_evidence": rules.lesion_evidence}
    report = {"rule": RULE, **vars(rules)}
    rewrite_bundle(bundle, metadata={**metadata, "outline_rules_report": report})


def _outlined(example: Example, kind: str, analysis: Analysis, truth: NDArray[np.bool_]) -> Outlined:
    labels = analysis.maps.labels(0)
    probabilities = analysis.verdict.probabilities
    assert probabilities is not None
    return Outlined(
        example.dataset,
        kind,
        probabilities.normal,
        tuple(lesion.mean_probability for lesion in analysis.lesions),
        tuple(bool(truth[labels == lesion.number].any()) for lesion in analysis.lesions),
    )


def _still(grey: NDArray) -> Frames:
    part = np.ascontiguousarray(grey)
    return Frames("part", InputKind.STILL, 1, part.shape[0], part.shape[1], False, lambda index: part)
