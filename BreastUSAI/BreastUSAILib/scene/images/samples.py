"""The shipped phantoms as volume nodes, read by the engine's own reader: no DICOM database, no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.images.frames import Frames, InputKind
from ..mrml.added_nodes import removedOnFailure
from ..mrml.host import currentScene
from ..source.sample_source import SAMPLE_ATTRIBUTE, SAMPLES
from .cine import addCine
from .volume_node import addVolumeNode

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScene, vtkMRMLVolumeNode


def addSample(fileName: str, scene: vtkMRMLScene | None = None) -> vtkMRMLVolumeNode:
    """Add a sample to the scene as Slicer's DICOM loaders would; returns the volume node (of a cine: the proxy).

    Raises InputError, and leaves the scene as it was.
    """
    frames = _read(SAMPLES / fileName)
    scene = scene or currentScene()
    with removedOnFailure(scene):
        if frames.kind is InputKind.CINE:
            return _addCine(scene, frames, fileName)
        volume = addVolumeNode(scene, frames)
        volume.SetAttribute(SAMPLE_ATTRIBUTE, fileName)
    return volume


def _addCine(scene: vtkMRMLScene, frames: Frames, fileName: str) -> vtkMRMLVolumeNode:
    browsed, volume = addCine(scene, frames)
    for item in range(browsed.sequence.GetNumberOfDataNodes()):
        browsed.sequence.GetNthDataNode(item).SetAttribute(SAMPLE_ATTRIBUTE, fileName)
    return volume


def _read(path: Path) -> Frames:
    from ...engine.reading.file import read_file

    return read_file(path)
