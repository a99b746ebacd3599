"""The facts that the panel's words are made of."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import InputKind, SpacingSource
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.source import dicom_source
from BreastUSAILib.scene.source.recognized import Recognized, recognize
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.scene.analyses import marked_frames
from Testing.scene.dicom_files import write_ultrasound
from Testing.scene.source.test_frames_from_node import volume_of


def test_a_calibrated_cine(scene):
    found = recognize(addCine(scene, marked_frames(InputKind.CINE, count=5))[1])

    spacing = pytest.approx((0.2, 0.1))
    assert found == Recognized(InputKind.CINE, 5, spacing, SpacingSource.VOLUME_HEADER, None, canBeSlices=True)


def test_a_cine_treated_as_slices_still_can_be(scene):
    cine = addCine(scene, marked_frames(InputKind.CINE, count=5))[1]

    found = recognize(cine, SourceOptions(asSlices=True, sliceSpacingMm=0.5))

    assert (found.kind, found.frames, found.sliceSpacingMm, found.canBeSlices) == (InputKind.VOLUME, 5, 0.5, True)


def test_an_uncalibrated_still_is_not_a_stack(scene):
    found = recognize(addVolumeNode(scene, marked_frames(spacing=None)))

    assert found == Recognized(InputKind.STILL, 1, None, SpacingSource.NONE, None, canBeSlices=False)


@pytest.mark.parametrize(("spacing", "loose"), [((0.1, 0.2, 0.5), False), ((0.1, 0.2, 1.0), True)])
def test_a_volume_asks_for_a_slice_spacing_where_it_has_none(scene, spacing, loose):
    assert recognize(volume_of(scene, np.zeros((3, 40, 60), np.uint8), spacing=spacing)).canBeSlices is loose


def test_what_cannot_be_analyzed_is_not_recognized(scene):
    with pytest.raises(InputError, match="no pixels"):
        recognize(scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Empty"))


def test_the_file_behind_is_read_once_until_it_changes(scene, database, tmp_path, monkeypatch):
    pixels = np.zeros((1, 40, 60), np.uint8)
    path = tmp_path / "still.dcm"
    uid = write_ultrasound(path, pixels, centimeters_a_pixel=0.02)
    database[uid] = str(path)
    node = volume_of(scene, pixels)
    node.SetAttribute("DICOM.instanceUIDs", uid)
    dicom_source._described.cache_clear()

    first, second = recognize(node), recognize(node)
    write_ultrasound(path, pixels, centimeters_a_pixel=0.0123)
    third = recognize(node)

    assert first == second
    assert third.pixelSpacingMm == pytest.approx((0.123, 0.123))
    assert dicom_source._described.cache_info().misses == 2
