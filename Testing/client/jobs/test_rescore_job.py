"""Outlines are scored with the options of the analysis that they come from, as often as one likes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from BreastUSAILib.client.jobs.rescore_job import optionsOf
from BreastUSAILib.engine.findings.analysis import Analysis, Explanation, Label
from BreastUSAILib.engine.flags import FlagCode
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from Testing.gui import reports


def with_frames(indices: list[int], count: int, **more: Any) -> Analysis:
    report = reports.with_input(reports.still(**more), frames=count)
    (finding,) = report.analysis.frames
    return replace(report.analysis, frames=tuple(replace(finding, index=index) for index in indices))


@pytest.mark.parametrize("text", ["all", "key", "every:10", "3-40", "3-40:7"])
def test_the_selection_is_that_of_the_report_whatever_frames_were_added_by_hand(text):
    selection = FrameSelection.parse(text)

    assert optionsOf(with_frames([0, 3, 10, 20], 50, selection=selection)).frames == selection


@pytest.mark.parametrize(
    ("indices", "selection"),
    [
        ([0, 1, 2, 3], FrameSelection()),
        ([0, 2], FrameSelection(step=2)),
        ([1, 3], FrameSelection(1, 3, step=2)),
        ([2], FrameSelection(2, 2)),
        ([], FrameSelection()),
    ],
)
def test_a_report_of_an_earlier_version_tells_it_by_its_frames(indices, selection):
    assert optionsOf(with_frames(indices, 4)).frames == selection


def test_a_rejected_result_keeps_the_prevalence_that_was_asked_for():
    assert optionsOf(replace(reports.rejected().analysis, prevalence=0.02)).prevalence == 0.02


def test_a_rejection_that_was_overridden_stays_so():
    analysis = reports.still().analysis
    assert optionsOf(replace(analysis, overridden=(FlagCode.NOT_ULTRASOUND,))).override_rejection
    assert not optionsOf(analysis).override_rejection


def test_method_class_and_prevalence_are_kept():
    explanation = Explanation("Saliency", Label.BENIGN, "input")

    options = optionsOf(replace(reports.flagged().analysis, explanation=explanation))

    assert options == AnalyzeOptions(options.frames, options.explain_class, 0.02, "saliency")
    assert options.explain_class.value == "benign"


@pytest.mark.parametrize("name", ["Integrated Gradients", "grad-cam", "SALIENCY"])
def test_a_method_of_another_name_than_the_reports_is_never_asked_for(name):
    explanation = Explanation(name, Label.BENIGN, "input")

    assert optionsOf(replace(reports.still().analysis, explanation=explanation)).explain_method is None
