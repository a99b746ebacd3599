"""A saved scene that somebody made: its attributes are data that may be anything."""

from __future__ import annotations

import json

import pytest

from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.node_pixel_size import CALIBRATION_ATTRIBUTE
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.scene.analyses import marked_frames

DEEP = "[" * 100_000


@pytest.fixture
def volume(scene):
    return addVolumeNode(scene, marked_frames(spacing=None))


@pytest.mark.parametrize(
    "noted",
    [
        "",
        DEEP,
        "{}",
        json.dumps([[1e9, 1e9], "manual", None]),
        json.dumps([[-0.1, 0.1], "manual", None]),
        json.dumps([[0.1], "manual", None]),
        json.dumps([["0.1", "0.1"], "manual", None]),
        '[[NaN, 0.1], "manual", null]',
        json.dumps([[0.1, 0.1], "guess", None]),
        json.dumps([[0.1, 0.1], "manual", 1e9]),
        json.dumps([[0.1, 0.1], "manual", "far"]),
    ],
)
def test_a_calibration_that_this_product_would_not_note_gives_no_millimeters(volume, noted: str) -> None:
    volume.SetAttribute(CALIBRATION_ATTRIBUTE, noted)
    assert framesFromNode(volume, SourceOptions()).pixel_spacing_mm is None


def test_one_that_it_would_note_counts(volume) -> None:
    volume.SetAttribute(CALIBRATION_ATTRIBUTE, json.dumps([[0.1, 0.2], "manual", None]))
    assert framesFromNode(volume, SourceOptions()).pixel_spacing_mm == (0.1, 0.2)
