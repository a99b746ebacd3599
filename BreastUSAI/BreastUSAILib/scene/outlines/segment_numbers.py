"""Which lesion a segment is, by its name: Segment Editor renames, adds and deletes segments as it likes."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ...engine.findings.lesion_segment import MAX_LESIONS, lesion_name

if TYPE_CHECKING:
    from ..mrml.node_types import vtkSegmentation

_LESION = re.compile(lesion_name(1).replace("1", r"([1-9]\d{0,2})") + r"(?: \(asked for\))?")


def segmentNumbers(segmentation: vtkSegmentation) -> dict[str, int]:
    """Segment id -> lesion number of a vtkSegmentation.

    The segment "Lesion n" is lesion n, and so is "Lesion n (asked for)": it keeps its number when others are deleted.
    Every other segment, a second "Lesion n" too, gets a number after all of these, in the order of the segments.

    Raises InputError for more segments than there are numbers.
    """
    count = segmentation.GetNumberOfSegments()
    if count > MAX_LESIONS:
        raise InputError(f"there are {count} segments", remedy=f"Keep at most {MAX_LESIONS}, then score them again")
    numbers: dict[str, int] = {}
    for index in range(count):
        number = _numberIn(segmentation.GetNthSegment(index).GetName())
        if number is not None and number not in numbers.values():
            numbers[segmentation.GetNthSegmentID(index)] = number
    highest = max(numbers.values(), default=0)
    taken = set(numbers.values())
    free = (n for n in chain(range(highest + 1, MAX_LESIONS + 1), range(1, highest)) if n not in taken)
    for index in range(count):
        identifier = segmentation.GetNthSegmentID(index)
        if identifier not in numbers:
            numbers[identifier] = next(free)
    return numbers


def _numberIn(name: str | None) -> int | None:
    match = _LESION.fullmatch(name or "")
    return int(match[1]) if match and int(match[1]) <= MAX_LESIONS else None
