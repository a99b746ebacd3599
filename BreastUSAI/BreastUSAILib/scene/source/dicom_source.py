"""The DICOM file that a volume node was loaded from, read again for what Slicer's loader leaves out."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import slicer
from numpy.typing import NDArray

from ...engine.errors import InputError
from ...engine.images.frames import Frames
from .sample_source import SAMPLE_ATTRIBUTE, sampleBehind

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLVolumeNode

INSTANCE_UIDS_ATTRIBUTE = "DICOM.instanceUIDs"
DICOM_SUFFIXES = (".dcm", ".dicom")
PREAMBLE, MARK = 128, b"DICM"
"""How a DICOM file begins (PS3.10, 7.1); looked at here since a panel that opens loads no reader."""
_FILES_REMEMBERED = 16


def framesBehind(node: vtkMRMLVolumeNode) -> Frames | None:
    """What the first DICOM file that `node` names says of its frames, or None; their pixels are in the node.

    The node's ``DICOM.instanceUIDs`` attribute is looked up in `slicer.dicomDatabase`; a shipped sample is known by
    its name, and a file that was added or dropped by the node's storage node. None where there is no such file, or it
    is unreadable (the node's own pixels can still be analyzed, uncalibrated).
    """
    path = sampleBehind(node) or _fileBehind(node) or _fileLoaded(node)
    if path is None:
        return None
    state = path.stat()
    found = _described(path, state.st_mtime_ns, state.st_size)
    if isinstance(found, Frames):
        return found
    logging.debug("The DICOM file behind %s gives no calibration: %s", node.GetName(), found)
    return None


def noteSource(node: vtkMRMLVolumeNode, otherNode: vtkMRMLVolumeNode) -> None:
    """Keep on `node` where the pixels of `otherNode` came from, which are now its own."""
    for attribute in (INSTANCE_UIDS_ATTRIBUTE, SAMPLE_ATTRIBUTE):
        value = otherNode.GetAttribute(attribute)
        if value:
            node.SetAttribute(attribute, value)


@lru_cache(maxsize=_FILES_REMEMBERED)
def _described(path: Path, _modified: int, _size: int) -> Frames | InputError | None:
    """The file's frames without their pixels; remembered until it changes: the panel asks at every click."""
    from ...engine.reading import read

    result = next(iter(read(path)), None)
    return replace(result, read_frame=_noPixels) if isinstance(result, Frames) else result


def _noPixels(index: int) -> NDArray:
    raise InputError(
        f"frame {index} was to be read from the file behind the node", remedy="Report this as a defect of BreastUSAI"
    )


def _fileBehind(node: vtkMRMLVolumeNode) -> Path | None:
    instanceUids = (node.GetAttribute(INSTANCE_UIDS_ATTRIBUTE) or "").split()
    database = getattr(slicer, "dicomDatabase", None)
    if not instanceUids or database is None:
        return None
    path = database.fileForInstance(instanceUids[0])
    return Path(path) if path and Path(path).is_file() else None


def _fileLoaded(node: vtkMRMLVolumeNode) -> Path | None:
    """The DICOM file that Add Data or a drop read the node from."""
    storage = node.GetStorageNode()
    name = None if storage is None else storage.GetFullNameFromFileName()
    if not name or not Path(name).is_file():
        return None
    path = Path(name)
    return path if path.suffix.lower() in DICOM_SUFFIXES or _hasPreamble(path) else None


def _hasPreamble(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(PREAMBLE + len(MARK))[PREAMBLE:] == MARK
    except OSError:
        return False
