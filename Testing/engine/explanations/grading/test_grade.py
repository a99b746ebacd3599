"""A map that knows nothing fails, one that is the mask passes, one on calipers is flagged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BreastUSAILib.engine.checks.marks import find_marks
from BreastUSAILib.engine.checks.sector import scan_area
from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.explanations.grading.grade import Ground, cheap_grades, costly_grades
from BreastUSAILib.engine.explanations.grading.thresholds import (
    BESIDE,
    ON_MARKS,
    OUTSIDE,
    UNFAITHFUL,
    UNFOCUSED,
    GradeThresholds,
)
from BreastUSAILib.engine.findings.grades import CostlyGrades, HeatMapGrades
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox
from Testing.made_up import speckle

ROWS, COLUMNS = 240, 320
REGION = Rectangle(0, 0, COLUMNS, ROWS)
THRESHOLDS = GradeThresholds(least_energy_ratio=2.5, most_marks=0.3, most_outside=0.3, least_gain=0.0)


@pytest.fixture(scope="module")
def gray() -> np.ndarray:
    """Speckle with a cross of a caliper at the upper left."""
    from scipy import ndimage

    image = ndimage.uniform_filter(speckle(3, ROWS, COLUMNS)[0], (3, 7))
    image[40, 30:51] = image[30:51, 40] = 255
    return image


@pytest.fixture(scope="module")
def lesion() -> np.ndarray:
    rows, columns = np.ogrid[:ROWS, :COLUMNS]
    return (rows - 130) ** 2 + (columns - 200) ** 2 < 30**2


@pytest.fixture(scope="module")
def ground(gray: np.ndarray, lesion: np.ndarray) -> Ground:
    return Ground.of(gray, lesion, REGION)


def test_a_map_that_is_the_mask_passes(ground: Ground, lesion: np.ndarray) -> None:
    grades = cheap_grades(0, "Grad-CAM", lesion.astype(np.float32), ground)
    assert grades.lesion is not None
    assert grades.lesion.energy == 1
    assert grades.lesion.ratio == pytest.approx(ROWS * COLUMNS / lesion.sum())
    assert grades.points_at_lesion
    assert THRESHOLDS.failed(grades) == ()


@pytest.mark.parametrize("seed", range(8))
def test_a_map_that_knows_nothing_fails(ground: Ground, seed: int) -> None:
    coarse = np.random.default_rng(seed).random((8, 8)).astype(np.float32)
    heat = Letterbox(ROWS, COLUMNS, REGION, 256).restore(coarse)
    assert UNFOCUSED in THRESHOLDS.failed(cheap_grades(0, "Grad-CAM", heat, ground))


def test_a_map_on_calipers_is_flagged(ground: Ground) -> None:
    heat = np.zeros((ROWS, COLUMNS), np.float32)
    heat[32:49, 32:49] = 1
    grades = cheap_grades(0, "Grad-CAM", heat, ground)
    assert grades.marks is not None
    assert grades.marks.energy > 0.9
    assert grades.marks.area < 0.05
    assert ON_MARKS in THRESHOLDS.failed(grades)
    assert BESIDE in THRESHOLDS.failed(grades)


def test_a_map_in_the_corner_beside_a_sector_is_flagged(lesion: np.ndarray) -> None:
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    image = speckle(3, ROWS, COLUMNS)[0].copy()
    image[np.abs(columns - COLUMNS / 2) > 60 + 0.4 * rows] = 0
    heat = (image == 0) & (rows < 40) & (columns < 60)
    grades = cheap_grades(0, "Grad-CAM", heat.astype(np.float32), Ground.of(image, lesion, REGION))
    assert grades.outside is not None
    assert grades.outside.energy > 0.9
    assert OUTSIDE in THRESHOLDS.failed(grades)


def test_a_shadow_belongs_to_the_scan() -> None:
    image = np.full((ROWS, COLUMNS), 90, np.uint8)
    image[100:, 140:180] = 0
    assert scan_area(image).all()
    assert scan_area(np.zeros((ROWS, COLUMNS), np.uint8)).all()


def test_a_map_that_points_into_the_shadow_does_not_contradict_the_mask(ground: Ground) -> None:
    heat = np.zeros((ROWS, COLUMNS), np.float32)
    heat[170, 200] = 1
    grades = cheap_grades(0, "Grad-CAM", heat, ground)
    assert (grades.points_at_lesion, grades.points_at_band) == (False, True)
    assert BESIDE not in THRESHOLDS.failed(grades)


def test_without_a_lesion_there_is_nothing_to_point_at(gray: np.ndarray) -> None:
    ground = Ground.of(gray, np.zeros_like(gray, dtype=bool), REGION)
    grades = cheap_grades(0, "Grad-CAM", np.ones(gray.shape, np.float32), ground)
    assert (grades.lesion, grades.points_at_lesion) == (None, None)
    assert grades.marks is not None
    assert THRESHOLDS.failed(grades) == ()


def test_a_map_of_zeros_is_empty_and_no_failure(ground: Ground) -> None:
    grades = cheap_grades(3, "Saliency", np.zeros((ROWS, COLUMNS), np.float32), ground)
    assert grades == HeatMapGrades(3, "Saliency", is_empty=True)
    assert THRESHOLDS.failed(grades) == ()


def test_a_mask_of_another_size_is_refused(gray: np.ndarray, ground: Ground) -> None:
    with pytest.raises(OptionError, match="100x100"):
        Ground.of(gray, np.zeros((100, 100), bool), REGION)
    with pytest.raises(OptionError, match="64x64"):
        cheap_grades(0, "Grad-CAM", np.ones((64, 64), np.float32), ground)


def test_without_thresholds_nothing_fails(ground: Ground) -> None:
    heat = np.zeros((ROWS, COLUMNS), np.float32)
    heat[0, 0] = 1
    grades = cheap_grades(0, "Grad-CAM", heat, ground)
    assert GradeThresholds().failed(grades) == ()
    assert GradeThresholds.from_metadata(None).failed(grades) == ()
    assert GradeThresholds.from_metadata({"least_energy_ratio": 2.0}).failed(grades) == (UNFOCUSED, BESIDE)


def test_a_map_whose_marked_pixels_do_not_matter_is_unfaithful(ground: Ground, lesion: np.ndarray) -> None:
    grades = cheap_grades(0, "Grad-CAM", lesion.astype(np.float32), ground)
    good = replace(grades, costly=CostlyGrades(0.2, 0.8, 0.4, 0.5))
    bad = replace(grades, costly=CostlyGrades(0.4, 0.4, 0.4, 0.5))
    assert good.costly is not None
    assert good.costly.gain == pytest.approx(0.5)
    assert THRESHOLDS.failed(good) == ()
    assert THRESHOLDS.failed(bad) == (UNFAITHFUL,)


def test_costly_grades_tell_the_right_map_from_the_wrong_one() -> None:
    """A network that reads the bright square alone."""
    image = np.random.default_rng(4).normal(0, 0.1, (64, 64)).astype(np.float32)
    image[20:36, 24:40] += 1

    def predict(images: np.ndarray) -> np.ndarray:
        return np.clip(images[:, 20:36, 24:40].mean(axis=(1, 2)) - images[:, :16, :16].mean(axis=(1, 2)), 0, 1)

    right = costly_grades(image, "right", lambda one: np.maximum(one, 0), predict, {"other": -image})
    wrong = costly_grades(image, "wrong", lambda one: np.maximum(-one, 0) + 0.01, predict, {})
    assert right is not None
    assert wrong is not None
    assert right.gain > 0.2 > wrong.gain
    assert right.agreement[0].method == "other"
    assert right.agreement[0].rank_correlation < -0.9
    assert right.flip_stability == pytest.approx(1)
    assert costly_grades(image, "empty", np.zeros_like, predict, {}) is None


def test_marks_are_found_in_pictures_of_sixteen_bits(gray: np.ndarray, lesion: np.ndarray) -> None:
    deep = gray.astype(np.float32) * 17.5
    assert np.array_equal(Ground.of(deep, lesion, REGION).marks, Ground.of(gray, lesion, REGION).marks)
    assert 0 < find_marks(gray).mean() < 0.05
