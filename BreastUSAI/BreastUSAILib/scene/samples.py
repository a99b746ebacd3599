"""The shipped phantoms as volume nodes, read by the engine's own reader: no DICOM database, no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..engine.frames import Frames, InputKind
from .added_nodes import removedOnFailure
from .cine_sequences import addCine
from .host import currentScene
from .volume_node import addVolumeNode

SAMPLES = Path(__file__).resolve().parents[2] / "Resources" / "Samples"
SAMPLE_ATTRIBUTE = "BreastUSAI.sample"
"""Names the sample that a node was loaded from: a file name below `SAMPLES`, so that a scene can move."""


def addSample(fileName: str, scene: Any = None) -> Any:
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


def sampleBehind(node: Any) -> Path | None:
    """The shipped file that `node` was loaded from, or None."""
    name = node.GetAttribute(SAMPLE_ATTRIBUTE)
    path = SAMPLES / Path(name).name if name else None
    return path if path is not None and path.is_file() else None


def _addCine(scene: Any, frames: Frames, fileName: str) -> Any:
    browsed, volume = addCine(scene, frames)
    for item in range(browsed.sequence.GetNumberOfDataNodes()):
        browsed.sequence.GetNthDataNode(item).SetAttribute(SAMPLE_ATTRIBUTE, fileName)
    return volume


def _read(path: Path) -> Frames:
    from ..engine.reading.file import read_file

    return read_file(path)
