"""Tells when slice views show something else, and when images or results come into the scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import qt
import slicer
import vtk

from ...scene.mrml.nodes import nodesOfClass
from ...scene.views.slice_views import volumeSeen

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLNode, vtkMRMLScene

VIEWS = ("vtkMRMLSliceCompositeNode", "vtkMRMLSliceNode")
NEWS = ("vtkMRMLScalarVolumeNode", "vtkMRMLTextNode", "vtkMRMLAbstractViewNode")


class ViewWatch:
    """Watches the slice views of one scene at a time.

    Args:
        onViews: called at once when the volumes in the slice views, or the views on the screen, are others than before.
        onSettled: called from the event loop after images in the views changed: who loads an image sets what lies above
            it only then.
        onNews: called from the event loop when images, results or views were added: a node that is being loaded has its
            pixels only then.
    """

    def __init__(self, onViews: Callable[[], None], onSettled: Callable[[], None], onNews: Callable[[], None]) -> None:
        self._onViews, self._onSettled, self._onNews = onViews, onSettled, onNews
        self._scene: vtkMRMLScene | None = None
        self._sceneTags: list[int] = []
        self._views: list[tuple[Any, int]] = []
        self._composites: list[Any] = []
        self._slices: list[Any] = []
        self._seen: tuple[Any, ...] = ()
        self._coming: set[Callable[[], None]] = set()

    def watch(self, scene: vtkMRMLScene | None) -> None:
        """Watch this scene from now on; None watches none."""
        self.stop()
        self._scene = scene
        if scene is not None:
            ends = (scene.EndBatchProcessEvent, scene.EndImportEvent)
            self._sceneTags = [scene.AddObserver(event, self._onEnd) for event in ends]
            self._sceneTags.append(scene.AddObserver(scene.NodeAddedEvent, self._onAdded))
            self._watchViews()

    def stop(self) -> None:
        """Watch nothing any more."""
        if self._scene is not None:
            for tag in self._sceneTags:
                self._scene.RemoveObserver(tag)
        for view, tag in self._views:
            view.RemoveObserver(tag)
        self._scene, self._sceneTags, self._views = None, [], []
        self._composites, self._slices = [], []

    def _watchViews(self) -> None:
        for view, tag in self._views:
            view.RemoveObserver(tag)
        self._views = []
        if self._scene is None:
            return
        self._composites, self._slices = (nodesOfClass(self._scene, name) for name in VIEWS)
        views = [*self._composites, *self._slices]
        self._views = [(view, view.AddObserver(vtk.vtkCommand.ModifiedEvent, self._onView)) for view in views]
        self._seen = self._state()

    def _state(self) -> tuple[Any, ...]:
        """What is compared: scrolling and zooming, which change a slice node too, do not count."""
        return (
            tuple(view.GetBackgroundVolumeID() for view in self._composites),
            tuple((view.GetForegroundVolumeID(), volumeSeen(view)) for view in self._composites),
            tuple(view.IsMappedInLayout() for view in self._slices),
        )

    def _onView(self, *_event: object) -> None:
        if self._scene is None or self._scene.IsBatchProcessing():
            return
        before, self._seen = self._seen, self._state()
        if self._seen != before:
            if self._seen[0] != before[0]:
                self._tellSoon(self._onSettled)
            self._onViews()

    def _onEnd(self, *_event: object) -> None:
        self._watchViews()
        self._onViews()
        self._tellSoon(self._onNews)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onAdded(self, _scene: vtkMRMLScene, _event: object, node: vtkMRMLNode) -> None:
        if any(node.IsA(name) for name in VIEWS):
            self._watchViews()
        if any(node.IsA(name) for name in NEWS):
            self._tellSoon(self._onNews)

    def _tellSoon(self, what: Callable[[], None]) -> None:
        if not self._coming:
            qt.QTimer.singleShot(0, self._tellNow)
        self._coming.add(what)

    def _tellNow(self) -> None:
        coming, self._coming = self._coming, set()
        if self._scene is not None and self._scene is slicer.mrmlScene and not self._scene.IsBatchProcessing():
            for tell in coming:
                tell()
