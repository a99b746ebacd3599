"""Explanations that were made on demand become part of a result that is in the scene."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...engine.errors import InputError
from ...engine.findings.analysis import Analysis
from ...engine.findings.document_form import analysis_from
from ...engine.findings.explained import Explanations, with_explanations
from ...engine.findings.heat_map_colors import shows_flow
from ...engine.findings.maps import StoredMaps
from ...engine.steps import StepRun
from ..mrml.added_nodes import AddedNodes
from ..mrml.nodes import placeBeside
from ..mrml.result_links import explanationNodes, linkExplanations
from ..mrml.sequences import sequenceBehind
from .explanation_results import addExplanations
from .former_results import removeNodes, rename
from .report_node import EXPLANATIONS_KEY, FLAGS_KEY, addToReport, readReport

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScalarVolumeNode, vtkMRMLTextNode, vtkMRMLVolumeNode


def showExplanationsInSteps(
    made: Explanations, volumeNode: vtkMRMLVolumeNode, report: vtkMRMLTextNode
) -> Generator[None, None, dict[str, vtkMRMLScalarVolumeNode]]:
    """Add maps that were made on demand to the result of `report`, in short steps; returns them by option.

    One of a method that the result had takes the place of the former, at the end. Whatever raises on the way, and
    closing the generator early, leaves the scene as it was. Raises InputError where image or report are gone.
    """
    scene = volumeNode.GetScene()
    if scene is None or report.GetScene() is None:
        raise InputError("image or result left the scene", remedy="Analyze the image again")
    analysis = with_explanations(_analysisIn(report), made)
    onFlow, maps = shows_flow(analysis.flags), _onlyMaps(made)
    scene.SaveStateForUndo()
    added = AddedNodes(scene)
    steps = StepRun(addExplanations(scene, made.found, maps, volumeNode, sequenceBehind(volumeNode), onFlow))
    try:
        while True:
            with added.noting():
                goesOn = steps.advance()
            if volumeNode.GetScene() is not scene or report.GetScene() is not scene or not added.areThere():
                raise InputError("image or result left the scene", remedy="Analyze the image again")
            if not goesOn:
                break
            yield
    except BaseException:
        added.remove()
        raise
    _takeOver(steps.result, volumeNode, report, replace(analysis, frames=(), lesions=(), volume_lesions=()).to_json())
    return steps.result


def _takeOver(
    nodes: Mapping[str, vtkMRMLScalarVolumeNode],
    volumeNode: vtkMRMLVolumeNode,
    report: vtkMRMLTextNode,
    document: Mapping[str, Any],
) -> None:
    """Make new maps those of the result, in the place of the former ones of the same methods."""
    former = {option: node for option, node in explanationNodes(report).items() if option in nodes}
    names = {option: node.GetName() for option, node in former.items()}
    for node in nodes.values():
        placeBeside(node, volumeNode)
    linkExplanations(report, nodes)
    removeNodes(report.GetScene(), list(former.values()))
    for option, name in names.items():
        rename(nodes[option], name)
    for key in (EXPLANATIONS_KEY, FLAGS_KEY):
        addToReport(report, key, document[key])


def _analysisIn(report: vtkMRMLTextNode) -> Analysis:
    try:
        return analysis_from(readReport(report))
    except ValueError as error:
        problem = f"the report is damaged ({error})"
        raise InputError(problem, where=report.GetName(), remedy="Analyze the image again") from error


def _onlyMaps(made: Explanations) -> StoredMaps:
    """The maps that were made, and neither outlines nor heat maps."""
    anyBox = next(iter(made.maps.values())).letterbox
    return StoredMaps(anyBox, further=dict(made.maps))
