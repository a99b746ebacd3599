"""The block "Overlay": what lies over the image, and what the next heat map is to explain."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from ...client.jobs.listener import ignored
from ...engine.errors import BreastUSAIError
from ...engine.explanations.registry import METHODS, method_named
from ...engine.findings.analysis import CLASSES, Analysis, Label
from ...engine.findings.grade_words import all_grade_lines
from ...engine.findings.words import explanation_words, method_words, verdict_words
from ...scene.results.stored_report import storedReport
from ...scene.views.overlay import setFill, setHeatMapOpacity, setOutline, setOverlaysVisible
from ...scene.views.slice_views import viewsElsewhere
from ..widgets.choices import Choices
from ..widgets.shortcuts import withShortcut
from .explanation_controls import ExplanationControls

if TYPE_CHECKING:
    import qt

    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class OverlaySection:
    """Brings the display of the last result's nodes to the state of the parameters, whenever these change.

    Check boxes and slider are bound to the parameters through the .ui file; `refresh` does the rest. Set
    `onAnalyzeAgain` to be asked for a heat map of the method and class that were chosen.
    """

    def __init__(self, ui: PanelWidgets, parameters: BreastUSAIParameters | None = None) -> None:
        self.onAnalyzeAgain: Callable[[], None] = ignored
        self._ui = ui
        self._parameters: BreastUSAIParameters | None = None
        self._applied: tuple[Any, ...] | None = None
        methods = {method.option: method_words(method.name, _) for method in METHODS if method.in_pass is not None}
        labels = {label.value: verdict_words(label, _) for label in reversed(CLASSES)}
        self._method = Choices(ui.explainMethodComboBox, methods, self._onMethod)
        self._class = Choices(ui.explainClassComboBox, labels, self._onClass)
        ui.showOverlaysCheckBox.toolTip = withShortcut(_("Show or hide heat map and outlines"), "toggleOverlays")
        ui.analyzeAgainButton.clicked.connect(self._onAnalyzeAgain)
        self.explanations = ExplanationControls(ui)
        self.setParameterNode(parameters)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Show and change these parameters from now on; None disables the section."""
        self._parameters = parameters
        self._applied = None
        self.refresh()

    def show(self, parameters: BreastUSAIParameters | None) -> None:
        """Show and change these parameters; None while their result must not be seen."""
        if parameters is not self._parameters:
            self._parameters, self._applied = parameters, None
        self.refresh()

    def applyAgain(self) -> None:
        """Bring the nodes of the last result to the state of the parameters, even where they were changed elsewhere."""
        self._applied = None
        self.refresh()

    def refresh(self) -> None:
        """Bring the controls, and the nodes of the last result, to the state of the parameters."""
        ui, parameters = self._ui, self._parameters
        hasResult = parameters is not None and (parameters.segmentation is not None or parameters.heatMap is not None)
        for control in (ui.showOverlaysCheckBox, ui.heatMapOpacitySlider, ui.showOutlineCheckBox, ui.showFillCheckBox):
            control.enabled = hasResult
        ui.explainMethodComboBox.enabled = ui.explainClassComboBox.enabled = parameters is not None
        self.explanations.show(parameters)
        if parameters is None:
            ui.explainHintLabel.text = ""
            _sayOrHide(ui.heatMapGradesLabel, "")
            ui.analyzeAgainButton.visible = False
            return
        self._method.show(parameters.explainMethod)
        self._class.show(parameters.explainClass)
        self._sayWhatIsExplained(parameters)
        if hasResult:
            self._apply(parameters)
        else:
            self._applied = None

    def cleanup(self) -> None:
        """Let go of the parameters."""
        self._parameters = None

    def toggle(self) -> None:
        """Show the overlays, or hide all of them: what the key does."""
        if self._parameters is not None:
            self._parameters.showOverlays = not self._parameters.showOverlays

    def _apply(self, parameters: BreastUSAIParameters) -> None:
        """Set the nodes' display; does nothing where nothing changed since the last time."""
        nodes = (parameters.segmentation, parameters.heatMap)
        wanted = (
            *(None if node is None else node.GetID() for node in nodes),
            parameters.heatMapOpacity,
            parameters.showOutline,
            parameters.showFill,
            parameters.showOverlays,
            parameters.inputVolume and frozenset(viewsElsewhere(parameters.inputVolume)),
        )
        if wanted == self._applied:
            return
        self._applied = wanted
        if parameters.segmentation is not None:
            setOutline(parameters.segmentation, parameters.showOutline)
            setFill(parameters.segmentation, parameters.showFill)
        if parameters.heatMap is not None:
            setHeatMapOpacity(parameters.heatMap, parameters.heatMapOpacity)
        setOverlaysVisible(parameters, parameters.showOverlays)

    def _sayWhatIsExplained(self, parameters: BreastUSAIParameters) -> None:
        """That method and class are for the next analysis, where they differ from what is shown."""
        ui, shown = self._ui, _shownAnalysis(parameters)
        explanation = None if shown is None else shown.explanation
        _sayOrHide(ui.heatMapGradesLabel, "" if shown is None else "\n".join(all_grade_lines(shown.heat_map_grades, _)))
        chosen = (parameters.explainMethod, parameters.explainClass)
        if explanation is None:
            ui.explainHintLabel.text = _("Method and class are used by the next analysis.")
            differs = False
        else:
            words = _("The heat map shown is {explanation}.").format(explanation=explanation_words(explanation, _))
            method = method_named(explanation.method)
            if method is None or method.in_pass is None:
                words += " " + _("This version of BreastUSAI cannot make one by that method.")
            differs = (
                method is None or method.in_pass is None or (method.option, explanation.target_class.value) != chosen
            )
            if differs:
                words += " " + _("Your choice is used by the next analysis.")
            ui.explainHintLabel.text = words
        ui.analyzeAgainButton.visible = differs

    def _onMethod(self, method: str) -> None:
        if self._parameters is not None:
            self._parameters.explainMethod = method
            self._sayWhatIsExplained(self._parameters)

    def _onClass(self, label: str) -> None:
        if self._parameters is not None:
            self._parameters.explainClass = label
            self._sayWhatIsExplained(self._parameters)

    def _onAnalyzeAgain(self, _checked: bool = False) -> None:
        self.onAnalyzeAgain()


def _sayOrHide(label: qt.QLabel, words: str) -> None:
    label.text = words
    label.visible = bool(words)


def _shownAnalysis(parameters: BreastUSAIParameters) -> Analysis | None:
    try:
        report = storedReport(parameters.report)
    except BreastUSAIError:  # the result section says so
        return None
    if report is None or report.analysis.verdict.label is Label.REJECTED:
        return None
    return report.analysis
