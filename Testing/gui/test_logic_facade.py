"""The call a script makes: a volume node in, its findings as nodes out."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.analysis import Label
from BreastUSAILib.engine.errors import InputError, OptionError
from BreastUSAILib.engine.frames import InputKind
from BreastUSAILib.scene.volume_node import addVolumeNode
from Testing.host.application import ErrorDisplay, NodeSelector
from Testing.scene.analyses import analysis_of, marked_frames


class EngineByHand:
    """Answers at once, and remembers what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[tuple] = []
        self._error = error

    def analyze(self, frames, options=None, progress=None, cancelled=None):
        self.asked.append((frames, options))
        if self._error is not None:
            raise self._error
        if progress is not None:
            progress(frames.count, frames.count, "done")
        return analysis_of(frames)


@pytest.fixture
def errors(monkeypatch) -> ErrorDisplay:
    display = ErrorDisplay()
    monkeypatch.setattr(slicer.util, "tryWithErrorDisplay", display)
    monkeypatch.setattr(slicer, "qMRMLNodeComboBox", NodeSelector, raising=False)
    return display


def test_a_volume_node_in_nodes_and_analysis_out(scene, module):
    volume = addVolumeNode(scene, marked_frames())

    results = module.BreastUSAILogic(EngineByHand()).analyze(volume)

    assert results.volume is volume
    assert results.analysis.verdict.label is Label.MALIGNANT
    assert results.segmentation.GetSegmentation().GetNumberOfSegments() == 2
    assert results.table.GetNumberOfRows() == 3
    assert results.browser is None


def test_options_reach_the_engine(scene, module):
    engine, steps = EngineByHand(), []
    volume = addVolumeNode(scene, marked_frames(InputKind.VOLUME, count=4))

    module.BreastUSAILogic(engine).analyze(
        volume, frames="1-2", explainClass="benign", progress=lambda *s: steps.append(s)
    )

    ((frames, options),) = engine.asked
    assert frames.kind is InputKind.VOLUME
    assert (options.frames.first, options.frames.last) == (1, 2)
    assert options.explain_class is Label.BENIGN
    assert steps == [(4, 4, "done")]


@pytest.mark.parametrize("options", [{"explainClass": "cyst"}, {"explainClass": "rejected"}, {"frames": "first"}])
def test_a_wrong_option_is_refused_before_the_engine_starts(scene, module, options):
    engine = EngineByHand()

    with pytest.raises(OptionError):
        module.BreastUSAILogic(engine).analyze(addVolumeNode(scene, marked_frames()), **options)

    assert engine.asked == []


def test_a_failing_engine_adds_no_node(scene, module):
    volume = addVolumeNode(scene, marked_frames())
    before = scene.GetNumberOfNodes()

    with pytest.raises(InputError):
        module.BreastUSAILogic(EngineByHand(InputError("blank", remedy="Scan again"))).analyze(volume)

    assert scene.GetNumberOfNodes() == before


def test_importing_the_module_loads_no_network(module):
    del module
    import subprocess

    program = (
        "import sys, types\n"
        "from Testing.host.application import module_stand_ins\n"
        "sys.modules.update(module_stand_ins())\n"
        "import BreastUSAI\n"
        "print([name for name in ('torch', 'monai', 'captum', 'pydicom') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )

    assert run.stdout.strip() == "[]"


def test_the_module_says_what_it_is(module):
    class Parent:
        pass

    described = module.BreastUSAI(Parent()).parent

    assert described.title == "Breast Ultrasound AI"
    assert described.categories == ["Ultrasound"]
    assert "Research use only" in described.helpText


def test_the_panel_analyses_the_chosen_volume(scene, module, errors):
    widget = module.BreastUSAIWidget()
    widget.setup()
    widget.logic = module.BreastUSAILogic(EngineByHand())
    assert not widget.analyzeButton.enabled

    widget.volumeSelector.setCurrentNode(addVolumeNode(scene, marked_frames(has_colour=True)))
    widget.analyzeButton.click()

    assert errors.shown == []
    assert "Verdict: malignant, likelihood of malignancy 70% (60% to 80%)" in widget.resultLabel.text
    assert "Research use only" in widget.resultLabel.text


def test_the_panel_shows_what_went_wrong_and_no_verdict(scene, module, errors):
    widget = module.BreastUSAIWidget()
    widget.setup()
    widget.logic = module.BreastUSAILogic(EngineByHand(InputError("the frame is blank", remedy="Scan again")))

    widget.volumeSelector.setCurrentNode(addVolumeNode(scene, marked_frames()))
    widget.analyzeButton.click()

    assert errors.shown == ["The analysis failed. the frame is blank. Scan again."]
    assert "Verdict" not in widget.resultLabel.text


def test_developer_reload_forgets_the_library(module, errors, monkeypatch):
    kept = {name: loaded for name, loaded in sys.modules.items() if name.split(".")[0] == "BreastUSAILib"}
    widget = module.BreastUSAIWidget()
    widget.onReload()

    try:
        assert widget.reloaded
        assert not [name for name in sys.modules if name.split(".")[0] == "BreastUSAILib"]
    finally:
        sys.modules.update(kept)


def test_the_modules_self_test_passes(host, module):
    import unittest

    result = unittest.TestResult()
    module.BreastUSAITest("runTest").run(result)

    assert result.testsRun == 1
    assert result.errors == result.failures == []


def test_pixels_reach_the_engine_as_the_node_shows_them(scene, module):
    engine = EngineByHand()
    frames = marked_frames(has_colour=True)

    module.BreastUSAILogic(engine).analyze(addVolumeNode(scene, frames))

    np.testing.assert_array_equal(engine.asked[0][0].read_frame(0), frames.read_frame(0))
