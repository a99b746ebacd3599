"""Lesions of two results set side by side: what changed between two exams, or what two views of a lesion say together.

Which lesions are the same is the user's word, or suggested from their measures. Needs numpy and scipy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import OptionError
from ..findings.analysis import Analysis, Label, Lesion, Malignancy
from ..findings.comparison import comparison
from ..findings.comparison.comparison import LIKELIHOOD, Change, Comparison, LesionPair
from ..models.calibration import log_odds
from .one_likelihood import together

_LENGTHS = ("long_axis_mm", "short_axis_mm", "depth_mm")
_UNALIKE = 1.5
"""Cost above which two lesions are not suggested to be the same: sizes of 1:2 and depths 10 mm apart give 1.4."""

_DEPTH_MM = 14.0
_DEPTH_SHARE = 0.35  # of the region's height, where the pixel size of one is not known


@dataclass(frozen=True)
class ExamLesion:
    """One lesion of a result, on the frame where it counts.

    Args:
        number: of the lesion of a cine or volume; of a still its number in the frame.
        lesion: as measured on the key frame of the lesion.
        malignancy: its likelihood, or that of its frame; None where none is known.
        depth_share: depth as a share of the analyzed region's height.
    """

    number: int
    lesion: Lesion
    malignancy: Malignancy | None
    depth_share: float


def exam_lesions(analysis: Analysis) -> list[ExamLesion]:
    """The lesions of a result: joined ones of a volume, followed ones of a cine, else those of the key frame."""
    by_id = {one.id: one for one in analysis.lesions}
    height = max(analysis.input.region_px[3], 1)
    found = []
    for whole in analysis.volume_lesions or analysis.tracked_lesions:
        parts = [by_id[id_] for id_ in whole.lesions]
        shown = max(parts, key=lambda one: (one.frame == whole.key_frame, one.area_px))
        found.append(ExamLesion(whole.id, shown, whole.malignancy, shown.depth_px / height))
    if found or analysis.verdict.key_frame is None:
        return found
    likelihood = analysis.verdict.malignancy
    return [
        ExamLesion(one.number, one, one.malignancy or likelihood, one.depth_px / height)
        for one in analysis.lesions_of(analysis.verdict.key_frame)
    ]


def compare_exams(before: Analysis, after: Analysis, pairs: Mapping[int, int] | None = None) -> Comparison:
    """What became of the lesions from one exam of a patient to a later one.

    Lengths are compared in mm alone. The error of a difference is the root of the sum of the squares of both lengths'
    errors (`LengthErrors`); it knows nothing of how the probe was held. Likelihoods differ within their error where the
    difference of their log-odds is below 1.96 times its standard error, by their 95 % intervals.

    Args:
        before, after: the results.
        pairs: numbers of lesions of `before` to those of `after`, where the user says which are the same; None:
            suggested. What is not among them has no partner.

    Raises OptionError for a number that a result does not have, or that is given twice.
    """
    first, second = exam_lesions(before), exam_lesions(after)
    matched, suggested = _pairs(first, second, pairs)
    found = [_pair(one, other, suggested) for one, other in matched]
    return _comparison(first, second, matched, found, _remarks(before, after, is_follow_up=True))


def join_views(view: Analysis, other: Analysis, pairs: Mapping[int, int] | None = None) -> Comparison:
    """One lesion, one likelihood from two views of it, such as two stills at right angles.

    The likelihood is the mean of the log-odds of both, weighted by how sure their outlines are (`together`). Depth,
    which both views share, counts most where pairs are suggested. Arguments and errors as for `compare_exams`.
    """
    first, second = exam_lesions(view), exam_lesions(other)
    matched, suggested = _pairs(first, second, pairs)
    found = []
    for one, another in matched:
        known = [(each.lesion.mean_probability, each.malignancy) for each in (one, another) if each.malignancy]
        pair = _pair(one, another, suggested, together(known) if len(known) == 2 else None)
        found.append(pair)
    remarks = _remarks(view, other, is_follow_up=False)
    if any(change.name == LIKELIHOOD and not change.within_error for pair in found for change in pair.changes):
        remarks.append(comparison.VIEWS_DISAGREE)
    return _comparison(first, second, matched, found, remarks)


def _comparison(
    first: Sequence[ExamLesion],
    second: Sequence[ExamLesion],
    matched: Sequence[tuple[ExamLesion, ExamLesion]],
    found: Sequence[LesionPair],
    remarks: Sequence[str],
) -> Comparison:
    if any(pair.suggested for pair in found):
        remarks = [*remarks, comparison.SUGGESTED]
    one, other = {each.number for each, _ in matched}, {each.number for _, each in matched}
    return Comparison(
        tuple(found),
        tuple(each.number for each in first if each.number not in one),
        tuple(each.number for each in second if each.number not in other),
        tuple(remarks),
    )


def _pairs(
    first: Sequence[ExamLesion], second: Sequence[ExamLesion], given: Mapping[int, int] | None
) -> tuple[list[tuple[ExamLesion, ExamLesion]], bool]:
    """The lesions that are the same, and whether that is a suggestion."""
    if given is None:
        return _suggested(first, second), True
    if len(set(given.values())) < len(given):
        raise OptionError("a lesion is given two partners", remedy="Pair each lesion once")
    ours, others = {one.number: one for one in first}, {one.number: one for one in second}
    for numbers, there, which in ((given, ours, "first"), (given.values(), others, "second")):
        missing = sorted(set(numbers) - set(there))
        if missing:
            listed = ", ".join(map(str, sorted(there))) or "none"
            raise OptionError(f"the {which} result has no lesion {missing[0]}", remedy=f"Its lesions are: {listed}")
    return [(ours[one], others[other]) for one, other in given.items()], False


def _suggested(first: Sequence[ExamLesion], second: Sequence[ExamLesion]) -> list[tuple[ExamLesion, ExamLesion]]:
    from scipy.optimize import linear_sum_assignment

    if not first or not second:
        return []
    cost = np.array([[_unlikeness(one, other) for other in second] for one in first])
    alone = len(first) == len(second) == 1
    rows, columns = linear_sum_assignment(cost)
    return [
        (first[row], second[column])
        for row, column in zip(rows, columns, strict=True)
        if alone or cost[row, column] <= _UNALIKE
    ]


def _unlikeness(one: ExamLesion, other: ExamLesion) -> float:
    """0 for lesions of one size and depth; more the less they are alike."""
    mine, theirs = one.lesion, other.lesion
    if mine.long_axis_mm is not None and theirs.long_axis_mm is not None:
        sizes = mine.long_axis_mm, theirs.long_axis_mm
        depth = abs((mine.depth_mm or 0) - (theirs.depth_mm or 0)) / _DEPTH_MM
    else:
        sizes = mine.long_axis_px, theirs.long_axis_px
        depth = abs(one.depth_share - other.depth_share) / _DEPTH_SHARE
    return abs(math.log(max(sizes[0], 1e-6) / max(sizes[1], 1e-6))) + depth


def _pair(one: ExamLesion, other: ExamLesion, suggested: bool, likelihood: Malignancy | None = None) -> LesionPair:
    mine, theirs = one.lesion, other.lesion
    changes = [change for name in _LENGTHS if (change := _length(name, mine, theirs)) is not None]
    if mine.area_mm2 is not None and theirs.area_mm2 is not None:
        changes.append(Change("area_mm2", mine.area_mm2, theirs.area_mm2, None, None))
    changes.append(Change("height_width_ratio", mine.height_width_ratio, theirs.height_width_ratio, None, None))
    if one.malignancy is not None and other.malignancy is not None:
        changes.append(_likelihood(one.malignancy, other.malignancy))
    return LesionPair(one.number, other.number, mine.frame, theirs.frame, suggested, tuple(changes), likelihood)


def _length(name: str, one: Lesion, other: Lesion) -> Change | None:
    before, after = getattr(one, name), getattr(other, name)
    if before is None or after is None:
        return None
    if one.errors is None or other.errors is None:
        return Change(name, before, after, None, None)
    errors = getattr(one.errors, name), getattr(other.errors, name)
    if None in errors:
        return Change(name, before, after, None, None)
    error = math.hypot(*errors)
    return Change(name, before, after, error, abs(after - before) <= error)


def _likelihood(before: Malignancy, after: Malignancy) -> Change:
    spread = math.hypot(*(log_odds(each.high) - log_odds(each.low) for each in (before, after))) / 2
    difference = abs(log_odds(after.probability) - log_odds(before.probability))
    return Change(LIKELIHOOD, before.probability, after.probability, None, difference <= spread)


def _remarks(before: Analysis, after: Analysis, is_follow_up: bool) -> list[str]:
    said = []
    if {one.sha256 for one in before.models} != {one.sha256 for one in after.models}:
        said.append(comparison.OTHER_MODELS)
    if before.input.pixel_spacing_mm is None or after.input.pixel_spacing_mm is None:
        said.append(comparison.LENGTHS_NOT_COMPARED)
    if before.prevalence != after.prevalence:
        said.append(comparison.OTHER_PREVALENCE)
    if Label.REJECTED in (before.verdict.label, after.verdict.label):
        said.append(comparison.ONE_REJECTED)
    if is_follow_up and comparison.LENGTHS_NOT_COMPARED not in said:
        said.append(comparison.ERROR_OF_OUTLINE)
    return said
