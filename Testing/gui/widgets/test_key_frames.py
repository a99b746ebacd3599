"""Which frames are worth a second look, and in which order."""

from __future__ import annotations

import pytest

from BreastUSAILib.gui.widgets.key_frames import malignantByFrame, nextKeyFrame, suspiciousFrames
from Testing.gui import reports


def test_the_peaks_of_the_curve_come_in_descending_likelihood():
    report = reports.cine((0.1, 0.6, 0.3, 0.9, 0.2, 0.7, 0.4))

    assert suspiciousFrames(report) == [3, 5, 1]


def test_a_peak_at_either_end_counts():
    report = reports.cine((0.8, 0.2, 0.1, 0.5))

    assert suspiciousFrames(report) == [0, 3]


def test_a_level_peak_is_one_place_and_its_first_frame():
    report = reports.cine((0.2, 0.9, 0.9, 0.9, 0.1, 0.4, 0.3))

    assert suspiciousFrames(report) == [1, 5]


def test_frames_that_were_left_out_are_stepped_over():
    report = reports.cine((0.1, None, 0.8, None, 0.3, 0.5))

    assert malignantByFrame(report) == [(0, 0.1), (2, 0.8), (4, 0.3), (5, 0.5)]
    assert suspiciousFrames(report) == [2, 5]


def test_a_single_peak_is_followed_by_the_frames_with_lesions():
    report = reports.cine((0.1, 0.3, 0.9, 0.2))
    report["lesions"] = [lesion for lesion in report["lesions"] if lesion["frame"] in (0, 2, 3)]

    assert suspiciousFrames(report) == [2, 0, 3]


def test_without_likelihoods_the_frames_with_lesions_are_all_there_is():
    report = reports.cine((None, None, None))
    report["lesions"] = [lesion for lesion in report["lesions"] if lesion["frame"] == 1]

    assert suspiciousFrames(report) == [1]


@pytest.mark.parametrize(
    ("current", "step", "expected"),
    [(7, 1, 2), (2, 1, 5), (5, 1, 7), (7, -1, 5), (3, 1, 7), (3, -1, 7), (None, 1, 7)],
)
def test_the_way_goes_round_and_starts_with_the_most_suspicious(current, step, expected):
    assert nextKeyFrame([7, 2, 5], current, step) == expected


def test_where_no_frame_is_suspicious_there_is_nowhere_to_go():
    assert nextKeyFrame([], 3, 1) is None
