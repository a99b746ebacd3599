"""Two exams of one patient, and two views of one lesion: which lesions are the same, and what changed beyond error."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.findings.analysis import Label, LengthErrors, Malignancy, TrackedLesion
from BreastUSAILib.engine.findings.comparison.comparison import (
    ERROR_OF_OUTLINE,
    LENGTHS_NOT_COMPARED,
    ONE_REJECTED,
    OTHER_MODELS,
    OTHER_PREVALENCE,
    SUGGESTED,
    VIEWS_DISAGREE,
)
from BreastUSAILib.engine.lesions.exams import compare_exams, exam_lesions, join_views
from Testing.report.samples import analysis_of, frames_of, volume_of

SPACING = (0.1, 0.1)


def exam(*sizes, error=0.5, likelihood=Malignancy(0.3, 0.2, 0.4), **changed):  # noqa: B008
    """A still with lesions of (longest axis, depth) in mm."""
    frames = frames_of(spacing=SPACING)
    plain = analysis_of(frames)
    one = plain.lesions[0]
    errors = None if error is None else LengthErrors(error / 0.1, error, error / 0.1, error, error / 0.1, error)
    lesions = tuple(
        replace(
            one,
            id=number,
            number=number,
            long_axis_mm=size,
            short_axis_mm=size / 2,
            depth_mm=depth,
            errors=errors,
            malignancy=likelihood,
        )
        for number, (size, depth) in enumerate(sizes, 1)
    )
    return replace(plain, lesions=lesions, **changed)


def change(comparison, name):
    (found,) = (one for one in comparison.pairs[0].changes if one.name == name)
    return found


def test_a_change_is_judged_by_the_errors_of_both_lengths():
    found = compare_exams(exam((10.0, 8.0), error=0.3), exam((10.45, 8.0), error=0.4))
    grown = change(found, "long_axis_mm")
    assert (grown.before, grown.after) == (10.0, 10.45)
    assert grown.difference == pytest.approx(0.45)
    assert grown.error == pytest.approx(0.5)
    assert grown.within_error
    assert not change(
        compare_exams(exam((10.0, 8.0), error=0.3), exam((10.55, 8.0), error=0.4)), "long_axis_mm"
    ).within_error


def test_without_an_error_nothing_is_judged():
    grown = change(compare_exams(exam((10.0, 8.0)), exam((20.0, 8.0), error=None)), "long_axis_mm")
    assert (grown.error, grown.within_error) == (None, None)


@pytest.mark.parametrize(("after", "within"), [(0.4, True), (0.9, False)])
def test_a_likelihood_is_judged_by_the_intervals_in_log_odds(after, within):
    odds = math.log(after / (1 - after))
    low, high = (1 / (1 + math.exp(-(odds + end))) for end in (-0.5, 0.5))
    found = compare_exams(exam((10.0, 8.0)), exam((10.0, 8.0), likelihood=Malignancy(after, low, high)))
    assert change(found, "likelihood").within_error is within


def test_lesions_are_suggested_by_size_and_depth_and_what_is_unlike_has_no_partner():
    found = compare_exams(exam((20.0, 5.0), (8.0, 20.0)), exam((9.0, 21.0), (22.0, 6.0), (60.0, 40.0)))
    assert [(pair.before, pair.after) for pair in found.pairs] == [(1, 2), (2, 1)]
    assert all(pair.suggested for pair in found.pairs)
    assert (found.only_before, found.only_after) == ((), (3,))
    assert SUGGESTED in found.remarks


def test_a_single_lesion_is_the_same_however_much_it_grew():
    (pair,) = compare_exams(exam((5.0, 5.0)), exam((40.0, 20.0))).pairs
    assert (pair.before, pair.after) == (1, 1)


def test_the_users_pairs_count_and_the_others_have_no_partner():
    found = compare_exams(exam((20.0, 5.0), (8.0, 20.0)), exam((9.0, 21.0), (22.0, 6.0)), {1: 1})
    assert [(pair.before, pair.after, pair.suggested) for pair in found.pairs] == [(1, 1, False)]
    assert (found.only_before, found.only_after) == ((2,), (2,))
    assert SUGGESTED not in found.remarks


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ({4: 1}, "the first result has no lesion 4. Its lesions are: 1, 2."),
        ({1: 9}, "the second result has no lesion 9. Its lesions are: 1."),
        ({1: 1, 2: 1}, "a lesion is given two partners"),
    ],
)
def test_a_pair_that_cannot_be_is_refused(pairs, said):
    with pytest.raises(OptionError, match=said.replace("(", r"\(")):
        compare_exams(exam((20.0, 5.0), (8.0, 20.0)), exam((9.0, 21.0)), pairs)


def test_what_keeps_a_comparison_from_being_trusted_is_said():
    one = exam((10.0, 8.0))
    assert compare_exams(one, one).remarks == (ERROR_OF_OUTLINE, SUGGESTED)
    other_model = replace(one, models=(replace(one.models[0], sha256="c" * 64), *one.models[1:]))
    assert OTHER_MODELS in compare_exams(one, other_model).remarks
    assert OTHER_PREVALENCE in compare_exams(one, replace(one, prevalence=0.1)).remarks
    frames = frames_of()
    uncalibrated = compare_exams(one, analysis_of(frames))
    assert LENGTHS_NOT_COMPARED in uncalibrated.remarks
    assert {found.name for found in uncalibrated.pairs[0].changes} == {"height_width_ratio", "likelihood"}
    assert ONE_REJECTED in compare_exams(one, analysis_of(frames, Label.REJECTED, lesions=0)).remarks


def test_lesions_of_a_volume_and_a_cine_are_the_joined_and_the_followed_ones():
    _, volume = volume_of(frames_of(count=3, spacing=SPACING), lesions=2)
    assert [one.number for one in exam_lesions(volume)] == [one.id for one in volume.volume_lesions]
    cine = analysis_of(frames_of(count=3, spacing=SPACING))
    whole = TrackedLesion(1, tuple(one.id for one in cine.lesions), 0, 2, 0, 0.9, Malignancy(0.6, 0.5, 0.7), (0.5, 0.7))
    (one,) = exam_lesions(replace(cine, tracked_lesions=(whole,)))
    assert (one.number, one.lesion.frame, one.malignancy.probability) == (1, 0, 0.6)


def test_two_views_give_one_likelihood_the_mean_of_log_odds():
    first, second = (
        exam((10.0, 8.0), likelihood=Malignancy(0.2, 0.1, 0.4)),
        exam((12.0, 9.0), likelihood=Malignancy(0.5, 0.3, 0.7)),
    )
    (pair,) = join_views(first, second).pairs
    odds = (math.log(0.2 / 0.8) + 0.0) / 2
    assert pair.likelihood.probability == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-9)
    assert pair.likelihood.low < pair.likelihood.probability < pair.likelihood.high


def test_views_that_disagree_are_named():
    first, second = (
        exam((10.0, 8.0), likelihood=Malignancy(0.05, 0.04, 0.06)),
        exam((10.0, 8.0), likelihood=Malignancy(0.9, 0.85, 0.95)),
    )
    assert VIEWS_DISAGREE in join_views(first, second).remarks
    assert VIEWS_DISAGREE not in join_views(first, first).remarks


def test_without_lesions_there_is_nothing_to_compare():
    none = analysis_of(frames_of(spacing=SPACING), Label.NORMAL, lesions=0)
    found = compare_exams(none, none)
    assert (found.pairs, found.only_before, found.only_after) == ((), (), ())
