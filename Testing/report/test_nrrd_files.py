"""The NRRDs hold the maps where the input's voxels are, as SimpleITK and Slicer read them."""

from __future__ import annotations

import dataclasses
import weakref

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.findings.lesion_segment import lesion_color, lesion_terminology
from BreastUSAILib.report.nrrd.heat_map_nrrd import STEPS, write_heat_maps
from BreastUSAILib.report.nrrd.nrrd_file import FRAMES_KEY
from BreastUSAILib.report.nrrd.segmentation_nrrd import write_segmentation
from Testing.report.samples import MemoryMaps, analysis_of, frames_of, volume_of

LPS_OF_RAS = np.array([-1.0, -1.0, 1.0])


@pytest.fixture
def slicer():
    return pytest.importorskip("slicer", reason="slicer-core is not installed")


@pytest.fixture
def cine():
    return frames_of(rows=30, columns=44, count=5, spacing=(0.3, 0.2))


def _world(matrix, index):
    return (matrix @ [*index, 1.0])[:3]


def _read_by_slicer(slicer, path):
    scene = slicer.vtkMRMLScene()
    node, storage = slicer.vtkMRMLSegmentationNode(), slicer.vtkMRMLSegmentationStorageNode()
    scene.AddNode(node)
    scene.AddNode(storage)
    storage.SetFileName(str(path))
    assert storage.ReadData(node) == 1
    assert storage.GetUserMessages().GetNumberOfMessages() == 0
    return scene, node


def _center_of_segment(slicer, node, identifier):
    """World coordinates (RAS) of the mean voxel of a segment, as Slicer places it."""
    from vtk.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    labelmap = slicer.vtkOrientedImageData()
    assert node.GetBinaryLabelmapRepresentation(identifier, labelmap)
    i0, i1, j0, j1, k0, k1 = labelmap.GetExtent()
    scalars = vtk_to_numpy(labelmap.GetPointData().GetScalars())
    voxels = scalars.reshape(k1 - k0 + 1, j1 - j0 + 1, i1 - i0 + 1) > 0
    k, j, i = (axis.mean() for axis in np.nonzero(voxels))
    matrix = vtkMatrix4x4()
    labelmap.GetImageToWorldMatrix(matrix)
    return np.array(matrix.MultiplyPoint((i + i0, j + j0, k + k0, 1.0))[:3])


def test_a_cine_of_masks_comes_back_voxel_for_voxel(tmp_path, cine):
    analysis = analysis_of(cine, lesions=2)
    write_segmentation(analysis, cine, tmp_path / "s.seg.nrrd")
    image = SimpleITK.ReadImage(str(tmp_path / "s.seg.nrrd"))
    assert image.GetPixelID() == SimpleITK.sitkUInt8
    expected = np.stack([analysis.maps.labels(index) for index in range(5)])
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(image), expected)


def test_the_segments_of_a_volume_are_its_joined_lesions(tmp_path, cine):
    frames, analysis = volume_of(cine, analyzed=(1, 2, 4))
    swapped = dataclasses.replace(analysis, volume_lesions=_renumbered(analysis.volume_lesions))
    write_segmentation(swapped, frames, tmp_path / "s.seg.nrrd")
    image = SimpleITK.ReadImage(str(tmp_path / "s.seg.nrrd"))
    values = SimpleITK.GetArrayFromImage(image)
    for slice_, frame in ((0, 1), (1, 2), (3, 4)):
        np.testing.assert_array_equal(values[slice_], np.array([0, 2, 1])[analysis.maps.labels(frame)])
    assert not values[2].any()
    assert [image.GetMetaData(f"Segment{place}_Name") for place in (0, 1)] == ["Lesion 1", "Lesion 2"]
    assert "Segment2_Name" not in image.GetMetaDataKeys()


def _renumbered(joined):
    """Two joined lesions with each other's number."""
    one, other = joined
    return dataclasses.replace(other, id=1), dataclasses.replace(one, id=2)


def test_more_joined_lesions_than_a_byte_numbers_are_written_as_they_are(tmp_path, cine):
    frames, analysis = volume_of(cine, lesions=1)
    (whole,) = analysis.volume_lesions
    others = tuple(dataclasses.replace(whole, id=number, lesions=()) for number in range(1, 300))
    many = dataclasses.replace(analysis, volume_lesions=(*others, dataclasses.replace(whole, id=300)))
    write_segmentation(many, frames, tmp_path / "s.seg.nrrd")
    values = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / "s.seg.nrrd")))
    assert set(np.unique(values)) == {0, 300}


def test_a_cine_of_heat_maps_comes_back_to_half_a_thousandth(tmp_path, cine):
    analysis = analysis_of(cine)
    write_heat_maps(analysis, cine, tmp_path / "h.nrrd")
    image = SimpleITK.ReadImage(str(tmp_path / "h.nrrd"))
    assert image.GetPixelID() == SimpleITK.sitkFloat32
    expected = np.stack([analysis.maps.heat_map(index) for index in range(5)])
    values = SimpleITK.GetArrayFromImage(image)
    np.testing.assert_allclose(values, expected, atol=0.5 / STEPS)  # half a step of rounding
    assert (values[expected == 1.0] == 1.0).all()
    assert image.GetMetaData("BreastUSAI.Explanation") == "Grad-CAM malignant"


@given(
    angles=st.tuples(*[st.floats(-180, 180)] * 3),
    spacing=st.tuples(*[st.floats(0.01, 5.0)] * 3),
    origin=st.tuples(*[st.floats(-500, 500)] * 3),
    mirrored=st.booleans(),
    first=st.integers(0, 3),
)
@settings(max_examples=40, deadline=None)
def test_every_voxel_keeps_its_place_in_the_world(tmp_path_factory, angles, spacing, origin, mirrored, first):
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", angles, degrees=True).as_matrix() * spacing
    matrix[:3, 0] *= -1 if mirrored else 1
    matrix[:3, 3] = origin
    frames = dataclasses.replace(frames_of(rows=4, columns=5, count=5), ijk_to_ras=matrix)
    path = tmp_path_factory.mktemp("nrrd") / "h.nrrd"
    write_heat_maps(analysis_of(frames, analyzed=tuple(range(first, 5)), lesions=0), frames, path)
    image = SimpleITK.ReadImage(str(path))
    for index in ((0, 0, first), (4, 0, first), (0, 3, 4), (4, 3, 4)):
        column, row, frame = index
        lps = image.TransformContinuousIndexToPhysicalPoint((float(column), float(row), float(frame - first)))
        np.testing.assert_allclose(lps * LPS_OF_RAS, _world(matrix, index), atol=1e-6)


def test_a_range_of_frames_gives_their_slices_at_their_place(tmp_path, cine):
    write_segmentation(analysis_of(cine, analyzed=(2, 3)), cine, tmp_path / "s.seg.nrrd")
    image = SimpleITK.ReadImage(str(tmp_path / "s.seg.nrrd"))
    assert image.GetSize() == (44, 30, 2)
    assert image.GetMetaData(FRAMES_KEY) == "2 3"
    np.testing.assert_allclose(image.GetOrigin() * LPS_OF_RAS, _world(cine.ijk_to_ras, (0, 0, 2)))


def test_a_frame_without_maps_between_others_is_an_empty_slice(tmp_path, cine):
    analysis = analysis_of(cine, analyzed=(1, 4))
    write_segmentation(analysis, cine, tmp_path / "s.seg.nrrd")
    write_heat_maps(analysis, cine, tmp_path / "h.nrrd")
    for name in ("s.seg.nrrd", "h.nrrd"):
        image = SimpleITK.ReadImage(str(tmp_path / name))
        voxels = SimpleITK.GetArrayFromImage(image)
        assert [bool(plane.any()) for plane in voxels] == [True, False, False, True]
        assert image.GetMetaData(FRAMES_KEY) == "1 4"


def test_the_same_maps_give_the_same_bytes(tmp_path, cine):
    for name in ("first", "second"):
        write_heat_maps(analysis_of(cine), cine, tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


class FleetingMaps(MemoryMaps):
    """Maps made on demand, which remember how many were alive at once."""

    alive = 0
    most_alive = 0

    def heat_map(self, frame):
        made = np.full((30, 44), frame / 300, dtype=np.float32)
        FleetingMaps.alive += 1
        FleetingMaps.most_alive = max(FleetingMaps.alive, FleetingMaps.most_alive)
        weakref.finalize(made, self._gone)
        return made

    @staticmethod
    def _gone():
        FleetingMaps.alive -= 1

    @property
    def frames(self):
        return tuple(range(300))


def test_a_long_cine_is_never_in_memory_at_once(tmp_path):
    frames = frames_of(rows=30, columns=44, count=300)
    analysis = dataclasses.replace(analysis_of(frames_of(rows=30, columns=44)), maps=FleetingMaps({}, {}))
    write_heat_maps(analysis, frames, tmp_path / "h.nrrd")
    assert SimpleITK.ReadImage(str(tmp_path / "h.nrrd")).GetSize() == (44, 30, 300)
    assert FleetingMaps.most_alive <= 2


def test_slicer_opens_the_masks_as_named_and_coded_segments(tmp_path, slicer, cine):
    frames = frames_of(rows=30, columns=44, count=5, spacing=(0.3, 0.2), laterality="L")
    write_segmentation(analysis_of(frames, lesions=2), frames, tmp_path / "s.seg.nrrd")
    _scene, node = _read_by_slicer(slicer, tmp_path / "s.seg.nrrd")
    segmentation = node.GetSegmentation()
    assert segmentation.GetNumberOfSegments() == 2
    for number in (1, 2):
        segment = segmentation.GetSegment(f"Lesion_{number}")
        assert segment.GetName() == f"Lesion {number}"
        assert segment.GetLabelValue() == number
        np.testing.assert_allclose(np.multiply(segment.GetColor(), 255), lesion_color(number), atol=0.01)
        assert segment.GetTerminology() == lesion_terminology("L")
    entry = slicer.vtkSlicerTerminologyEntry()
    assert slicer.vtkSlicerTerminologiesModuleLogic().DeserializeTerminologyEntry(lesion_terminology("L"), entry)
    assert entry.GetTypeObject().GetCodeValue() == "4147007"
    assert entry.GetRegionObject().GetCodeMeaning() == "Breast"
    assert entry.GetRegionModifierObject().GetCodeMeaning() == "Left"


def test_slicer_places_each_segment_where_the_input_has_it(tmp_path, slicer, cine):
    analysis = analysis_of(cine, analyzed=(1, 2, 3), lesions=2)
    write_segmentation(analysis, cine, tmp_path / "s.seg.nrrd")
    _scene, node = _read_by_slicer(slicer, tmp_path / "s.seg.nrrd")
    for number in (1, 2):
        rows, columns = np.nonzero(analysis.maps.labels(1) == number)
        expected = _world(cine.ijk_to_ras, (columns.mean(), rows.mean(), 2.0))
        np.testing.assert_allclose(_center_of_segment(slicer, node, f"Lesion_{number}"), expected, atol=1e-4)


def test_slicer_takes_the_analyzed_frames_as_reference_geometry(tmp_path, slicer, cine):
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    write_segmentation(analysis_of(cine), cine, tmp_path / "s.seg.nrrd")
    _scene, node = _read_by_slicer(slicer, tmp_path / "s.seg.nrrd")
    name = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
    image = slicer.vtkOrientedImageData()
    geometry = node.GetSegmentation().GetConversionParameter(name)
    assert slicer.vtkSegmentationConverter.DeserializeImageGeometry(geometry, image, False)
    assert image.GetDimensions() == (44, 30, 5)
    matrix = vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    found = [[matrix.GetElement(row, column) for column in range(4)] for row in range(4)]
    np.testing.assert_allclose(found, cine.ijk_to_ras, atol=1e-9)


def test_slicer_opens_an_input_without_lesions_as_an_empty_segmentation(tmp_path, slicer, cine):
    write_segmentation(analysis_of(cine, Label.NORMAL, lesions=0), cine, tmp_path / "s.seg.nrrd")
    _scene, node = _read_by_slicer(slicer, tmp_path / "s.seg.nrrd")
    assert node.GetSegmentation().GetNumberOfSegments() == 0
