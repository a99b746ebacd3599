"""What `BreastUSAITest` does inside Slicer: the whole path on a phantom, checked loosely against how it was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import SimpleITK
import slicer
from numpy.typing import NDArray

from ... import RESEARCH_USE
from ...client.installing.python_environment import PythonEnvironment
from ...scene.images.samples import addSample
from ...scene.mrml.image_data import arrayFromImage
from ...scene.source.frames_from_node import framesFromNode
from ...scene.source.sample_source import SAMPLES

if TYPE_CHECKING:
    from ...engine.findings.analysis import Analysis
    from ...scene.mrml.node_types import (
        vtkMRMLScalarVolumeNode,
        vtkMRMLSegmentationNode,
        vtkMRMLTableNode,
        vtkMRMLVolumeNode,
    )

SAMPLE = "still_malignant_calibrated"
ENGINE_NEEDS = ("torch", "monai", "captum")
LEAST_OVERLAP = 0.5
"""Dice of the outline with the phantom's own lesion; turned or mirrored, that lesion reaches 0.34 with itself."""

Say = Callable[[str], None]


class Found(Protocol):
    """What an analysis adds to the scene."""

    segmentation: vtkMRMLSegmentationNode
    heatMap: vtkMRMLScalarVolumeNode  # noqa: N815
    table: vtkMRMLTableNode
    analysis: Analysis


def checkSampleBecomesFrames(say: Say) -> vtkMRMLVolumeNode:
    """A phantom reaches the engine unflipped and with its true pixel size; returns its volume node."""
    say("A phantom is loaded and read as frames")
    volume = addSample(f"{SAMPLE}.dcm")
    frames = framesFromNode(volume)
    pixels = arrayFromImage(volume.GetImageData())
    np.testing.assert_array_equal(frames.read_frame(0), pixels[0])
    spacing = frames.pixel_spacing_mm or (0.0, 0.0)
    _check(np.allclose(spacing, _truth()["pixel_spacing_mm"], rtol=1e-3), f"the pixel size became {spacing} mm")
    return volume


def checkWholePath(
    say: Say, analyze: Callable[[vtkMRMLVolumeNode], Found], environment: PythonEnvironment | None = None
) -> Found | None:
    """Load a phantom, analyze it, and check what was added to the scene; never asks, never installs.

    Args:
        say: told what is being tested.
        analyze: analyzes a volume node, through the engine's own process, and returns what was added.
        environment: the packages that are there; None is what Python finds.

    Returns what was found; None where PyTorch is not installed, which is said. Raises AssertionError.
    """
    volume = checkSampleBecomesFrames(say)
    packages = environment or PythonEnvironment()
    lacking = [name for name in ENGINE_NEEDS if not packages.satisfies(name)]
    if lacking:
        say(f"Only the part up to the engine was tested: {', '.join(lacking)} not installed")
        return None
    say("The phantom is analyzed in the engine's process")
    found = analyze(volume)
    _checkSegmentation(found.segmentation, volume)
    _checkHeatMap(found.heatMap, volume)
    _checkTable(found)
    say(f"The whole path was tested: {found.analysis.verdict.label.value}. {RESEARCH_USE}")
    return found


def _checkSegmentation(node: vtkMRMLSegmentationNode, volume: vtkMRMLVolumeNode) -> None:
    segmentation = node.GetSegmentation()
    _check(segmentation.GetNumberOfSegments() > 0, "no lesion was outlined")
    truth = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(SAMPLES / f"{SAMPLE}.truth.seg.nrrd"))) > 0
    outlined = np.zeros_like(truth)
    for index in range(segmentation.GetNumberOfSegments()):
        outlined |= slicer.util.arrayFromSegmentBinaryLabelmap(node, segmentation.GetNthSegmentID(index), volume) > 0
    overlap = _dice(outlined, truth)
    _check(overlap >= LEAST_OVERLAP, f"the outline overlaps the phantom's lesion by {overlap:.2f} only (Dice)")


def _checkHeatMap(node: vtkMRMLScalarVolumeNode, volume: vtkMRMLVolumeNode) -> None:
    heat = arrayFromImage(node.GetImageData())
    _check(heat.shape == arrayFromImage(volume.GetImageData()).shape, "the heat map has another size than the image")
    _check(bool(((heat >= 0) & (heat <= 1)).all()), "the heat map leaves the range 0 to 1")
    _check(float(heat.max()) > 0, "the heat map is empty")


def _checkTable(found: Found) -> None:
    _check(found.table.GetNumberOfRows() > len(found.analysis.lesions), "the table lacks the verdict or a lesion")
    likelihood = found.analysis.verdict.malignancy
    _check(likelihood is not None, "there is no likelihood of malignancy")
    assert likelihood is not None
    _check(
        0 <= likelihood.low <= likelihood.probability <= likelihood.high <= 1,
        "the likelihood lies outside its interval, or outside 0 to 1",
    )


def _dice(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    return 2.0 * float((first & second).sum()) / float(first.sum() + second.sum())


def _truth() -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((SAMPLES / f"{SAMPLE}.truth.json").read_text(encoding="utf-8"))
    return truth


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)
