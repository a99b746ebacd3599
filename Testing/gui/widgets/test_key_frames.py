"""Which frames are worth a second look, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from BreastUSAILib.gui.widgets.key_frames import malignantByFrame, nextKeyFrame, suspiciousFrames
from Testing.gui import reports


def test_the_peaks_of_the_curve_come_in_descending_likelihood():
    analysis = reports.cine((0.1, 0.6, 0.3, 0.9, 0.2, 0.7, 0.4)).analysis

    assert suspiciousFrames(analysis) == [3, 5, 1]


def test_a_peak_at_either_end_counts():
    analysis = reports.cine((0.8, 0.2, 0.1, 0.5)).analysis

    assert suspiciousFrames(analysis) == [0, 3]


def test_a_level_peak_is_one_place_and_its_first_frame():
    analysis = reports.cine((0.2, 0.9, 0.9, 0.9, 0.1, 0.4, 0.3)).analysis

    assert suspiciousFrames(analysis) == [1, 5]


def test_frames_that_were_left_out_are_stepped_over():
    analysis = reports.cine((0.1, None, 0.8, None, 0.3, 0.5)).analysis

    assert malignantByFrame(analysis) == [(0, 0.1), (2, 0.8), (4, 0.3), (5, 0.5)]
    assert suspiciousFrames(analysis) == [2, 5]


def test_a_single_peak_is_followed_by_the_frames_with_lesions():
    analysis = reports.cine((0.1, 0.3, 0.9, 0.2)).analysis
    lesions = tuple(lesion for lesion in analysis.lesions if lesion.frame in (0, 2, 3))
    analysis = replace(analysis, lesions=lesions)

    assert suspiciousFrames(analysis) == [2, 0, 3]


def test_without_likelihoods_the_frames_with_lesions_are_all_there_is():
    analysis = reports.cine((None, None, None)).analysis
    lesions = tuple(lesion for lesion in analysis.lesions if lesion.frame == 1)
    analysis = replace(analysis, lesions=lesions)

    assert suspiciousFrames(analysis) == [1]


@pytest.mark.parametrize(
    ("current", "step", "expected"),
    [(7, 1, 2), (2, 1, 5), (5, 1, 7), (7, -1, 5), (3, 1, 7), (3, -1, 7), (None, 1, 7)],
)
def test_the_way_goes_round_and_starts_with_the_most_suspicious(current, step, expected):
    assert nextKeyFrame([7, 2, 5], current, step) == expected


def test_where_no_frame_is_suspicious_there_is_nowhere_to_go():
    assert nextKeyFrame([], 3, 1) is None
