"""`SequenceOfUltrasoundRegions` (0018,6011; PS3.3 C.8.5.5) to regions, the one to analyze, and its pixel spacing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydicom.dataset import Dataset

from ...images.frames import Rectangle, Region, RegionContent
from ...images.plausible_spacing import plausible_spacing
from ..header_numbers import number

_UNIT_CM = 3
_SLACK, _SLACK_PX, _AT_EDGE_PX = 0.02, 4, 1
_TWO_DIMENSIONAL, _M_MODE, _SPECTRAL, _WAVEFORM, _GRAPHICS = 1, 2, 3, 4, 5
_TISSUE, _COLOR_FLOW = 1, 2
_DOPPLER_TRACES = range(3, 10)
_GRAY_BAR, _COLOR_BAR = 0x0D, 0x0E


def read_regions(items: Iterable[Dataset], rows: int, columns: int) -> tuple[Region, ...]:
    """Every region, in file order, clipped to the image; those without a pixel inside it are left out.

    Region corners (0018,6018 to 0018,601E) are inclusive. Physical deltas count only where both axes are in cm
    (unit code 3); their sign is a direction and is dropped.
    """
    found = (_region(item, rows, columns) for item in items)
    return tuple(region for region in found if region is not None)


def tissue_region(regions: Iterable[Region]) -> Region | None:
    """The 2-D region to analyze: the largest of tissue, the first among equals; without any, the one of color flow.

    A color Doppler image whose only region is flow shows the tissue there too, and Slicer takes its pixel size. None
    where there is neither, or several of flow alone.
    """
    known = list(regions)
    tissue = [region for region in known if region.content is RegionContent.TISSUE]
    flow = [region for region in known if region.content is RegionContent.COLOR_FLOW]
    if not tissue and len(flow) == 1:
        return flow[0]
    return max(tissue, key=lambda region: region.rectangle.area, default=None)


def was_resized(items: Sequence[Dataset], rows: int, columns: int) -> bool:
    """Whether a region lies so far outside the image that the picture was made smaller after it was written.

    A few pixels too many are common and mean nothing. A picture that ends where the region does on one side, and
    before it on the other, was cut and not made smaller: its pixels have the size that they had.
    """
    ends = (_farthest(items, "RegionLocationMaxX1"), _farthest(items, "RegionLocationMaxY1"))
    sides = list(zip(ends, (columns, rows), strict=True))
    cut = any(abs(end - side) <= _AT_EDGE_PX for end, side in sides)
    return not cut and any(end > side + max(_SLACK_PX, _SLACK * side) for end, side in sides)


def _farthest(items: Sequence[Dataset], keyword: str) -> float:
    """The first column or row behind all regions."""
    corners = [number(item.get(keyword)) for item in items]
    return max((corner + 1 for corner in corners if corner is not None), default=0.0)


def _region(item: Dataset, rows: int, columns: int) -> Region | None:
    names = ("MinX0", "MinY0", "MaxX1", "MaxY1")
    corners = [number(item.get(f"RegionLocation{name}")) for name in names]
    if any(corner is None for corner in corners):
        return None
    left, top, right, bottom = (int(corner) for corner in corners if corner is not None)
    rectangle = Rectangle(left, top, right - left + 1, bottom - top + 1).clipped(rows, columns)
    if rectangle is None:
        return None
    return Region(rectangle, _content(item), _spacing(item))


def _content(item: Dataset) -> RegionContent:
    shape, data = number(item.get("RegionSpatialFormat")), number(item.get("RegionDataType"))
    if shape == _GRAPHICS or data in (_GRAY_BAR, _COLOR_BAR):
        return RegionContent.GRAPHICS
    if shape == _TWO_DIMENSIONAL and data == _TISSUE:
        return RegionContent.TISSUE
    if shape == _TWO_DIMENSIONAL and data == _COLOR_FLOW:
        return RegionContent.COLOR_FLOW
    if shape == _M_MODE:
        return RegionContent.M_MODE
    if shape == _SPECTRAL or (shape == _WAVEFORM and data in _DOPPLER_TRACES):
        return RegionContent.SPECTRAL_DOPPLER
    return RegionContent.OTHER


def _spacing(item: Dataset) -> tuple[float, float] | None:
    units = (number(item.get("PhysicalUnitsXDirection")), number(item.get("PhysicalUnitsYDirection")))
    across, down = number(item.get("PhysicalDeltaX")), number(item.get("PhysicalDeltaY"))
    if units != (_UNIT_CM, _UNIT_CM) or across is None or down is None:
        return None
    return plausible_spacing(abs(down) * 10, abs(across) * 10)
