"""Similar past cases in words, the same in panel, preview and terminal. Needs nothing else.

Every function takes the translate function that fits where its words are shown, as those in `words` do.
"""

from __future__ import annotations

from .analysis import Analysis, Label, Verdict
from .measures import Translate
from .similar_cases import CASE_LABELS, Neighbor, SimilarCases
from .words import english, percent, verdict_words


def label_words(label: str, _: Translate = english) -> str:
    """What a past case was; what another version may call it is unknown too."""
    return verdict_words(Label(label), _).lower() if label in CASE_LABELS else _("unknown")


def vote_words(similar: SimilarCases, verdict: Verdict, _: Translate = english) -> str:
    """What the near cases were, beside the network's opinion; or that none is near, or why there are none."""
    if similar.problem:
        return similar.problem
    if not similar.neighbors:
        return _("The library holds no case to compare with.")
    if similar.near_within <= 0:
        return _("This library is too small to say which cases are close.")
    if not similar.votes:
        return _("No close case: the nearest is farther away than the nearest case of most images.")
    near = sum(vote.cases for vote in similar.votes)
    listed = ", ".join(f"{vote.cases} {label_words(vote.label, _)}" for vote in similar.votes)
    words = _("Of {near} close cases: {listed}.").format(near=near, listed=listed)
    if verdict.malignancy is None:
        return words
    said = _("The network says: {label}, likelihood of malignancy {likelihood}.").format(
        label=verdict_words(verdict.label, _).lower(), likelihood=percent(verdict.malignancy.probability, _)
    )
    return f"{words} {said}"


def facts_words(neighbor: Neighbor, _: Translate = english) -> str:
    """What is known of a case: its label and how it was proven, BI-RADS, histology, size, source."""
    label = label_words(neighbor.label, _)
    parts = [f"{label} ({neighbor.proven})" if neighbor.proven else label]
    if neighbor.birads:
        parts.append(f"BI-RADS {neighbor.birads}")
    if neighbor.histology:
        parts.append(neighbor.histology)
    if neighbor.size_mm is not None:
        parts.append(_("{size} mm").format(size=f"{neighbor.size_mm:.0f}"))
    elif neighbor.area_share is not None and neighbor.area_share > 0:
        parts.append(_("{share} of the image").format(share=percent(neighbor.area_share, _)))
    if neighbor.source:
        parts.append(neighbor.source)
    return ", ".join(parts)


def distance_words(neighbor: Neighbor, similar: SimilarCases, _: Translate = english) -> str:
    """How far a case is, and whether that is near."""
    words = _("distance {distance}").format(distance=f"{neighbor.distance:.2f}")
    if similar.near_within <= 0:
        return words
    if neighbor.distance > similar.near_within:
        return _("{distance}, not close").format(distance=words)
    return _("{distance}, nearer than {share} of nearest cases").format(
        distance=words, share=percent(1 - neighbor.percentile / 100, _)
    )


def similar_lines(analysis: Analysis, _: Translate = english) -> list[str]:
    """The vote, then a line a case; nothing where similar cases were not asked for."""
    similar = analysis.similar
    if similar is None:
        return []
    lines = [vote_words(similar, analysis.verdict, _)]
    for one in similar.neighbors:
        case = _("case {number}").format(number=one.case)
        lines.append(f"{case}: {facts_words(one, _)}; {distance_words(one, similar, _)}")
    if similar.left_out:
        lines.append(_("Left out: {count} of the same patient or the same picture.").format(count=similar.left_out))
    return lines
