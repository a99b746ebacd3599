"""Explanations beside the heat map: one overlay node for each method."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ...engine.findings.analysis import FrameMaps, FurtherExplanation
from ..mrml.sequences import BrowsedSequence
from .cine_results import addCineMap
from .stack_results import addStackMap

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScalarVolumeNode, vtkMRMLScene, vtkMRMLVolumeNode


class ResultName:
    """Names of result nodes: they start with the volume's, so that a sorted list keeps them together."""

    def __init__(self, volumeNode: vtkMRMLVolumeNode) -> None:
        self._volumeName = volumeNode.GetName()

    def __call__(self, what: str) -> str:
        return f"{self._volumeName} - BreastUSAI {what}"


def addExplanations(
    scene: vtkMRMLScene,
    rows: Sequence[FurtherExplanation],
    maps: FrameMaps,
    volumeNode: vtkMRMLVolumeNode,
    source: BrowsedSequence | None,
    onFlow: bool,
) -> Generator[None, None, dict[str, vtkMRMLScalarVolumeNode]]:
    """A node for each explanation, by the method's option, in short steps; `source` is the cine that they play with."""
    name, nodes = ResultName(volumeNode), {}
    for row in rows:
        words, mapOf = name(row.method), partial(maps.explanation_map, row.option)
        if source is not None:
            made = addCineMap(source, words, mapOf, row.frames, volumeNode, onFlow, row.signed)
        else:
            made = addStackMap(scene, words, mapOf, set(row.frames), volumeNode, onFlow, row.signed)
        nodes[row.option] = yield from made
        yield
    return nodes
