"""When each frame of a cine was taken, from the Cine module (PS3.3 C.7.6.5)."""

from __future__ import annotations

from itertools import accumulate

from pydicom.dataset import Dataset

from ..header_numbers import first_number, number, numbers

_FRAME_TIME, _FRAME_TIME_VECTOR = 0x00181063, 0x00181065


def frame_times_s(dataset: Dataset, count: int) -> tuple[float, ...] | None:
    """Start of every frame in seconds from the first, or None where the file does not say.

    FrameTime (0018,1063) and FrameTimeVector (0018,1065), both in ms, in the order FrameIncrementPointer (0028,0009)
    asks for; then CineRate (0018,0040) and RecommendedDisplayFrameRate (0008,2144) in frames a second. The vector's
    first entry belongs to the first frame and is not counted; one entry fewer than frames is read as the gaps.
    """
    if count < 2:
        return None
    attempts = [_from_frame_time, _from_vector]
    if _increment_pointer(dataset) == _FRAME_TIME_VECTOR:
        attempts.reverse()
    for attempt in (*attempts, _from_rate):
        times = attempt(dataset, count)
        if times is not None:
            return times
    return None


def _increment_pointer(dataset: Dataset) -> int | None:
    pointer = first_number(dataset.get("FrameIncrementPointer"))
    return None if pointer is None else int(pointer)


def _evenly(step_s: float, count: int) -> tuple[float, ...]:
    return tuple(index * step_s for index in range(count))


def _from_frame_time(dataset: Dataset, count: int) -> tuple[float, ...] | None:
    step_ms = number(dataset.get("FrameTime"))
    return None if step_ms is None or step_ms <= 0 else _evenly(step_ms / 1000, count)


def _from_vector(dataset: Dataset, count: int) -> tuple[float, ...] | None:
    steps = numbers(dataset.get("FrameTimeVector"))
    gaps = [step for step in (steps[1:] if len(steps) == count else steps) if step is not None and step >= 0]
    if len(gaps) != count - 1 or sum(gaps) <= 0:
        return None
    return tuple(accumulate((gap / 1000 for gap in gaps), initial=0.0))


def _from_rate(dataset: Dataset, count: int) -> tuple[float, ...] | None:
    for keyword in ("CineRate", "RecommendedDisplayFrameRate"):
        rate = number(dataset.get(keyword))
        if rate is not None and rate > 0:
            return _evenly(1 / rate, count)
    return None
