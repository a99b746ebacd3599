"""The block "Similar past cases": which library is asked, what it gave, and one of its cases beside the image."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import qt
from slicer.i18n import tr as _

from ...client.similar_library import chooseLibrary, chosenLibrary
from ...engine.errors import BreastUSAIError
from ...engine.findings.analysis import Analysis
from ...engine.findings.similar_cases import Neighbor, SimilarCases, SimilarRequest
from ...engine.findings.similar_words import facts_words, vote_words
from ...scene.results.stored_report import storedReport
from ..slicer.beside_image import BesideImage
from ..words.plain_words import sentenceOf
from .case_gallery import CaseGallery

if TYPE_CHECKING:
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class SimilarSection:
    """Shows the similar cases of the report that the parameters name. Check box and parameter are bound by the .ui.

    Args:
        ui: the panel's widgets.
        parameters: the parameter node, or None until there is one.
    """

    def __init__(self, ui: PanelWidgets, parameters: BreastUSAIParameters | None = None) -> None:
        self._ui = ui
        self._parameters: BreastUSAIParameters | None = None
        self._shownParameters: BreastUSAIParameters | None = None
        self._analysis: Analysis | None = None
        self._gallery, self._beside = CaseGallery(ui.similarListWidget), BesideImage()
        self._gallery.onCaseChosen = self._onCase
        ui.similarLibraryButton.clicked.connect(self._onLibrary)
        ui.similarShippedButton.clicked.connect(self._onShipped)
        ui.similarCloseButton.clicked.connect(self._onClose)
        self.setParameterNode(parameters)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Show and change these parameters from now on; None disables the block."""
        if parameters is not self._parameters:
            self._beside.close()
        self._parameters = parameters
        self.refresh(parameters)

    def refresh(self, shown: BreastUSAIParameters | None) -> None:
        """Bring the block to the state of the parameters; `shown` are those whose result may be seen, or None."""
        ui, parameters = self._ui, self._parameters
        self._shownParameters = shown
        ui.similarContents.enabled = parameters is not None
        library = chosenLibrary()
        ui.similarLibraryLabel.text = (
            _("Library: {folder}").format(folder=library)
            if library
            else _("Library: the one that comes with BreastUSAI")
        )
        ui.similarShippedButton.visible = bool(library)
        analysis = _analysisOf(shown)
        if analysis is None or self._analysis is None or analysis.similar != self._analysis.similar:
            self._show(analysis)
        if self._beside.isOpen and not self._beside.isOf(None if shown is None else shown.inputVolume):
            self._beside.close()
        ui.similarCloseButton.visible = self._beside.isOpen

    def cleanup(self) -> None:
        """Let go of parameters and scene."""
        self._beside.close()
        self._parameters = self._shownParameters = self._analysis = None

    def _show(self, analysis: Analysis | None) -> None:
        self._analysis = analysis
        similar = None if analysis is None else analysis.similar
        if analysis is None or similar is None:
            self._say(_("Check the box above; the next analysis looks for cases."))
        else:
            self._say(vote_words(similar, analysis.verdict, _))
        self._gallery.show(similar, {} if similar is None else self._thumbnails(similar))

    def _thumbnails(self, similar: SimilarCases) -> dict[int, bytes]:
        """Of the cases that the library of this computer has small pictures of."""
        from ...engine.similar.library import pictures_of

        try:
            return {
                case: picture.thumbnail
                for case, picture in pictures_of(
                    self._folder(), similar, [one.case for one in similar.neighbors]
                ).items()
            }
        except BreastUSAIError:  # gone, or another than the result was made with: the words stand without pictures
            return {}

    def _folder(self) -> Path:
        from ...engine.similar.lookup import library_folder

        return library_folder(SimilarRequest(chosenLibrary()))

    def _say(self, words: str) -> None:
        self._ui.similarVoteLabel.text = words

    def _onCase(self, neighbor: Neighbor) -> None:
        parameters, analysis = self._parameters, self._analysis
        if parameters is None or parameters.inputVolume is None or analysis is None or analysis.similar is None:
            return
        try:
            from ...engine.similar.library import pictures_of
            from .case_picture import casePixels

            picture = pictures_of(self._folder(), analysis.similar, [neighbor.case]).get(neighbor.case)
            pixels = None if picture is None else casePixels(picture)
        except BreastUSAIError as error:
            self._say(sentenceOf(error))
            return
        if pixels is None:
            self._say(_("The library has no picture of this case: {facts}.").format(facts=facts_words(neighbor, _)))
            return
        self._beside.show(parameters.inputVolume, pixels, _("Similar case {number}").format(number=neighbor.case))
        self._say(vote_words(analysis.similar, analysis.verdict, _))
        self._ui.similarCloseButton.visible = self._beside.isOpen

    def _onLibrary(self, _checked: bool = False) -> None:
        if self._parameters is None:
            return
        folder = qt.QFileDialog.getExistingDirectory(
            self._ui.similarContents, _("Library of past cases"), chosenLibrary()
        )
        if folder:
            chooseLibrary(folder)
            self._parameters.similarCases = True
            self.refresh(self._shownParameters)

    def _onShipped(self, _checked: bool = False) -> None:
        chooseLibrary("")
        self.refresh(self._shownParameters)

    def _onClose(self, _checked: bool = False) -> None:
        self._beside.close()
        self._ui.similarCloseButton.visible = False


def _analysisOf(parameters: BreastUSAIParameters | None) -> Analysis | None:
    try:
        report = storedReport(None if parameters is None else parameters.report)
    except BreastUSAIError:  # the result section says so
        return None
    return None if report is None else report.analysis
