"""Where no region is named, the scan area is found in the picture."""

from __future__ import annotations

import numpy as np

from BreastUSAILib.engine.checks.sector import detect_sector
from BreastUSAILib.engine.images.frames import Rectangle


def frame_with_scan(rows: int, columns: int, scan: Rectangle) -> np.ndarray:
    frame = np.zeros((rows, columns), dtype=np.uint8)
    frame[scan.slices] = np.random.default_rng(1).integers(30, 200, size=(scan.height, scan.width))
    return frame


def test_black_borders_are_left_out() -> None:
    found = detect_sector(frame_with_scan(600, 800, Rectangle(150, 60, 500, 450)))
    assert abs(found.x - 150) <= 5
    assert abs(found.y - 60) <= 5
    assert abs(found.width - 500) <= 10
    assert abs(found.height - 450) <= 10


def test_burned_in_text_beside_the_scan_is_left_out() -> None:
    frame = frame_with_scan(600, 800, Rectangle(200, 100, 400, 400))
    frame[20:23, 10:120] = 255
    frame[300:302, 20:60] = 255
    assert detect_sector(frame).x >= 190


def test_a_picture_that_is_all_scan_is_kept_whole() -> None:
    assert detect_sector(frame_with_scan(300, 400, Rectangle(0, 0, 400, 300))) == Rectangle(0, 0, 400, 300)


def test_a_black_frame_gives_the_whole_frame() -> None:
    assert detect_sector(np.zeros((200, 300), dtype=np.uint8)) == Rectangle(0, 0, 300, 200)


def test_a_logo_is_not_a_scan() -> None:
    assert detect_sector(frame_with_scan(600, 800, Rectangle(10, 10, 60, 60))) == Rectangle(0, 0, 800, 600)
