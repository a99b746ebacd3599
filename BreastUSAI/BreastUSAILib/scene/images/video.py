"""A video file as a cine of the scene, read by the engine's own reader."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ...engine.images.frames import InputKind
from ..mrml.added_nodes import removedOnFailure
from ..mrml.host import currentScene
from .cine import addCine
from .volume_node import addVolumeNode

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScene, vtkMRMLVolumeNode

MOST_BYTES = 2_000_000_000
"""Of all frames together: a sequence of the scene holds every one of them in memory."""


def addVideo(path: Path, scene: vtkMRMLScene | None = None) -> vtkMRMLVolumeNode:
    """Add a video to the scene as a sequence; returns the browser's volume node, of a single picture a volume.

    It has no pixel size: none is stated in a video. Raises InputError, and leaves the scene as it was.
    """
    from ...engine.reading.file import read_file

    frames = read_file(path)
    size = frames.count * frames.rows * frames.columns * (3 if frames.has_color else 1)
    if size > MOST_BYTES:
        raise InputError(
            f"the video would take {size / 1e9:.1f} GB in the scene",
            where=path,
            remedy="Cut it into parts, or analyze it with 'breastusai analyze', which reads frame by frame",
        )
    scene = scene or currentScene()
    with removedOnFailure(scene):
        if frames.kind is InputKind.CINE:
            return addCine(scene, frames)[1]
        return addVolumeNode(scene, frames)
