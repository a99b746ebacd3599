"""When an outline is shown: rules that keep normals clean at the least cost in lesions, from the calibration part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.lesions.withholding import WithholdingRule
from BreastUSAILib.engine.models.descriptor_evidence import DescriptorEvidence
from BreastUSAILib.engine.models.lesion_presence import LesionPresence

from ..bundles.writer import read_metadata, rewrite_bundle
from ..data.example import Example
from ..measure.figures.segmentation import MISSED_DICE
from .calibrate import NORMAL_RULE, choose_normal_below
from .descriptor_evidence import RULE as EVIDENCE_RULE
from .descriptor_evidence import fit_evidence
from .lesion_gap import RULE as GAP_RULE
from .lesion_gap import GapChoice, choose_gap
from .lesion_presence import RULE as PRESENCE_RULE
from .lesion_presence import fit_presence, with_presence
from .outlined import LEFT_OUT, NEVER, Outlined, outline_images, without_rules

LOST = 0.025  # of the found lesions of each data set, at most
SHOWN_FROM = (0.80, 0.85, 0.90, 0.95, NEVER)
EVIDENCE = (0.0, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90)
RULE = (
    f"The rules by which the fewest normals get an outline, among those that cost no data set "
    f"more than {LOST:.1%} of its found lesions; of equal ones those that lose fewer lesions, then "
    "the weakest: the least evidence asked for, the least sure outline that is shown on what is called normal."
)


@dataclass(frozen=True)
class OutlineRules:
    """The chosen rules, and what they do on the images that they were chosen on.

    Args:
        normal_below: the classifier's, which they go with.
        withhold_below: for the bundle's metadata; `NEVER`: no outline is sure enough to be shown in spite of that.
        lesion_evidence: for the bundle's metadata.
        normals_outlined: share of normal images with an outline; None without such images.
        parts_outlined: the same of lesion-free parts.
        lesions_lost: share of outlined lesions that lose their outline, in the data set that loses most.
    """

    normal_below: float
    withhold_below: float
    lesion_evidence: float
    normals_outlined: float | None
    parts_outlined: float | None
    lesions_lost: float

    @property
    def words(self) -> str:
        """The rules in words."""
        withheld = f"withheld where the probability of a lesion is below {self.normal_below}"
        if self.withhold_below != NEVER:
            withheld += f", unless the mean lesion probability is {self.withhold_below} or more"
        return withheld + (f"; below {self.lesion_evidence} in any case" if self.lesion_evidence else "")


def calibrate_outlines(
    bundles: Sequence[Path], examples: Sequence[Example], left_out: Sequence[Outlined] = ()
) -> tuple[GapChoice, OutlineRules]:
    """Choose the rules of the pair on `examples`, or on `left_out` where there are any, and write them into it.

    `left_out` is what pairs of the recipe found on collections that they were not trained on: then P(lesion) from both
    networks together is fitted on these, where they hold normals, and the likelihood of malignancy from classifier and
    descriptors together; the point below which *normal* is said is chosen on them too, and nothing is withheld by it
    from collections without normals (`known_lesions`). First the gap, on every outline;
    then the rules that withhold, on those that the gap leaves, since nothing else would be shown. (In the product the
    rule of evidence comes before the gap. That makes no difference: where it drops the surest outline, it drops all.)
    The classifier must be calibrated. Raises InputError for an image that cannot be read, ModelError, OutputError.
    """
    from ..measure.rows.subject import find_subject

    subject = find_subject(bundles)
    if not (subject.classifier.given and subject.segmenter.given):
        raise OptionError("rules are chosen for a pair", remedy="Give the classifier's and the segmenter's bundle")
    models = subject.load()
    found = list(left_out) or list(outline_images(without_rules(Analyzer(models)), examples))
    normal_below, presence, evidence = models.classifier.calibration.normal_below, None, None
    if left_out:
        normal_below = write_normal_below(subject.classifier.info.path, found)
        presence = fit_presence(found, models.classifier.identity.sha256)
        evidence = fit_evidence(found, models.classifier.identity.sha256)
    if presence is not None:
        found = known_lesions(with_presence(found, presence))
        normal_below = presence.normal_below
    gap = choose_gap(found)
    rules = choose_outline_rules([one.within(gap.gap) for one in found], normal_below)
    write_outline_rules(subject.segmenter.info.path, gap, rules, where_from(left_out), presence, evidence)
    return gap, rules


def known_lesions(found: Sequence[Outlined]) -> list[Outlined]:
    """What was found, with images of collections without normals as surely not normal.

    Where the zero of P(lesion) lies for the pair that looked at such a collection cannot be known, so that nothing may
    be chosen by what of it would be called normal.
    """
    with_normals = {one.dataset for one in found if one.kind == "normal"}
    return [one if one.dataset in with_normals else replace(one, lesion=1.0) for one in found]


def where_from(left_out: Sequence[Outlined]) -> str:
    """What rules were chosen on, in words."""
    names = dict.fromkeys(one.dataset for one in left_out)
    return f"{LEFT_OUT}: {', '.join(names)}" if names else "the calibration part"


def choose_outline_rules(found: Sequence[Outlined], normal_below: float) -> OutlineRules:
    """The best of all combinations by `RULE`, for outlines that the gap leaves.

    What is lost to `normal_below` alone is not counted: the classifier's word stands. Showing everything that is not
    called normal is one of the combinations, so there always is one.
    """
    tried = [
        _judged(found, normal_below, shown_from, evidence) for shown_from, evidence in product(SHOWN_FROM, EVIDENCE)
    ]
    least = min(rules.lesions_lost for rules in tried if not rules.lesion_evidence)
    allowed = [rules for rules in tried if rules.lesions_lost <= max(LOST, least)]
    return min(
        allowed,
        key=lambda rules: (
            rules.normals_outlined or 0.0,
            rules.lesions_lost,
            rules.lesion_evidence,
            rules.withhold_below,
        ),
    )


def _judged(found: Sequence[Outlined], normal_below: float, withhold_below: float, evidence: float) -> OutlineRules:
    rule = WithholdingRule(evidence=evidence, normal_below=normal_below, withhold_below=withhold_below)

    def share(kind: str) -> float | None:
        shown = [bool(one.shown(rule).outlines) for one in found if one.kind == kind]
        return float(np.mean(shown)) if shown else None

    lost: dict[str, list[bool]] = {}
    for one in found:
        if one.lesion_area and one.dice >= MISSED_DICE:
            lost.setdefault(one.dataset, []).append(one.shown(rule).dice < MISSED_DICE)
    worst = max((float(np.mean(values)) for values in lost.values()), default=0.0)
    return OutlineRules(normal_below, withhold_below, evidence, share("normal"), share("part"), worst)


def write_normal_below(classifier: Path, found: Sequence[Outlined]) -> float:
    """Choose the point below which *normal* is said on left-out collections, and put it into a classifier's metadata.

    Returns it. Raises ModelError, OutputError.
    """
    normal_below = choose_normal_below(np.array([one.lesion for one in found if one.kind == "lesion"]))
    metadata = read_metadata(classifier)
    metadata["breastusai"]["calibration"]["normal_below"] = normal_below
    lesions = sum(one.kind == "lesion" for one in found)
    report = {**metadata.get("calibration_report", {})}
    report["normal"] = {"rule": NORMAL_RULE, "from": where_from(found), "lesions": lesions}
    rewrite_bundle(classifier, metadata={**metadata, "calibration_report": report})
    return normal_below


def write_outline_rules(
    bundle: Path,
    gap: GapChoice,
    rules: OutlineRules,
    source: str = "the calibration part",
    presence: LesionPresence | None = None,
    evidence: DescriptorEvidence | None = None,
) -> None:
    """Put them into a segmenter's metadata; its hashes are made anew. Raises ModelError, OutputError."""
    metadata = read_metadata(bundle)
    metadata["breastusai"].pop("withhold_above", None)  # of former versions: the classifier says what is normal
    metadata["breastusai"] |= {
        "withhold_below": rules.withhold_below,
        "lesion_evidence": rules.lesion_evidence,
        "lesion_gap": gap.gap,
        "lesion_presence": None if presence is None else vars(presence),
        "descriptor_evidence": None if evidence is None else asdict(evidence),
    }
    report = {"rule": RULE, "from": source, **vars(rules), "gap_rule": GAP_RULE, "gaps": gap.report()}
    if presence is not None:
        report["presence_rule"] = PRESENCE_RULE
    if evidence is not None:
        report["evidence_rule"] = EVIDENCE_RULE
    rewrite_bundle(bundle, metadata={**metadata, "outline_rules_report": report})
