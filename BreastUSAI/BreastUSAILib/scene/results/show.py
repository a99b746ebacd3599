"""From an analysis to everything Slicer shows of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ...engine.findings.analysis import Analysis
from ...engine.findings.heat_map_colors import shows_flow
from ...engine.findings.lesion_segment import lesion_terminology
from ...engine.findings.measures import Translate
from ...engine.findings.words import english
from ...engine.images.frames import Frames, InputKind
from ...engine.steps import StepRun, all_at_once
from ..images.cine import addCine
from ..images.stacking import addStackedVolume
from ..images.volume_node import addVolumeNode
from ..mrml.added_nodes import AddedNodes
from ..mrml.host import currentScene
from ..mrml.nodes import placeBeside
from ..mrml.result_links import linkResult
from ..mrml.sequences import BrowsedSequence, sequenceBehind
from ..source.node_pixel_size import noteThatPicturesHaveNoSize
from ..views.lesion_views import goToFrame
from ..views.overlay import hideOtherOverlays, setOverlaysVisible
from ..views.slice_views import fitViews, showLayers
from .arrival import Arrival, arriving, shown
from .cine_results import addCineHeatMap, addCineSegmentation
from .explanation_results import ResultName, addExplanations
from .findings_table import addFindingsTable
from .former_results import Former, decideInSteps, retire
from .report_node import addReportNode
from .stack_results import addStackHeatMap, addStackSegmentation

if TYPE_CHECKING:
    from ..mrml.node_types import (
        vtkMRMLScalarVolumeNode,
        vtkMRMLScene,
        vtkMRMLSegmentationNode,
        vtkMRMLSequenceBrowserNode,
        vtkMRMLTableNode,
        vtkMRMLTextNode,
        vtkMRMLVolumeNode,
    )


@dataclass(frozen=True)
class SceneNodes:
    """The nodes of one analysis. Of a cine they are the browser's proxies; `browser` is None for anything else.

    `volume` is the node that was analyzed, or, where a cine's frames were treated as slices, the volume made of them.
    """

    volume: vtkMRMLVolumeNode
    segmentation: vtkMRMLSegmentationNode
    heatMap: vtkMRMLScalarVolumeNode  # noqa: N815
    table: vtkMRMLTableNode
    report: vtkMRMLTextNode
    browser: vtkMRMLSequenceBrowserNode | None = None
    explanations: Mapping[str, vtkMRMLScalarVolumeNode] = field(default_factory=dict)
    """The maps beside the heat map, by the method's option."""


def showAnalysis(
    analysis: Analysis,
    frames: Frames,
    volumeNode: vtkMRMLVolumeNode | None = None,
    scene: vtkMRMLScene | None = None,
    former: Former = Former.KEEP_EDITED,
    translate: Translate = english,
) -> SceneNodes:
    """Add the findings to the scene beside the image they belong to, and show them.

    Args:
        analysis: what was found.
        frames: what was analyzed.
        volumeNode: the node that `frames` came from; None adds a new one from `frames`.
        scene: where to add a new volume node; the current scene where not given. A given node's own scene counts.
        former: what becomes of an earlier result of the same image.
        translate: gives the table's words in the language of who reads it.

    Whatever raises on the way leaves the scene as it was. Raises InputError where `volumeNode` is gone, or is no
    longer what was analyzed.
    """
    return all_at_once(showAnalysisInSteps(analysis, frames, volumeNode, scene, former=former, translate=translate))


def showAnalysisInSteps(
    analysis: Analysis,
    frames: Frames,
    volumeNode: vtkMRMLVolumeNode | None = None,
    scene: vtkMRMLScene | None = None,
    arrival: Callable[[], Arrival] = shown,
    former: Former = Former.KEEP_EDITED,
    translate: Translate = english,
) -> Generator[None, None, SceneNodes]:
    """`showAnalysis` in short steps, none of them for more than one frame, between which the caller may do other work.

    `arrival` is asked before each step: while work goes on, a user may turn to another image.
    Earlier results of the same volume go last, when the new one is there. Where undo is enabled, the state before is
    saved. Closing the generator early, a failure, or the image (or something already added) leaving the scene between
    two steps removes what was added, and nothing else.
    """
    if volumeNode is not None and volumeNode.GetScene() is None:
        raise _gone(volumeNode)
    scene = volumeNode.GetScene() if volumeNode is not None else scene or currentScene()
    scene.SaveStateForUndo()
    added = AddedNodes(scene)
    steps = StepRun(_results(scene, analysis, frames, volumeNode, arrival, former, translate))
    try:
        while True:
            if volumeNode is not None:
                _requireSameImage(scene, frames, volumeNode)
            if not added.areThere():
                raise InputError("results were removed while they were added", remedy="Analyze the image again")
            with added.noting(), arriving(scene, arrival()):
                goesOn = steps.advance()
            if not goesOn:
                return steps.result
            yield
    except BaseException:
        added.remove()
        raise


def _results(
    scene: vtkMRMLScene,
    analysis: Analysis,
    frames: Frames,
    volumeNode: vtkMRMLVolumeNode | None,
    arrival: Callable[[], Arrival],
    former: Former,
    translate: Translate,
) -> Generator[None, None, SceneNodes]:
    nodes = yield from _addNodes(scene, analysis, frames, volumeNode, translate)
    isStacked = volumeNode is not None and nodes.volume is not volumeNode
    if volumeNode is not None and isStacked:
        placeBeside(nodes.volume, volumeNode)
    for node in (nodes.segmentation, nodes.heatMap, *nodes.explanations.values(), nodes.table, nodes.report):
        placeBeside(node, nodes.volume)
        yield
    decided = yield from decideInSteps(nodes, former)
    retire(decided, nodes, translate)  # from here on there is no step that may fail or be cancelled
    noteThatPicturesHaveNoSize(nodes.volume)
    if arrival() is not Arrival.SHOWN:
        return nodes
    hideOtherOverlays(scene, nodes)
    showLayers(nodes.volume, nodes.heatMap)
    setOverlaysVisible(nodes, True)
    if isStacked:
        fitViews(scene)
    if analysis.verdict.key_frame is not None:
        goToFrame(nodes.volume, nodes.browser, analysis.verdict.key_frame)
    return nodes


def _addNodes(
    scene: vtkMRMLScene, analysis: Analysis, frames: Frames, volumeNode: vtkMRMLVolumeNode | None, translate: Translate
) -> Generator[None, None, SceneNodes]:
    terms = lesion_terminology(frames.identity.laterality)
    source = None if volumeNode is None else sequenceBehind(volumeNode)
    if frames.kind is InputKind.CINE:
        if source is None or volumeNode is None:
            source, volume = addCine(scene, frames)
        else:
            volume = volumeNode
        name = ResultName(volume)
        segmentation = yield from addCineSegmentation(source, name("segmentation"), analysis, volume, terms)
        heatMap = yield from addCineHeatMap(source, name("heat map"), analysis, volume)
    else:
        if volumeNode is None:
            volume = addVolumeNode(scene, frames)
        elif frames.kind is InputKind.VOLUME and _itemsOf(source) > 1:
            volume = yield from addStackedVolume(scene, frames, volumeNode)
        else:
            volume = volumeNode
        source, name = None, ResultName(volume)
        segmentation = yield from addStackSegmentation(scene, name("segmentation"), analysis, volume, terms)
        heatMap = yield from addStackHeatMap(scene, name("heat map"), analysis, volume)
    yield
    onFlow = shows_flow(analysis.flags)
    explanations = yield from addExplanations(scene, analysis.explanations, analysis.maps, volume, source, onFlow)
    table = yield from addFindingsTable(scene, name("findings"), analysis, translate)
    yield
    report = yield from addReportNode(scene, name("report"), analysis)
    browser = source.browser if source else None
    nodes = SceneNodes(volume, segmentation, heatMap, table, report, browser, explanations)
    linkResult(nodes)
    return nodes


def _requireSameImage(scene: vtkMRMLScene, frames: Frames, volumeNode: vtkMRMLVolumeNode) -> None:
    """Raises InputError where the node is gone, or no longer has the frames that were analyzed."""
    if volumeNode.GetScene() is not scene:
        raise _gone(volumeNode)
    image = volumeNode.GetImageData()
    columns, rows, planes = (0, 0, 0) if image is None else image.GetDimensions()
    count = max(planes, _itemsOf(sequenceBehind(volumeNode)))
    if (columns, rows, count) != (frames.columns, frames.rows, frames.count):
        raise InputError(
            "the image was changed while it was analyzed", where=volumeNode.GetName(), remedy="Analyze it again"
        )


def _gone(volumeNode: vtkMRMLVolumeNode) -> InputError:
    return InputError(
        "the image was removed from the scene", where=volumeNode.GetName(), remedy="Load it again, then analyze it"
    )


def _itemsOf(source: BrowsedSequence | None) -> int:
    return 1 if source is None else source.sequence.GetNumberOfDataNodes()
