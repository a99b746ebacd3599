"""From a click on an image to one lesion more in the result that is shown, or one fewer where it was on an outline."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from slicer.i18n import tr as _

from ...engine.errors import InputError
from ...engine.findings.analysis import Analysis, Label, Lesion
from ...engine.images.frames import Frames, Rectangle, Region, RegionContent
from ...engine.images.places import Place, checked_places
from ...engine.options import AnalyzeOptions, FrameSelection
from ...scene.lesions.asked_lesion import removeSegmentInSteps, segmentAt, showAskedInSteps
from ...scene.lesions.changed_result import ChangedNodes
from ...scene.mrml.result_links import VOLUME_ROLE
from ...scene.results.stored_report import storedReport
from ...scene.source.frames_from_node import framesFromNode
from ...scene.source.source_options import SourceOptions
from ..process.background_engine import BackgroundEngine
from ..process.call import Listener
from ..stepped_work import SteppedWork
from .analysis_request import PanelChoices
from .asked_in_steps import AskedInSteps, Stage
from .listener import JobListener
from .rescore_job import optionsOf


class PlaceJob:
    """Looks for a lesion at a place of the parameters' image; at a point with an outline, removes that.

    Args:
        engine: what is asked.
        parameters: image and result.
        source: how the image is to be understood.
        place: where, with its frame.
        listener: hears of progress and of the end, from the event loop: `onDone` gets the new `Lesion`, or None where
            an outline was removed.

    Raises InputError where image or result are not there, or the result has no verdict.
    """

    def __init__(
        self,
        engine: BackgroundEngine,
        parameters: PanelChoices,
        source: SourceOptions,
        place: Place,
        listener: JobListener,
    ) -> None:
        self._engine, self._source, self._place, self._listener = engine, source, place, listener
        stored, report, volume = storedReport(parameters.report), parameters.report, parameters.inputVolume
        volumeID = None if volume is None else volume.GetID()
        if stored is None or report is None or report.GetNodeReferenceID(VOLUME_ROLE) != volumeID:
            raise InputError(_("there is no result of this image yet"), remedy=_("Analyze the image first"))
        self._nodes = ChangedNodes.of(volume, parameters)
        if stored.analysis.verdict.label is Label.REJECTED:
            raise InputError(
                _("the image was rejected, so nothing is looked for in it"), remedy=_("Read the reasons in the result")
            )
        self._analysis = stored.analysis
        self._work = AskedInSteps(listener, self._read, self._ask, self._show)
        self._removal: SteppedWork | None = None

    def start(self) -> None:
        """Begin, without waiting for anything."""
        identifier = None if self._place.is_box else segmentAt(self._nodes, self._place)
        if identifier is None:
            self._work.start()
            return
        work = removeSegmentInSteps(self._nodes, self._place, identifier, translate=_)
        self._removal = SteppedWork(work, self._listener.onDone, self._listener.onFailed)

    def cancel(self) -> None:
        """Stop; the nodes stay as they are."""
        (self._removal or self._work).cancel()

    def _read(self) -> Generator[None, None, Frames]:
        frames = framesFromNode(self._nodes.volume, self._source)
        yield
        return frames

    def _ask(self, frames: Frames, listener: Listener) -> Stage:
        asked = askedOptions(self._analysis, self._place, frames)
        return self._engine.startAnalysis(asRegionOf(self._analysis, frames), asked, listener)

    def _show(self, analysis: Analysis) -> Generator[None, None, Lesion]:
        return showAskedInSteps(analysis, self._place, self._nodes, translate=_)


def askedOptions(analysis: Analysis, place: Place, frames: Frames) -> AnalyzeOptions:
    """What is asked of the engine for a place of an image with that result: its frame alone. Raises OptionError."""
    (checked,) = checked_places([place], frames)
    assert checked.frame is not None
    return replace(optionsOf(analysis), frames=FrameSelection(checked.frame, checked.frame), places=(checked,))


def asRegionOf(analysis: Analysis, frames: Frames) -> Frames:
    """The frames with the region that was analyzed, so that depth counts from the same row on every frame."""
    region = Region(Rectangle(*analysis.input.region_px), RegionContent.TISSUE)
    return replace(frames, region=region if frames.region is None else frames.region)
