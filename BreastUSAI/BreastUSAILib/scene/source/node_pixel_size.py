"""How large the pixels of a volume node are, and how that is known."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.flags import FlagCode
from ...engine.images.frames import Frames, InputKind, SpacingSource
from ...engine.images.plausible_spacing import plausible_length, plausible_spacing, without_impossible_size
from ..mrml.transforms import keepsLengths
from .source_options import SourceOptions

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLVolumeNode

PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}
CALIBRATION_ATTRIBUTE = "BreastUSAI.calibration"
"""What is known of the pixel size of a node that this product made or looked at, as JSON: it survives saving."""

_STAND_IN = 1.0
"""What Slicer and its file formats put where nobody gave a spacing."""


@dataclass(frozen=True)
class PixelSize:
    """Pixel size (row, column) in mm, where it came from, and the distance between slices in mm; None: unknown."""

    pixelSpacingMm: tuple[float, float] | None = None  # noqa: N815
    spacingSource: SpacingSource = SpacingSource.NONE  # noqa: N815
    sliceSpacingMm: float | None = None  # noqa: N815


UNKNOWN = PixelSize()


def withPixelSize(frames: Frames, file: Frames | None, node: vtkMRMLVolumeNode, options: SourceOptions) -> Frames:
    """`frames` of `node` with the pixel size that is known best.

    What the user gave counts first, then what this product noted on the node, the DICOM file behind it, and last the
    node's own spacing. The distance between slices counts only while no parent transform changes lengths: elsewhere
    a voxel is not the same size everywhere. Regions and identity are the file's in any case.
    """
    own = _noted(node) or _fromFile(file, node) or _headerPixelSize(node)
    if options.pixelSize is not None:
        own = replace(own, pixelSpacingMm=options.pixelSize, spacingSource=SpacingSource.MANUAL)
    between = options.sliceSpacingMm if options.asSlices else own.sliceSpacingMm
    isVolume = frames.kind is InputKind.VOLUME
    if file is not None:
        isWhole = frames.count == file.count
        frames = replace(
            frames,
            regions=file.regions,
            region=file.region,
            identity=file.identity,
            source=file.source,
            remarks=file.remarks,
            files=file.files if isWhole else (),
            file_frames=file.file_frames if isWhole else (),
        )
    return without_impossible_size(
        replace(
            frames,
            pixel_spacing_mm=own.pixelSpacingMm,
            spacing_source=own.spacingSource,
            slice_spacing_mm=between if isVolume and keepsLengths(node) else None,
        )
    )


def notePixelSize(node: vtkMRMLVolumeNode, frames: Frames) -> None:
    """Keep the calibration of `frames` on a node that was made from them: its geometry alone does not tell it."""
    values = [frames.pixel_spacing_mm, frames.spacing_source.value, frames.slice_spacing_mm]
    node.SetAttribute(CALIBRATION_ATTRIBUTE, json.dumps(values))


def noteThatPicturesHaveNoSize(node: vtkMRMLVolumeNode) -> None:
    """Keep on a node that was loaded from a picture that its dots per inch do not measure it, however it is saved."""
    if _isPicture(node):
        node.SetAttribute(CALIBRATION_ATTRIBUTE, json.dumps([None, SpacingSource.NONE.value, None]))


def _noted(node: vtkMRMLVolumeNode) -> PixelSize | None:
    """What was noted, and None for what would not have been noted: the attribute comes with the scene's file."""
    try:
        pixel, source, between = json.loads(node.GetAttribute(CALIBRATION_ATTRIBUTE) or "")
        spacing = None if pixel is None else plausible_spacing(*pixel)
        if (spacing is None) != (pixel is None) or between != plausible_length(between):
            return None
        return PixelSize(spacing, SpacingSource(source), between)
    except (ValueError, TypeError, IndexError, RecursionError):
        return None


def _fromFile(file: Frames | None, node: vtkMRMLVolumeNode) -> PixelSize | None:
    if file is None:
        return None
    if any(remark.code is FlagCode.PIXEL_SIZE_DOUBTFUL for remark in file.remarks):
        return UNKNOWN  # the node's own spacing is the one that the file gives and that was found impossible
    if file.pixel_spacing_mm is None:
        return None
    between = file.slice_spacing_mm or _known(node.GetSpacing()[2])
    return PixelSize(file.pixel_spacing_mm, file.spacing_source, between)


def _headerPixelSize(node: vtkMRMLVolumeNode) -> PixelSize:
    column, row, between = node.GetSpacing()
    isUnknown = _known(column) is None and _known(row) is None
    if isUnknown or _isPicture(node) or plausible_spacing(row, column) is None:
        return UNKNOWN
    return PixelSize((row, column), SpacingSource.VOLUME_HEADER, _known(between))


def _known(lengthMm: float) -> float | None:
    """A length of a header, or None where it is a stand-in or impossible."""
    return None if math.isclose(lengthMm, _STAND_IN) else plausible_length(lengthMm)


def _isPicture(node: vtkMRMLVolumeNode) -> bool:
    storage = node.GetStorageNode()
    fileName = "" if storage is None else storage.GetFileName() or ""
    return Path(fileName).suffix.lower() in PICTURE_SUFFIXES
