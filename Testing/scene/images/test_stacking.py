"""Frames of a cine treated as slices become a volume of their own, with results on it, beside the cine."""

from __future__ import annotations

import json

import numpy as np
import pytest
import slicer

from BreastUSAILib.engine.images.frames import InputKind, SpacingSource
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.mrml.image_data import arrayFromImage, ijkToRasOf
from BreastUSAILib.scene.mrml.sequences import sequenceBehind
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.scene.analyses import analysis_of, marked_frames
from Testing.scene.world import TRANSFORMS, bright_points, lesion_starts

CINE = marked_frames(InputKind.CINE, count=4, times=(0.0, 0.05, 0.1, 0.15))
AS_SLICES = SourceOptions(asSlices=True, sliceSpacingMm=0.5)


@pytest.fixture
def cine(scene):
    return addCine(scene, CINE)[1]


def shown(cine, options=AS_SLICES):
    frames = framesFromNode(cine, options)
    return showAnalysis(analysis_of(frames), frames, cine)


def test_a_cine_becomes_a_volume_with_the_spacing_that_was_given(cine):
    frames = framesFromNode(cine, AS_SLICES)

    assert (frames.kind, frames.count, frames.slice_spacing_mm) == (InputKind.VOLUME, 4, 0.5)
    assert frames.frame_times_s is None
    np.testing.assert_allclose(frames.ijk_to_ras, np.diag([-0.1, -0.2, 0.5, 1.0]))
    np.testing.assert_array_equal(frames.read_frame(3), CINE.read_frame(3))


def test_without_a_slice_spacing_there_is_none(cine):
    assert framesFromNode(cine, SourceOptions(asSlices=True)).slice_spacing_mm is None


def test_results_stand_on_a_new_volume_made_from_the_frames(cine):
    nodes = shown(cine)

    assert nodes.volume is not cine
    assert nodes.browser is None
    assert nodes.volume.GetName() == "Breast as slices"
    pixels = arrayFromImage(nodes.volume.GetImageData())
    np.testing.assert_array_equal(pixels, np.stack([CINE.read_frame(index) for index in range(4)]))
    assert arrayFromImage(nodes.heatMap.GetImageData()).shape == pixels.shape
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(nodes.segmentation, "Lesion_1", nodes.volume)
    assert mask.any(axis=(1, 2)).tolist() == [True] * 4


def test_the_cine_keeps_its_browser_and_nothing_is_added_to_it(cine):
    browsed = sequenceBehind(cine)

    shown(cine)

    assert browsed.browser.GetNumberOfSynchronizedSequenceNodes(True) == 1
    assert sequenceBehind(cine).browser is browsed.browser


def test_the_new_volume_stands_in_the_cines_folder(scene, cine):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    study = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "Exam")
    hierarchy.SetItemParent(hierarchy.CreateItem(study, cine), study)

    nodes = shown(cine)

    for node in (nodes.volume, nodes.segmentation, nodes.heatMap, nodes.table, nodes.report):
        assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == study


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_everything_shares_the_cines_parent_transform(scene, cine, transform):
    cine.SetAndObserveTransformNodeID(TRANSFORMS[transform](scene).GetID())

    nodes = shown(cine)

    first_frame = bright_points(cine)
    np.testing.assert_allclose(bright_points(nodes.volume)[:1], first_frame, atol=1e-6)
    np.testing.assert_allclose(bright_points(nodes.heatMap), bright_points(nodes.volume), atol=1e-6)
    np.testing.assert_allclose(lesion_starts(nodes.segmentation), bright_points(nodes.volume), atol=1e-6)


def test_the_new_volume_is_shown_with_the_cines_window(cine):
    cine.GetDisplayNode().SetAutoWindowLevel(False)
    cine.GetDisplayNode().SetWindowLevelMinMax(10, 90)

    display = shown(cine).volume.GetDisplayNode()

    assert (display.GetWindowLevelMin(), display.GetWindowLevelMax()) == (10, 90)


def test_color_frames_become_a_color_volume(scene):
    frames = marked_frames(InputKind.CINE, count=3, has_color=True)

    nodes = shown(addCine(scene, frames)[1])

    assert nodes.volume.GetClassName() == "vtkMRMLVectorVolumeNode"
    np.testing.assert_array_equal(arrayFromImage(nodes.volume.GetImageData())[2], frames.read_frame(2))


@pytest.mark.parametrize(
    ("options", "source"),
    [(AS_SLICES, SpacingSource.VOLUME_HEADER), (SourceOptions(0.07, True, 0.5), SpacingSource.MANUAL)],
    ids=["known", "typed"],
)
def test_the_new_volume_is_read_again_as_what_it_was_made_from(cine, options, source):
    made_from = framesFromNode(cine, options)
    nodes = showAnalysis(analysis_of(made_from), made_from, cine)

    again = framesFromNode(nodes.volume)

    assert (again.kind, again.count, again.spacing_source) == (InputKind.VOLUME, 4, source)
    assert again.pixel_spacing_mm == pytest.approx(made_from.pixel_spacing_mm)
    assert again.slice_spacing_mm == 0.5
    np.testing.assert_allclose(again.ijk_to_ras, made_from.ijk_to_ras)


def test_an_uncalibrated_cine_gives_an_uncalibrated_volume(scene):
    cine = addCine(scene, marked_frames(InputKind.CINE, count=3, spacing=None))[1]

    nodes = shown(cine)

    assert framesFromNode(nodes.volume).pixel_spacing_mm is None
    np.testing.assert_allclose(ijkToRasOf(nodes.volume), np.diag([-1.0, -1.0, 0.5, 1.0]))


def test_the_new_volume_knows_the_instance_behind_it(scene, cine):
    cine.SetAttribute("DICOM.instanceUIDs", "1.2.3")

    assert shown(cine).volume.GetAttribute("DICOM.instanceUIDs") == "1.2.3"


def test_the_report_says_what_was_analyzed(cine):
    report = json.loads(shown(cine).report.GetText())

    assert (report["input"]["kind"], report["input"]["frames"]) == ("volume", 4)
