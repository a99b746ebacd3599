"""The network sees a robust intensity range, whatever the frame's own."""

from __future__ import annotations

import numpy as np

from BreastUSAILib.engine.frames import Rectangle
from BreastUSAILib.engine.letterbox import Letterbox
from BreastUSAILib.engine.prepare import Preprocessing, prepare, unit_range

PREPROCESSING = Preprocessing(size=64, low_percentile=1.0, high_percentile=99.0, mean=0.5, std=0.25)
FRAME = np.random.default_rng(3).integers(20, 180, size=(90, 120)).astype(np.uint8)
BOX = Letterbox(90, 120, Rectangle(0, 0, 120, 90), 64)


def test_gain_and_offset_do_not_matter() -> None:
    other = FRAME.astype(np.float32) * 37.5 - 4000
    assert np.allclose(prepare(FRAME, BOX, PREPROCESSING), prepare(other, BOX, PREPROCESSING), atol=1e-3)


def test_values_fill_the_unit_range_and_padding_is_black() -> None:
    square = unit_range(FRAME, BOX, PREPROCESSING)
    assert square.min() == 0
    assert square.max() == 1
    assert not square[: BOX.content.y].any()


def test_a_bright_border_outside_the_region_changes_nothing() -> None:
    region = Rectangle(10, 10, 80, 60)
    box = Letterbox(90, 120, region, 64)
    bordered = FRAME.copy()
    bordered[:10] = 255
    assert np.array_equal(prepare(FRAME, box, PREPROCESSING), prepare(bordered, box, PREPROCESSING))


def test_a_constant_frame_becomes_black_not_nan() -> None:
    square = unit_range(np.full((90, 120), 9, dtype=np.uint8), BOX, PREPROCESSING)
    assert not square.any()
