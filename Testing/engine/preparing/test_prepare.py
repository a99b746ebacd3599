"""The network sees a robust intensity range, whatever the frame's own."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox
from BreastUSAILib.engine.preparing.prepare import Preprocessing, prepare, unit_range

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


def test_resize_to_256_and_center_crop_of_224_are_a_stretched_central_share() -> None:
    published = dataclasses.replace(PREPROCESSING, size=224, fit="stretch", centre_share=224 / 256)
    box = published.letterbox(480, 640, Rectangle(0, 0, 640, 480))
    assert box.region == Rectangle(40, 30, 560, 420)
    assert box.content == Rectangle(0, 0, 224, 224)


def test_what_lies_outside_the_central_share_changes_nothing() -> None:
    wanted = dataclasses.replace(PREPROCESSING, centre_share=0.75)
    box = wanted.letterbox(90, 120, Rectangle(0, 0, 120, 90))
    other = FRAME.copy()
    other[:, :15] = 255
    assert np.array_equal(prepare(FRAME, box, wanted), prepare(other, box, wanted))


def test_filters_come_in_their_order_and_leave_the_padding_black() -> None:
    def filtered(*names: str) -> np.ndarray:
        return unit_range(FRAME, BOX, dataclasses.replace(PREPROCESSING, filters=names))

    one, other = filtered("gaussian", "sobel"), filtered("sobel", "gaussian")
    assert not np.allclose(one, other)
    assert not np.allclose(one, filtered())
    for square in (one, other, filtered("equalize")):
        assert 0 <= square.min() <= square.max() <= 1
        assert not square[: BOX.content.y].any()


def test_old_metadata_has_no_fit_share_or_filters() -> None:
    old = {"size": 64, "low_percentile": 1.0, "high_percentile": 99.0, "mean": 0.5, "std": 0.25}
    assert Preprocessing.from_metadata(old) == PREPROCESSING


def test_metadata_survives_json() -> None:
    wanted = dataclasses.replace(PREPROCESSING, fit="stretch", centre_share=0.875, filters=("gaussian", "sobel"))
    read = Preprocessing.from_metadata(json.loads(json.dumps(dataclasses.asdict(wanted))))
    assert read == wanted
    assert hash(read) == hash(wanted)


@pytest.mark.parametrize(
    "wrong",
    [
        {"fit": "crop"},
        {"filters": ["median"]},
        {"filters": "gaussian"},
        {"centre_share": 0.0},
        {"centre_share": 1.5},
        {"size": 0},
        {"size": 64.0},
        {"low_percentile": 99.0, "high_percentile": 1.0},
        {"std": 0.0},
        {"mean": float("nan")},
    ],
)
def test_impossible_values_are_refused(wrong: dict) -> None:
    with pytest.raises(ModelError, match="cannot have"):
        Preprocessing.from_metadata({**dataclasses.asdict(PREPROCESSING), **wrong})
