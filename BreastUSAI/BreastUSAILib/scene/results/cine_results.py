"""A cine in the scene: image, masks and heat maps as sequences that one browser moves together."""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise
from typing import Any

import numpy as np

from ...engine.findings.analysis import Analysis
from ...engine.findings.heat_map_colours import shows_flow
from ...engine.images.frames import Frames
from ..images.heat_map_node import dressHeatMap, heatMapFrameNode
from ..images.volume_node import frameNode
from ..mrml.image_data import ijkToRasOf
from ..mrml.nodes import addNode, shareTransform
from ..mrml.sequences import BrowsedSequence
from ..outlines.outline_marks import NOTHING, markOf, setMarks
from ..outlines.segmentation_node import dressSegmentation, frameSegmentation

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
    return BrowsedSequence(browser, sequence), _synchronise(browser, sequence, frames.name, saveChanges=False)


def addCineSegmentation(
    source: BrowsedSequence, name: str, analysis: Analysis, volumeNode: Any, terms: str
) -> Generator[None, None, Any]:
    """Masks beside the image's sequence, a frame at each step; returns the browser's segmentation node.

    Every frame of the image gets an item, without segments where it was not analysed, and the browser saves changes:
    only so does Slicer keep what is painted on a frame when the browser moves on.
    """
    sequence = _addSequenceLike(source, name)
    analysed = set(analysis.maps.frames)
    for frame, value in enumerate(source.indexValues):
        labels = analysis.maps.labels(frame) if frame in analysed else None
        item = frameSegmentation(name, labels, volumeNode, terms, frame)
        setMarks(item, {frame: NOTHING if labels is None else markOf(labels)})
        sequence.SetDataNodeAtValue(item, value)
        yield
    proxy = _synchronise(source.browser, sequence, name, saveChanges=True)
    shareTransform(proxy, volumeNode)
    dressSegmentation(proxy, volumeNode)
    return proxy


def addCineHeatMap(
    source: BrowsedSequence, name: str, analysis: Analysis, volumeNode: Any
) -> Generator[None, None, Any]:
    """Heat maps of the analysed frames beside the image's sequence, a frame at each step; returns their proxy."""
    sequence = _addSequenceLike(source, name)
    ijkToRas, values = ijkToRasOf(volumeNode), source.indexValues
    for frame in analysis.maps.frames:
        sequence.SetDataNodeAtValue(heatMapFrameNode(name, analysis.maps.heat_map(frame), ijkToRas), values[frame])
        yield
    if not analysis.maps.frames:
        # The browser makes no node of an empty sequence; a rejected cine gets one blank heat map instead.
        blank = np.zeros((analysis.input.rows, analysis.input.columns), np.float32)
        sequence.SetDataNodeAtValue(heatMapFrameNode(name, blank, ijkToRas), values[0])
    proxy = _synchronise(source.browser, sequence, name, saveChanges=False)
    dressHeatMap(proxy, volumeNode, shows_flow(analysis.flags))
    return proxy


def _timesAreApart(frames: Frames) -> bool:
    """Whether every frame's time can be an index value of its own."""
    times = frames.frame_times_s
    return times is not None and all(later - earlier > TOLERANCE_S for earlier, later in pairwise(times))


def _framesPerSecond(frames: Frames) -> float:
    times = frames.frame_times_s
    if times is None or len(times) < 2 or times[-1] <= 0:
        return DEFAULT_FRAMES_PER_SECOND
    return (len(times) - 1) / times[-1]


def _addSequenceLike(source: BrowsedSequence, name: str) -> Any:
    """An empty sequence with the index of the image's."""
    like = source.sequence
    return _addSequence(like.GetScene(), name, like.GetIndexName(), like.GetIndexUnit())


def _addSequence(scene: Any, name: str, indexName: str, indexUnit: str) -> Any:
    sequence = addNode(scene, "vtkMRMLSequenceNode", f"{name} sequence")
    sequence.SetIndexName(indexName)
    sequence.SetIndexUnit(indexUnit)
    return sequence


def _synchronise(browser: Any, sequence: Any, name: str, saveChanges: bool) -> Any:
    """Let the browser move `sequence` too; returns the node that shows its current item."""
    browser.AddSynchronizedSequenceNode(sequence)
    browser.SetSaveChanges(sequence, saveChanges)
    # A frame that was not analysed shows an empty result, never that of its neighbour.
    browser.SetMissingItemMode(sequence, browser.MissingItemSetToDefault)
    proxy = browser.GetProxyNode(sequence)
    browser.SetOverwriteProxyName(sequence, False)
    proxy.SetName(browser.GetScene().GenerateUniqueName(name))
    return proxy
