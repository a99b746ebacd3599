"""Descriptors against phantoms whose shape, orientation, margin, echo pattern and posterior features are known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from BreastUSAILib.engine.findings import descriptors as words
from BreastUSAILib.engine.findings.analysis import Lesion
from BreastUSAILib.engine.findings.descriptors import WORDS, value_of
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.lesions.descriptors.describe import described
from BreastUSAILib.engine.lesions.measure import measure_lesions
from BreastUSAILib.phantom.frame import PhantomSpec, render
from BreastUSAILib.phantom.lesion import Echo, LesionSpec, Margin, Posterior, Shape

SPACING = (0.1, 0.1)


def describe_mask(mask: NDArray[np.bool_], spacing=SPACING, gray=None) -> Lesion:
    labels = mask.astype(np.uint8)
    region = Rectangle(0, 0, mask.shape[1], mask.shape[0])
    lesions = measure_lesions(
        labels, mask.astype(np.float32), frame=0, first_id=1, region_top=0, pixel_spacing_mm=spacing
    )
    gray = np.where(mask, 40, 120).astype(np.uint8) if gray is None else gray
    return described(lesions, labels, gray, region, spacing)[0]


def ellipse(width: float, height: float, tilt: float = 0.0, scale=(1.0, 1.0)) -> NDArray[np.bool_]:
    """An ellipse with axes of `width` and `height` units; `scale` (row, column) is the size of a pixel in units."""
    rows, columns = (round(300 / one) for one in scale)
    y, x = np.mgrid[0:rows, 0:columns]
    x, y = (x - columns / 2) * scale[1], (y - rows / 2) * scale[0]
    turned = x * np.cos(tilt) + y * np.sin(tilt), y * np.cos(tilt) - x * np.sin(tilt)
    return (turned[0] / width) ** 2 + (turned[1] / height) ** 2 <= 0.25


def star(points: int, depth: float) -> NDArray[np.bool_]:
    """A disc whose edge goes in and out by `depth` of its radius."""
    y, x = np.mgrid[-150:150, -150:150]
    return np.hypot(x, y) <= 60 * (1 + depth * np.cos(points * np.arctan2(y, x)))


@cache
def phantom(seed: int = 0, **spec) -> Lesion:
    lesion = LesionSpec(**{"center_mm": (0.0, 13.0), "width_mm": 12.0, "height_mm": 7.0, **spec})
    made = render(PhantomSpec(seed=seed, rows=240, columns=240, depth_mm=34.0, lesions=(lesion,)))
    mask = made.lesion_labels
    lesions = measure_lesions(
        mask,
        mask.astype(np.float32),
        frame=0,
        first_id=1,
        region_top=made.region.y,
        pixel_spacing_mm=made.pixel_spacing_mm,
    )
    return described(lesions, mask, made.pixels, made.region, made.pixel_spacing_mm)[0]


def test_every_lesion_has_every_descriptor_once_in_order_with_a_word_of_its_own() -> None:
    found = phantom().descriptors
    assert [one.name for one in found] == list(WORDS)
    for one in found:
        assert one.value in WORDS[one.name]
        assert 0.5 <= one.confidence <= 1


@pytest.mark.parametrize("scale", [(1.0, 1.0), (0.5, 1.0), (1.0, 0.4)], ids=["square", "flat pixels", "tall pixels"])
class TestUnequalPixels:
    """What is measured is the lesion and not its pixels."""

    @pytest.mark.parametrize(("width", "height"), [(100, 99), (99, 100), (80, 60), (60, 80), (100, 40), (40, 100)])
    def test_orientation_is_that_of_width_and_height(self, scale, width, height) -> None:
        lesion = describe_mask(ellipse(width, height, scale=scale), scale)
        expected = words.PARALLEL if height <= width else words.NOT_PARALLEL
        assert value_of(lesion.descriptors, words.ORIENTATION) == expected

    @pytest.mark.parametrize("tilt", [0.0, 0.5])
    @pytest.mark.parametrize(("width", "height", "value"), [(90, 88, "round"), (100, 60, "oval"), (50, 100, "oval")])
    def test_round_is_round_and_oval_oval(self, scale, tilt, width, height, value) -> None:
        lesion = describe_mask(ellipse(width, height, tilt, scale), scale)
        assert value_of(lesion.descriptors, words.SHAPE) == value


def assert_same(one: Lesion, other: Lesion) -> None:
    """The same words for the same measures; sums in another unit are not the same to the last bit."""
    for first, second in zip(one.descriptors, other.descriptors, strict=True):
        assert (first.name, first.value) == (second.name, second.value)
        assert first.measures == pytest.approx(second.measures)


def test_without_a_pixel_size_pixels_are_square() -> None:
    assert_same(describe_mask(ellipse(100, 60), None), describe_mask(ellipse(100, 60)))


def test_the_unit_of_the_pixel_size_changes_nothing() -> None:
    assert_same(describe_mask(ellipse(100, 60), (0.1, 0.1)), describe_mask(ellipse(100, 60), (7.0, 7.0)))


@pytest.mark.parametrize(
    ("points", "depth", "value"), [(5, 0.3, "irregular"), (9, 0.3, "irregular"), (3, 0.03, "round")]
)
def test_notches_make_a_shape_irregular_and_gentle_waves_do_not(points, depth, value) -> None:
    assert value_of(describe_mask(star(points, depth)).descriptors, words.SHAPE) == value


def test_many_small_waves_are_no_circumscribed_margin() -> None:
    smooth, waved = (describe_mask(star(12, depth)).descriptors for depth in (0.0, 0.12))
    assert value_of(smooth, words.MARGIN) == words.CIRCUMSCRIBED
    assert value_of(waved, words.MARGIN) == words.NOT_CIRCUMSCRIBED


def test_a_border_that_fades_is_no_circumscribed_margin() -> None:
    mask = ellipse(100, 60)
    from scipy import ndimage

    away = ndimage.distance_transform_edt(~mask) - ndimage.distance_transform_edt(mask)
    fading = (40 + 80 / (1 + np.exp(-away / 25))).astype(np.uint8)
    assert value_of(describe_mask(mask, gray=fading).descriptors, words.MARGIN) == words.NOT_CIRCUMSCRIBED


@pytest.mark.parametrize(
    ("name", "value", "spec"),
    [
        (words.SHAPE, "oval", {}),
        (words.SHAPE, "round", {"width_mm": 9.0, "height_mm": 8.8}),
        (words.SHAPE, "irregular", {"shape": Shape.SPICULATED, "width_mm": 10.0, "height_mm": 10.0}),
        (words.ORIENTATION, "parallel", {}),
        (words.ORIENTATION, "not_parallel", {"width_mm": 7.0, "height_mm": 10.0}),
        (words.MARGIN, "circumscribed", {}),
        (words.MARGIN, "not_circumscribed", {"shape": Shape.SPICULATED, "margin": Margin.HALO}),
        (words.ECHO_PATTERN, "anechoic", {"echo": Echo.ANECHOIC, "posterior": Posterior.ENHANCEMENT}),
        (words.ECHO_PATTERN, "hypoechoic", {}),
        (words.POSTERIOR, "none", {}),
        (words.POSTERIOR, "enhancement", {"echo": Echo.ANECHOIC, "posterior": Posterior.ENHANCEMENT}),
        (words.POSTERIOR, "shadowing", {"posterior": Posterior.SHADOWING}),
    ],
)
def test_a_phantom_is_described_as_it_was_made(name: str, value: str, spec) -> None:
    for seed in (1, 3):
        assert value_of(phantom(seed, **spec).descriptors, name) == value, seed


def test_what_lies_behind_a_lesion_at_the_lower_edge_cannot_be_told() -> None:
    mask = np.zeros((100, 200), bool)
    mask[60:98, 60:140] = True
    found = {one.name: one for one in describe_mask(mask).descriptors}
    assert found[words.POSTERIOR].value is None
    assert found[words.POSTERIOR].confidence == 0


def test_a_lesion_of_a_single_pixel_is_described_without_complaint() -> None:
    mask = np.zeros((50, 50), bool)
    mask[20, 20] = True
    found = describe_mask(mask)
    assert value_of(found.descriptors, words.ORIENTATION) == words.PARALLEL


def test_a_lesion_that_fills_the_image_is_described_without_complaint() -> None:
    found = describe_mask(np.ones((50, 60), bool))
    assert [one.name for one in found.descriptors] == list(WORDS)
