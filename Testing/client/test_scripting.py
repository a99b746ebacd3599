"""The calls that a script makes: a volume node in, its findings as nodes out; a folder in, files out."""

from __future__ import annotations

import doctest
import inspect
from functools import partial

import numpy as np
import pytest

from BreastUSAILib.engine.errors import Cancelled, InputError, OptionError
from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.findings.similar_cases import SimilarRequest
from BreastUSAILib.engine.images.frames import InputKind, SpacingSource
from BreastUSAILib.report.json_file import write_json
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from Testing.client.events import until
from Testing.scene.analyses import analysis_of, marked_frames
from Testing.scene.explanations import made_by_hand


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

    def explain(self, frames, masks, options, progress=None, cancelled=None):
        self.asked.append((masks, options))
        return made_by_hand(*options.methods, frames=tuple(masks))


def test_results_of_nodes_and_of_files_are_set_side_by_side(scene, module, tmp_path):
    logic, image = module.BreastUSAILogic(EngineByHand()), addVolumeNode(scene, marked_frames())
    with pytest.raises(InputError, match="no result to compare"):
        logic.compare(image, image)
    found = logic.analyze(image)
    write_json(found.analysis, tmp_path / "analysis.json")
    same = logic.compare(tmp_path, image)
    assert same.pairs
    assert all(change.difference == 0 for pair in same.pairs for change in pair.changes)
    assert all(pair.suggested for pair in same.pairs)
    number = same.pairs[0].before
    views = logic.compare(found.analysis, image, {number: number}, areViews=True)
    assert [pair.suggested for pair in views.pairs] == [False]
    assert views.pairs[0].likelihood is not None
    with pytest.raises(OptionError, match="has no lesion 99"):
        logic.compare(image, image, {99: 1})


@pytest.mark.parametrize(("frames", "explained"), [("all", [0, 1, 2]), ("key", [2]), ("1", [1]), ("every:2", [0, 2])])
def test_a_result_is_explained_without_analyzing_again(scene, module, frames, explained):
    engine, cine = EngineByHand(), addCine(scene, marked_frames(InputKind.CINE, count=3))[1]
    logic = module.BreastUSAILogic(engine)
    with pytest.raises(InputError, match="no result to explain"):
        logic.explain(cine, "occlusion")
    logic.analyze(cine)

    maps = logic.explain(cine, "occlusion, attention-gates", frames=frames, explainClass="benign")

    masks, options = engine.asked[-1]
    assert len(engine.asked) == 2
    assert sorted(masks) == explained
    assert (options.methods, options.explain_class) == (("occlusion", "attention-gates"), Label.BENIGN)
    assert list(maps) == ["occlusion", "attention-gates"]
    assert all(node.GetScene() is scene for node in maps.values())


def test_a_volume_node_in_nodes_and_analysis_out(scene, module):
    volume = addVolumeNode(scene, marked_frames())

    results = module.BreastUSAILogic(EngineByHand()).analyze(volume)

    assert results.volume is volume
    assert results.analysis.verdict.label is Label.MALIGNANT
    assert results.segmentation.GetSegmentation().GetNumberOfSegments() == 2
    assert results.table.GetNumberOfRows() == 3
    assert '"schema_version"' in results.report.GetText()
    assert results.browser is None


def test_options_reach_the_engine(scene, module):
    engine, steps = EngineByHand(), []
    volume = addVolumeNode(scene, marked_frames(InputKind.VOLUME, count=4))

    module.BreastUSAILogic(engine).analyze(
        volume,
        frames="1-3:2",
        explainClass="benign",
        progress=lambda *step: steps.append(step),
        prevalence=0.02,
        explainMethod="saliency",
        explain=["occlusion", "smoothgrad"],
        overrideRejection=True,
        pixelSpacingMm=0.07,
        similarCases="/data/ours",
    )

    ((frames, options),) = engine.asked
    assert frames.kind is InputKind.VOLUME
    assert (frames.pixel_spacing_mm, frames.spacing_source) == ((0.07, 0.07), SpacingSource.MANUAL)
    assert list(options.frames.indices(4)) == [1, 3]
    assert options.explain_class is Label.BENIGN
    assert options.prevalence == 0.02
    assert options.explain_method == "saliency"
    assert options.similar == SimilarRequest("/data/ours")
    assert options.explain == ("occlusion", "smoothgrad")
    assert options.override_rejection
    assert steps == [(4, 4, "done")]


def test_the_frame_that_is_shown_can_be_asked_for(scene, module):
    engine = EngineByHand()
    source, cine = addCine(scene, marked_frames(InputKind.CINE, count=4))
    source.browser.SetSelectedItemNumber(2)

    module.BreastUSAILogic(engine).analyze(cine, frames="current")

    assert list(engine.asked[0][1].frames.indices(4)) == [2]


@pytest.mark.parametrize(
    "options",
    [
        {"explainClass": "cyst"},
        {"explainClass": "rejected"},
        {"frames": "first"},
        {"prevalence": 2.0},
        {"pixelSpacingMm": 40.0},
        {"explainMethod": "guess"},
        {"explainMethod": "occlusion"},
        {"explain": "occlusion, guess"},
    ],
)
def test_a_wrong_option_is_refused_before_the_engine_starts(scene, module, options):
    engine = EngineByHand()

    with pytest.raises(OptionError):
        module.BreastUSAILogic(engine).analyze(addVolumeNode(scene, marked_frames()), **options)

    assert engine.asked == []


def test_no_node_is_said_to_be_none(scene, module):
    with pytest.raises(InputError, match="no image"):
        module.BreastUSAILogic(EngineByHand()).analyze(None)


def test_a_failing_engine_adds_no_node(scene, module):
    volume = addVolumeNode(scene, marked_frames())
    before = scene.GetNumberOfNodes()

    with pytest.raises(InputError):
        module.BreastUSAILogic(EngineByHand(InputError("blank", remedy="Scan again"))).analyze(volume)

    assert scene.GetNumberOfNodes() == before


def test_without_waiting_the_job_comes_back_and_the_result_later(scene, module, engine):
    volume, found = addVolumeNode(scene, marked_frames()), []

    job = module.BreastUSAILogic(engine).analyze(volume, wait=False, onDone=found.append)
    assert job.isRunning
    assert found == []

    until(lambda: engine.calls)
    engine.calls[0].finish()
    until(lambda: found)
    assert found[0].volume is volume
    assert not job.isRunning


def test_a_job_can_be_cancelled(scene, module, engine):
    errors = []
    job = module.BreastUSAILogic(engine).analyze(
        addVolumeNode(scene, marked_frames()), wait=False, onFailed=errors.append
    )
    until(lambda: engine.calls)
    job.cancel()
    until(lambda: errors)

    assert isinstance(errors[0], Cancelled)


def test_a_folder_is_analyzed_by_the_engine_itself(module, engine, tmp_path):
    engine.answer = lambda method, params: {"done": [], "failed": []}
    steps = []

    summary = module.BreastUSAILogic(engine).analyzeFolder(
        tmp_path,
        tmp_path / "out",
        frames="key",
        explainClass="benign",
        prevalence=0.1,
        explainMethod="saliency",
        similarCases=True,
        explain="occlusion, kernel-shap",
        overrideRejection=True,
        progress=lambda *s: steps.append(s),
        report="csv, pdf",
        keepIdentity=True,
    )

    assert summary == {"done": [], "failed": []}
    assert engine.requests[0].method == "analyzeFolder"
    assert engine.requests[0].params == {
        "inputs": [str(tmp_path)],
        "output": str(tmp_path / "out"),
        "frames": "key",
        "explainClass": "benign",
        "prevalence": 0.1,
        "explainMethod": "saliency",
        "gradeExplanations": False,
        "similarLibrary": "",
        "explain": "occlusion,kernel-shap",
        "overrideRejection": True,
        "report": "pdf,csv",
        "keepIdentity": True,
        "counterfactuals": False,
    }
    assert steps == [(1, 1, "done")]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"explainClass": "cyst"}, "not a class"),
        ({"frames": "current"}, "only a volume node is shown"),
        ({"frames": "first"}, "not a selection of frames"),
        ({"prevalence": 2.0}, "impossible"),
        ({"explainMethod": "guess"}, "not an explanation method"),
        ({"explain": "guess"}, "not an explanation method"),
        ({"report": "pdf,doc"}, "'doc' is no report"),
    ],
)
def test_a_folder_with_a_wrong_option_asks_nothing(module, engine, tmp_path, options, told):
    with pytest.raises(OptionError, match=told):
        module.BreastUSAILogic(engine).analyzeFolder(tmp_path, tmp_path / "out", **options)

    assert engine.requests == []


def test_an_option_that_there_is_not_is_refused_by_name(scene, module):
    with pytest.raises(TypeError, match="explainMethods"):
        module.BreastUSAILogic(EngineByHand()).analyze(addVolumeNode(scene, marked_frames()), explainMethods="saliency")


@pytest.mark.parametrize("name", ["analyze", "analyzeFolder", "explain", "saveReport"])
def test_every_keyword_is_named_and_documented(module, name):
    call = getattr(module.BreastUSAILogic, name)
    keywords = [one for one in inspect.signature(call).parameters.values() if one.name != "self"]

    assert {one.kind for one in keywords} <= {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
    assert [one.name for one in keywords if f"\n            {one.name}: " not in call.__doc__] == []


@pytest.mark.parametrize("name", ["analyze", "analyzeFolder", "explain"])
def test_the_example_runs_as_it_is_documented(scene, module, engine, name):
    exam = addVolumeNode(scene, marked_frames())
    exam.SetName("Exam")
    if name == "explain":
        module.BreastUSAILogic(EngineByHand()).analyze(exam)
    done = {"done": [{"input": "exams/still.dcm", "output": "results/still"}], "failed": []}
    engine.answer = lambda method, params: done
    engine.analyze, engine.explain = EngineByHand().analyze, EngineByHand().explain
    given = {**vars(module), "BreastUSAILogic": partial(module.BreastUSAILogic, engine)}
    (example,) = doctest.DocTestFinder(recurse=False).find(getattr(module.BreastUSAILogic, name), name, globs=given)

    ran = doctest.DocTestRunner().run(example)

    assert ran.attempted > 1
    assert ran.failed == 0


def test_pixels_reach_the_engine_as_the_node_shows_them(scene, module):
    engine = EngineByHand()
    frames = marked_frames(has_color=True)

    module.BreastUSAILogic(engine).analyze(addVolumeNode(scene, frames))

    np.testing.assert_array_equal(engine.asked[0][0].read_frame(0), frames.read_frame(0))
