"""How a result enters the scene: shown, beside what is shown, or out of sight."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

import vtk

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLDisplayNode, vtkMRMLScene


class Arrival(Enum):
    """`SHOWN`: the slice views show the image with the result over it. `ASIDE`: they stay as they are, because they
    show another image by now. `HIDDEN`: as `ASIDE`, and no list names the result's nodes either."""

    SHOWN = "shown"
    ASIDE = "aside"
    HIDDEN = "hidden"


def shown() -> Arrival:
    """The default: a result is shown."""
    return Arrival.SHOWN


@contextmanager
def arriving(scene: vtkMRMLScene, arrival: Arrival) -> Iterator[None]:
    """Within this block, outlines that are added are invisible from the start, and nodes unlisted, if that is wanted.

    They are so before they are in the scene: the Data module goes on listing a node that is hidden later.
    """

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def prepare(_scene: vtkMRMLScene, _event: object, node: vtkMRMLDisplayNode) -> None:
        if node.IsA("vtkMRMLSegmentationDisplayNode"):
            node.SetVisibility(False)
        if arrival is Arrival.HIDDEN:
            node.SetHideFromEditors(True)

    if arrival is Arrival.SHOWN:
        yield
        return
    tag = scene.AddObserver(scene.NodeAboutToBeAddedEvent, prepare)
    try:
        yield
    finally:
        scene.RemoveObserver(tag)
