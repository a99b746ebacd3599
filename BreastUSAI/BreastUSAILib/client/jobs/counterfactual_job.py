"""What the likelihood of a result's key frame depends on, asked without blocking."""

from __future__ import annotations

from collections.abc import Generator

from slicer.i18n import tr as _

from ...engine.errors import InputError
from ...engine.images.frames import Frames
from ...engine.interface import Masks
from ...scene.mrml.result_links import VOLUME_ROLE
from ...scene.mrml.sequences import sequenceBehind
from ...scene.outlines.edited_masks import editedMasksInSteps
from ...scene.results.stored_report import storedReport
from ...scene.source.frames_from_node import framesFromNode
from ...scene.source.source_options import SourceOptions
from ..process.background_engine import BackgroundEngine
from ..process.call import Listener
from .analysis_request import PanelChoices
from .asked_in_steps import AskedInSteps, Stage
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
        self._engine, self._source = engine, source
        self._options = optionsOf(stored.analysis)
        self._volume, self._segmentation = volume, segmentation
        self._work = AskedInSteps(listener, self._read, self._ask)

    def start(self) -> None:
        """Begin, without waiting for anything."""
        self._work.start()

    def cancel(self) -> None:
        """Stop."""
        self._work.cancel()

    def _read(self) -> Generator[None, None, tuple[Frames, Masks]]:
        behind = sequenceBehind(self._volume)
        browser = None if behind is None else behind.browser
        masks = yield from editedMasksInSteps(self._segmentation, self._volume, browser)
        if self._key not in masks:
            raise InputError(_("the key frame has no outlines any more"), remedy=_("Analyze the image again"))
        return framesFromNode(self._volume, self._source), {self._key: masks[self._key]}

    def _ask(self, read: tuple[Frames, Masks], listener: Listener) -> Stage:
        frames, masks = read
        return self._engine.startCounterfactuals(frames, self._options, listener, masks)
