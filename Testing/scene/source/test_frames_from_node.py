"""What the engine sees of a volume node: the node's own pixels, and a pixel size only where one is known."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from BreastUSAILib.engine.images.frames import InputKind, SpacingSource
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.image_data import imageFromArray
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from Testing.scene.analyses import marked_frames
from Testing.scene.dicom_files import write_ultrasound


def volume_of(scene, pixels: np.ndarray, spacing=(1.0, 1.0, 1.0), color: bool = False):
    """A node as Slicer's loaders leave it; `pixels` are ``[K, J, I(, C)]``."""
    node = scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode" if color else "vtkMRMLScalarVolumeNode", "Image")
    image = imageFromArray(pixels[..., :3], color=True) if color else imageFromArray(pixels)
    node.SetAndObserveImageData(image)
    node.SetIJKToRASDirections(-1, 0, 0, 0, -1, 0, 0, 0, 1)
    node.SetSpacing(spacing)
    return node


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hnp.arrays(st.sampled_from([np.uint8, np.uint16, np.float32]), st.tuples(*[st.integers(1, 6)] * 3)))
def test_no_pixel_is_moved_or_changed(scene, pixels):
    pixels = np.nan_to_num(pixels)

    frames = framesFromNode(volume_of(scene, pixels))

    assert (frames.count, frames.rows, frames.columns) == pixels.shape
    read = np.stack([frames.read_frame(index) for index in range(frames.count)])
    assert read.dtype == pixels.dtype
    np.testing.assert_array_equal(read, pixels)


@pytest.mark.parametrize("stored", [np.int16, np.int32, np.float64])
def test_other_number_types_become_float32(scene, stored):
    pixels = np.arange(-4, 8).reshape(1, 3, 4).astype(stored)

    frame = framesFromNode(volume_of(scene, pixels)).read_frame(0)

    assert frame.dtype == np.float32
    np.testing.assert_array_equal(frame, pixels[0])


def test_color_stays_color(scene):
    pixels = np.random.default_rng(1).integers(0, 255, (1, 5, 7, 3), dtype=np.uint8)

    frames = framesFromNode(volume_of(scene, pixels, color=True))

    assert frames.has_color
    np.testing.assert_array_equal(frames.read_frame(0), pixels[0])


def test_a_read_frame_does_not_change_with_the_node(scene):
    node = volume_of(scene, np.zeros((1, 3, 4), np.uint8))
    frame = framesFromNode(node).read_frame(0)

    slicer.util.arrayFromVolume(node)[:] = 9

    assert not frame.any()


@pytest.mark.parametrize(
    ("frames", "kind"),
    [
        (marked_frames(), InputKind.STILL),
        (marked_frames(InputKind.VOLUME, count=3), InputKind.VOLUME),
        (marked_frames(InputKind.CINE, count=3, has_color=True), InputKind.CINE),
        (marked_frames(InputKind.CINE, count=1), InputKind.STILL),
    ],
    ids=["still", "volume", "cine", "sequence of one"],
)
def test_frames_return_as_they_went_in(scene, frames, kind):
    node = addCine(scene, frames)[1] if frames.kind is InputKind.CINE else addVolumeNode(scene, frames)

    again = framesFromNode(node)

    assert (again.kind, again.count, again.has_color) == (kind, frames.count, frames.has_color)
    assert again.name == "Breast"
    np.testing.assert_allclose(again.ijk_to_ras, frames.ijk_to_ras)
    for index in range(frames.count):
        np.testing.assert_array_equal(again.read_frame(index), frames.read_frame(index))


def test_frame_times_come_from_a_time_index(scene):
    frames = marked_frames(InputKind.CINE, count=3, times=(0.0, 0.05, 0.1))

    assert framesFromNode(addCine(scene, frames)[1]).frame_times_s == pytest.approx((0.0, 0.05, 0.1))


def test_one_millimeter_is_slicers_stand_in_and_no_pixel_size(scene):
    frames = framesFromNode(volume_of(scene, np.zeros((1, 3, 4), np.uint8)))

    assert frames.pixel_spacing_mm is None
    assert frames.spacing_source is SpacingSource.NONE


@pytest.mark.parametrize("planes", [1, 5])
def test_any_other_node_spacing_is_row_then_column(scene, planes):
    frames = framesFromNode(volume_of(scene, np.zeros((planes, 3, 4), np.uint8), spacing=(0.1, 0.2, 0.5)))

    assert frames.pixel_spacing_mm == (0.2, 0.1)
    assert frames.spacing_source is SpacingSource.VOLUME_HEADER


def test_dots_per_inch_of_a_picture_are_not_a_pixel_size(scene):
    node = volume_of(scene, np.zeros((1, 3, 4), np.uint8), spacing=(0.3528, 0.3528, 1.0))
    node.AddDefaultStorageNode()
    node.GetStorageNode().SetFileName("breast.JPG")

    assert framesFromNode(node).pixel_spacing_mm is None


def test_the_dicom_file_behind_a_still_gives_its_pixel_size_and_side(scene, database, tmp_path):
    pixels = np.random.default_rng(2).integers(0, 255, (1, 40, 60), dtype=np.uint8)
    uid = write_ultrasound(tmp_path / "still.dcm", pixels, centimeters_a_pixel=0.02)
    database[uid] = str(tmp_path / "still.dcm")
    node = volume_of(scene, pixels)
    node.SetAttribute("DICOM.instanceUIDs", uid)

    frames = framesFromNode(node)

    assert frames.pixel_spacing_mm == pytest.approx((0.2, 0.2))
    assert frames.spacing_source is SpacingSource.ULTRASOUND_REGION
    assert frames.region is not None
    assert (frames.identity.sop_instance_uid, frames.identity.laterality) == (uid, "L")
    np.testing.assert_allclose(frames.ijk_to_ras, np.diag([-1.0, -1.0, 1.0, 1.0]))


def test_the_dicom_file_behind_a_cine_gives_the_times_slicer_does_not_read(scene, database, tmp_path):
    pixels = np.random.default_rng(3).integers(0, 255, (3, 40, 60), dtype=np.uint8)
    uid = write_ultrasound(tmp_path / "cine.dcm", pixels, frame_time_ms=50.0)
    database[uid] = str(tmp_path / "cine.dcm")
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "Cine")
    sequence.SetIndexName("frame")
    for index in range(3):
        frame = slicer.vtkMRMLScalarVolumeNode()
        frame.SetAndObserveImageData(imageFromArray(pixels[index : index + 1]))
        frame.SetAttribute("DICOM.instanceUIDs", uid)
        sequence.SetDataNodeAtValue(frame, str(index))
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.AddSynchronizedSequenceNode(sequence)

    frames = framesFromNode(browser.GetProxyNode(sequence))

    assert frames.frame_times_s == pytest.approx((0.0, 0.05, 0.1))
    assert frames.pixel_spacing_mm == pytest.approx((0.2, 0.2))
    np.testing.assert_array_equal(frames.read_frame(2), pixels[2])


@pytest.mark.parametrize("file", ["gone", "damaged"])
def test_a_file_that_cannot_be_read_again_leaves_the_node_uncalibrated(scene, database, tmp_path, file):
    database["1.2.3"] = str(tmp_path / "still.dcm")
    if file == "damaged":
        (tmp_path / "still.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"rubbish")
    node = volume_of(scene, np.zeros((1, 40, 60), np.uint8))
    node.SetAttribute("DICOM.instanceUIDs", "1.2.3")

    assert framesFromNode(node).pixel_spacing_mm is None


def test_a_cropped_volume_does_not_take_the_whole_files_region(scene, database, tmp_path):
    pixels = np.zeros((1, 40, 60), np.uint8)
    uid = write_ultrasound(tmp_path / "still.dcm", pixels)
    database[uid] = str(tmp_path / "still.dcm")
    node = volume_of(scene, pixels[:, :20, :30])
    node.SetAttribute("DICOM.instanceUIDs", uid)

    frames = framesFromNode(node)

    assert frames.region is None
    assert frames.pixel_spacing_mm is None


def read_by_slicer(scene, path):
    """A volume node as Add Data or a drop makes it, by Slicer's own reader."""
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(path))
    storage.SetSingleFile(True)
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    assert storage.ReadData(node)
    node.SetAndObserveStorageNodeID(storage.GetID())
    return node


@pytest.mark.parametrize("name", ["exam.dcm", "exam.DCM", "IM_0001"])
def test_a_dicom_file_that_was_dropped_tells_its_pixel_size(scene, tmp_path, name):
    pixels = np.random.default_rng(0).integers(0, 255, (1, 40, 60), dtype=np.uint8)
    write_ultrasound(tmp_path / "file.dcm", pixels)
    (tmp_path / "file.dcm").rename(tmp_path / name)

    frames = framesFromNode(read_by_slicer(scene, tmp_path / name))

    assert frames.pixel_spacing_mm == pytest.approx((0.2, 0.2))
    assert frames.spacing_source is SpacingSource.ULTRASOUND_REGION
    np.testing.assert_array_equal(frames.read_frame(0), pixels[0])


def test_another_file_that_was_dropped_is_not_read_as_dicom(scene, tmp_path):
    node = volume_of(scene, np.zeros((1, 40, 60), np.uint8))
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(tmp_path / "notes.txt"))
    (tmp_path / "notes.txt").write_text("no image")
    node.SetAndObserveStorageNodeID(storage.GetID())

    assert framesFromNode(node).pixel_spacing_mm is None


def test_a_dropped_file_that_is_gone_leaves_the_image_uncalibrated(scene, tmp_path):
    write_ultrasound(tmp_path / "exam.dcm", np.zeros((1, 40, 60), np.uint8))
    node = read_by_slicer(scene, tmp_path / "exam.dcm")
    (tmp_path / "exam.dcm").unlink()

    assert framesFromNode(node).pixel_spacing_mm is None
