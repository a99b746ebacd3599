"""What the likelihood of a result's key frame depends on, asked without blocking."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from slicer.i18n import tr as _

from ...engine.errors import BreastUSAIError, Cancelled, InputError
from ...engine.findings.counterfactual.counterfactuals import Counterfactuals
from ...engine.images.frames import Frames
from ...engine.interface import Masks
from ...scene.mrml.result_links import VOLUME_ROLE
from ...scene.mrml.sequences import sequenceBehind
from ...scene.outlines.edited_masks import editedMasksInSteps
from ...scene.results.stored_report import storedReport
from ...scene.source.frames_from_node import framesFromNode
from ...scene.source.source_options import SourceOptions
from ..process.background_engine import BackgroundEngine
from ..stepped_work import SteppedWork, asError
from .analysis_request import PanelChoices
from .listener import JobListener
from .rescore_job import optionsOf


class CounterfactualJob:
    """Checks the key frame of the parameters' result, with its outlines as they are now; changes no node.

    Args:
        engine: what is asked.
        parameters: image and result.
        source: how the image is to be understood.
        listener: hears of the end, from the event loop: `onDone` gets the `Counterfactuals`.

    Raises InputError where image or result are not there, or the result has no likelihood.
    """

    def __init__(
        self, engine: BackgroundEngine, parameters: PanelChoices, source: SourceOptions, listener: JobListener
    ) -> None:
        stored = storedReport(parameters.report)
        report, segmentation, volume = parameters.report, parameters.segmentation, parameters.inputVolume
        if report is None or stored is None or segmentation is None or volume is None:
            problem = _("image, outlines or findings are no longer in the scene")
            raise InputError(problem, remedy=_("Analyze the image again"))
        if report.GetNodeReferenceID(VOLUME_ROLE) != volume.GetID():
            raise InputError(_("the result is of another image"), remedy=_("Choose the image that it is about"))
        if stored.analysis.verdict.key_frame is None:
            problem = _("the image cannot be judged, so there is no likelihood to check")
            raise InputError(problem, remedy=_("Choose another image"))
        self._key = stored.analysis.verdict.key_frame
        self._engine, self._source, self._listener = engine, source, listener
        self._options = optionsOf(stored.analysis)
        self._volume, self._segmentation = volume, segmentation
        self._stage: Any = None
        self._isCancelled = False

    def start(self) -> None:
        """Begin, without waiting for anything."""
        self._stage = SteppedWork(self._read(), self._onRead, self.onFailed)

    def cancel(self) -> None:
        """Stop."""
        self._isCancelled = True
        if self._stage is not None:
            self._stage.cancel()

    def onProgress(self, done: int, total: int, words: str) -> None:
        """The engine is at work."""
        self._listener.onProgress(done, total, words)

    def onDone(self, found: Counterfactuals) -> None:
        """The engine is done."""
        self._stage = None
        self._listener.onDone(found)

    def onFailed(self, error: BreastUSAIError) -> None:
        """It could not be done."""
        self._stage = None
        self._listener.onFailed(error)

    def _read(self) -> Generator[None, None, tuple[Frames, Masks]]:
        behind = sequenceBehind(self._volume)
        browser = None if behind is None else behind.browser
        masks = yield from editedMasksInSteps(self._segmentation, self._volume, browser)
        if self._key not in masks:
            raise InputError(_("the key frame has no outlines any more"), remedy=_("Analyze the image again"))
        return framesFromNode(self._volume, self._source), {self._key: masks[self._key]}

    def _onRead(self, read: tuple[Frames, Masks]) -> None:
        if self._isCancelled:  # after the last step of the reading, and before this
            self.onFailed(Cancelled())
            return
        frames, masks = read
        try:
            self._stage = self._engine.startCounterfactuals(frames, self._options, self, masks)
        except Exception as error:  # the edge: called by the event loop, where nobody would hear of it
            self.onFailed(asError(error))
