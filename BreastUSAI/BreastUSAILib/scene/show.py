"""From an analysis to everything Slicer shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.analysis import Analysis, FrameMaps
from ..engine.frames import Frames, InputKind
from ..engine.lesion_segment import lesion_terminology
from .browsing import BrowsedSequence, sequenceBehind
from .cine_sequences import addCine, addCineHeatMap, addCineSegmentation
from .findings_table import addFindingsTable
from .heat_map_node import addHeatMapNode
from .host import currentScene
from .nodes import placeBeside, removedOnFailure
from .segmentation_node import addSegmentationNode
from .slice_views import showLayers
from .volume_node import addVolumeNode


@dataclass(frozen=True)
class SceneNodes:
    """The nodes of one analysis. Of a cine they are the browser's proxies; `browser` is None for anything else."""

    volume: Any
    segmentation: Any
    heatMap: Any  # noqa: N815
    table: Any
    browser: Any = None


def showAnalysis(analysis: Analysis, frames: Frames, volumeNode: Any = None, scene: Any = None) -> SceneNodes:
    """Add the findings to the scene beside the image they belong to, and show them.

    Args:
        analysis: what was found.
        frames: what was analysed.
        volumeNode: the node that `frames` came from; None adds a new one from `frames`.
        scene: where to add a new volume node; the current scene where not given. A given node's own scene counts.

    Whatever raises on the way leaves the scene as it was.
    """
    scene = volumeNode.GetScene() if volumeNode is not None else scene or currentScene()
    with removedOnFailure(scene):
        nodes = _addNodes(scene, analysis, frames, volumeNode)
        for node in (nodes.segmentation, nodes.heatMap, nodes.table):
            placeBeside(node, nodes.volume)
    if nodes.browser is not None and analysis.verdict.key_frame is not None:
        nodes.browser.SetSelectedItemNumber(analysis.verdict.key_frame)
    showLayers(nodes.volume, nodes.heatMap)
    return nodes


def _addNodes(scene: Any, analysis: Analysis, frames: Frames, volumeNode: Any) -> SceneNodes:
    terms = lesion_terminology(frames.identity.laterality)
    if frames.kind is InputKind.CINE:
        source, volume = _cineOf(scene, frames, volumeNode)
        name = _ResultName(volume)
        return SceneNodes(
            volume,
            addCineSegmentation(source, name("segmentation"), analysis, volume, terms),
            addCineHeatMap(source, name("heat map"), analysis, volume),
            addFindingsTable(scene, name("findings"), analysis),
            source.browser,
        )
    volume = addVolumeNode(scene, frames) if volumeNode is None else volumeNode
    name = _ResultName(volume)
    labels, heatMap = _stacked(analysis.maps, frames)
    return SceneNodes(
        volume,
        addSegmentationNode(scene, name("segmentation"), labels, volume, terms),
        addHeatMapNode(scene, name("heat map"), heatMap, volume),
        addFindingsTable(scene, name("findings"), analysis),
    )


class _ResultName:
    """Names of result nodes: they start with the volume's, so that a sorted list keeps them together."""

    def __init__(self, volumeNode: Any) -> None:
        self._volumeName = volumeNode.GetName()

    def __call__(self, what: str) -> str:
        return f"{self._volumeName} - BreastUSAI {what}"


def _cineOf(scene: Any, frames: Frames, volumeNode: Any) -> tuple[BrowsedSequence, Any]:
    source = None if volumeNode is None else sequenceBehind(volumeNode)
    return addCine(scene, frames) if source is None else (source, volumeNode)


def _stacked(maps: FrameMaps, frames: Frames) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Masks and heat maps ``[K, J, I]``; slices that were not analysed hold neither lesion nor heat."""
    shape = (frames.count, frames.rows, frames.columns)
    labels, heatMap = np.zeros(shape, np.uint8), np.zeros(shape, np.float32)
    for frame in maps.frames:
        labels[frame] = maps.labels(frame)
        heatMap[frame] = maps.heat_map(frame)
    return labels, heatMap
