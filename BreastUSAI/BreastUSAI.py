"""BreastUSAI in 3D Slicer: the module, its panel, the logic that scripts call, and the self test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

if TYPE_CHECKING:
    from BreastUSAILib.client.jobs.analysis_job import AnalysisJob, AnalyzedNodes
    from BreastUSAILib.client.jobs.explain_job import ExplainJob
    from BreastUSAILib.client.process.background_engine import BackgroundEngine
    from BreastUSAILib.engine.errors import BreastUSAIError
    from BreastUSAILib.engine.findings.comparison.comparison import Comparison

LIBRARY = "BreastUSAILib"


class BreastUSAI(ScriptedLoadableModule):
    """How Slicer lists the module."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Breast Ultrasound AI")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Ultrasound")]
        self.parent.dependencies = ["Colors", "Markups", "Segmentations", "Sequences", "Tables", "Texts", "Volumes"]
        self.parent.contributors = ["BreastUSAI contributors"]
        self.parent.helpText = _(
            "Outlines lesions in B-mode breast ultrasound, estimates the likelihood of malignancy and shows which "
            'pixels the estimate rests on. Research use only. See the <a href="'
            'https://github.com/BreastUSAI/SlicerBreastUSAI">documentation</a>.'
        )
        self.parent.acknowledgementText = _(
            "Built on 3D Slicer, MONAI, PyTorch and Captum, with thanks to the authors of the public breast "
            "ultrasound data sets that the model cards name."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData() -> None:
    """Offer the shipped phantoms in the Sample Data module; their code is not loaded before Slicer has started."""
    from BreastUSAILib.gui.slicer import sample_data

    sample_data.registerSampleData()


class BreastUSAIFileReader:
    """Loads a shipped phantom where Sample Data hands its file over, which is a script's way to it; and videos."""

    def __init__(self, parent: Any) -> None:
        self.parent = parent

    def description(self) -> str:
        """What is loaded, for people."""
        return _("BreastUSAI phantom or ultrasound video")

    def fileType(self) -> str:
        """What is loaded, for scripts and Sample Data."""
        return "BreastUSAIPhantom"

    def extensions(self) -> list[str]:
        """The files to look into."""
        from BreastUSAILib.engine.images.videos import VIDEO_PATTERNS

        return [_("BreastUSAI phantom") + " (*.dcm)", _("Ultrasound video") + f" ({VIDEO_PATTERNS})"]

    def canLoadFile(self, filePath: str) -> bool:
        """Whether it is a phantom, or a copy of one, or is called a video; an exam is not opened for that."""
        from BreastUSAILib.gui.slicer.sample_data import isOurs

        return isOurs(filePath)

    def canLoadFileConfidence(self, filePath: str) -> float:
        """Surer of a phantom or video than those who know nothing of it."""
        return 0.9 if self.canLoadFile(filePath) else 0.0

    def load(self, properties: dict[str, Any]) -> bool:
        """Add it to the scene and show it, as its button in Sample Data does."""
        from BreastUSAILib.gui.slicer.sample_data import loadFile

        self.parent.loadedNodes = [node.GetID() for node in loadFile(properties["fileName"])]
        return bool(self.parent.loadedNodes)


class BreastUSAIWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Puts the panel into the module's place, and tells it when module and scene come and go."""

    def __init__(self, parent: Any = None) -> None:
        self.panel: Any = None
        VTKObservationMixin.__init__(self)
        ScriptedLoadableModuleWidget.__init__(self, parent)

    def setup(self) -> None:
        """Build the panel; called once, when the module is opened first."""
        ScriptedLoadableModuleWidget.setup(self)
        from BreastUSAILib.gui.panel import Panel
        from BreastUSAILib.gui.widgets.panel_height import PanelHeight

        self.logic = BreastUSAILogic()
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/BreastUSAI.ui"))
        self.layout.addWidget(uiWidget)
        ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        ui.inputVolumeSelector.setMRMLScene(slicer.mrmlScene)
        self.panel = Panel(ui, self.logic.engine, window=slicer.util.mainWindow())
        self.height = PanelHeight(self.parent)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneGoes)
        self.addObserver(scene, scene.StartImportEvent, self.onSceneGoes)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneComes)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneComes)
        self.onSceneComes()

    def enter(self) -> None:
        """The module is shown."""
        self.onSceneComes()
        self.panel.enter()

    def exit(self) -> None:
        """Another module is shown."""
        self.panel.exit()

    def cleanup(self) -> None:
        """The module is unloaded: at the end of the application, and before a reload."""
        self.removeObservers()
        if self.panel is not None:
            self.panel.cleanup()
            self.height.stop()

    def onSceneGoes(self, _caller: Any = None, _event: Any = None) -> None:
        """The scene is about to be closed, or another one is read into it."""
        self.panel.setParameterNode(None)

    def onSceneComes(self, _caller: Any = None, _event: Any = None) -> None:
        """There is a scene: show its parameters, unless they are shown already."""
        if self.panel.parameters is None:
            self.panel.setParameterNode(self.logic.getParameterNode())

    def onReload(self) -> None:
        """Developer reload: the library behind this file is loaded anew too."""
        for name in [name for name in sys.modules if name.split(".")[0] == LIBRARY]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)


class BreastUSAILogic(ScriptedLoadableModuleLogic):
    """Analyze volume nodes and folders from scripts and from the panel; shows no dialog and installs nothing.

    Args:
        engine: what runs the models; None starts the engine's own process at the first analysis. For `analyze` that
            waits, any `engine.interface.Engine` will do, such as an `Analyzer` outside of Slicer.
    """

    def __init__(self, engine: BackgroundEngine | None = None) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        self._engine = engine

    @property
    def engine(self) -> BackgroundEngine:
        """What runs the models: an `EngineProcess` where none was given."""
        if self._engine is None:
            from BreastUSAILib.client.process.engine_process import EngineProcess

            self._engine = EngineProcess()
        return self._engine

    def getParameterNode(self) -> Any:
        """The panel's parameters in the current scene, as `BreastUSAIParameters`."""
        from BreastUSAILib.gui.parameters import BreastUSAIParameters

        return BreastUSAIParameters(super().getParameterNode())

    def analyze(
        self,
        volumeNode: Any,
        frames: str = "all",
        explainClass: str = "malignant",
        wait: bool = True,
        progress: Callable[[int, int, str], None] | None = None,
        *,
        prevalence: float | None = None,
        explainMethod: str | None = None,
        gradeExplanations: bool = False,
        explain: str | Sequence[str] = (),
        overrideRejection: bool = False,
        pixelSpacingMm: float | tuple[float, float] | None = None,
        asSlices: bool = False,
        sliceSpacingMm: float | None = None,
        keepFormer: bool = False,
        similarCases: bool | str | Path = False,
        at: str | Sequence[str] = (),
        onDone: Callable[[AnalyzedNodes], None] | None = None,
        onFailed: Callable[[BreastUSAIError], None] | None = None,
    ) -> AnalyzedNodes | AnalysisJob:
        """Find lesions in a volume node and show them beside it.

        Args:
            volumeNode: a still, the volume that a sequence browser shows (its whole cine is analyzed), or a 3-D volume.
            frames: ``all``, ``current``, ``key``, ``every:S``, ``N``, ``N-M`` or ``N-M:S``, counted from 0.
            explainClass: ``normal``, ``benign`` or ``malignant``: the class that the heat map explains.
            wait: return when everything is in the scene; without, return the job at once and work in the event loop.
            progress: called as ``progress(done, total, words)`` with frames done and to do.
            prevalence: share of malignant among the lesions that you see, between 0 and 1, to which the probabilities
                are shifted; None leaves them as they were calibrated.
            explainMethod: ``grad-cam`` or ``saliency``; None takes what the classifier's bundle names.
            gradeExplanations: grade the key frame's heat map also by what needs passes through the network.
            explain: methods of further explanations, such as ``"occlusion"`` or ``["smoothgrad", "kernel-shap"]``, as
                `breastusai analyze --help` describes them: one more overlay each.
            overrideRejection: give a result also where the image or a frame is rejected; the result says so.
            pixelSpacingMm: the pixel size in mm, one number or ``(row, column)``; None takes what the image says.
            asSlices: the cine is a sweep of parallel slices, and is analyzed as a volume.
            sliceSpacingMm: between two such slices, in mm; None where it is not known.
            keepFormer: an earlier result of the volume stays, unseen, under a number, instead of being replaced; one
                with edited outlines always does.
            similarCases: also look for past cases that look like the key frame, in the library that comes with
                BreastUSAI (True) or in the folder of one of your own; they are in `analysis.similar`.
            at: where you see lesions, as ``X,Y``, ``FRAME:X,Y`` or ``LEFT,TOP,WIDTH,HEIGHT``, columns and rows of the
                image counted from 0: each is looked at more closely, and what is found there is marked as asked for.
            onDone: without `wait`, called with the `AnalyzedNodes` once they are in the scene.
            onFailed: without `wait`, called with the error where there will be no result.

        Returns:
            `AnalyzedNodes`: `volume`, `segmentation`, `heatMap`, `table`, `report`, `browser`, `explanations` (a node
            by method) and `analysis`; without `wait` the job, which can be asked `isRunning` and told to `cancel()`.

        Raises:
            BreastUSAIError: the node, an option or the models are not usable; the scene is left as it was.

        >>> volumeNode = slicer.util.getNode("Exam")
        >>> result = BreastUSAILogic().analyze(volumeNode, frames="key", explainMethod="saliency")
        >>> result.analysis.verdict.label.value
        'malignant'
        >>> result.segmentation.GetSegmentation().GetNumberOfSegments()
        2
        """
        from BreastUSAILib.client.scripting import analyzeNode

        return analyzeNode(
            self.engine,
            volumeNode,
            frames=frames,
            explainClass=explainClass,
            wait=wait,
            progress=progress,
            prevalence=prevalence,
            explainMethod=explainMethod,
            gradeExplanations=gradeExplanations,
            explain=explain,
            overrideRejection=overrideRejection,
            pixelSpacingMm=pixelSpacingMm,
            asSlices=asSlices,
            sliceSpacingMm=sliceSpacingMm,
            keepFormer=keepFormer,
            similarCases=similarCases,
            at=at,
            onDone=onDone,
            onFailed=onFailed,
        )

    def saveReport(
        self, volumeNode: Any, outputFolder: str | Path, report: str = "pdf", *, keepIdentity: bool = False
    ) -> dict[str, Any]:
        """Save the newest result of a volume node as report files, in a folder of their own.

        Args:
            volumeNode: an image that was analyzed.
            outputFolder: where that folder goes; it is made where it is not there.
            report: some of ``pdf``, ``sr``, ``seg``, ``sc`` and ``csv`` with commas between them, or ``all``.
            keepIdentity: let patient, study and unique identifiers of a DICOM image stand in the files.

        Returns:
            ``{"output", "files", "problems", "remarks"}``: the folder, names of files, what was not written and
            why, and what else there is to say.

        Raises:
            BreastUSAIError: there is no result, its outlines were changed, or nothing can be written.

        >>> BreastUSAILogic().saveReport(volumeNode, "results", report="pdf,csv")["files"]
        ['report.pdf', 'lesions.csv', 'frames.csv']
        """
        from BreastUSAILib.client.scripting import saveReport

        return saveReport(self.engine, volumeNode, outputFolder, report=report, keepIdentity=keepIdentity)

    def analyzeFolder(
        self,
        path: str | Path,
        outputFolder: str | Path,
        frames: str = "all",
        explainClass: str = "malignant",
        prevalence: float | None = None,
        progress: Callable[[int, int, str], None] | None = None,
        *,
        explainMethod: str | None = None,
        report: str = "",
        keepIdentity: bool = False,
        gradeExplanations: bool = False,
        similarCases: bool | str | Path = False,
        explain: str | Sequence[str] = (),
        overrideRejection: bool = False,
        counterfactuals: bool = False,
    ) -> dict[str, Any]:
        """Analyze every image in a folder (or one file); results are written as the command line writes them.

        Args:
            path: the folder, which is searched with the folders in it, or one file.
            outputFolder: gets one folder of results for each image; it is made where it is not there.
            frames: as in `analyze`, but for ``current``, of which a folder has none.
            explainClass: as in `analyze`.
            prevalence: as in `analyze`.
            progress: called as ``progress(done, total, words)`` with inputs done and to do.
            explainMethod: as in `analyze`.
            report: some of ``pdf``, ``sr``, ``seg``, ``sc`` and ``csv`` with commas between them, or ``all``: files
                that are written too.
            keepIdentity: let patient, study and unique identifiers of DICOM inputs stand in the results.
            gradeExplanations: as in `analyze`.
            similarCases: as in `analyze`.
            explain: as in `analyze`.
            overrideRejection: as in `analyze`.
            counterfactuals: also check what the likelihood depends on, and write it with pictures beside each result.

        Returns:
            ``{"done": [{"input", "output"}], "failed": [{"input", "error"}]}``, all of them texts.

        Raises:
            BreastUSAIError: an option is not usable, or nothing could be analyzed.

        >>> summary = BreastUSAILogic().analyzeFolder("exams", "results", frames="key", prevalence=0.05)
        >>> [exam["input"] for exam in summary["done"]]
        ['exams/still.dcm']
        >>> summary["failed"]
        []
        """
        from BreastUSAILib.client.scripting import analyzeFolder

        return analyzeFolder(
            self.engine,
            path,
            outputFolder,
            frames=frames,
            explainClass=explainClass,
            prevalence=prevalence,
            explainMethod=explainMethod,
            gradeExplanations=gradeExplanations,
            explain=explain,
            overrideRejection=overrideRejection,
            counterfactuals=counterfactuals,
            progress=progress,
            report=report,
            keepIdentity=keepIdentity,
            similarCases=similarCases,
        )

    def compare(
        self, before: Any, after: Any, pairs: Mapping[int, int] | None = None, *, areViews: bool = False
    ) -> Comparison:
        """Set two results of one patient side by side: of two exams, or of two views of one lesion.

        Args:
            before, after: each an image node that was analyzed, a folder of results or its ``analysis.json``, or an
                `Analysis`.
            pairs: numbers of lesions of `before` to those of `after`; None suggests pairs by size and depth.
            areViews: the results are two views of the same lesions, which are put together to one likelihood each.

        Returns:
            The `Comparison`: `pairs`, each with its `changes` and `likelihood`; `only_before`, `only_after`, `remarks`.

        Raises:
            BreastUSAIError: there is no result, or a lesion is not there or given twice.

        >>> found = BreastUSAILogic().compare("results/march", slicer.util.getNode("September"))
        >>> [(change.name, change.within_error) for change in found.pairs[0].changes][0]
        ('long_axis_mm', False)
        """
        from BreastUSAILib.client.comparing import compared, resultFrom

        return compared(resultFrom(before), resultFrom(after), pairs, areViews=areViews)

    def explain(
        self,
        volumeNode: Any,
        methods: str | Sequence[str],
        frames: str = "all",
        explainClass: str = "malignant",
        wait: bool = True,
        progress: Callable[[int, int, str], None] | None = None,
        *,
        onDone: Callable[[dict[str, Any]], None] | None = None,
        onFailed: Callable[[BreastUSAIError], None] | None = None,
    ) -> dict[str, Any] | ExplainJob:
        """Explain the newest result of a volume node by further methods, without analyzing it again.

        Args:
            volumeNode: an image that was analyzed.
            methods: as `explain` of `analyze`; one that there is already is made anew.
            frames: as in `analyze`; frames that were not analyzed have nothing to explain.
            explainClass: as in `analyze`.
            wait: as in `analyze`.
            progress: called as ``progress(done, total, words)`` with passes through the network done and to do.
            onDone: without `wait`, called with the nodes once they are in the scene.
            onFailed: without `wait`, called with the error where there will be none.

        Returns:
            The overlay node of each method, by the method; without `wait` the job, which can be told to `cancel()`.

        Raises:
            BreastUSAIError: there is no result, nothing to explain in it, or no such method; the scene is left as it
                was.

        >>> maps = BreastUSAILogic().explain(slicer.util.getNode("Exam"), "occlusion, outline-grad-cam")
        >>> sorted(maps)
        ['occlusion', 'outline-grad-cam']
        """
        from BreastUSAILib.client.scripting import explainNode

        return explainNode(
            self.engine,
            volumeNode,
            methods,
            frames=frames,
            explainClass=explainClass,
            wait=wait,
            progress=progress,
            onDone=onDone,
            onFailed=onFailed,
        )


class BreastUSAITest(ScriptedLoadableModuleTest):
    """Runs inside Slicer: the whole path on a phantom, or the part up to the engine where that is not installed."""

    def setUp(self) -> None:
        """Start from an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        """Run every test of this class."""
        self.setUp()
        self.test_wholePath()

    def test_wholePath(self) -> None:
        """A phantom is analyzed through the engine's own process; says so where PyTorch is not installed."""
        from BreastUSAILib.client.process.engine_process import EngineProcess
        from BreastUSAILib.gui.slicer.self_test import checkWholePath

        engine = EngineProcess(temporaryFolder=slicer.app.temporaryPath)  # its own: stopping it ends nobody's work
        try:
            checkWholePath(self.delayDisplay, BreastUSAILogic(engine).analyze)
        finally:
            engine.stop()
