"""When the frames of a cine were taken."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from BreastUSAILib.engine.reading.dicom.frame_times import frame_times_s


def header(**elements: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def test_frame_time_is_in_milliseconds() -> None:
    assert frame_times_s(header(FrameTime="40"), 3) == pytest.approx((0, 0.04, 0.08))


def test_the_first_entry_of_a_vector_is_not_a_gap() -> None:
    assert frame_times_s(header(FrameTimeVector=[33, 33, 50]), 3) == pytest.approx((0, 0.033, 0.083))


def test_a_vector_of_gaps_alone_is_read_as_such() -> None:
    assert frame_times_s(header(FrameTimeVector=[10, 20]), 3) == pytest.approx((0, 0.01, 0.03))


def test_the_increment_pointer_chooses_the_vector() -> None:
    both = header(FrameTime="40", FrameTimeVector=[0, 10, 20], FrameIncrementPointer=0x00181065)
    assert frame_times_s(both, 3) == pytest.approx((0, 0.01, 0.03))


@pytest.mark.parametrize("rate", [{"CineRate": 25}, {"RecommendedDisplayFrameRate": 25}])
def test_a_frame_rate_is_the_last_resort(rate: dict[str, int]) -> None:
    assert frame_times_s(header(**rate), 3) == pytest.approx((0, 0.04, 0.08))
    assert frame_times_s(header(FrameTime="10", **rate), 3) == pytest.approx((0, 0.01, 0.02))


@pytest.mark.parametrize("elements", [{}, {"FrameTime": "0"}, {"FrameTime": "-5"}, {"FrameTimeVector": [1, 2, 3, 4]}])
def test_without_a_usable_time_nothing_is_invented(elements: dict[str, Any]) -> None:
    assert frame_times_s(header(**elements), 3) is None


def test_a_still_has_no_times() -> None:
    assert frame_times_s(header(FrameTime="40"), 1) is None


class _Values(dict):
    """Values that a DICOM dataset would not let us set."""


@given(
    st.floats() | st.none() | st.text(max_size=5),
    st.lists(st.floats() | st.none(), max_size=6),
    st.integers(1, 6),
)
def test_times_never_run_backwards(step: Any, vector: list[Any], count: int) -> None:
    times = frame_times_s(_Values(FrameTime=step, FrameTimeVector=vector), count)  # type: ignore[arg-type]
    if times is not None:
        assert len(times) == count
        assert times[0] == 0
        assert list(times) == sorted(times)
