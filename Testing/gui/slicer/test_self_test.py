"""The self test passes on a right result, fails on every wrong one, and says where it had to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import SimpleITK

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.client.installing.python_environment import PythonEnvironment
from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.gui.slicer.self_test import SAMPLE, checkWholePath
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.sample_source import SAMPLES
from Testing.client.installing.packages import put_package
from Testing.scene.analyses import MapsInMemory, analysis_of

TRUTH = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(SAMPLES / f"{SAMPLE}.truth.seg.nrrd")))


@pytest.fixture
def packages(tmp_path) -> PythonEnvironment:
    """torch, monai and captum are there."""
    for name in ("torch", "monai", "captum"):
        put_package(tmp_path, name)
    return PythonEnvironment([str(tmp_path)])


@pytest.fixture
def said() -> list[str]:
    return []


class Shown:
    """What an analysis adds to the scene, and the analysis."""

    def __init__(self, nodes: Any, analysis: Analysis) -> None:
        self.__dict__.update(vars(nodes), analysis=analysis)


def answering(change: Callable[[Analysis], Analysis]) -> Callable[[Any], Shown]:
    """Analyzes a volume node: the phantom's own lesion, changed."""

    def analyze(volume: Any) -> Shown:
        frames = framesFromNode(volume)
        right = analysis_of(frames)
        maps = MapsInMemory(np.minimum(TRUTH, 1), (TRUTH > 0).astype(np.float32), (0,))
        analysis = change(replace(right, maps=maps, lesions=right.lesions[:1]))
        return Shown(showAnalysis(analysis, frames, volume), analysis)

    return analyze


def with_maps(masks: np.ndarray, heat: np.ndarray) -> Callable[[Analysis], Analysis]:
    return lambda analysis: replace(analysis, maps=MapsInMemory(masks.astype(np.uint8), heat.astype(np.float32), (0,)))


def test_a_right_result_passes(scene, packages, said):
    found = checkWholePath(said.append, answering(lambda analysis: analysis), packages)

    assert found.analysis.verdict.malignancy.probability == 0.7
    assert said[-1] == f"The whole path was tested: malignant. {RESEARCH_USE}"


@pytest.mark.parametrize(
    ("wrong", "change"),
    [
        ("overlaps", with_maps(TRUTH[:, ::-1] > 0, TRUTH > 0)),
        ("overlaps", with_maps(TRUTH[:, :, ::-1] > 0, TRUTH > 0)),
        ("overlaps", with_maps(np.ones_like(TRUTH), TRUTH > 0)),
        ("no lesion was outlined", with_maps(np.zeros_like(TRUTH), TRUTH > 0)),
        ("heat map is empty", with_maps(TRUTH > 0, np.zeros_like(TRUTH))),
        ("range 0 to 1", with_maps(TRUTH > 0, 2.0 * TRUTH)),
        ("no likelihood", lambda analysis: replace(analysis, verdict=replace(analysis.verdict, malignancy=None))),
    ],
)
def test_a_wrong_result_fails(scene, packages, said, wrong, change):
    with pytest.raises(AssertionError, match=wrong):
        checkWholePath(said.append, answering(change), packages)


def test_without_torch_it_says_how_far_it_came(scene, said, tmp_path):
    def analyze(volume):
        raise AssertionError("the engine was started")

    assert checkWholePath(said.append, analyze, PythonEnvironment([str(tmp_path)])) is None

    assert said[-1] == "Only the part up to the engine was tested: torch, monai, captum not installed"


@pytest.mark.slow
def test_the_shipped_models_pass_it(scene, said):
    from BreastUSAILib.engine.analyzer import Analyzer
    from BreastUSAILib.engine.bundles.model_folder import load_models

    analyzer = Analyzer(load_models(), "cpu")

    def analyze(volume):
        frames = framesFromNode(volume)
        analysis = analyzer.analyze(frames)
        return Shown(showAnalysis(analysis, frames, volume), analysis)

    assert checkWholePath(said.append, analyze) is not None
