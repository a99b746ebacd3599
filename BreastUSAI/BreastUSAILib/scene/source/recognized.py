"""What a volume node was recognized as, before anything is analyzed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...engine.images.frames import InputKind, SpacingSource
from ..mrml.sequences import sequenceBehind
from .frames_from_node import NODE_AS_IT_IS, framesFromNode
from .source_options import SourceOptions

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLVolumeNode


@dataclass(frozen=True)
class Recognized:
    """One input in a few facts.

    Args:
        kind: still, cine or volume, as it would be analyzed.
        frames: number of frames or slices.
        pixelSpacingMm: (row, column) in mm, or None where uncalibrated.
        spacingSource: where the pixel spacing came from.
        sliceSpacingMm: distance between slices in mm, or None where unknown, and for a still or cine.
        canBeSlices: whether `SourceOptions.asSlices` says something about this input: its frames are a cine's, or
            slices whose distance is not known.
    """

    kind: InputKind
    frames: int
    pixelSpacingMm: tuple[float, float] | None  # noqa: N815
    spacingSource: SpacingSource  # noqa: N815
    sliceSpacingMm: float | None  # noqa: N815
    canBeSlices: bool  # noqa: N815


def recognize(volumeNode: vtkMRMLVolumeNode, source: SourceOptions = NODE_AS_IT_IS) -> Recognized:
    """What `framesFromNode` would make of the node. Raises InputError where it would."""
    frames = framesFromNode(volumeNode, source)
    browsed = sequenceBehind(volumeNode)
    isSequence = browsed is not None and browsed.sequence.GetNumberOfDataNodes() > 1
    isLoose = frames.kind is InputKind.VOLUME and (source.asSlices or frames.slice_spacing_mm is None)
    return Recognized(
        kind=frames.kind,
        frames=frames.count,
        pixelSpacingMm=frames.pixel_spacing_mm,
        spacingSource=frames.spacing_source,
        sliceSpacingMm=frames.slice_spacing_mm,
        canBeSlices=isSequence or isLoose,
    )
