"""Holes are filled by what is around them, marks and lesions go, and gain moves gray levels as a scanner's would."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from BreastUSAILib.engine.explanations.counterfactual import fill
from BreastUSAILib.engine.explanations.counterfactual.changes import with_gain, without_lesion, without_marks
from BreastUSAILib.engine.explanations.counterfactual.fill import filled_like_tissue, harmonic_fill
from Testing.made_up import speckle

ROWS, COLUMNS = 200, 300


@pytest.fixture(scope="module")
def tissue() -> np.ndarray:
    return ndimage.uniform_filter(speckle(3, ROWS, COLUMNS)[0], (3, 7))


def disc(row: int, column: int, radius: int) -> np.ndarray:
    rows, columns = np.ogrid[:ROWS, :COLUMNS]
    return (rows - row) ** 2 + (columns - column) ** 2 < radius**2


def test_a_surface_that_is_harmonic_is_filled_exactly() -> None:
    rows, columns = np.mgrid[:40, :50].astype(float)
    for surface in (3 * rows - 2 * columns + 7, rows**2 - columns**2):
        hole = np.zeros(surface.shape, dtype=bool)
        hole[10:30, 15:40] = True
        broken = np.where(hole, -999, surface)
        assert np.allclose(harmonic_fill(broken, hole), surface)


def test_a_hole_at_the_images_edge_has_no_neighbor_beyond_it() -> None:
    image = np.full((10, 10), 5.0)
    hole = np.zeros((10, 10), dtype=bool)
    hole[:4, :4] = True
    assert np.allclose(harmonic_fill(np.where(hole, 0, image), hole), 5)


def test_a_large_hole_is_filled_in_blocks_about_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, columns = np.mgrid[:ROWS, :COLUMNS].astype(float)
    surface = rows + 0.5 * columns
    hole = disc(100, 150, 60)
    monkeypatch.setattr(fill, "_MOST_UNKNOWN", 2000)
    assert np.abs(harmonic_fill(np.where(hole, 0, surface), hole) - surface).max() < 4


def test_without_a_hole_nothing_changes_and_a_hole_needs_surroundings() -> None:
    image = np.arange(12.0).reshape(3, 4)
    assert np.array_equal(harmonic_fill(image, np.zeros((3, 4), bool)), image)
    with pytest.raises(ValueError, match="whole image"):
        harmonic_fill(image, np.ones((3, 4), bool))


def test_what_is_filled_in_looks_like_the_tissue_beside_it(tissue: np.ndarray) -> None:
    hole = disc(100, 150, 30)
    image = np.where(hole, 5, tissue).astype(float)
    filled = filled_like_tissue(image, hole, image)
    fine = filled - ndimage.gaussian_filter(filled, 3)
    assert abs(filled[hole].mean() - tissue[~hole].mean()) < 12
    assert 0.5 < fine[hole].std() / fine[~hole].std() < 1.5


def test_a_lesion_goes_with_its_margin_and_nothing_else(tissue: np.ndarray) -> None:
    lesion = disc(100, 150, 30)
    image = np.where(lesion, 8, tissue).astype(np.uint8)
    found = without_lesion(image, lesion)
    assert found is not None
    changed, where = found
    assert where[lesion].all()
    assert np.array_equal(changed[~where], image[~where])
    assert changed[lesion].mean() > image[~lesion].mean() - 12


def test_a_caliper_beside_the_lesion_is_not_taken_for_tissue(tissue: np.ndarray) -> None:
    lesion = disc(100, 150, 30)
    image = np.where(lesion, 8, tissue).astype(np.uint8)
    image[90:112, 105] = image[101, 95:116] = 255
    found = without_lesion(image, lesion)
    assert found is not None
    assert found[0][lesion].max() < 200


def test_a_lesion_that_is_everything_or_nothing_cannot_go(tissue: np.ndarray) -> None:
    assert without_lesion(tissue, np.ones(tissue.shape, bool)) is None
    assert without_lesion(tissue, np.zeros(tissue.shape, bool)) is None


def test_calipers_go_and_tissue_stays(tissue: np.ndarray) -> None:
    image = tissue.copy()
    image[50:72, 60] = image[61, 50:71] = 255
    changed, where = without_marks(image)
    assert where[50:72, 60].all()
    assert changed[50:60, 60].max() < 200
    assert changed[61, 50:71].max() < 200
    assert where.mean() < 0.02
    assert np.array_equal(changed[~where], image[~where])


def test_text_beside_a_sector_becomes_black() -> None:
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    image = np.where(np.abs(columns - COLUMNS / 2) < 70 + 0.4 * rows, 90, 0).astype(np.uint8)
    image[10:16, 5:40] = 240
    changed, where = without_marks(image)
    assert not changed[10:16, 5:40].any()
    assert where[10:16, 5:40].all()


def test_three_decibels_are_a_twentieth_of_the_gray_scale() -> None:
    gray = np.array([[0, 8, 100, 250]], np.uint8)
    louder, changed = with_gain(gray, 3.0)
    assert louder.tolist() == [[0, 8, 113, 255]]
    assert changed.tolist() == [[False, False, True, True]]
    softer, _ = with_gain(gray, -3.0)
    assert softer.tolist() == [[0, 8, 87, 237]]
