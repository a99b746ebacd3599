"""The shipped models say the same of a file and of the node that Slicer made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundle import load_default_models
from BreastUSAILib.engine.reading import read
from BreastUSAILib.scene.cine_sequences import addCine
from BreastUSAILib.scene.nodes import nodesOfClass
from BreastUSAILib.scene.volume_node import addVolumeNode

SAMPLES = Path(__file__).resolve().parents[2] / "BreastUSAI" / "Resources" / "Samples"


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
def test_a_still_gives_the_same_findings(scene, module, database, sample):
    node, frames = loaded_from_dicom(scene, database, SAMPLES / f"{sample}.dcm")

    results = module.BreastUSAILogic().analyze(node)

    assert findings(results.analysis) == findings(Analyzer(load_default_models()).analyze(frames))
    segments = results.segmentation.GetSegmentation().GetNumberOfSegments()
    assert segments == len({lesion.number for lesion in results.analysis.lesions})


def test_a_part_of_a_cine_gives_results_on_that_part_alone(scene, module, database):
    node, _ = loaded_from_dicom(scene, database, SAMPLES / "cine_malignant_calibrated.dcm")

    results = module.BreastUSAILogic().analyze(node, frames="3-5")

    masks = results.browser.GetSequenceNode(results.segmentation)
    assert masks.GetNumberOfDataNodes() == 3
    assert results.browser.GetSelectedItemNumber() == results.analysis.verdict.key_frame
    assert len(nodesOfClass(scene, "vtkMRMLSequenceBrowserNode")) == 1
