"""Image, mask and heat map of the same pixel lie at the same place in the world, saved and reopened too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.images.frames import Frames, InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.results.mrb import saveScene, writeAnalysisScene
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from Testing.host.scene.reopening import reopen
from Testing.scene.analyses import MARK, analysis_of, marked_frames
from Testing.scene.world import TRANSFORMS, bright_points, lesion_starts

EXACT_MM = 1e-6
WRITTEN_MM = 1e-3
"""Text headers of NRRD and MRML keep at least six significant digits of coordinates below 100 mm."""
INVERTED_MM = 0.2
"""Slicer writes a grid transform as its inverse, sampled on a grid as coarse: the image itself moves by this much."""

INPUTS = {
    "still": marked_frames(),
    "color still": marked_frames(has_color=True),
    "cine": marked_frames(InputKind.CINE, count=4, times=(0.0, 0.05, 0.1, 0.15)),
    "color cine": marked_frames(InputKind.CINE, count=3, has_color=True),
    "volume": marked_frames(InputKind.VOLUME, count=5),
}


def loaded(scene, frames: Frames, transform: str):
    """The node that a loader would leave in the scene, under a parent transform."""
    node = addCine(scene, frames)[1] if frames.kind is InputKind.CINE else addVolumeNode(scene, frames)
    node.SetAndObserveTransformNodeID(TRANSFORMS[transform](scene).GetID())
    return node


def assert_aligned(volume, segmentation, heat_map, browser, tolerance: float) -> None:
    for item in range(browser.GetNumberOfItems() if browser else 1):
        if browser:
            browser.SetSelectedItemNumber(item)
        expected = bright_points(volume)
        np.testing.assert_allclose(bright_points(heat_map), expected, atol=tolerance)
        np.testing.assert_allclose(lesion_starts(segmentation), expected, atol=tolerance)


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("frames", INPUTS.values(), ids=INPUTS.keys())
def test_results_lie_on_their_pixels_under_a_parent_transform(scene, frames, transform):
    volume = loaded(scene, frames, transform)
    source = framesFromNode(volume)

    nodes = showAnalysis(analysis_of(source), source, volume)

    assert nodes.volume is volume
    assert_aligned(nodes.volume, nodes.segmentation, nodes.heatMap, nodes.browser, EXACT_MM)


@pytest.mark.parametrize("frames", INPUTS.values(), ids=INPUTS.keys())
def test_results_lie_where_the_image_is_without_a_transform(scene, frames):
    nodes = showAnalysis(analysis_of(frames), frames)

    if nodes.browser:
        nodes.browser.SetSelectedItemNumber(0)
    row, column = MARK
    expected = frames.ijk_to_ras @ (column, row, 0, 1)
    np.testing.assert_allclose(bright_points(nodes.volume)[0], expected[:3], atol=EXACT_MM)
    assert_aligned(nodes.volume, nodes.segmentation, nodes.heatMap, nodes.browser, EXACT_MM)


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("frames", INPUTS.values(), ids=INPUTS.keys())
def test_world_coordinates_survive_saving_and_reopening(scene, tmp_path: Path, frames, transform):
    volume = loaded(scene, frames, transform)
    source = framesFromNode(volume)
    nodes = showAnalysis(analysis_of(source), source, volume)
    if nodes.browser:
        nodes.browser.SetSelectedItemNumber(0)
    before = bright_points(volume)
    saveScene(scene, tmp_path / "exam.mrb")

    again = reopen(tmp_path / "exam.mrb", tmp_path)

    found = [again.scene.GetFirstNodeByName(node.GetName()) for node in (volume, nodes.segmentation, nodes.heatMap)]
    browser = again.scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    if browser:
        browser.SetSelectedItemNumber(0)
    tolerance = WRITTEN_MM if transform == "tilted" else INVERTED_MM
    np.testing.assert_allclose(bright_points(found[0]), before, atol=tolerance)
    assert_aligned(*found, browser, WRITTEN_MM)


@pytest.mark.parametrize("frames", INPUTS.values(), ids=INPUTS.keys())
def test_the_command_lines_scene_reopens_aligned(host, tmp_path: Path, frames):
    writeAnalysisScene(analysis_of(frames), frames, tmp_path / "scene.mrb")

    again = reopen(tmp_path / "scene.mrb", tmp_path).scene

    browser = again.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    results = [again.GetFirstNodeByName(f"Breast - BreastUSAI {what}") for what in ("segmentation", "heat map")]
    assert_aligned(again.GetFirstNodeByName("Breast"), *results, browser, WRITTEN_MM)
