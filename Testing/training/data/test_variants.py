"""Network-sized images, without the resolution giving the class away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.checks.sector import detect_sector
from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox
from BreastUSAILib.engine.preparing.prepare import Preprocessing, unit_range
from Testing.training.conftest import save
from Training.data.example import CLASS_NAMES
from Training.data.loading import load_examples
from Training.data.variants import make_variants, paint_over

PREPROCESSING = Preprocessing(size=256, low_percentile=1.0, high_percentile=99.5, mean=0.449, std=0.226)
SMALL = replace(PREPROCESSING, size=96)


def test_a_normal_without_an_original_is_stretched_to_a_lesion_frames_aspect(data: Path) -> None:
    squashed = [e for e in load_examples(data) if e.label == "normal" and e.image is None]
    variants = make_variants(squashed[:1], PREPROCESSING)
    assert len(variants) == 3
    assert all(variant.image.shape == (256, 256) for variant in variants)
    assert all(not variant.mask.any() for variant in variants)
    rows_filled = {int(variant.image.any(axis=1).sum()) for variant in variants}
    assert max(rows_filled) < 256  # wider than high, never the tell-tale square


def test_a_lesion_also_comes_at_the_normals_resolution(data: Path) -> None:
    examples = [e for e in load_examples(data) if e.dataset == "BUSI"]
    lesion = next(e for e in examples if e.label == "malignant")
    normal = next(e for e in examples if e.image is None)
    own, squashed, *_ = make_variants([lesion, normal], SMALL)
    assert own.image.shape == squashed.image.shape
    assert not np.array_equal(own.image, squashed.image)
    assert np.array_equal(own.mask, squashed.mask)


def test_other_data_sets_come_as_the_product_prepares_them(data: Path) -> None:
    example = load_examples(data / "BUS-BRA")[5]
    (variant,) = make_variants([example], PREPROCESSING)
    gray = example.gray()
    square = unit_range(gray, Letterbox(*gray.shape, detect_sector(gray), 256), PREPROCESSING)
    assert np.array_equal(variant.image, np.rint(square * 255).astype(np.uint8))
    assert CLASS_NAMES[variant.label] == example.label


def test_variants_point_back_to_their_examples(data: Path) -> None:
    examples = [e for e in load_examples(data) if e.dataset == "BUSI"][:6]
    variants = make_variants(examples, SMALL)
    assert [variant.choice for variant in variants] == sorted(variant.choice for variant in variants)
    assert {variant.choice for variant in variants} == set(range(6))
    assert all(examples[variant.choice].label == CLASS_NAMES[variant.label] for variant in variants)


def test_a_dicom_image_is_cropped_to_its_own_region(
    write_csv: Callable[[list[dict[str, object]]], Path], dicom_scan: Path
) -> None:
    (example,) = load_examples(write_csv([{"image": dicom_scan.name, "label": "benign", "mask": "m.png"}]))
    (variant,) = make_variants([example], SMALL)
    assert int(variant.image.any(axis=1).sum()) == 96 * 50 // 60  # a region of 60x50 pixels
    assert variant.is_outlined


def test_a_lesion_that_nobody_outlined_is_marked(write_csv: Callable[[list[dict[str, object]]], Path]) -> None:
    examples = load_examples(write_csv([{"image": "a.png", "label": "benign"}, {"image": "b.png", "label": "normal"}]))
    assert [variant.is_outlined for variant in make_variants(examples, SMALL)] == [False, True]


def test_an_empty_mask_on_a_lesion_stops_the_training(data: Path) -> None:
    example = load_examples(data)[4]
    assert example.mask is not None
    save(example.mask, np.zeros((90, 110), np.uint8))
    with pytest.raises(InputError, match=r"bus_data\.csv, row 6: .*mask_0002-l\.png is empty"):
        make_variants([example], SMALL)


def test_where_every_normal_has_its_original_nothing_is_squashed(data: Path) -> None:
    examples = [e for e in load_examples(data) if e.dataset == "BUSI" and e.image is not None]
    assert len(make_variants(examples, SMALL)) == len(examples)


def test_a_burned_in_drawing_is_replaced_by_what_lies_beside_it_mirrored() -> None:
    row = np.arange(20, dtype=np.uint8)
    image = np.stack([row] * 6)
    painted = paint_over(image, [Rectangle(15, 2, 3, 2)])
    assert painted[2:4, 15:18].tolist() == [[14, 13, 12]] * 2
    assert np.array_equal(np.delete(painted, [2, 3], axis=0), np.delete(image, [2, 3], axis=0))
    at_the_left_edge = paint_over(image, [Rectangle(0, 0, 4, 1)])
    assert at_the_left_edge[0, :4].tolist() == [7, 6, 5, 4]
    assert image[0, 15] == 15  # the image that was given is as it was


def test_a_drawing_is_painted_over_in_what_is_trained_on_and_stays_in_what_is_tested(data: Path) -> None:
    example = load_examples(data / "BUS-BRA")[0]
    rows, columns = example.gray().shape
    marked = replace(example, painted_over=(Rectangle(columns - 12, rows - 10, 12, 10),))
    (plain,), (painted,) = make_variants([example], SMALL), make_variants([marked], SMALL)
    assert not np.array_equal(plain.image, painted.image)
    assert np.array_equal(marked.frames().gray(0), example.gray())
