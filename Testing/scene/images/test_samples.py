"""The shipped phantoms in the scene: what Slicer's own loaders would show, with their calibration, offline."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.engine.reading.file import read_file
from BreastUSAILib.scene.images.samples import addSample
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.sample_source import SAMPLE_ATTRIBUTE, SAMPLES, sampleBehind

FILES = tuple(sorted(path.name for path in SAMPLES.glob("*.dcm")))


@pytest.mark.parametrize("name", FILES)
def test_a_sample_arrives_as_it_is_in_its_file(scene, name):
    file = read_file(SAMPLES / name)

    volume = addSample(name, scene)
    frames = framesFromNode(volume)

    assert volume.GetScene() is scene
    assert (frames.kind, frames.count, frames.has_color) == (file.kind, file.count, file.has_color)
    assert (frames.pixel_spacing_mm, frames.spacing_source) == (file.pixel_spacing_mm, file.spacing_source)
    assert frames.regions == file.regions
    for index in (0, file.count - 1):
        np.testing.assert_array_equal(frames.read_frame(index), file.read_frame(index))


def test_the_uncalibrated_sample_stays_uncalibrated(scene):
    frames = framesFromNode(addSample("still_normal_uncalibrated_rgb.dcm", scene))

    assert frames.pixel_spacing_mm is None


def test_the_cine_plays_and_knows_its_times(scene):
    volume = addSample("cine_malignant_calibrated.dcm", scene)

    frames = framesFromNode(volume)

    assert frames.kind is InputKind.CINE
    assert frames.frame_times_s == pytest.approx(read_file(SAMPLES / "cine_malignant_calibrated.dcm").frame_times_s)


def test_two_of_one_sample_have_names_of_their_own(scene):
    first, second = addSample(FILES[0], scene), addSample(FILES[0], scene)

    assert first.GetName() != second.GetName()


def test_a_sample_that_is_not_there_leaves_the_scene_as_it_was(scene):
    before = scene.GetNumberOfNodes()

    with pytest.raises(InputError, match="no such file"):
        addSample("still_nothing.dcm", scene)

    assert scene.GetNumberOfNodes() == before


def test_an_attribute_leads_to_no_file_outside_the_samples(scene):
    volume = addSample(FILES[0], scene)
    volume.SetAttribute(SAMPLE_ATTRIBUTE, "../../../pyproject.toml")

    assert sampleBehind(volume) is None


def test_what_slicer_brings_is_enough_to_read_them():
    program = (
        "import sys\n"
        "for name in ('pylibjpeg', 'openjpeg', 'libjpeg', 'rle', 'gdcm', 'jpeg_ls', 'torch', 'monai', 'captum'):\n"
        "    sys.modules[name] = None\n"
        "from pathlib import Path\n"
        "from BreastUSAILib.engine.reading.file import read_file\n"
        "print(sum(read_file(Path(path)).read_frame(0).size > 0 for path in sys.argv[1:]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *(str(SAMPLES / name) for name in FILES)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )

    assert run.stdout.strip() == str(len(FILES)), run.stderr
