"""The shipped models say the same of a file and of the node that Slicer made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.model_folder import load_models
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.engine.reading import read
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.results.rescored import showRescoredInSteps
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.scene.analyses import finished
from Testing.scene.edited_exams import editedMasks

SAMPLES = Path(__file__).resolve().parents[3] / "BreastUSAI" / "Resources" / "Samples"


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(load_models())


def findings(analysis) -> dict:
    return {key: value for key, value in analysis.to_json().items() if key != "timing_ms"}


def loaded_from_dicom(scene, database, path: Path):
    """The node as the DICOM module leaves it: pixels, geometry, and the instance it came from."""
    (frames,) = read(path)
    node = addCine(scene, frames)[1] if frames.count > 1 else addVolumeNode(scene, frames)
    database[frames.identity.sop_instance_uid] = str(path)
    node.SetAttribute("DICOM.instanceUIDs", frames.identity.sop_instance_uid)
    return node, frames


@pytest.mark.parametrize("sample", ["still_malignant_calibrated", "still_normal_uncalibrated_rgb"])
def test_a_still_gives_the_same_findings(scene, analyzer, database, sample):
    node, frames = loaded_from_dicom(scene, database, SAMPLES / f"{sample}.dcm")

    analysis = analyzer.analyze(framesFromNode(node))
    nodes = showAnalysis(analysis, framesFromNode(node), node)

    assert findings(analysis) == findings(analyzer.analyze(frames))
    segments = nodes.segmentation.GetSegmentation().GetNumberOfSegments()
    assert segments == len({lesion.number for lesion in analysis.lesions})


def test_a_part_of_a_cine_gives_results_on_that_part_alone(scene, analyzer, database):
    node, _ = loaded_from_dicom(scene, database, SAMPLES / "cine_malignant_calibrated.dcm")
    frames = framesFromNode(node)

    analysis = analyzer.analyze(frames, AnalyzeOptions(FrameSelection.parse("3-5")))
    nodes = showAnalysis(analysis, frames, node)

    assert nodes.browser.GetSequenceNode(nodes.heatMap).GetNumberOfDataNodes() == 3
    assert list(editedMasks(nodes.segmentation, node)) == [3, 4, 5]
    assert nodes.browser.GetSelectedItemNumber() == analysis.verdict.key_frame
    assert len(nodesOfClass(scene, "vtkMRMLSequenceBrowserNode")) == 1


def test_a_volume_that_was_edited_is_scored_again_on_the_images_pixels(scene, analyzer, database):
    node, _ = loaded_from_dicom(scene, database, SAMPLES / "cine_malignant_calibrated.dcm")
    frames = framesFromNode(node, SourceOptions(asSlices=True, sliceSpacingMm=0.5))
    options = AnalyzeOptions(FrameSelection.parse("3-5"))
    nodes = showAnalysis(analyzer.analyze(frames, options), frames, node)
    again = framesFromNode(nodes.volume)

    masks = editedMasks(nodes.segmentation, nodes.volume)
    analysis = analyzer.rescore(again, masks, options)
    finished(showRescoredInSteps(analysis, masks, nodes.volume, nodes.segmentation, nodes.table, nodes.report))

    assert analysis.maps.frames == (3, 4, 5)
    assert analysis.input.slice_spacing_mm == 0.5
    names = [nodes.segmentation.GetSegmentation().GetNthSegment(0).GetName()]
    assert names == ["Lesion 1"]
    assert analysis.volume_lesions[0].volume_mm3 > 0
