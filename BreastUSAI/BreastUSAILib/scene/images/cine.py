"""A cine as a sequence of images with a browser of its own."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ...engine.images.frames import Frames
from ..mrml.nodes import addNode
from ..mrml.sequences import BrowsedSequence, addSequence, synchronize
from .volume_node import frameNode

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScene, vtkMRMLVolumeNode

TOLERANCE_S = 0.001
"""A sequence takes numeric index values closer than this for one and the same (NumericIndexValueTolerance)."""

DEFAULT_FRAMES_PER_SECOND = 10.0


def addCine(scene: vtkMRMLScene, frames: Frames) -> tuple[BrowsedSequence, vtkMRMLVolumeNode]:
    """The frames as a sequence with a browser of its own; returns both and the browser's volume node.

    The index is the frame's time in seconds where known, else its number, as in Slicer's image sequence importer.
    """
    timed = _timesAreApart(frames)
    sequence = addSequence(scene, frames.name, "time" if timed else "frame", "s" if timed else "")
    for index in range(frames.count):
        sequence.SetDataNodeAtValue(frameNode(frames, index), f"{frames.time_s(index):.6f}" if timed else str(index))
    browser = addNode(scene, "vtkMRMLSequenceBrowserNode", f"{frames.name} browser")
    browser.SetPlaybackRateFps(_framesPerSecond(frames))
    return BrowsedSequence(browser, sequence), synchronize(browser, sequence, frames.name, saveChanges=False)


def _timesAreApart(frames: Frames) -> bool:
    """Whether every frame's time can be an index value of its own."""
    times = frames.frame_times_s
    return times is not None and all(later - earlier > TOLERANCE_S for earlier, later in pairwise(times))


def _framesPerSecond(frames: Frames) -> float:
    times = frames.frame_times_s
    if times is None or len(times) < 2 or times[-1] <= 0:
        return DEFAULT_FRAMES_PER_SECOND
    return (len(times) - 1) / times[-1]
