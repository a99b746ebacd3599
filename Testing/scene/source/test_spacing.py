"""Millimeters only where they are known: typed, from the file, or from a header that tells more than a stand-in."""

from __future__ import annotations

import math

import numpy as np
import pytest

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.images.frames import InputKind, SpacingSource
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.results.mrb import saveScene
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.host.scene.reopening import reopen
from Testing.scene.analyses import analysis_of, marked_frames
from Testing.scene.dicom_files import write_ultrasound
from Testing.scene.source.test_frames_from_node import volume_of
from Testing.scene.world import bent_transform, tilted_transform

PIXELS = np.zeros((3, 40, 60), np.uint8)


def test_a_typed_size_is_square_and_manual(scene):
    frames = framesFromNode(volume_of(scene, PIXELS[:1]), SourceOptions(0.07))

    assert frames.pixel_spacing_mm == (0.07, 0.07)
    assert frames.spacing_source is SpacingSource.MANUAL


def test_a_measured_size_is_row_then_column_and_beats_the_file(scene, database, tmp_path):
    uid = write_ultrasound(tmp_path / "still.dcm", PIXELS[:1])
    database[uid] = str(tmp_path / "still.dcm")
    node = volume_of(scene, PIXELS[:1])
    node.SetAttribute("DICOM.instanceUIDs", uid)

    frames = framesFromNode(node, SourceOptions((0.08, 0.05)))

    assert (frames.pixel_spacing_mm, frames.spacing_source) == ((0.08, 0.05), SpacingSource.MANUAL)
    assert frames.region is not None


@pytest.mark.parametrize("size", [0.0, -1.0, 100.0, math.nan, math.inf, (0.1, 0.0)])
def test_an_impossible_size_is_refused(size):
    with pytest.raises(OptionError, match="pixel spacing"):
        SourceOptions(size)


def test_an_impossible_slice_spacing_is_refused_where_it_counts():
    SourceOptions(sliceSpacingMm=0.0)
    with pytest.raises(OptionError, match="slice spacing"):
        SourceOptions(asSlices=True, sliceSpacingMm=0.0)


@pytest.mark.parametrize(
    ("spacing", "pixel", "between"),
    [
        ((0.1, 0.2, 0.5), (0.2, 0.1), 0.5),
        ((0.1, 0.2, 1.0), (0.2, 0.1), None),
        ((1.0, 1.0, 0.5), None, None),
        ((1.0, 1.0, 1.0), None, None),
        ((25.0, 25.0, 0.5), None, None),
    ],
    ids=["known", "slices unknown", "pixels unknown", "nothing known", "impossible"],
)
def test_a_header_counts_where_it_is_not_a_stand_in(scene, spacing, pixel, between):
    frames = framesFromNode(volume_of(scene, PIXELS, spacing=spacing))

    assert (frames.pixel_spacing_mm, frames.slice_spacing_mm) == (pixel, between)


def test_slices_of_a_volume_get_the_spacing_that_was_given(scene):
    node = volume_of(scene, PIXELS, spacing=(0.1, 0.2, 1.0))

    frames = framesFromNode(node, SourceOptions(asSlices=True, sliceSpacingMm=1.0))

    assert (frames.kind, frames.slice_spacing_mm) == (InputKind.VOLUME, 1.0)
    np.testing.assert_allclose(frames.ijk_to_ras, np.diag([-0.1, -0.2, 1.0, 1.0]))


def test_a_slice_spacing_counts_for_slices_alone(scene):
    frames = framesFromNode(volume_of(scene, PIXELS, spacing=(0.1, 0.2, 0.5)), SourceOptions(sliceSpacingMm=3.0))

    assert frames.slice_spacing_mm == 0.5


@pytest.mark.parametrize(("transform", "between"), [(tilted_transform, 0.5), (bent_transform, None)])
def test_a_transform_that_changes_lengths_leaves_no_distance_between_slices(scene, transform, between):
    node = volume_of(scene, PIXELS, spacing=(0.1, 0.2, 0.5))
    node.SetAndObserveTransformNodeID(transform(scene).GetID())

    frames = framesFromNode(node)

    assert (frames.pixel_spacing_mm, frames.slice_spacing_mm) == ((0.2, 0.1), between)


def test_a_still_and_a_cine_have_no_distance_between_slices(scene):
    assert framesFromNode(volume_of(scene, PIXELS[:1], spacing=(0.1, 0.2, 0.5))).slice_spacing_mm is None
    cine = addCine(scene, marked_frames(InputKind.CINE, count=3))[1]
    assert framesFromNode(cine).slice_spacing_mm is None


def test_dots_per_inch_do_not_measure_after_the_scene_was_saved_either(scene, tmp_path):
    picture = volume_of(scene, np.random.default_rng(5).integers(0, 255, (1, 40, 60), np.uint8), (0.3528, 0.3528, 1))
    picture.AddDefaultStorageNode()
    picture.GetStorageNode().SetFileName("breast.png")
    frames = framesFromNode(picture)
    showAnalysis(analysis_of(frames), frames, picture)
    saveScene(scene, tmp_path / "exam.mrb")

    reopened = reopen(tmp_path / "exam.mrb", tmp_path)
    again = reopened.scene.GetFirstNodeByName("Image")

    assert again.GetSpacing()[0] == pytest.approx(0.3528)
    assert framesFromNode(again).pixel_spacing_mm is None


def test_a_nrrd_without_dicom_keeps_its_header(scene, tmp_path):
    addVolumeNode(scene, marked_frames(InputKind.VOLUME, count=3))
    storage = scene.AddNewNodeByClass("vtkMRMLNRRDStorageNode")
    storage.SetFileName(str(tmp_path / "abus.nrrd"))
    assert storage.WriteData(scene.GetFirstNodeByName("Breast"))
    loaded = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "abus")
    assert storage.ReadData(loaded)

    frames = framesFromNode(loaded)

    assert (frames.kind, frames.count) == (InputKind.VOLUME, 3)
    assert frames.pixel_spacing_mm == pytest.approx((0.2, 0.1))
    assert frames.slice_spacing_mm == pytest.approx(0.5)
