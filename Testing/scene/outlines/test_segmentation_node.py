"""Lesions arrive in Slicer as named, coded, colored segments on the image's own grid."""

from __future__ import annotations

import dataclasses

import numpy as np
import slicer

from BreastUSAILib.engine.findings.lesion_segment import lesion_terminology
from BreastUSAILib.engine.images.frames import InputKind, SourceIdentity
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.image_data import ijkToRasOf
from BreastUSAILib.scene.outlines.label_stack import LabelStack
from BreastUSAILib.scene.outlines.segmentation_node import addSegmentationNode
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.scene.analyses import analysis_of, finished, marked_frames


def segments_of(node):
    segmentation = node.GetSegmentation()
    return [segmentation.GetNthSegment(index) for index in range(segmentation.GetNumberOfSegments())]


def test_every_lesion_number_is_one_segment(scene):
    frames = marked_frames()

    segments = segments_of(showAnalysis(analysis_of(frames), frames).segmentation)

    assert [segment.GetName() for segment in segments] == ["Lesion 1", "Lesion 2"]
    assert len({segment.GetColor() for segment in segments}) == 2


def test_a_segment_is_coded_as_a_breast_mass(scene):
    frames = marked_frames()

    segment = segments_of(showAnalysis(analysis_of(frames), frames).segmentation)[0]

    entry = slicer.vtkSlicerTerminologyEntry()
    assert slicer.vtkSlicerTerminologiesModuleLogic().DeserializeTerminologyEntry(segment.GetTerminology(), entry)
    category, kind, region = entry.GetCategoryObject(), entry.GetTypeObject(), entry.GetRegionObject()
    assert (category.GetCodingSchemeDesignator(), category.GetCodeValue()) == ("SCT", "49755003")
    assert (kind.GetCodingSchemeDesignator(), kind.GetCodeValue()) == ("SCT", "4147007")
    assert (region.GetCodingSchemeDesignator(), region.GetCodeValue()) == ("SCT", "76752008")


def test_the_side_is_coded_where_the_source_names_it(scene):
    frames = dataclasses.replace(marked_frames(), identity=SourceIdentity(laterality="R"))

    segment = segments_of(showAnalysis(analysis_of(frames), frames).segmentation)[0]

    assert segment.GetTerminology() == lesion_terminology("R")
    assert segment.GetTerminology().endswith("~SCT^24028007^Right")


def test_an_unknown_side_leaves_the_region_modifier_uncoded():
    assert lesion_terminology(None).endswith("~SCT^76752008^Breast~^^")


def test_the_reference_geometry_is_the_images(scene):
    frames = marked_frames(InputKind.VOLUME, count=5)

    nodes = showAnalysis(analysis_of(frames), frames)

    geometry = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
    image = slicer.vtkOrientedImageData()
    text = nodes.segmentation.GetSegmentation().GetConversionParameter(geometry)
    assert slicer.vtkSegmentationConverter.DeserializeImageGeometry(text, image)
    assert image.GetDimensions() == nodes.volume.GetImageData().GetDimensions()
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    assert nodes.segmentation.GetNodeReference(role) is nodes.volume


def test_a_volumes_segment_is_one_label_map_through_all_slices(scene):
    frames = marked_frames(InputKind.VOLUME, count=5)
    nodes = showAnalysis(analysis_of(frames), frames)

    mask = slicer.util.arrayFromSegmentBinaryLabelmap(nodes.segmentation, "Lesion_1", nodes.volume)

    expected = np.stack([analysis_of(frames).maps.labels(index) == 1 for index in range(5)])
    np.testing.assert_array_equal(mask > 0, expected)


def test_masks_are_outlined_so_that_the_heat_map_stays_visible(scene):
    frames = marked_frames()

    display = showAnalysis(analysis_of(frames), frames).segmentation.GetDisplayNode()

    assert display.GetVisibility2DOutline()
    assert not display.GetVisibility2DFill()


def test_no_lesion_is_an_empty_segmentation_with_geometry(scene):
    frames = marked_frames()
    volume = addVolumeNode(scene, frames)

    node = finished(addSegmentationNode(scene, "Nothing", LabelStack(), volume, lesion_terminology(), ()))

    assert node.GetSegmentation().GetNumberOfSegments() == 0
    np.testing.assert_allclose(ijkToRasOf(volume), frames.ijk_to_ras)
