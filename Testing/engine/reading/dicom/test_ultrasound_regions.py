"""What `SequenceOfUltrasoundRegions` means for the region and the pixel size."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from BreastUSAILib.engine.images.frames import Rectangle, RegionContent
from BreastUSAILib.engine.reading.dicom.ultrasound_regions import read_regions, tissue_region, was_resized
from Testing.engine.reading.dicom.dicom_writing import ultrasound_region


def only(**elements: Any) -> Any:
    return read_regions([ultrasound_region(**elements)], rows=20, columns=30)[0]


def test_both_corners_belong_to_the_region() -> None:
    assert only().rectangle == Rectangle(1, 2, 8, 6)


def test_a_region_larger_than_the_image_is_clipped_to_it() -> None:
    assert only(RegionLocationMaxX1=800, RegionLocationMaxY1=518).rectangle == Rectangle(1, 2, 29, 18)


def test_a_region_outside_the_image_is_ignored() -> None:
    assert read_regions([ultrasound_region(RegionLocationMinX0=40, RegionLocationMaxX1=50)], 20, 30) == ()


def test_spacing_is_row_then_column_in_mm() -> None:
    assert only(PhysicalDeltaX=0.02, PhysicalDeltaY=0.03).pixel_spacing_mm == pytest.approx((0.3, 0.2))


def test_the_sign_of_a_delta_is_a_direction_and_no_size() -> None:
    assert only(PhysicalDeltaX=-0.02, PhysicalDeltaY=-0.03).pixel_spacing_mm == pytest.approx((0.3, 0.2))


@pytest.mark.parametrize(
    "elements",
    [
        {"PhysicalUnitsXDirection": 4},
        {"PhysicalUnitsYDirection": 0},
        {"PhysicalUnitsYDirection": None},
        {"PhysicalDeltaX": 0.0},
        {"PhysicalDeltaY": None},
        {"PhysicalDeltaX": float("nan")},
        {"PhysicalDeltaY": 5.0},
        {"PhysicalDeltaX": 1e-9},
    ],
)
def test_without_a_plausible_length_on_both_axes_there_is_no_spacing(elements: dict[str, Any]) -> None:
    assert only(**elements).pixel_spacing_mm is None


def test_a_dual_view_gives_the_larger_tissue_region() -> None:
    small, large = ultrasound_region(), ultrasound_region(RegionLocationMaxX1=20, PhysicalDeltaX=0.01)
    regions = read_regions([small, large], 20, 30)
    assert len(regions) == 2
    assert tissue_region(regions) is regions[1]


def test_two_equal_tissue_regions_give_the_first() -> None:
    regions = read_regions([ultrasound_region(), ultrasound_region(PhysicalDeltaX=0.01)], 20, 30)
    assert tissue_region(regions) is regions[0]


@pytest.mark.parametrize(
    ("shape", "data", "content"),
    [
        (1, 1, RegionContent.TISSUE),
        (1, 2, RegionContent.COLOR_FLOW),
        (2, 1, RegionContent.M_MODE),
        (3, 3, RegionContent.SPECTRAL_DOPPLER),
        (4, 5, RegionContent.SPECTRAL_DOPPLER),
        (4, 10, RegionContent.OTHER),
        (5, 0, RegionContent.GRAPHICS),
        (0, 13, RegionContent.GRAPHICS),
        (0, 0, RegionContent.OTHER),
    ],
)
def test_regions_say_what_they_show(shape: int, data: int, content: RegionContent) -> None:
    assert only(RegionSpatialFormat=shape, RegionDataType=data).content is content


def test_a_flow_region_is_analyzed_where_it_alone_shows_tissue() -> None:
    doppler = ultrasound_region(RegionSpatialFormat=3, RegionDataType=3, RegionLocationMaxX1=29)
    flow, tissue = ultrasound_region(RegionDataType=2), ultrasound_region(RegionLocationMaxX1=5)
    assert tissue_region(read_regions([doppler], 20, 30)) is None
    assert tissue_region(read_regions([flow, flow], 20, 30)) is None
    (only_flow,) = read_regions([flow], 20, 30)
    assert tissue_region(read_regions([doppler, flow], 20, 30)) == only_flow
    assert only_flow.pixel_spacing_mm == pytest.approx((0.5, 0.5))
    assert tissue_region(read_regions([flow, tissue], 20, 30)) == only(RegionLocationMaxX1=5)


@pytest.mark.parametrize(
    ("right", "bottom", "resized"),
    [(29, 19, False), (32, 22, False), (59, 39, True), (59, 12, True), (29, 39, False), (12, 39, True)],
)
def test_a_region_far_beyond_the_image_means_that_it_was_resized(right: int, bottom: int, resized: bool) -> None:
    region = ultrasound_region(RegionLocationMaxX1=right, RegionLocationMaxY1=bottom)
    assert was_resized([region], 20, 30) is resized


NUMBERS = st.none() | st.integers(-(2**31), 2**31) | st.floats()


@given(st.lists(NUMBERS, min_size=10, max_size=10), st.integers(1, 2000), st.integers(1, 2000))
def test_any_numbers_give_regions_inside_the_image_or_none(values: list[Any], rows: int, columns: int) -> None:
    names = list(vars_of_a_region())
    regions = read_regions([_Loose(zip(names, values, strict=True))], rows, columns)  # type: ignore[list-item]
    for region in regions:
        assert region.rectangle.clipped(rows, columns) == region.rectangle
        assert region.pixel_spacing_mm is None or all(0 < value <= 10 for value in region.pixel_spacing_mm)


def vars_of_a_region() -> list[str]:
    return [element.keyword for element in ultrasound_region() if element.keyword != "RegionFlags"]


class _Loose(dict):
    """Element values that a DICOM dataset would not let us set."""


def test_an_item_without_corners_is_left_out() -> None:
    assert read_regions([Dataset()], 20, 30) == ()
