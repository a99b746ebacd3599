"""When an outline is shown: rules that keep normals clean at the least cost in lesions, from the calibration part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from BreastUSAILib.engine.analyzer import Analyzer

from ..data.example import Example
from .lesion_gap import RULE as GAP_RULE
from .lesion_gap import GapChoice, choose_gap
from .outlined import NEVER, Outlined, outline_images, without_rules
from .writer import read_metadata, rewrite_bundle

LOST = 0.025  # of the outlined lesions of each data set, at most
WITHHOLD = (0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90)
SHOWN_FROM = (0.80, 0.85, 0.90, 0.95, NEVER)
EVIDENCE = (0.0, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90)
RULE = (
    f"The rules by which the fewest normals of the calibration part get an outline, among those that cost no data set "
    f"more than {LOST:.1%} of its outlined lesions; of equal ones those that lose fewer lesions, then "
    "the weakest: the least evidence asked for, the highest probability of a normal, the least sure outline that is "
    "shown in spite of it."
)


@dataclass(frozen=True)
class OutlineRules:
    """The chosen rules, and what they do on the calibration part.

    Args:
        withhold_above: for the bundle's metadata.
        withhold_below: for the bundle's metadata; `NEVER`: no outline is sure enough to be shown in spite of that.
        lesion_evidence: for the bundle's metadata.
        normals_outlined: share of normal images with an outline.
        parts_outlined: share of lesion-free parts with an outline.
        lesions_lost: share of outlined lesions that lose their outline, in the data set that loses most.
    """

    withhold_above: float
    withhold_below: float
    lesion_evidence: float
    normals_outlined: float
    parts_outlined: float
    lesions_lost: float

    @property
    def words(self) -> str:
        """The rules in words."""
        withheld = "nothing is withheld from normals"
        if self.withhold_above != NEVER:
            withheld = f"withheld from a probability of normal of {self.withhold_above} on"
            if self.withhold_below != NEVER:
                withheld += f", unless the mean lesion probability is {self.withhold_below} or more"
        return withheld + (f"; below {self.lesion_evidence} in any case" if self.lesion_evidence else "")


def calibrate_outlines(bundles: Sequence[Path], examples: Sequence[Example]) -> tuple[GapChoice, OutlineRules]:
    """Choose the rules of the pair's segmenter on `examples`, and write them into it, whole or not at all.

    All come from one pass over the images. First the gap, on every outline; then the rules that withhold, on those
    that the gap leaves, since nothing else would be shown. (In the product the rule of evidence comes before the
    gap. That makes no difference: where it drops the surest outline, it drops all.) The classifier must be
    calibrated. Raises InputError for an image that cannot be read, ModelError, OutputError.
    """
    from ..measure.subject import find_subject

    subject = find_subject(bundles)
    found = list(outline_images(without_rules(Analyzer(subject.load())), examples))
    gap = choose_gap(found)
    rules = choose_outline_rules([one.within(gap.gap) for one in found])
    write_outline_rules(subject.segmenter.info.path, gap, rules)
    return gap, rules


def choose_outline_rules(found: Sequence[Outlined]) -> OutlineRules:
    """The best of all combinations by `RULE`, for outlines that the gap leaves.

    No rule at all is one of the combinations, so there always is one.
    """
    withholding = [*product(WITHHOLD, SHOWN_FROM), (NEVER, NEVER)]
    tried = [_judged(found, *rules, evidence) for rules, evidence in product(withholding, EVIDENCE)]
    allowed = [rules for rules in tried if rules.lesions_lost <= LOST]
    return min(
        allowed,
        key=lambda rules: (
            rules.normals_outlined,
            rules.lesions_lost,
            rules.lesion_evidence,
            -rules.withhold_above,
            rules.withhold_below,
        ),
    )


def _judged(found: Sequence[Outlined], withhold_above: float, withhold_below: float, evidence: float) -> OutlineRules:
    rules = withhold_above, withhold_below, evidence

    def share(kind: str) -> float:
        shown = [bool(one.shown(*rules)) for one in found if one.kind == kind]
        return float(np.mean(shown)) if shown else 0.0

    lost: dict[str, list[bool]] = {}
    for one in found:
        if any(outline.hit for outline in one.outlines):
            kept = any(outline.hit for outline in one.shown(*rules))
            lost.setdefault(one.dataset, []).append(not kept)
    worst = max((float(np.mean(values)) for values in lost.values()), default=0.0)
    return OutlineRules(*rules, share("normal"), share("part"), worst)


def write_outline_rules(bundle: Path, gap: GapChoice, rules: OutlineRules) -> None:
    """Put them into a segmenter's metadata; its hashes are made anew. Raises ModelError, OutputError."""
    metadata = read_metadata(bundle)
    metadata["breastusai"] |= {
        "withhold_above": rules.withhold_above,
        "withhold_below": rules.withhold_below,
        "lesion_evidence": rules.lesion_evidence,
        "lesion_gap": gap.gap,
    }
    report = {"rule": RULE, **vars(rules), "gap_rule": GAP_RULE, "gaps": gap.report()}
    rewrite_bundle(bundle, metadata={**metadata, "outline_rules_report": report})
