"""The shipped models in the real process: the panel's way and the command's give the same findings."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.client.jobs.analysis_job import AnalysisJob
from BreastUSAILib.client.process.engine_process import EngineProcess, ModelChoice
from BreastUSAILib.engine.options import AnalyzeOptions, ExplainOptions, FrameSelection
from BreastUSAILib.engine.reading import read
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.engine.remote.fakes import ROOT

from ..heard import Heard

STILL = ROOT / "BreastUSAI" / "Resources" / "Samples" / "still_malignant_calibrated.dcm"
FIELDS = ("input", "models", "verdict", "frames", "lesions", "explanation", "flags", "device", "software")


@pytest.mark.slow
def test_an_image_of_the_scene_is_analyzed_as_in_one_process(scene, tmp_path) -> None:
    from BreastUSAILib.engine.analyzer import Analyzer
    from BreastUSAILib.engine.bundles.model_folder import load_models

    (frames,) = read(STILL)
    volume = addVolumeNode(scene, frames)
    engine, heard = EngineProcess(temporaryFolder=str(tmp_path)), Heard()
    engine.models = ModelChoice(device="cpu")

    AnalysisJob(engine, volume, AnalyzeOptions(), SourceOptions(), heard).start()
    nodes = heard.end()
    checked = engine.request("selfCheck", {})
    again = engine.rescore(framesFromNode(volume), {0: nodes.analysis.maps.labels(0)})
    key = engine.analyze(framesFromNode(volume), AnalyzeOptions(FrameSelection.parse("key"), explain_method="saliency"))
    masks = {0: nodes.analysis.maps.labels(0)}
    gates = ExplainOptions(("attention-gates",), nodes.analysis.input.region_px)
    explained = engine.explain(framesFromNode(volume), masks, gates)
    changed = engine.counterfactuals(framesFromNode(volume), masks)
    engine.stop()

    analyzer = Analyzer(load_models(), "cpu")
    here = analyzer.analyze(framesFromNode(volume))
    known = analyzer.explain(framesFromNode(volume), masks, gates).maps["attention-gates"].map(0)
    assert np.array_equal(explained.maps["attention-gates"].map(0), known)
    assert changed.to_json() == analyzer.counterfactuals(framesFromNode(volume), masks).to_json()
    assert [getattr(nodes.analysis, name) for name in FIELDS] == [getattr(here, name) for name in FIELDS]
    assert np.array_equal(nodes.analysis.maps.labels(0), here.maps.labels(0))
    # several threads add up a gradient in an order of their own
    np.testing.assert_allclose(nodes.analysis.maps.heat_map(0), here.maps.heat_map(0), rtol=0, atol=1e-5)
    assert nodes.segmentation.GetSegmentation().GetNumberOfSegments() == len(here.lesions)
    assert checked["device"] == engine.deviceUsed == "cpu"
    assert checked["models"] == [model.name for model in here.models]
    assert again.lesions[0].malignancy is not None
    assert key.explanation.method == "Saliency"
    assert list(tmp_path.iterdir()) == []
