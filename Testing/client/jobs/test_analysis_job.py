"""An analysis from a node to the nodes beside it, and everything that may come in between."""

from __future__ import annotations

from typing import Any

import pytest
import qt
import slicer

from BreastUSAILib.client.jobs import analysis_job
from BreastUSAILib.client.jobs.analysis_job import AnalysisJob, AnalyzedNodes
from BreastUSAILib.client.jobs.input_watch import InputGone
from BreastUSAILib.engine.errors import BreastUSAIError, Cancelled, InputError, ModelError
from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.engine.options import AnalyzeOptions
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.scene.analyses import analysis_of, marked_frames

from ..events import until
from ..fake_engine import FakeCall, FakeEngine
from ..heard import Heard

ALL, AS_IT_IS = AnalyzeOptions(), SourceOptions()


@pytest.fixture
def still(scene) -> Any:
    """A still in the scene."""
    return addVolumeNode(scene, marked_frames())


@pytest.fixture
def cine(scene) -> Any:
    """A cine in the scene, shown by its browser; the volume node is the proxy."""
    frames = marked_frames(InputKind.CINE, count=3)
    nodes = showAnalysis(analysis_of(frames), frames, scene=scene)
    for node in (nodes.segmentation, nodes.heatMap, nodes.table, nodes.report):
        scene.RemoveNode(node)
    return nodes


def started(engine: FakeEngine, volume: Any) -> tuple[AnalysisJob, Heard, FakeCall]:
    """A job that has asked the engine."""
    heard, before = Heard(), len(engine.calls)
    job = AnalysisJob(engine, volume, ALL, AS_IT_IS, heard)
    job.start()
    assert len(engine.calls) == before
    until(lambda: len(engine.calls) > before, "the question to the engine")
    return job, heard, engine.calls[-1]


def test_the_findings_arrive_beside_the_image(still, engine) -> None:
    job, heard, call = started(engine, still)
    call.progress(1, 2, "half")
    call.finish()
    assert not heard.isEnded
    assert job.isRunning

    nodes = heard.end()

    assert isinstance(nodes, AnalyzedNodes)
    assert nodes.volume is still
    assert nodes.analysis.lesions == analysis_of(marked_frames()).lesions
    assert nodes.segmentation.GetSegmentation().GetNumberOfSegments() == 2
    assert heard.progress == [(1, 2, "half")]
    assert not job.isRunning


def test_a_cine_is_read_from_its_sequence_and_keeps_its_browser(cine, engine) -> None:
    _, heard, call = started(engine, cine.volume)
    assert call.frames.count == 3
    call.finish()

    assert heard.end().browser is cine.browser


def test_a_node_that_is_renamed_meanwhile_is_the_same_image(still, engine) -> None:
    _, heard, call = started(engine, still)
    still.SetName("Left breast")
    call.finish()

    assert heard.end().segmentation.GetName().startswith("Left breast")


def test_of_two_analyses_in_a_row_the_later_stays(scene, still, engine) -> None:
    for _ in range(2):
        _, heard, call = started(engine, still)
        call.finish()
        heard.end()

    assert scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 1


@pytest.mark.parametrize("goes", ["volume", "sequence", "browser"])
def test_a_cine_that_leaves_the_scene_ends_the_analysis(scene, cine, engine, goes: str) -> None:
    _, heard, call = started(engine, cine.volume)
    sequence = cine.browser.GetSequenceNode(cine.volume)
    scene.RemoveNode({"volume": cine.volume, "sequence": sequence, "browser": cine.browser}[goes])

    error = heard.end()

    assert isinstance(error, InputGone)
    assert "removed from the scene" in str(error)
    assert call.cancelled


def test_closing_the_scene_ends_the_analysis(scene, still, engine) -> None:
    _, heard, call = started(engine, still)
    scene.Clear(False)

    error = heard.end()

    assert isinstance(error, Cancelled)
    assert str(error) == "Breast: the scene was closed during the analysis. Load the image again, then analyze it."
    assert call.cancelled


def test_another_node_may_go(scene, still, engine) -> None:
    other = addVolumeNode(scene, marked_frames())
    _, heard, call = started(engine, still)
    scene.RemoveNode(other)
    call.finish()

    assert isinstance(heard.end(), AnalyzedNodes)


def test_the_image_may_go_once_its_findings_are_there(scene, still, engine) -> None:
    _, heard, call = started(engine, still)
    call.finish()
    heard.end()

    scene.RemoveNode(still)
    slicer.app.processEvents()

    assert heard.failed == []


def test_an_error_of_the_engine_leaves_the_scene_as_it_was(scene, still, engine) -> None:
    before = scene.GetNumberOfNodes()
    job, heard, call = started(engine, still)
    call.fail(ModelError("the model is damaged", remedy="Install it again"))

    assert isinstance(heard.end(), ModelError)
    assert scene.GetNumberOfNodes() == before
    assert not job.isRunning


def test_cancelling_before_the_engine_is_asked(still, engine) -> None:
    heard = Heard()
    job = AnalysisJob(engine, still, ALL, AS_IT_IS, heard)
    job.start()
    job.cancel()

    assert isinstance(heard.end(), Cancelled)
    assert engine.calls == []


@pytest.mark.parametrize("how", ["cancel", "image"])
def test_cancelling_when_all_is_read_asks_the_engine_nothing(scene, still, engine, how: str, monkeypatch) -> None:
    heard = Heard()
    job = AnalysisJob(engine, still, ALL, AS_IT_IS, heard)
    end = job.cancel if how == "cancel" else lambda: scene.RemoveNode(still)
    read = job._read

    def readToTheEnd():
        frames = yield from read()
        qt.QTimer.singleShot(0, end)  # comes between the end of the reading and what follows it
        return frames

    monkeypatch.setattr(job, "_read", readToTheEnd)
    job.start()

    until(lambda: heard.isEnded or engine.calls)
    assert engine.calls == []
    assert isinstance(heard.end(), Cancelled if how == "cancel" else InputGone)


def test_cancelling_while_the_engine_works(still, engine) -> None:
    job, heard, call = started(engine, still)
    job.cancel()

    assert isinstance(heard.end(), Cancelled)
    assert call.cancelled


class Interrupted:
    """`showAnalysisInSteps` that does something in the middle, once."""

    def __init__(self, do: Any) -> None:
        self._do, self._steps = do, analysis_job.showAnalysisInSteps

    def __call__(self, *arguments: Any, **options: Any):
        steps = self._steps(*arguments, **options)
        next(steps)
        yield
        self._do()
        return (yield from steps)


def test_cancelling_while_the_findings_are_added_removes_them(scene, still, engine, monkeypatch) -> None:
    before = scene.GetNumberOfNodes()
    job, heard, call = started(engine, still)
    monkeypatch.setattr(analysis_job, "showAnalysisInSteps", Interrupted(job.cancel))
    call.finish()

    assert isinstance(heard.end(), Cancelled)
    assert scene.GetNumberOfNodes() == before


def test_an_image_that_goes_while_the_findings_are_added_takes_them_along(scene, still, engine, monkeypatch) -> None:
    before = scene.GetNumberOfNodes()
    _, heard, call = started(engine, still)
    monkeypatch.setattr(analysis_job, "showAnalysisInSteps", Interrupted(lambda: scene.RemoveNode(still)))
    call.finish()

    assert isinstance(heard.end(), BreastUSAIError)
    assert scene.GetNumberOfNodes() < before


def test_a_defect_while_the_findings_are_added_is_a_sentence(scene, still, engine, monkeypatch) -> None:
    before = scene.GetNumberOfNodes()
    _, heard, call = started(engine, still)
    monkeypatch.setattr(analysis_job, "showAnalysisInSteps", Interrupted(lambda: 1 / 0))
    call.finish()

    error = heard.end()
    assert str(error).startswith("something unexpected happened")
    assert "division by zero" in error.log
    assert scene.GetNumberOfNodes() == before


def test_what_is_not_an_image_is_said_and_not_raised(engine) -> None:
    heard = Heard()
    AnalysisJob(engine, None, ALL, AS_IT_IS, heard).start()

    assert isinstance(heard.end(), InputError)


def test_an_engine_that_cannot_be_asked_is_said_and_not_raised(still) -> None:
    heard = Heard()
    AnalysisJob(None, still, ALL, AS_IT_IS, heard).start()

    error = heard.end()
    assert str(error).startswith("something unexpected happened")
    assert "AttributeError" in error.log


class Blocking:
    """An engine in this process, as `Analyzer` is."""

    def analyze(self, frames, options, progress, cancelled) -> Analysis:
        if cancelled():
            raise Cancelled
        progress(1, 1, "frame 1 of 1")
        return analysis_of(frames)


def test_the_console_waits_for_the_nodes(still) -> None:
    heard = Heard()

    nodes = AnalysisJob(Blocking(), still, ALL, AS_IT_IS, heard).runBlocking()

    assert nodes.volume is still
    assert nodes.analysis.lesions
    assert heard == Heard(progress=[(1, 1, "frame 1 of 1")])


def test_the_console_gets_errors_raised(still) -> None:
    job = AnalysisJob(Blocking(), still, ALL, AS_IT_IS, Heard())
    job.cancel()

    with pytest.raises(Cancelled):
        job.runBlocking()
    with pytest.raises(InputError):
        AnalysisJob(Blocking(), None, ALL, AS_IT_IS, Heard()).runBlocking()
