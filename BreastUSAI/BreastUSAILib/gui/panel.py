"""The panel: its blocks, and how one follows the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import slicer
import vtk
from slicer.i18n import tr as _

from ..client.installing.installer import Installer, InstallerLike
from ..client.jobs.listener import selfCheck
from ..client.process.background_engine import BackgroundEngine
from ..client.script_arrival import panelClosed, panelOpened
from ..engine.images.places import Place
from ..scene.views.heat_map_views import ForegroundWatch
from .exams.compare_section import CompareSection
from .parameters import stateOf
from .running.runner import PanelState, Runner
from .sections.analyze_section import AnalyzeSection
from .sections.input_section import InputSection
from .sections.models.models_section import ModelsSection
from .sections.models.packages_controls import PackagesControls, askToInstall
from .sections.report_section import ReportSection
from .sections.result_blocks import ResultBlocks
from .similar.similar_section import SimilarSection
from .slicer.image_layout import ImageLayout
from .slicer.shown_image import ShownImage
from .widgets.shortcuts import Shortcuts
from .widgets.text_window import TextWindow
from .words.plain_words import plainWords, showPlain

if TYPE_CHECKING:
    import qt

    from ..client.jobs.analysis_job import AnalyzedNodes
    from ..scene.mrml.node_types import vtkMRMLVolumeNode
    from .panel_widgets import PanelWidgets
    from .parameters import BreastUSAIParameters

MOST_ROUNDS = 5
"""Blocks follow each other's changes at most so often: an image that is chosen brings a result, and that a state."""


class Panel:
    """Composes the blocks of `BreastUSAI.ui` over one parameter node.

    Args:
        ui: the panel's widgets (`slicer.util.childWidgetVariables`).
        engine: what is asked.
        installer: finds and installs Python packages; None takes pip and the PyTorch extension.
        window: where the keys work; None where there is no main window.
    """

    def __init__(
        self,
        ui: PanelWidgets,
        engine: BackgroundEngine,
        installer: InstallerLike | None = None,
        window: qt.QWidget | None = None,
    ) -> None:
        self.ui, self.engine = ui, engine
        showPlain(ui)
        self.parameters: BreastUSAIParameters | None = None
        self.installer = installer or Installer(askToInstall, lambda: selfCheck(engine))
        self.runner = Runner(engine, self.installer)
        self._observer = 0
        self._guiTag: Any = None
        self._foreground: ForegroundWatch | None = None
        self._isRefreshing = self._isStale = False
        self._seen: tuple[Any, ...] = ()
        self._log = TextWindow(ui.analyzeSection)

        self.shown = ShownImage(ui, self._refresh, self._onSettled)
        self.layout = ImageLayout(ui)
        self.input = InputSection(ui, self._refresh)
        self.analysis = AnalyzeSection(ui, self.analyze, self.cancel, self.showLog)
        self.blocks = ResultBlocks(ui, self.analyze, self.rescore, self.explain, self.analysis.say, self.find, window)
        self.blocks.onAssessed = self._onAssessed
        self.similar, self.compare = SimilarSection(ui), CompareSection(ui)
        self.blocks.result.onOverride = lambda: self.analyze(isOverriding=True)
        self.models = ModelsSection(ui, engine)
        self.report = ReportSection(ui, engine)
        self.packages = PackagesControls(ui, self.installer, self.runner.install)
        self.runner.onState, self.runner.onProgress = self._onState, self.analysis.showProgress
        self.runner.arrivalOf = self.blocks.arrivalOf
        panelOpened(self.blocks.arrivalOf)
        self.runner.onAnalyzed, self.runner.onRescored = self._onAnalyzed, self.blocks.rescored
        self.blocks.checks.onCheck, self.runner.onChecked = self.check, self.blocks.checks.showFound
        self.runner.onExplained = self.blocks.explained
        result = self.blocks.result
        self.shortcuts = Shortcuts(
            window,
            {
                "analyze": self.analyze,
                "toggleOverlays": self.blocks.overlay.toggle,
                "nextKeyFrame": lambda: result.goToKeyFrame(1),
                "previousKeyFrame": lambda: result.goToKeyFrame(-1),
            },
        )
        self.setParameterNode(None)

    @property
    def state(self) -> PanelState:
        """What the panel is doing."""
        return self.runner.state

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Show and change these parameters from now on; None, while the scene is closed, disables the panel."""
        if self.parameters is not None:
            self.parameters.disconnectGui(self._guiTag)
            self.parameters.RemoveObserver(self._observer)
        if self._foreground is not None:
            self._foreground.stop()
        self._foreground = None if parameters is None else ForegroundWatch(slicer.mrmlScene)
        self.parameters, self._seen = parameters, ()
        self.shown.setParameterNode(parameters)
        if parameters is not None:
            self._guiTag = parameters.connectGui(self.ui)
            self._observer = parameters.AddObserver(vtk.vtkCommand.ModifiedEvent, self._onModified)
        for block in (self.input, self.blocks, self.similar, self.models, self.report):
            block.setParameterNode(parameters)
        self._refresh()

    def enter(self) -> None:
        """The module is shown: its keys work, and what changed meanwhile is looked at."""
        self.shortcuts.enter()
        self.shown.enter()
        self.layout.enter(None if self.parameters is None else self.parameters.inputVolume)
        self.input.lookAgain()
        self.blocks.enter()
        self._refresh()

    def exit(self) -> None:
        """Another module is shown; an analysis goes on."""
        self.shortcuts.exit()
        self.blocks.find.giveUp()
        self.layout.exit()

    def cleanup(self) -> None:
        """Let go of scene, engine and windows for good."""
        panelClosed(self.blocks.arrivalOf)
        self.runner.cleanup()
        self.setParameterNode(None)
        blocks = (self.shown, self.layout, self.input, self.blocks, self.similar, self.models, self.report)
        for block in (*blocks, self.compare, self.shortcuts):
            block.cleanup()
        self._log.close()

    def analyze(self, isOverriding: bool = False) -> None:
        """Analyze the chosen image, `isOverriding` even where it is rejected; does nothing where that is disabled."""
        self._refresh()
        recognized = self.input.recognized
        parameters = self.parameters
        image = None if parameters is None else parameters.inputVolume
        if parameters is None or image is None or recognized is None or self._whyNot() or self.state.isBusy:
            return
        isEditDropped = self.blocks.edits.isEdited and not parameters.keepFormer
        if isEditDropped and not self._mayDropEdits(image):
            return
        self.shown.show()
        self.runner.analyze(parameters, recognized.kind, isEditDropped, isOverriding)

    def rescore(self) -> None:
        """Score the outlines as they are now."""
        if self.parameters is not None:
            self.runner.rescore(self.parameters)

    def check(self) -> None:
        """Check what the likelihood depends on."""
        if self.parameters is not None:
            self.runner.check(self.parameters)

    def explain(self) -> None:
        """Make the explanations that are checked, of the result that is shown."""
        if self.parameters is not None:
            self.runner.explain(self.parameters)

    def find(self, place: Place) -> None:
        """Look for a lesion at a place of the image, or remove the outline that is there."""
        if self.parameters is not None:
            self.runner.find(self.parameters, place)

    def cancel(self) -> None:
        """Stop what is running."""
        if self.state is PanelState.RUNNING:
            self.analysis.showCancelling()
            self.runner.cancel()

    def showLog(self) -> None:
        """Show what engine and installation reported."""
        parts = [self.installer.logText, self.engine.logText, self.runner.logText]
        text = "\n\n".join(part for part in parts if part) or _("Nothing was reported yet.")
        self._log.show(_("Log of the BreastUSAI engine"), text)

    def _mayDropEdits(self, volume: vtkMRMLVolumeNode) -> bool:
        question = _(
            "You have edited the outlines of “{image}”. A new analysis replaces them. To keep them, cancel and "
            "check “{keep}” first."
        ).format(image=volume.GetName(), keep=self.ui.keepFormerCheckBox.text)
        return slicer.util.confirmOkCancelDisplay(plainWords(question), windowTitle=_("Replace edited outlines?"))

    def _onSettled(self) -> None:
        self._refresh()
        self.blocks.overlay.applyAgain()

    def _onModified(self, *_event: object) -> None:
        """While a cine plays, Slicer says at every frame that the node was modified, though nothing has changed."""
        seen = () if self.parameters is None else stateOf(self.parameters.parameterNode)
        if seen != self._seen:
            self._seen = seen
            self._refresh()

    def _refresh(self) -> None:
        """Bring everything to the state of the parameters; what blocks change on the way is followed too."""
        self._isStale = True
        if self._isRefreshing:
            return
        self._isRefreshing = True
        try:
            for _round in range(MOST_ROUNDS):
                self._isStale = False
                self.shown.refresh()
                self.input.refresh()
                self.blocks.setOtherShown(self.shown.problem)
                self.blocks.refresh()
                seen = None if self.blocks.isOut else self.parameters
                self.similar.refresh(seen)
                self.compare.refresh(seen)
                self.models.refresh()
                self.report.setState(self.blocks.isHidden, self.blocks.edits.isEdited)
                if not self._isStale:
                    break
        finally:
            self._isRefreshing = False
        self.layout.follow(None if self.parameters is None else self.parameters.inputVolume)
        self.analysis.setReason(self._whyNot())
        self.ui.keepFormerCheckBox.visible = self.parameters is not None and self.parameters.report is not None

    def _whyNot(self) -> str:
        """Why no analysis can be started, or nothing."""
        if self.parameters is None:
            return _("There is no scene.")
        return self.input.problem

    def _onAssessed(self) -> None:
        """The reader's assessment stands: what was said of a hidden result is no longer so."""
        if self.state is PanelState.DONE:
            self.analysis.say("")

    def _onState(self, state: PanelState, sentence: str) -> None:
        if state is PanelState.DONE and self.blocks.isHidden:
            sentence = _("The result is ready. It stays hidden until you have entered your assessment below.")
        self.analysis.show(state, sentence)
        self.blocks.setBusy(state.isBusy)
        self.models.setBusy(state.isBusy)
        self.report.setBusy(state.isBusy)
        self.packages.refresh(state.isBusy)
        self.analysis.setReason(self._whyNot())

    def _onAnalyzed(self, nodes: AnalyzedNodes, volume: vtkMRMLVolumeNode) -> None:
        self.blocks.arrived(nodes, volume)
        self._refresh()
