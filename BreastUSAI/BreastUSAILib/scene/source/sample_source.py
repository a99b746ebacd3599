"""Which shipped phantom a node was loaded from. `images/samples.py` loads them; to open the panel this is enough."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLVolumeNode

SAMPLES = Path(__file__).resolve().parents[3] / "Resources" / "Samples"
SAMPLE_ATTRIBUTE = "BreastUSAI.sample"
"""Names the sample that a node was loaded from: a file name below `SAMPLES`, so that a scene can move."""


def sampleBehind(node: vtkMRMLVolumeNode) -> Path | None:
    """The shipped file that `node` was loaded from, or None."""
    name = node.GetAttribute(SAMPLE_ATTRIBUTE)
    path = SAMPLES / Path(name).name if name else None
    return path if path is not None and path.is_file() else None


def sampleCopiedTo(path: str | Path) -> Path | None:
    """The shipped file that the file `path` is, or is a copy of under the same name; None for any other."""
    copy, shipped = Path(path), SAMPLES / Path(path).name
    try:
        same = shipped.is_file() and copy.stat().st_size == shipped.stat().st_size
        return shipped if same and copy.read_bytes() == shipped.read_bytes() else None
    except OSError:
        return None
