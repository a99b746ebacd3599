"""What becomes of earlier results when an image has a new one."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, cast

from ...engine.errors import InputError
from ...engine.findings.measures import Translate
from ..mrml.result_links import RESULT_ROLES, LinkedResult, resultsOf
from ..mrml.sequences import sequenceBehind
from ..outlines.outline_marks import areEditedInSteps
from .reader.reader_assessment import addReaderAssessment, readerAssessmentIn

if TYPE_CHECKING:
    from ..mrml.node_types import (
        vtkMRMLDisplayableNode,
        vtkMRMLNode,
        vtkMRMLScene,
        vtkMRMLStorableNode,
        vtkMRMLStorageNode,
        vtkMRMLVolumeNode,
    )
    from ..mrml.result_links import NewResult

KEPT_ATTRIBUTE = "BreastUSAI.kept"
"""On the report of an earlier result that was kept: its number."""

NODES = (*RESULT_ROLES, "report")


class Former(Enum):
    """`REPLACE`: the new result takes the place of the former. `KEEP`: the former stays, unseen, under a number.
    `KEEP_EDITED`: it stays where a reader has edited its outlines since they were scored."""

    REPLACE = "replace"
    KEEP = "keep"
    KEEP_EDITED = "keep edited"


@dataclass(frozen=True)
class Retirement:
    """What is to become of one former result."""

    result: LinkedResult
    isKept: bool  # noqa: N815


def decideInSteps(nodes: NewResult, former: Former) -> Generator[None, None, list[Retirement]]:
    """What becomes of the results that the image of `nodes` (`SceneNodes`) had before; what was kept before stays."""
    decided = []
    for result in resultsOf(nodes.volume):
        if result.report is nodes.report or result.report.GetAttribute(KEPT_ATTRIBUTE) is not None:
            continue
        isKept = former is Former.KEEP
        if former is Former.KEEP_EDITED:
            isKept = yield from _isEdited(result, nodes.volume)
        decided.append(Retirement(result, isKept))
    return decided


def retire(decided: list[Retirement], nodes: NewResult, translate: Translate) -> None:
    """Remove or keep former results; names and a reader's assessment go on with the new one, `nodes`."""
    for one in reversed(decided):  # oldest first
        result = one.result
        if result.report.GetScene() is None:  # deleted while outlines were compared
            continue
        _passOnAssessment(result, nodes, translate)
        names = {name: node.GetName() for name in NODES if (node := getattr(result, name)) is not None}
        maps = {option: node.GetName() for option, node in result.explanations.items()}
        if one.isKept:
            number = 1 + max(_numbersOf(nodes.volume), default=0)
            result.report.SetAttribute(KEPT_ATTRIBUTE, str(number))
            for name, words in names.items():
                rename(getattr(result, name), f"{words} {number}")
            for option, words in maps.items():
                rename(result.explanations[option], f"{words} {number}")
        else:
            removeResult(result)
        for name, words in names.items():
            rename(getattr(nodes, name), words)
        for option in maps.keys() & nodes.explanations.keys():
            rename(nodes.explanations[option], maps[option])


def removeResult(result: LinkedResult) -> None:
    """Take a result's nodes out of the scene, with sequences, displays and storage."""
    removeNodes(result.report.GetScene(), [*result.explanations.values(), *(getattr(result, name) for name in NODES)])


def removeNodes(scene: vtkMRMLScene, nodes: Sequence[vtkMRMLStorableNode | None]) -> None:
    """Take nodes of a result out of the scene, with sequences, displays and storage."""
    for node in nodes:
        if node is None or node.GetScene() is None:
            continue
        for one in _allOf(node):
            if scene.IsNodePresent(one):  # it may have gone with another
                scene.RemoveNode(one)


def _allOf(node: vtkMRMLStorableNode) -> list[vtkMRMLNode]:
    """A node and what is there for it alone; a cine's browser forgets it."""
    found: list[vtkMRMLNode] = [node]
    behind = sequenceBehind(node)
    if behind is not None:
        found += [behind.sequence, *_storageOf(behind.sequence)]
    found += _storageOf(node)
    if node.IsA("vtkMRMLDisplayableNode"):
        displayed = cast("vtkMRMLDisplayableNode", node)
        found += [displayed.GetNthDisplayNode(index) for index in range(displayed.GetNumberOfDisplayNodes())]
    if behind is not None:
        behind.browser.RemoveSynchronizedSequenceNode(behind.sequence.GetID())
    return [one for one in found if one is not None]


def _storageOf(node: vtkMRMLStorableNode) -> list[vtkMRMLStorageNode]:
    return [node.GetNthStorageNode(index) for index in range(node.GetNumberOfStorageNodes())]


def _numbersOf(volume: vtkMRMLVolumeNode) -> list[int]:
    numbers = [one.report.GetAttribute(KEPT_ATTRIBUTE) for one in resultsOf(volume)]
    return [int(number) for number in numbers if number is not None]


def _isEdited(result: LinkedResult, volume: vtkMRMLVolumeNode) -> Generator[None, None, bool]:
    if result.segmentation is None:
        return False
    try:
        return (yield from areEditedInSteps(result.segmentation, volume))
    except InputError:  # outlines that cannot be read may be a reader's work all the same
        return True


def _passOnAssessment(result: LinkedResult, nodes: NewResult, translate: Translate) -> None:
    try:
        entered = readerAssessmentIn(result.report)
    except InputError:
        return
    if entered is not None:
        addReaderAssessment(nodes.table, nodes.report, entered, translate)


def rename(node: vtkMRMLNode, name: str) -> None:
    """Name a node of a result, and of a cine its sequence too; nothing where it left the scene."""
    if node.GetScene() is None:
        return
    behind = sequenceBehind(node)
    node.SetName(name)
    if behind is not None:
        behind.sequence.SetName(f"{name} sequence")
