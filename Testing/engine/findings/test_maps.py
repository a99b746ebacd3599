"""Stored maps come back as they were, and a long cine's fit into memory."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.engine.findings.maps import CroppedLabels, PackedLabels, StoredMaps
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox

BOX = Letterbox(60, 80, Rectangle(0, 0, 80, 60), 64)


def test_labels_come_back_exactly() -> None:
    labels = np.zeros((60, 80), dtype=np.uint8)
    labels[5:20, 30:50] = 2
    labels[40:41, 79:80] = 1
    maps = StoredMaps(BOX)
    maps.store(4, labels, np.zeros((2, 2), dtype=np.float32))
    assert np.array_equal(maps.labels(4), labels)
    assert maps.frames == (4,)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_labels_around_the_lesions_are_those_of_the_frame(kind: type[np.unsignedinteger]) -> None:
    labels = np.zeros((60, 80), dtype=kind)
    labels[5:20, 30:50], labels[40, 79] = 2, 1
    crop = CroppedLabels.of(labels)
    assert crop.labels.base is labels
    assert crop.box == Rectangle(30, 5, 50, 36)
    assert crop.whole().dtype == kind
    assert np.array_equal(crop.whole(), labels)
    assert not CroppedLabels.of(labels * 0).whole().any()


def test_packed_labels_give_their_box_without_the_frame() -> None:
    labels = np.zeros((60, 80), dtype=np.uint8)
    labels[5:20, 30:50] = 2
    packed = PackedLabels.of(labels)
    crop = packed.cropped()
    assert crop.box is packed.box
    assert np.array_equal(crop.labels, labels[5:20, 30:50])
    assert isinstance(crop.labels.base, np.ndarray)
    assert isinstance(crop.labels.base.base, bytes)  # what was decompressed, and no copy of it


def test_no_lesion_gives_an_empty_mask() -> None:
    maps = StoredMaps(BOX)
    maps.store(0, np.zeros((60, 80), dtype=np.uint8), np.zeros((2, 2), dtype=np.float32))
    assert maps.labels(0).shape == (60, 80)
    assert not maps.labels(0).any()


def test_a_frame_that_was_not_analyzed_has_no_maps() -> None:
    with pytest.raises(KeyError):
        StoredMaps(BOX).labels(0)
    with pytest.raises(KeyError):
        StoredMaps(BOX).heat_map(0)


def test_what_the_caller_changes_later_is_not_stored() -> None:
    heat = np.ones((2, 2), dtype=np.float32)
    maps = StoredMaps(BOX)
    maps.store(0, np.zeros((60, 80), dtype=np.uint8), heat)
    heat[:] = 0
    assert np.allclose(maps.heat_map(0), 1)


def test_a_mask_takes_little_room() -> None:
    row, column = np.mgrid[:600, :800]
    labels = ((row - 300) ** 2 + (column - 400) ** 2 < 250**2).astype(np.uint8)
    maps = StoredMaps(Letterbox(600, 800, Rectangle(0, 0, 800, 600), 64))
    maps.store(0, labels, np.zeros((8, 8), dtype=np.float32))
    assert len(maps.packed(0)[0].data) < labels.size // 50
    assert np.array_equal(maps.labels(0), labels)


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        ([], (0, 0, 0, 0)),
        ([(0, 0)], (0, 0, 1, 1)),
        ([(59, 79)], (79, 59, 1, 1)),
        ([(3, 70), (50, 2)], (2, 3, 69, 48)),
    ],
)
def test_a_rectangle_around_pixels_holds_them_and_no_more(
    pixels: list[tuple[int, int]], expected: tuple[int, int, int, int]
) -> None:
    labels = np.zeros((60, 80), dtype=np.uint8)
    for row, column in pixels:
        labels[row, column] = 7
    assert Rectangle.around(labels) == Rectangle(*expected)
