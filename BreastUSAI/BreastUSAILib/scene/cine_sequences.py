"""A cine in the scene: image, masks and heat maps as sequences that one browser moves together."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from ..engine.analysis import Analysis
from ..engine.frames import Frames
from .browsing import BrowsedSequence
from .heat_map_node import dressHeatMap, heatMapFrameNode
from .image_data import ijkToRasOf
from .nodes import addNode, shareTransform
from .segmentation_node import dressSegmentation, setSegments
from .volume_node import frameNode

TOLERANCE_S = 0.001
"""A sequence takes numeric index values closer than this for one and the same (NumericIndexValueTolerance)."""

DEFAULT_FRAMES_PER_SECOND = 10.0


def addCine(scene: Any, frames: Frames) -> tuple[BrowsedSequence, Any]:
    """The frames as a sequence with a browser of its own; returns both and the browser's volume node.

    The index is the frame's time in seconds where known, else its number, as in Slicer's image sequence importer.
    """
    timed = _timesAreApart(frames)
    sequence = _addSequence(scene, frames.name, "time" if timed else "frame", "s" if timed else "")
    for index in range(frames.count):
        sequence.SetDataNodeAtValue(frameNode(frames, index), f"{frames.time_s(index):.6f}" if timed else str(index))
    browser = addNode(scene, "vtkMRMLSequenceBrowserNode", f"{frames.name} browser")
    browser.SetPlaybackRateFps(_framesPerSecond(frames))
    return BrowsedSequence(browser, sequence), _synchronise(browser, sequence, frames.name)


def addCineSegmentation(source: BrowsedSequence, name: str, analysis: Analysis, volumeNode: Any, terms: str) -> Any:
    """Masks of the analysed frames beside the image's sequence; returns the browser's segmentation node."""
    ijkToRas = ijkToRasOf(volumeNode)

    def frameSegmentation(labels: NDArray[np.uint8]) -> Any:
        node = slicer.vtkMRMLSegmentationNode()
        node.SetName(name)
        setSegments(node, labels[np.newaxis], ijkToRas, terms)
        return node

    proxy = _addResult(source, name, analysis, analysis.maps.labels, frameSegmentation)
    shareTransform(proxy, volumeNode)
    dressSegmentation(proxy, volumeNode)
    return proxy


def addCineHeatMap(source: BrowsedSequence, name: str, analysis: Analysis, volumeNode: Any) -> Any:
    """Heat maps of the analysed frames beside the image's sequence; returns the browser's heat-map node."""
    ijkToRas = ijkToRasOf(volumeNode)

    def frameHeatMap(heatMap: NDArray[np.float32]) -> Any:
        return heatMapFrameNode(name, heatMap, ijkToRas)

    proxy = _addResult(source, name, analysis, analysis.maps.heat_map, frameHeatMap)
    shareTransform(proxy, volumeNode)
    dressHeatMap(proxy)
    return proxy


def _addResult(
    source: BrowsedSequence,
    name: str,
    analysis: Analysis,
    mapOf: Callable[[int], NDArray],
    nodeOf: Callable[[NDArray], Any],
) -> Any:
    """A sequence beside the image's with a node for each analysed frame; returns the browser's node of it."""
    like = source.sequence
    sequence = _addSequence(like.GetScene(), name, like.GetIndexName(), like.GetIndexUnit())
    values = source.indexValues
    for frame in analysis.maps.frames:
        sequence.SetDataNodeAtValue(nodeOf(mapOf(frame)), values[frame])
    if not analysis.maps.frames:
        # The browser makes no node of an empty sequence; a rejected cine gets one blank result instead.
        blank = np.zeros((analysis.input.rows, analysis.input.columns), np.uint8)
        sequence.SetDataNodeAtValue(nodeOf(blank), values[0])
    return _synchronise(source.browser, sequence, name)


def _timesAreApart(frames: Frames) -> bool:
    """Whether every frame's time can be an index value of its own."""
    times = frames.frame_times_s
    return times is not None and all(later - earlier > TOLERANCE_S for earlier, later in pairwise(times))


def _framesPerSecond(frames: Frames) -> float:
    times = frames.frame_times_s
    if times is None or len(times) < 2 or times[-1] <= 0:
        return DEFAULT_FRAMES_PER_SECOND
    return (len(times) - 1) / times[-1]


def _addSequence(scene: Any, name: str, indexName: str, indexUnit: str) -> Any:
    sequence = addNode(scene, "vtkMRMLSequenceNode", f"{name} sequence")
    sequence.SetIndexName(indexName)
    sequence.SetIndexUnit(indexUnit)
    return sequence


def _synchronise(browser: Any, sequence: Any, name: str) -> Any:
    browser.AddSynchronizedSequenceNode(sequence)
    browser.SetSaveChanges(sequence, False)
    # A frame that was not analysed shows an empty result, never that of its neighbour.
    browser.SetMissingItemMode(sequence, browser.MissingItemSetToDefault)
    proxy = browser.GetProxyNode(sequence)
    browser.SetOverwriteProxyName(sequence, False)
    proxy.SetName(name)
    return proxy
