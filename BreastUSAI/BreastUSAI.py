"""BreastUSAI in 3D Slicer: the module, its panel, the logic that scripts call, and the self test."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import qt
import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.engine.analysis import Analysis, Label
from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.frames import Frames
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.scene.frames_from_node import framesFromNode
from BreastUSAILib.scene.show import SceneNodes, showAnalysis

LIBRARY = "BreastUSAILib"


class BreastUSAI(ScriptedLoadableModule):
    """How Slicer lists the module."""

    def __init__(self, parent: Any) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Breast Ultrasound AI")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Ultrasound")]
        self.parent.dependencies = []
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


class BreastUSAIWidget(ScriptedLoadableModuleWidget):
    """Choose a volume, analyse it, read the verdict."""

    def setup(self) -> None:
        """Build the panel; called once, when the module is opened first."""
        ScriptedLoadableModuleWidget.setup(self)
        self.logic = BreastUSAILogic()

        self.volumeSelector = slicer.qMRMLNodeComboBox()
        self.volumeSelector.nodeTypes = ["vtkMRMLScalarVolumeNode", "vtkMRMLVectorVolumeNode"]
        self.volumeSelector.showChildNodeTypes = False
        self.volumeSelector.addEnabled = False
        self.volumeSelector.removeEnabled = False
        self.volumeSelector.setMRMLScene(slicer.mrmlScene)
        self.volumeSelector.toolTip = _("Ultrasound still, cine or volume")

        self.analyzeButton = qt.QPushButton(_("Analyze"))
        self.analyzeButton.toolTip = _("Outline lesions and estimate the likelihood of malignancy")

        self.resultLabel = qt.QLabel(RESEARCH_USE)
        self.resultLabel.wordWrap = True

        form = qt.QFormLayout()
        form.addRow(_("Image:"), self.volumeSelector)
        form.addRow(self.analyzeButton)
        form.addRow(self.resultLabel)
        self.layout.addLayout(form)
        self.layout.addStretch(1)

        self.volumeSelector.connect("currentNodeChanged(vtkMRMLNode*)", self.onVolumeChanged)
        self.analyzeButton.connect("clicked(bool)", self.onAnalyze)
        self.onVolumeChanged(self.volumeSelector.currentNode())

    def onVolumeChanged(self, volumeNode: Any) -> None:
        """Offer Analyze only where there is something to analyse."""
        self.analyzeButton.enabled = volumeNode is not None

    def onAnalyze(self, _checked: bool = False) -> None:
        """Analyse the chosen volume and say the verdict; a failure is shown in Slicer's own error window."""
        self.resultLabel.text = RESEARCH_USE
        with slicer.util.tryWithErrorDisplay(_("The analysis failed."), waitCursor=True):
            results = self.logic.analyze(self.volumeSelector.currentNode())
            self.resultLabel.text = f"{verdictWords(results.analysis)}\n{RESEARCH_USE}"

    def onReload(self) -> None:
        """Developer reload: the library behind this file is loaded anew too."""
        for name in [name for name in sys.modules if name.split(".")[0] == LIBRARY]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)


def verdictWords(analysis: Analysis) -> str:
    """One sentence for the panel, and a line for each flag."""
    verdict = analysis.verdict
    words = _("Verdict: {label}").format(label=verdict.label.value)
    if verdict.malignancy is not None:
        words += _(", likelihood of malignancy {probability:.0%} ({low:.0%} to {high:.0%})").format(
            probability=verdict.malignancy.probability, low=verdict.malignancy.low, high=verdict.malignancy.high
        )
    return "\n".join([words, *(flag.message for flag in analysis.flags)])


class Engine(Protocol):
    """What the logic needs of an engine: the interface of `engine.analyzer.Analyzer`."""

    def analyze(
        self,
        frames: Frames,
        options: AnalyzeOptions = ...,
        progress: Callable[[int, int, str], None] | None = ...,
        cancelled: Callable[[], bool] | None = ...,
    ) -> Analysis:
        """Everything found in `frames`."""
        ...


@dataclass(frozen=True)
class AnalyzedNodes(SceneNodes):
    """The nodes of one analysis, and the analysis itself: `volume`, `segmentation`, `heatMap`, `table`, `browser`."""

    analysis: Analysis = field(kw_only=True)


class BreastUSAILogic(ScriptedLoadableModuleLogic):
    """Analyse volume nodes from scripts and from the panel; shows no dialog.

    Args:
        engine: the engine to use; None loads the models that ship with the extension, at the first analysis.
    """

    def __init__(self, engine: Engine | None = None) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        self._engine = engine

    def analyze(
        self,
        volumeNode: Any,
        frames: str = "all",
        explainClass: str = "malignant",
        progress: Callable[[int, int, str], None] | None = None,
    ) -> AnalyzedNodes:
        """Find lesions in a volume node and show them beside it.

        Args:
            volumeNode: a still, the volume that a sequence browser shows (its whole cine is analysed), or a 3-D volume.
            frames: ``all``, ``key``, ``N`` or ``N-M``, counted from 0.
            explainClass: ``normal``, ``benign`` or ``malignant``: the class that the heat map explains.
            progress: called as ``progress(done, total, words)`` with frames done and to do.

        Raises:
            BreastUSAIError: the node, an option or the models are not usable; the scene is left as it was.
        """
        options = AnalyzeOptions(FrameSelection.parse(frames), _classNamed(explainClass))
        source = framesFromNode(volumeNode)
        analysis = self._readyEngine().analyze(source, options, progress)
        return AnalyzedNodes(**vars(showAnalysis(analysis, source, volumeNode)), analysis=analysis)

    def _readyEngine(self) -> Engine:
        if self._engine is None:
            from BreastUSAILib.engine.analyzer import Analyzer
            from BreastUSAILib.engine.bundle import load_default_models

            self._engine = Analyzer(load_default_models())
        return self._engine


def _classNamed(name: str) -> Label:
    try:
        return Label(name)
    except ValueError:
        raise OptionError(f"'{name}' is no class", remedy="Choose normal, benign or malignant") from None


class BreastUSAITest(ScriptedLoadableModuleTest):
    """Runs inside Slicer, without the networks: do nodes become frames as they are shown?"""

    def setUp(self) -> None:
        """Start from an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        """Run every test of this class."""
        self.setUp()
        self.test_framesKeepEveryPixel()
        self.setUp()
        self.test_unknownOptionsAreNamed()

    def test_framesKeepEveryPixel(self) -> None:
        """A still of the scene reaches the engine unflipped, and uncalibrated while its spacing is 1 mm."""
        self.delayDisplay("A still becomes a frame")
        pixels = np.arange(6 * 8, dtype=np.uint8).reshape(1, 6, 8)
        frames = framesFromNode(slicer.util.addVolumeFromArray(pixels, name="Still"))
        np.testing.assert_array_equal(frames.read_frame(0), pixels[0])
        assert frames.pixel_spacing_mm is None

    def test_unknownOptionsAreNamed(self) -> None:
        """An option outside its set is refused before anything is loaded."""
        self.delayDisplay("An unknown class is refused")
        with self.assertRaises(OptionError):  # noqa: PT027
            BreastUSAILogic().analyze(None, explainClass="cyst")
