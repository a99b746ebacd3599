"""The block "Report": the result as files, and readers' assessments as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import qt
import slicer
from slicer.i18n import tr as _

from ...client.jobs.analysis_request import sourceOptions
from ...client.process.background_engine import BackgroundEngine
from ...engine.errors import BreastUSAIError
from ...engine.options import REPORT_KINDS
from ...scene.mrml.nodes import nodesOfClass
from ...scene.mrml.result_links import VOLUME_ROLE
from ...scene.results.report_node import READER_KEY
from ..widgets.buttons import enableOrSay
from ..words.plain_words import sentenceOf

if TYPE_CHECKING:
    from ...client.jobs.report_job import ReportJob
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class ReportSection:
    """Saves what is chosen of the result that is shown.

    Args:
        ui: the panel's widgets.
        engine: what writes the files.
        chooseFolder: asks for a folder; empty where none was chosen.
        chooseFile: asks for a file to write; empty where none was chosen.
    """

    def __init__(
        self,
        ui: PanelWidgets,
        engine: BackgroundEngine,
        chooseFolder: Callable[[], str] | None = None,
        chooseFile: Callable[[], str] | None = None,
    ) -> None:
        self._ui, self._engine = ui, engine
        self._chooseFolder, self._chooseFile = chooseFolder or _chosenFolder, chooseFile or _chosenFile
        self._parameters: BreastUSAIParameters | None = None
        self._isBusy = self._isWaiting = self._isEdited = False
        self._job: ReportJob | None = None
        self._boxes = {kind: getattr(ui, f"report{kind.capitalize()}CheckBox") for kind in REPORT_KINDS}
        for box in self._boxes.values():
            box.toggled.connect(self._onKind)
        ui.keepIdentityCheckBox.toggled.connect(self._onIdentity)
        ui.saveReportButton.clicked.connect(self._onSave)
        ui.saveReadersButton.clicked.connect(self._onSaveReaders)
        ui.reportMessageLabel.visible = False

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Save the result of these parameters from now on."""
        self._parameters = parameters
        self.refresh()

    def setState(self, isWaiting: bool, isEdited: bool) -> None:
        """Whether the result must not be seen yet, and whether its outlines were edited since they were scored."""
        self._isWaiting, self._isEdited = isWaiting, isEdited
        self.refresh()

    def setBusy(self, isBusy: bool) -> None:
        """Whether an analysis or a re-scoring is running."""
        self._isBusy = isBusy
        self.refresh()

    def refresh(self) -> None:
        """Bring the controls to the state of the parameters; what cannot be saved says why."""
        parameters, ui = self._parameters, self._ui
        if parameters is None:
            return
        kinds = parameters.reportKinds.split(",")
        for kind, box in self._boxes.items():
            box.checked = kind in kinds
        ui.keepIdentityCheckBox.checked = parameters.keepIdentity
        enableOrSay(ui.saveReportButton, self._missing(parameters))
        enableOrSay(ui.saveReadersButton, "" if self._cases() else _("No assessment was entered in this scene yet."))

    def cleanup(self) -> None:
        """Let go of the parameters."""
        self._parameters = None

    def _missing(self, parameters: BreastUSAIParameters) -> str:
        """Why nothing can be saved, or nothing."""
        if self._isWaiting:
            return _("The result stays hidden until you have entered your own assessment.")
        if parameters.report is None or parameters.inputVolume is None:
            return _("There is no result yet: analyze an image first.")
        if self._isEdited:
            return _("You have edited the outlines: press Re-score first.")
        if self._isBusy or (self._job is not None and self._job.isRunning):
            return _("Wait for what is running.")
        return "" if parameters.reportKinds else _("Choose at least one kind of report.")

    def _onKind(self, _checked: bool = False) -> None:
        if self._parameters is not None:
            self._parameters.reportKinds = ",".join(kind for kind, box in self._boxes.items() if box.checked)
            self.refresh()

    def _onIdentity(self, isKept: bool) -> None:
        if self._parameters is not None:
            self._parameters.keepIdentity = isKept

    def _onSave(self, _checked: bool = False) -> None:
        parameters = self._parameters
        folder = "" if parameters is None else self._chooseFolder()
        if parameters is None or not folder:
            return
        from ...client.jobs.report_job import ReportJob  # with all that reads a result: not when the panel opens

        params = {"output": folder, "report": parameters.reportKinds, "keepIdentity": parameters.keepIdentity}
        self._job = ReportJob(
            self._engine,
            parameters,
            parameters.inputVolume,
            sourceOptions(parameters),
            params,
            self._onSaved,
            self._onFailed,
        )
        self._say(_("Saving…"))
        self._job.start()
        self.refresh()

    def _onSaved(self, answer: dict[str, Any]) -> None:
        words = [_("Saved in {folder}: {files}.").format(folder=answer["output"], files=", ".join(answer["files"]))]
        self._say("\n".join([*words, *answer["problems"], *answer["remarks"]]))
        self.refresh()

    def _onFailed(self, error: BreastUSAIError) -> None:
        self._say(sentenceOf(error))
        self.refresh()

    def _onSaveReaders(self, _checked: bool = False) -> None:
        path = self._chooseFile()
        if not path:
            return
        try:
            answer = self._engine.request("saveReaders", {"output": path, "cases": self._cases()})
        except BreastUSAIError as error:
            self._say(sentenceOf(error))
            return
        self._say(_("{count} assessments saved in {file}.").format(count=answer["rows"], file=path))

    def _cases(self) -> list[dict[str, str]]:
        """Every report of the scene that has an assessment, with the name of its image."""
        reports = nodesOfClass(slicer.mrmlScene, "vtkMRMLTextNode")
        found = []
        for report in reports:
            image, text = report.GetNodeReference(VOLUME_ROLE), report.GetText() or ""
            if image is not None and f'"{READER_KEY}"' in text:
                found.append({"name": image.GetName(), "document": text})
        return found

    def _say(self, words: str) -> None:
        self._ui.reportMessageLabel.text = words
        self._ui.reportMessageLabel.visible = bool(words)


def _chosenFolder() -> str:
    return str(qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder for the report")) or "")


def _chosenFile() -> str:
    answer = qt.QFileDialog.getSaveFileName(
        slicer.util.mainWindow(), _("Table of assessments"), "assessments.csv", _("Table (*.csv)")
    )
    return str(answer[0] if isinstance(answer, (tuple, list)) else answer or "")
