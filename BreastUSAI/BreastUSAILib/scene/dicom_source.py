"""The DICOM file that a volume node was loaded from, read again for what Slicer's loader leaves out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import slicer

from ..engine.frames import Frames

INSTANCE_UIDS_ATTRIBUTE = "DICOM.instanceUIDs"


def framesBehind(node: Any) -> Frames | None:
    """The frames of the first DICOM file that `node` names, or None.

    The node's ``DICOM.instanceUIDs`` attribute is looked up in `slicer.dicomDatabase`. None where the node names
    no instance, the database does not know it, or the file is gone or unreadable (which is logged: the node's own
    pixels can still be analysed, uncalibrated).
    """
    path = _fileBehind(node)
    if path is None:
        return None
    from ..engine.reading import read

    for result in read(path):
        if isinstance(result, Frames):
            return result
        logging.warning("The DICOM file behind %s gives no calibration: %s", node.GetName(), result)
    return None


def _fileBehind(node: Any) -> Path | None:
    instanceUids = (node.GetAttribute(INSTANCE_UIDS_ATTRIBUTE) or "").split()
    database = getattr(slicer, "dicomDatabase", None)
    if not instanceUids or database is None:
        return None
    path = database.fileForInstance(instanceUids[0])
    return Path(path) if path and Path(path).is_file() else None
