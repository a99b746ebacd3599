"""From outlines as a reader left them to new findings in the table and the report of the same result."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from slicer.i18n import tr as _

from ...engine.errors import InputError
from ...engine.explanations.registry import method_named
from ...engine.findings.analysis import Analysis
from ...engine.images.frames import Frames
from ...engine.options import AnalyzeOptions, FrameSelection
from ...scene.mrml.result_links import VOLUME_ROLE
from ...scene.mrml.sequences import sequenceBehind
from ...scene.outlines.edited_masks import EditedMasks, editedMasksInSteps
from ...scene.results.rescored import showRescoredInSteps
from ...scene.results.stored_report import storedReport
from ...scene.source.frames_from_node import framesFromNode
from ...scene.source.source_options import SourceOptions
from ..process.background_engine import BackgroundEngine
from ..process.call import Listener
from .analysis_request import PanelChoices
from .asked_in_steps import AskedInSteps, Stage
from .listener import JobListener


class RescoreJob:
    """Scores the outlines of the parameters' result, without blocking.

    Args:
        engine: what is asked.
        parameters: image and result.
        source: how the image is to be understood.
        listener: hears of progress and of the end, from the event loop: `onDone` gets the new analysis.

    Raises InputError where image or result are not there.
    """

    def __init__(
        self, engine: BackgroundEngine, parameters: PanelChoices, source: SourceOptions, listener: JobListener
    ) -> None:
        stored = storedReport(parameters.report)
        report, segmentation, volume = parameters.report, parameters.segmentation, parameters.inputVolume
        if report is None or stored is None or segmentation is None or volume is None:
            raise _nothingToScore()
        if report.GetNodeReferenceID(VOLUME_ROLE) != volume.GetID():
            raise InputError(
                _("the outlines are of another image"),
                where=volume.GetName(),
                remedy=_("Choose the image that they belong to"),
            )
        self._engine, self._source = engine, source
        self._options, self._similar = optionsOf(stored.analysis), stored.analysis.similar
        self._volume, self._segmentation = volume, segmentation
        self._table, self._report = parameters.table, report
        self._masks: EditedMasks | None = None
        self._work = AskedInSteps(listener, self._read, self._ask, self._show)

    def start(self) -> None:
        """Begin, without waiting for anything."""
        self._work.start()

    def cancel(self) -> None:
        """Stop; the nodes stay as they are."""
        self._work.cancel()

    def _read(self) -> Generator[None, None, tuple[Frames, EditedMasks]]:
        behind = sequenceBehind(self._volume)
        browser = None if behind is None else behind.browser
        masks = yield from editedMasksInSteps(self._segmentation, self._volume, browser)
        return framesFromNode(self._volume, self._source), masks

    def _ask(self, read: tuple[Frames, EditedMasks], listener: Listener) -> Stage:
        frames, self._masks = read
        return self._engine.startAnalysis(frames, self._options, listener, masks=self._masks)

    def _show(self, analysis: Analysis) -> Generator[None, None, Analysis]:
        volume, segmentation, table, report = self._volume, self._segmentation, self._table, self._report
        if table is None or any(node.GetScene() is None for node in (volume, segmentation, table, report)):
            raise _nothingToScore()
        assert self._masks is not None
        analysis = replace(analysis, similar=self._similar)  # the image is the one that they were found for
        yield from showRescoredInSteps(analysis, self._masks, volume, segmentation, table, report, translate=_)
        return analysis


def _nothingToScore() -> InputError:
    return InputError(_("image, outlines or findings are no longer in the scene"), remedy=_("Analyze the image again"))


def optionsOf(analysis: Analysis) -> AnalyzeOptions:
    """What that analysis was asked with.

    A method of explanation that this version does not know is not asked for. Nothing is called by a wrong name for
    that: the scene keeps its heat map, and with it what the report says of it.
    """
    method = method_named(analysis.explanation.method)
    return AnalyzeOptions(
        frames=_selectionOf(analysis),
        explain_class=analysis.explanation.target_class,
        prevalence=_prevalenceOf(analysis),
        explain_method=None if method is None or method.in_pass is None else method.option,
        override_rejection=bool(analysis.overridden),
    )


def _prevalenceOf(analysis: Analysis) -> float | None:
    """What goes with the likelihood, which earlier versions said there alone, or where there is none, with the rest."""
    malignancy = analysis.verdict.malignancy
    return analysis.prevalence if malignancy is None else malignancy.prevalence


def _selectionOf(analysis: Analysis) -> FrameSelection:
    """What the analysis says, or where an earlier version that did not say so wrote it, what its frames tell."""
    if analysis.selection is not None:
        return analysis.selection
    indices, count = [frame.index for frame in analysis.frames], analysis.input.frames
    if len(indices) < 2:
        return FrameSelection(indices[0], indices[0]) if indices else FrameSelection()
    step = indices[1] - indices[0]
    isWhole = indices[0] == 0 and indices[-1] + step >= count
    return FrameSelection(indices[0], None if isWhole else indices[-1], step=step)
