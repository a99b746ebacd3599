"""The run and Training show the same outlines: the rules that Training chooses do what it measured them to do."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from BreastUSAILib.engine.findings.analysis import Lesion, ModelIdentity, Probabilities
from BreastUSAILib.engine.findings.maps import StoredMaps
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.lesions.withholding import WithholdingRule
from BreastUSAILib.engine.models.segmenter import Segmenter
from BreastUSAILib.engine.options import AnalyzeOptions
from BreastUSAILib.engine.pipeline.run import Equipment, Run
from Testing.engine.conftest import speckle_frames
from Testing.made_up import SMALL
from Training.calibration.calibrate import RAW
from Training.calibration.outlined import Outline, Outlined

SHOW_ALL = WithholdingRule()
SIXTYFOURTHS = st.integers(0, 64).map(lambda value: value / 64)
"""Numbers whose sums are exact, so that a mean on the edge of a rule is one on both sides."""

RULES = st.builds(
    WithholdingRule,
    evidence=SIXTYFOURTHS,
    gap=st.sampled_from([0.0, 0.5, 1.0, 2.0, np.inf]),
    normal_below=SIXTYFOURTHS,
    withhold_below=SIXTYFOURTHS | st.just(np.inf),
)


def run_of(rule: WithholdingRule, lesion: float) -> Run:
    """A run over one frame that was classified, with bundles that state `rule`."""
    segmenter = Segmenter(
        ModelIdentity("segmentation", "by-hand", "1.0", ""), torch.nn.Identity(), SMALL, 0.5, 0.0,
        withhold_below=rule.withhold_below, lesion_evidence=rule.evidence, lesion_gap=rule.gap,
    )  # fmt: skip
    classifier = SimpleNamespace(calibration=replace(RAW, normal_below=rule.normal_below), gate=None)
    models: Any = SimpleNamespace(segmenter=segmenter, classifier=classifier)
    passes: Any = None
    frames = speckle_frames()
    run = Run(Equipment(models, passes, torch.device("cpu")), frames, AnalyzeOptions(), None, None)
    run.region = Rectangle(0, 0, frames.columns, frames.rows)
    run.maps = StoredMaps(SMALL.letterbox(frames.rows, frames.columns, run.region))
    run.known.calibrated[0] = Probabilities(1 - lesion, lesion, 0.0)
    return run


def outlined(rule: WithholdingRule, lesion: float, probability: NDArray[np.float32]) -> list[Lesion]:
    run = run_of(rule, lesion)
    run.outline(0, probability, np.zeros((1, 1), np.float32), np.zeros(probability.shape, np.uint8))
    return run.lesions


def picture(levels: list[float]) -> NDArray[np.float32]:
    """Blocks of these lesion probabilities side by side, each wider than the one before."""
    frames = speckle_frames()
    probability = np.zeros((frames.rows, frames.columns), np.float32)
    left = 2
    for number, level in enumerate(levels):
        probability[10 : 20 + number, left : left + 4 + number] = level
        left += 8 + number
    return probability


@settings(max_examples=60, deadline=None)
@given(st.lists(SIXTYFOURTHS, max_size=6), SIXTYFOURTHS, RULES)
@example([0.75, 0.9375], 0.25, WithholdingRule(0.5, 1.0, 0.5, 0.9375))
@example([0.75, 0.9375], 0.5, WithholdingRule(0.75, 0.5, 0.5, np.inf))
def test_the_run_shows_what_training_says_that_it_will(
    levels: list[float], lesion: float, rule: WithholdingRule
) -> None:
    probability = picture(levels)
    everything = outlined(SHOW_ALL, lesion, probability)
    known = tuple(Outline(one.mean_probability, one.area_px, 0) for one in everything)

    by_training = Outlined("A", "lesion", lesion, known).shown(rule)
    by_run = outlined(rule, lesion, probability)

    assert [(one.area, one.evidence) for one in by_training.outlines] == [
        (one.area_px, one.mean_probability) for one in by_run
    ]
    assert Outlined("A", "lesion", lesion, known).within(rule.gap).shown(replace(rule, gap=np.inf)) == by_training
