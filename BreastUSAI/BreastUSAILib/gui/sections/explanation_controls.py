"""The lower part of the block "Overlay": further explanations of the result, and which of all maps is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import qt
from slicer.i18n import tr as _

from ...client.jobs.listener import ignored
from ...engine.errors import BreastUSAIError
from ...engine.explanations.costs import times_of
from ...engine.explanations.registry import METHODS, ExplanationMethod
from ...engine.findings.analysis import Analysis, Label
from ...engine.findings.words import explanation_words, further_explanation_words, method_words
from ...engine.images.frames import InputKind
from ...scene.mrml.result_links import RESULT_ROLES, explanationNodes
from ...scene.results.stored_report import storedReport
from ..widgets.buttons import enableOrSay
from ..widgets.choices import Choices

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLScalarVolumeNode
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


HEAT_MAP = ""
"""The choice of the heat map that came with the verdict, beside the methods' options."""


class ExplanationControls:
    """A check box for each method, the button that makes what is checked, and the choice of the map that is shown.

    The map that is shown is the parameters' `heatMap`. Set `onExplain` to be asked for the methods that are checked.
    """

    def __init__(self, ui: PanelWidgets) -> None:
        self.onExplain: Callable[[], None] = ignored
        self._ui = ui
        self._parameters: BreastUSAIParameters | None = None
        self._isBusy = self._isShowing = False
        self._boxes = {method.option: self._box(method) for method in METHODS}
        self._maps = Choices(ui.shownMapComboBox, {HEAT_MAP: _("Heat map")}, self._onMap)
        self._offered: dict[str, str] = {}
        ui.explainButton.clicked.connect(lambda *_checked: self.onExplain())

    def setBusy(self, isBusy: bool) -> None:
        """Whether the engine is at work."""
        self._isBusy = isBusy
        self.show(self._parameters)

    def show(self, parameters: BreastUSAIParameters | None) -> None:
        """Bring the controls to the state of these parameters; None switches them off."""
        self._parameters = parameters
        analysis = self._analysis()
        chosen = [] if parameters is None else parameters.explanations.split(",")
        self._isShowing = True
        for option, box in self._boxes.items():
            box.checked = option in chosen
            box.enabled = parameters is not None
        self._isShowing = False
        isStill = analysis is None or analysis.input.kind is InputKind.STILL
        self._ui.explainAllFramesCheckBox.visible = not isStill
        enableOrSay(self._ui.explainButton, self._whyNot(analysis))
        self._offerMaps(analysis)

    def _box(self, method: ExplanationMethod) -> qt.QCheckBox:
        box = qt.QCheckBox(method_words(method.name, _))
        times = times_of(method.option)
        cost = _("How long it takes was not measured.")
        if times is not None:
            cost = _("Takes {times} times as long as the analysis of a still.").format(times=f"{times:.2g}")
        box.toolTip = f"{_(method.about)} {cost}"
        box.toggled.connect(lambda *_checked: self._onChecked())
        self._ui.explanationsFrame.layout().addWidget(box)
        return box

    def _analysis(self) -> Analysis | None:
        """That of the result which is shown, where it has something to explain."""
        try:
            stored = None if self._parameters is None else storedReport(self._parameters.report)
        except BreastUSAIError:  # the result section says so
            return None
        return None if stored is None or stored.analysis.verdict.label is Label.REJECTED else stored.analysis

    def _whyNot(self, analysis: Analysis | None) -> str:
        if analysis is None:
            return _("There is no result to explain. Analyze the image first.")
        if self._isBusy:
            return _("Wait until what is running has ended.")
        isChosen = self._parameters is not None and bool(self._parameters.explanations)
        return "" if isChosen else _("Check at least one of the explanations above.")

    def _offerMaps(self, analysis: Analysis | None) -> None:
        """Offer the maps that the result has in the scene, and choose the one that is shown."""
        ui, there = self._ui, self._nodes()
        words = {}
        if analysis is not None:
            further = {one.option: further_explanation_words(one, _) for one in analysis.explanations}
            all_ = {HEAT_MAP: explanation_words(analysis.explanation, _), **further}
            words = {option: text for option, text in all_.items() if option in there}
        if words != self._offered:
            self._maps.offer(words)
            self._offered = words
        ui.shownMapComboBox.enabled = len(words) > 1
        shown = None if self._parameters is None else self._parameters.heatMap
        for option, node in there.items():
            if node is shown and option in words:
                self._maps.show(option)

    def _nodes(self) -> dict[str, vtkMRMLScalarVolumeNode]:
        report = None if self._parameters is None else self._parameters.report
        if report is None:
            return {}
        nodes = {HEAT_MAP: report.GetNodeReference(RESULT_ROLES["heatMap"]), **explanationNodes(report)}
        return {option: node for option, node in nodes.items() if node is not None}

    def _onChecked(self) -> None:
        if self._parameters is not None and not self._isShowing:
            self._parameters.explanations = ",".join(option for option, box in self._boxes.items() if box.checked)
            enableOrSay(self._ui.explainButton, self._whyNot(self._analysis()))

    def _onMap(self, option: str) -> None:
        node = self._nodes().get(option)
        if self._parameters is not None and node is not None:
            self._parameters.heatMap = node
