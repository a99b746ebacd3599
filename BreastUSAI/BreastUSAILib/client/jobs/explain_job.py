"""Explanations of a result that is in the scene, made on demand: without analyzing the image again."""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from slicer.i18n import tr as _

from ...engine.errors import InputError
from ...engine.findings.analysis import Analysis, Label
from ...engine.findings.explained import Explanations
from ...engine.findings.maps import PackedLabels, PackedMasks
from ...engine.images.frames import Frames
from ...engine.options import ExplainOptions
from ...engine.steps import all_at_once
from ...scene.mrml.sequences import sequenceBehind
from ...scene.outlines.edited_masks import editedMasksInSteps
from ...scene.results.added_explanations import showExplanationsInSteps
from ...scene.results.stored_report import storedReport
from ...scene.source.frames_from_node import framesFromNode
from ...scene.source.source_options import SourceOptions
from ..process.background_engine import BackgroundEngine
from ..process.call import Listener
from .asked_in_steps import AskedInSteps, Stage
from .listener import JobListener

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLScalarVolumeNode, vtkMRMLVolumeNode
    from ...scene.mrml.result_links import ResultNodes


class ExplainJob:
    """Explains the result of an image; whatever keeps it from its end leaves the result as it was.

    Args:
        engine: what is asked; for `runBlocking` any `Engine` will do.
        volumeNode: the image.
        result: the image's result.
        methods: options of `EXPLAIN_METHODS`.
        label: the class that is explained.
        source: how the node is to be understood.
        listener: hears of progress, and from `start` on of the end, from the event loop: `onDone` gets the nodes of
            the maps, by the method's option.
        frames: which of the analyzed frames are explained; None: all of them.

    Raises InputError where there is no result, or one without a verdict, and OptionError for methods that there are
    not.
    """

    def __init__(
        self,
        engine: BackgroundEngine,
        volumeNode: vtkMRMLVolumeNode | None,
        result: ResultNodes | None,
        methods: Sequence[str],
        label: Label,
        source: SourceOptions,
        listener: JobListener,
        frames: Collection[int | None] | None = None,
    ) -> None:
        report = None if result is None else result.report
        stored = storedReport(report)
        if volumeNode is None or result is None or report is None or stored is None:
            raise InputError(_("there is no result to explain"), remedy=_("Analyze the image first"))
        self._explained = explainedFrames(stored.analysis, frames)
        self._options = ExplainOptions(tuple(methods), stored.analysis.input.region_px, label)
        self._engine, self._source, self._listener = engine, source, listener
        self._volume, self._segmentation, self._report = volumeNode, result.segmentation, report
        self._size = stored.analysis.input.rows, stored.analysis.input.columns
        self._work = AskedInSteps(listener, self._read, self._ask, self._show)

    def start(self) -> None:
        """Begin, without waiting for anything."""
        self._work.start()

    def cancel(self) -> None:
        """Stop; the result stays as it is."""
        self._work.cancel()

    def runBlocking(self) -> dict[str, vtkMRMLScalarVolumeNode]:
        """Do it all and wait for it; the listener hears of progress alone. Raises BreastUSAIError."""
        frames, masks = all_at_once(self._read())
        progress = self._listener.onProgress
        made = self._engine.explain(frames, masks, self._options, progress, lambda: self._work.isCancelled)
        return all_at_once(self._show(made))

    def _read(self) -> Generator[None, None, tuple[Frames, PackedMasks]]:
        outlined: PackedMasks = PackedMasks({})
        if self._segmentation is not None:
            behind = sequenceBehind(self._volume)
            browser = None if behind is None else behind.browser
            outlined = yield from editedMasksInSteps(self._segmentation, self._volume, browser)
        nothing = PackedLabels.of(np.zeros(self._size, np.uint8))
        there = set(outlined)
        masks = {index: outlined.packed(index) if index in there else nothing for index in self._explained}
        return framesFromNode(self._volume, self._source), PackedMasks(masks)

    def _ask(self, read: tuple[Frames, PackedMasks], listener: Listener) -> Stage:
        return self._engine.startExplaining(*read, self._options, listener)

    def _show(self, made: Explanations) -> Generator[None, None, dict[str, vtkMRMLScalarVolumeNode]]:
        return showExplanationsInSteps(made, self._volume, self._report)


def explainedFrames(analysis: Analysis, frames: Collection[int | None] | None = None) -> list[int]:
    """Of the analyzed frames that have an answer, those that are wanted, or all. Raises InputError for none."""
    answered = [finding.index for finding in analysis.frames if finding.probabilities is not None]
    if not answered:
        raise InputError(
            _("the image was rejected, so that there is no answer to explain"),
            remedy=_("Choose an image that has a verdict"),
        )
    wanted = answered if frames is None else [index for index in answered if index in frames]
    if not wanted:
        raise InputError(
            _("the frame was not analyzed, so that there is no answer to explain"),
            remedy=_("Go to a frame that was analyzed, or explain all of them"),
        )
    return wanted
