"""Lesions are measured as a radiologist would measure their outline, pixels having an extent."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from BreastUSAILib.engine.findings.analysis import Lesion
from BreastUSAILib.engine.findings.lesion_segment import MAX_LESIONS
from BreastUSAILib.engine.lesions.measure import label_lesions, measure_lesions, shown_lesions
from BreastUSAILib.engine.lesions.withholding import WithholdingRule

FRAME = (300, 320)
WITHIN_ONE_PERCENT = 0.01
# A digital edge is known to half a pixel, so a diameter to one: 1 % from a semi-axis of 50 pixels whatever the
# shape's place and slant. Shapes centered on a pixel, as people draw them, keep it from 30 pixels.
SEMI_AXIS_PX = st.floats(50, 110)
ANGLES = st.floats(0, np.pi)
SUB_PIXEL = st.floats(-0.5, 0.5)
SPACINGS_MM = st.floats(0.05, 0.3)
small_masks = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).random((12, 15)) < 0.6,
)


def ellipse(
    across: float, along: float, *, angle: float = 0.0, center: tuple[float, float] = (160.0, 150.0)
) -> NDArray[np.bool_]:
    """Pixels whose centers lie in an ellipse with those semi-axes, turned by `angle`."""
    rows, columns = np.indices(FRAME)
    x, y = columns - center[0], rows - center[1]
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return (u / across) ** 2 + (v / along) ** 2 <= 1


def box(left: int, top: int, width: int, height: int) -> NDArray[np.bool_]:
    mask = np.zeros(FRAME, dtype=bool)
    mask[top : top + height, left : left + width] = True
    return mask


def measure(
    mask: NDArray[np.bool_], *, spacing: tuple[float, float] | None = None, region_top: int = 0
) -> tuple[Lesion, ...]:
    labels = label_lesions(mask.astype(np.float32), min_area_px=1)
    return measure_lesions(
        labels, mask.astype(np.float32), frame=3, first_id=7, region_top=region_top, pixel_spacing_mm=spacing
    )


def only(lesions: tuple[Lesion, ...]) -> Lesion:
    (lesion,) = lesions
    return lesion


# --- labeling


def test_lesions_are_numbered_from_the_largest() -> None:
    probability = (box(10, 10, 5, 5) | box(50, 50, 20, 20) | box(100, 20, 10, 10)).astype(np.float32)
    labels = label_lesions(probability, min_area_px=1)
    assert labels.dtype == np.uint8
    assert (labels[12, 12], labels[55, 55], labels[25, 105]) == (3, 1, 2)


def test_a_component_of_little_evidence_is_dropped_whatever_its_size() -> None:
    probability = 0.6 * box(10, 10, 40, 40) + 0.9 * box(100, 20, 10, 10)
    labels = label_lesions(probability.astype(np.float32), min_area_px=1, rule=WithholdingRule(evidence=0.7))
    assert (labels[20, 20], labels[25, 105]) == (0, 1)
    assert label_lesions(probability.astype(np.float32), min_area_px=1).max() == 2


def test_beside_a_sure_component_a_much_less_sure_one_is_dropped_whatever_its_size() -> None:
    probability = (0.6 * box(10, 10, 40, 40) + 0.9 * box(100, 20, 10, 10)).astype(np.float32)
    labels = label_lesions(probability, min_area_px=1, rule=WithholdingRule(gap=1.0))
    assert (labels[20, 20], labels[25, 105]) == (0, 1)
    assert label_lesions(probability, min_area_px=1, rule=WithholdingRule(gap=2.0)).max() == 2
    alone = (0.6 * box(10, 10, 40, 40)).astype(np.float32)
    assert label_lesions(alone, min_area_px=1, rule=WithholdingRule(gap=0.0)).max() == 1


def on_normal(withhold_below: float) -> WithholdingRule:
    """The rule of frames whose probability of a lesion is below 0.2."""
    return WithholdingRule(normal_below=0.2, withhold_below=withhold_below)


def test_only_sure_lesions_are_left_and_numbered_anew() -> None:
    probability = 0.6 * box(10, 10, 40, 40) + 0.9 * box(100, 20, 20, 20) + 0.7 * box(10, 100, 15, 15)
    probability = (probability + 0.95 * box(100, 100, 10, 10)).astype(np.float32)
    labels = label_lesions(probability, min_area_px=1)
    sure = shown_lesions(labels, probability, 0.1, on_normal(0.8))
    assert sure.dtype == np.uint8
    assert (labels[25, 105], labels[105, 15], labels[105, 105]) == (2, 3, 4)
    assert (sure[20, 20], sure[25, 105], sure[105, 15], sure[105, 105]) == (0, 1, 0, 2)
    assert np.array_equal(shown_lesions(labels, probability, 0.1, on_normal(0.0)), labels)
    assert np.array_equal(shown_lesions(labels, probability, 0.2, on_normal(0.8)), labels)  # not called normal
    assert not shown_lesions(labels, probability, 0.1, on_normal(math.inf)).any()
    everywhere = np.ones(FRAME, dtype=np.uint8)
    assert not shown_lesions(everywhere, np.ones(FRAME, dtype=np.float32), 0.1, on_normal(math.inf)).any()


def test_a_component_that_is_too_small_drops_no_other() -> None:
    probability = (0.6 * box(10, 10, 40, 40) + 0.99 * box(100, 20, 3, 3)).astype(np.float32)
    assert label_lesions(probability, min_area_px=20, rule=WithholdingRule(gap=1.0)).max() == 1


def test_lesions_of_equal_area_are_numbered_in_reading_order() -> None:
    labels = label_lesions((box(200, 10, 8, 8) | box(10, 100, 8, 8)).astype(np.float32), min_area_px=1)
    assert (labels[12, 202], labels[102, 12]) == (1, 2)


def test_a_component_below_the_minimum_area_is_not_a_lesion() -> None:
    probability = (box(10, 10, 3, 3) | box(50, 50, 10, 1)).astype(np.float32)
    labels = label_lesions(probability, min_area_px=10)
    assert np.unique(labels).tolist() == [0, 1]
    assert np.count_nonzero(labels) == 10


def test_pixels_that_touch_at_a_corner_belong_to_one_lesion() -> None:
    labels = label_lesions(np.eye(20, dtype=np.float32), min_area_px=1)
    assert labels.max() == 1


def test_a_hole_belongs_to_its_lesion_and_swallows_what_lies_in_it() -> None:
    ring = ellipse(60, 50) & ~ellipse(40, 30)
    labels = label_lesions((ring | ellipse(5, 5)).astype(np.float32), min_area_px=1)
    assert np.array_equal(labels == 1, ellipse(60, 50))
    assert labels.max() == 1


def test_a_bay_open_to_the_outside_is_not_a_hole() -> None:
    horseshoe = box(50, 50, 40, 40) & ~box(60, 50, 20, 30)
    assert np.array_equal(label_lesions(horseshoe.astype(np.float32), min_area_px=1) > 0, horseshoe)


def test_the_threshold_itself_counts_as_lesion() -> None:
    probability = np.full((4, 4), 0.3, dtype=np.float32)
    assert label_lesions(probability, threshold=float(np.float32(0.3)), min_area_px=1).all()
    assert not label_lesions(probability, threshold=0.31, min_area_px=1).any()


def test_a_map_without_lesion_has_neither_labels_nor_measurements() -> None:
    nothing = np.zeros(FRAME, dtype=bool)
    assert not label_lesions(nothing.astype(np.float32), min_area_px=1).any()
    assert measure(nothing) == ()


def test_no_more_than_255_lesions_are_kept_and_they_are_the_largest() -> None:
    probability = np.zeros((200, 200), dtype=np.float32)
    probability[::8, ::8] = 1.0
    probability[:2, :2] = 1.0
    labels = label_lesions(probability, min_area_px=1)
    assert labels.max() == MAX_LESIONS
    assert np.all(labels[:2, :2] == 1)
    assert np.count_nonzero(labels) == 4 + MAX_LESIONS - 1


@given(mask=small_masks, least=st.integers(1, 12))
@settings(max_examples=50, deadline=None)
def test_every_label_is_one_component_with_areas_in_falling_order(mask: NDArray[np.bool_], least: int) -> None:
    labels = label_lesions(mask.astype(np.float32), min_area_px=least)
    areas = np.bincount(labels.ravel())[1:]
    assert np.all(areas >= least)
    assert np.all(np.diff(areas) <= 0)
    for number in range(1, labels.max() + 1):
        assert label_lesions((labels == number).astype(np.float32), min_area_px=1).max() == 1


# --- sizes


@given(a=SEMI_AXIS_PX, b=SEMI_AXIS_PX, angle=ANGLES, x=SUB_PIXEL, y=SUB_PIXEL)
@settings(max_examples=50, deadline=None)
def test_an_ellipse_has_its_known_axes_and_area(a: float, b: float, angle: float, x: float, y: float) -> None:
    lesion = only(measure(ellipse(a, b, angle=angle, center=(160 + x, 150 + y))))
    assert lesion.long_axis_px == pytest.approx(2 * max(a, b), rel=WITHIN_ONE_PERCENT)
    assert lesion.short_axis_px == pytest.approx(2 * min(a, b), rel=WITHIN_ONE_PERCENT)
    assert lesion.area_px == pytest.approx(np.pi * a * b, rel=WITHIN_ONE_PERCENT)
    assert lesion.centroid_px == pytest.approx((160 + x, 150 + y), abs=0.2)


@pytest.mark.parametrize(("a", "b"), [(30, 30), (40, 30), (50, 30), (60, 40), (100, 35)])
@pytest.mark.parametrize("turned", [False, True])
def test_an_ellipse_centered_on_a_pixel_has_its_known_axes_from_30_pixels_radius(a: int, b: int, turned: bool) -> None:
    lesion = only(measure(ellipse(b, a) if turned else ellipse(a, b)))
    assert lesion.long_axis_px == pytest.approx(2 * a, rel=WITHIN_ONE_PERCENT)
    assert lesion.short_axis_px == pytest.approx(2 * b, rel=WITHIN_ONE_PERCENT)
    assert lesion.area_px == pytest.approx(np.pi * a * b, rel=WITHIN_ONE_PERCENT)
    assert lesion.height_width_ratio == pytest.approx(a / b if turned else b / a, rel=WITHIN_ONE_PERCENT)


@given(width=st.integers(1, 90), height=st.integers(1, 90))
@settings(max_examples=50, deadline=None)
def test_an_upright_rectangle_is_measured_exactly(width: int, height: int) -> None:
    lesion = only(measure(box(20, 30, width, height)))
    diagonal = np.hypot(width, height)
    assert lesion.bbox_px == (20, 30, width, height)
    assert lesion.area_px == width * height
    assert lesion.long_axis_px == pytest.approx(diagonal)
    # The longest chord perpendicular to the diagonal starts in a corner and ends on the longer side opposite.
    assert lesion.short_axis_px == pytest.approx(diagonal * min(width, height) / max(width, height))
    assert lesion.height_width_ratio == pytest.approx(height / width)


def test_a_single_pixel_is_as_long_as_its_diagonal() -> None:
    lesion = only(measure(box(5, 6, 1, 1)))
    assert lesion.long_axis_px == pytest.approx(np.sqrt(2))
    assert lesion.centroid_px == (5.0, 6.0)


def test_a_diagonal_line_of_pixels_has_a_length_and_a_width() -> None:
    lesion = only(measure(np.pad(np.eye(9, dtype=bool), 3)))
    assert lesion.long_axis_px == pytest.approx(9 * np.sqrt(2))
    assert lesion.short_axis_px == pytest.approx(np.sqrt(0.5))


def test_a_spiculated_outline_is_measured_from_tip_to_tip() -> None:
    cross = box(100, 145, 120, 10) | box(155, 90, 10, 120)
    assert only(measure(cross)).long_axis_px == pytest.approx(np.hypot(120, 10), rel=WITHIN_ONE_PERCENT)


@given(a=SEMI_AXIS_PX, b=SEMI_AXIS_PX, angle=ANGLES)
@settings(max_examples=30, deadline=None)
def test_the_axes_end_on_the_outline_and_stand_upright_on_each_other(a: float, b: float, angle: float) -> None:
    mask = ellipse(a, b, angle=angle)
    lesion = only(measure(mask))
    (p1, p2), (q1, q2) = np.array(lesion.long_axis_ends_px), np.array(lesion.short_axis_ends_px)
    assert np.hypot(*(p2 - p1)) == pytest.approx(lesion.long_axis_px)
    assert np.hypot(*(q2 - q1)) == pytest.approx(lesion.short_axis_px)
    assert (p2 - p1) @ (q2 - q1) == pytest.approx(0, abs=1e-6 * a * b)
    for x, y in (p1, p2, q1, q2):
        rows, columns = np.nonzero(mask)
        assert np.hypot(rows - y, columns - x).min() < 1.5
        assert not mask[round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4].all()


# --- calibration


@given(
    a=st.floats(7, 12),
    b=st.floats(7, 12),
    angle=ANGLES,
    row=st.floats(0.08, 0.14),
    column=st.floats(0.08, 0.14),
)
@settings(max_examples=40, deadline=None)
def test_an_ellipse_in_millimeters_keeps_its_axes_whatever_the_pixels_shape(
    a: float, b: float, angle: float, row: float, column: float
) -> None:
    rows, columns = np.indices(FRAME)
    x, y = (columns - 160) * column, (rows - 150) * row
    u, v = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    lesion = only(measure((u / a) ** 2 + (v / b) ** 2 <= 1, spacing=(row, column)))
    assert lesion.long_axis_mm == pytest.approx(2 * max(a, b), rel=WITHIN_ONE_PERCENT)
    assert lesion.short_axis_mm == pytest.approx(2 * min(a, b), rel=WITHIN_ONE_PERCENT)
    assert lesion.area_mm2 == pytest.approx(np.pi * a * b, rel=WITHIN_ONE_PERCENT)


@given(mask=small_masks, spacing=SPACINGS_MM, top=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_equal_spacing_scales_pixels_to_millimeters(mask: NDArray[np.bool_], spacing: float, top: int) -> None:
    for lesion in measure(mask, spacing=(spacing, spacing), region_top=top):
        assert lesion.long_axis_mm == pytest.approx(spacing * lesion.long_axis_px)
        assert lesion.short_axis_mm == pytest.approx(spacing * lesion.short_axis_px)
        assert lesion.area_mm2 == pytest.approx(spacing**2 * lesion.area_px)
        assert lesion.depth_mm == pytest.approx(spacing * lesion.depth_px)


def test_millimeters_are_given_only_when_calibrated() -> None:
    lengths = ("area_mm2", "long_axis_mm", "short_axis_mm", "depth_mm")
    uncalibrated, calibrated = only(measure(ellipse(40, 30))), only(measure(ellipse(40, 30), spacing=(0.1, 0.1)))
    assert [getattr(uncalibrated, name) for name in lengths] == [None] * 4
    assert None not in [getattr(calibrated, name) for name in lengths]


def test_a_square_of_tall_pixels_is_taller_than_wide() -> None:
    square = box(10, 10, 30, 30)
    assert only(measure(square)).height_width_ratio == 1.0
    assert only(measure(square, spacing=(0.2, 0.1))).height_width_ratio == pytest.approx(2.0)


def test_depth_counts_from_the_top_of_the_analyzed_region() -> None:
    lesion = only(measure(box(40, 60, 10, 10), spacing=(0.1, 0.2), region_top=25))
    assert lesion.depth_px == 35.0
    assert lesion.depth_mm == pytest.approx(3.5)


# --- invariances


@given(mask=small_masks, dx=st.integers(0, 40), dy=st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_moving_a_lesion_changes_where_it_is_and_nothing_else(mask: NDArray[np.bool_], dx: int, dy: int) -> None:
    here, there = measure(mask), measure(np.pad(mask, ((dy, 0), (dx, 0))))
    assert len(here) == len(there)
    for before, after in zip(here, there, strict=True):
        x, y, width, height = before.bbox_px
        assert after.bbox_px == (x + dx, y + dy, width, height)
        assert after.centroid_px == pytest.approx((before.centroid_px[0] + dx, before.centroid_px[1] + dy))
        assert after.area_px == before.area_px
        assert after.long_axis_px == pytest.approx(before.long_axis_px)
        assert after.depth_px == before.depth_px + dy


@given(mask=small_masks, row=SPACINGS_MM, column=SPACINGS_MM)
@settings(max_examples=40, deadline=None)
def test_a_quarter_turn_swaps_height_and_width(mask: NDArray[np.bool_], row: float, column: float) -> None:
    upright, turned = measure(mask, spacing=(row, column)), measure(np.rot90(mask), spacing=(column, row))
    by_place = {(lesion.area_px, lesion.bbox_px[0], lesion.bbox_px[1]): lesion for lesion in turned}
    for lesion in upright:
        x, y, width, height = lesion.bbox_px
        other = by_place[lesion.area_px, y, mask.shape[1] - x - width]
        assert other.bbox_px[2:] == (height, width)
        assert other.height_width_ratio == pytest.approx(1 / lesion.height_width_ratio)
        assert other.long_axis_mm == pytest.approx(lesion.long_axis_mm)


def test_lesions_carry_their_frame_their_number_and_consecutive_ids() -> None:
    lesions = measure(box(10, 10, 5, 5) | box(50, 50, 20, 20) | box(100, 20, 10, 10))
    assert [(lesion.id, lesion.number, lesion.frame) for lesion in lesions] == [(7, 1, 3), (8, 2, 3), (9, 3, 3)]


def test_the_mean_probability_is_taken_over_the_lesion_alone() -> None:
    mask = ellipse(40, 30)
    probability = np.where(mask, np.float32(0.75), np.float32(0.1))
    labels = mask.astype(np.uint8)
    lesion = only(
        measure_lesions(labels, probability, frame=0, first_id=1, region_top=0, pixel_spacing_mm=None),
    )
    assert lesion.mean_probability == pytest.approx(0.75)
