"""A volume node of the scene as the engine's `Frames`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import InputError
from ..engine.frames import Frames, InputKind, SpacingSource
from .browsing import BrowsedSequence, sequenceBehind
from .dicom_source import framesBehind
from .image_data import arrayFromImage, ijkToRasOf

PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}


def framesFromNode(volumeNode: Any) -> Frames:
    """The still, cine or volume that `volumeNode` shows; pixels stay in the node and are copied a frame at a time.

    A single-slice node is a still, a deeper one a volume, the proxy of a sequence of several single-slice items a
    cine (read from the sequence: the browser does not move). Pixel spacing, regions and frame times come from the
    DICOM file behind the node where `slicer.dicomDatabase` knows it. Otherwise the node's own spacing counts
    (``VOLUME_HEADER``), unless it is exactly 1 mm in every direction, Slicer's stand-in for unknown, or the node
    was loaded from a picture, whose dots per inch are no measurement.

    Raises:
        InputError: the node is no scalar or vector volume, is empty, or is a sequence of volumes.
    """
    _requireVolume(volumeNode)
    browsed = sequenceBehind(volumeNode)
    nodes = _itemsOf(browsed) if browsed else [volumeNode]
    columns, rows, planes = nodes[0].GetImageData().GetDimensions()
    kind = _kind(volumeNode, len(nodes), planes)
    source = framesBehind(nodes[0]) or framesBehind(volumeNode)
    frames = Frames(
        name=volumeNode.GetName(),
        kind=kind,
        count=planes if kind is InputKind.VOLUME else len(nodes),
        rows=rows,
        columns=columns,
        has_colour=nodes[0].GetImageData().GetNumberOfScalarComponents() > 1,
        read_frame=_FrameReader(nodes, rows, columns),
        ijk_to_ras=ijkToRasOf(nodes[0]),
        frame_times_s=_frameTimes(browsed) if kind is InputKind.CINE and browsed else None,
    )
    return _withCalibration(frames, source, nodes[0])


class _FrameReader:
    """Frame index -> a copy of that frame's pixels, in the types that `Frames.read_frame` promises."""

    def __init__(self, nodes: list[Any], rows: int, columns: int) -> None:
        self._nodes = nodes
        self._shape = (rows, columns)

    def __call__(self, index: int) -> NDArray:
        node, plane = (self._nodes[index], 0) if len(self._nodes) > 1 else (self._nodes[0], index)
        pixels = arrayFromImage(node.GetImageData())[plane]
        if pixels.shape[:2] != self._shape:
            raise InputError(
                f"frame {index} is {pixels.shape[1]}x{pixels.shape[0]} pixels, the first is "
                f"{self._shape[1]}x{self._shape[0]}",
                where=node.GetName(),
                remedy="Load frames of one size as one sequence",
            )
        return _grey(pixels) if pixels.ndim == 2 else _rgb(pixels, node.GetName())


def _grey(pixels: NDArray) -> NDArray:
    return np.array(pixels, dtype=pixels.dtype if pixels.dtype in (np.uint8, np.uint16) else np.float32)


def _rgb(pixels: NDArray, name: str) -> NDArray:
    if pixels.shape[2] not in (3, 4) or pixels.dtype not in (np.uint8, np.uint16):
        raise InputError(
            f"{pixels.shape[2]} components of {pixels.dtype} are no colour picture",
            where=name,
            remedy="Choose a grey volume, or a colour one with 8 or 16 bits a channel",
        )
    colour = pixels[..., :3]
    return colour.copy() if colour.dtype == np.uint8 else (colour >> 8).astype(np.uint8)


def _requireVolume(node: Any) -> None:
    usable = node is not None and node.IsA("vtkMRMLScalarVolumeNode") and not node.IsA("vtkMRMLLabelMapVolumeNode")
    if not usable:
        raise InputError(
            "this is no image volume",
            where=None if node is None else node.GetName(),
            remedy="Choose a scalar or colour volume that shows the ultrasound image",
        )
    _requirePixels(node)


def _requirePixels(node: Any) -> None:
    image = node.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0 or image.GetPointData().GetScalars() is None:
        raise InputError("the volume holds no pixels", where=node.GetName(), remedy="Load the image again")


def _itemsOf(browsed: BrowsedSequence) -> list[Any]:
    nodes = [browsed.sequence.GetNthDataNode(item) for item in range(browsed.sequence.GetNumberOfDataNodes())]
    for node in nodes:
        _requirePixels(node)
    return nodes


def _kind(volumeNode: Any, items: int, planes: int) -> InputKind:
    if items > 1 and planes > 1:
        raise InputError(
            "this is a sequence of volumes",
            where=volumeNode.GetName(),
            remedy="Copy one volume out of the sequence and analyse that",
        )
    if items > 1:
        return InputKind.CINE
    return InputKind.VOLUME if planes > 1 else InputKind.STILL


def _frameTimes(browsed: BrowsedSequence) -> tuple[float, ...] | None:
    if browsed.sequence.GetIndexName() != "time" or browsed.sequence.GetIndexUnit() != "s":
        return None
    times = [float(value) for value in browsed.indexValues]
    return tuple(time - times[0] for time in times)


def _withCalibration(frames: Frames, source: Frames | None, node: Any) -> Frames:
    if source is not None and (source.rows, source.columns) == (frames.rows, frames.columns):
        frames = replace(
            frames,
            regions=source.regions,
            region=source.region,
            identity=source.identity,
            source=source.source,
            frame_times_s=source.frame_times_s if source.count == frames.count else frames.frame_times_s,
            pixel_spacing_mm=source.pixel_spacing_mm,
            spacing_source=source.spacing_source,
        )
        if frames.pixel_spacing_mm is not None or frames.kind is not InputKind.VOLUME:
            return frames
    spacing = _headerSpacing(node)
    if spacing is None:
        return frames
    return replace(frames, pixel_spacing_mm=spacing, spacing_source=SpacingSource.VOLUME_HEADER)


def _headerSpacing(node: Any) -> tuple[float, float] | None:
    column, row, _ = spacing = node.GetSpacing()
    storage = node.GetStorageNode()
    fileName = "" if storage is None else storage.GetFileName() or ""
    if all(length == 1.0 for length in spacing) or Path(fileName).suffix.lower() in PICTURE_SUFFIXES:
        return None
    return row, column
