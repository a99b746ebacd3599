"""What is measured of a lesion: the one table behind panel, findings table, preview and the schema's test.

A new measure is a row here and the function that gives its value. One that is stored in `analysis.json` is a field of
`Lesion` too, with the row's default: documents of earlier versions do not have it. Needs numpy alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .analysis import Lesion, VolumeLesion

Found = TypeVar("Found", Lesion, VolumeLesion)
Number = float | int | None
Translate = Callable[[str], str]

UNKNOWN = "–"
REQUIRED: Any = object()
"""The default of a measure that documents of every version have."""

PIXELS = ("px",)
MILLIMETRES = ("mm", "mm2")
"""Units of which only one kind is shown: millimeters where the pixel size is known, else pixels."""

_SHOWN_UNITS = {"mm2": "mm²", "mm3": "mm³"}


def _(words: str) -> str:
    """Marks what is translated where it is shown."""
    return words


@dataclass(frozen=True)
class Measure(Generic[Found]):
    """One measure.

    Args:
        key: its name in `analysis.json`.
        title: what it is called, in English.
        unit: "px", "mm", "mm2", "mm3", or empty for a number without.
        value: gives it, None where it is unknown.
        digits: decimals where it is kept (findings table).
        shown_digits: decimals where it is read at a glance (panel, preview).
        column: title of the panel's column that it stands in, with others of the same unit; empty for none.
        in_picture: whether the preview names it beside the axes.
        since: the schema's version that has it first.
        default: what an older document means by not having it.
    """

    key: str
    title: str
    unit: str
    value: Callable[[Found], Number]
    digits: int
    shown_digits: int = 0
    column: str = ""
    in_picture: bool = False
    since: str = "1.0.0"
    default: Any = REQUIRED

    @property
    def kept_title(self) -> str:
        """Title and unit in English, as a spreadsheet heads its column."""
        return self.kept_heading(str)

    def kept_heading(self, translate: Translate) -> str:
        """Title and unit in the reader's language, as the findings table heads its column."""
        title = translate(self.title)
        return f"{title} ({self.unit})" if self.unit else title

    def kept(self, found: Found) -> str:
        """The value as it is kept; empty where it is unknown."""
        value = self.value(found)
        return "" if value is None else f"{value:.{self.digits}f}"

    def shown(self, found: Found) -> str:
        """The value as it is shown, without its unit."""
        value = self.value(found)
        return UNKNOWN if value is None else f"{value:.{self.shown_digits}f}"


@dataclass(frozen=True)
class Column(Generic[Found]):
    """Measures that stand in one cell, such as both axes."""

    title: str
    unit: str
    measures: tuple[Measure[Found], ...]

    def heading(self, translate: Translate) -> str:
        """Title and unit in the reader's language."""
        if not self.unit:
            return translate(self.title)
        return translate(_("{quantity} ({unit})")).format(quantity=translate(self.title), unit=self.shown_unit)

    @property
    def shown_unit(self) -> str:
        """The unit as it is printed: mm² and not mm2."""
        return _SHOWN_UNITS.get(self.unit, self.unit)

    def cell(self, found: Found) -> str:
        """The values without their unit, as "0.9 × 0.6"."""
        return " × ".join(measure.shown(found) for measure in self.measures)

    def words(self, found: Found) -> str:
        """The values with their unit."""
        return f"{self.cell(found)} {self.shown_unit}".rstrip()


_AXES, _DEPTH, _SHAPE, _AREA, _VOLUME = _("Axes"), _("Depth"), _("Height/width"), _("Area"), _("Volume")
_FIRST_COLUMNS = (_AXES, _DEPTH, _SHAPE, _AREA)
"""Of the panel, from left to right; others follow in the table's order."""

LESION_MEASURES: tuple[Measure[Lesion], ...] = (
    Measure("area_px", _("Area"), "px", lambda lesion: lesion.area_px, 0, 0, _AREA),
    Measure("area_mm2", _("Area"), "mm2", lambda lesion: lesion.area_mm2, 2, 1, _AREA),
    Measure("long_axis_px", _("Long axis"), "px", lambda lesion: lesion.long_axis_px, 1, 0, _AXES),
    Measure("long_axis_mm", _("Long axis"), "mm", lambda lesion: lesion.long_axis_mm, 2, 1, _AXES),
    Measure("short_axis_px", _("Short axis"), "px", lambda lesion: lesion.short_axis_px, 1, 0, _AXES),
    Measure("short_axis_mm", _("Short axis"), "mm", lambda lesion: lesion.short_axis_mm, 2, 1, _AXES),
    Measure("height_width_ratio", _("Height/width"), "", lambda lesion: lesion.height_width_ratio, 2, 2, _SHAPE, True),
    Measure("depth_px", _("Depth"), "px", lambda lesion: lesion.depth_px, 1, 0, _DEPTH, True),
    Measure("depth_mm", _("Depth"), "mm", lambda lesion: lesion.depth_mm, 2, 1, _DEPTH, True),
    Measure("mean_probability", _("Mask probability"), "", lambda lesion: lesion.mean_probability, 3),
)
"""Of a lesion in one frame, in the order of the findings table."""

VOLUME_MEASURES: tuple[Measure[VolumeLesion], ...] = (
    Measure("first_frame", _("First frame"), "", lambda lesion: lesion.first_frame, 0),
    Measure("last_frame", _("Last frame"), "", lambda lesion: lesion.last_frame, 0),
    Measure("voxels", _("Voxels"), "", lambda lesion: lesion.voxels, 0),
    Measure("volume_mm3", _("Volume"), "mm3", lambda lesion: lesion.volume_mm3, 1, 0, _VOLUME),
)
"""Of a joined lesion of a volume."""


def columns(measures: Sequence[Measure[Found]], calibrated: bool) -> tuple[Column[Found], ...]:
    """The panel's columns of these measures: in millimeters where the pixel size is known, else in pixels.

    >>> from BreastUSAILib.engine.findings.measures import LESION_MEASURES, columns
    >>> [column.heading(str) for column in columns(LESION_MEASURES, calibrated=True)]
    ['Axes (mm)', 'Depth (mm)', 'Height/width', 'Area (mm²)']
    """
    hidden = PIXELS if calibrated else MILLIMETRES
    together: dict[str, list[Measure[Found]]] = {}
    for measure in measures:
        if measure.column and measure.unit not in hidden:
            together.setdefault(measure.column, []).append(measure)
    titles = [title for title in _FIRST_COLUMNS if title in together]
    titles += [title for title in together if title not in titles]
    return tuple(Column(title, together[title][0].unit, tuple(together[title])) for title in titles)


def axes(calibrated: bool) -> Column[Lesion]:
    """Both axes of a lesion."""
    return next(column for column in columns(LESION_MEASURES, calibrated) if column.title == _AXES)


def beside_axes(calibrated: bool) -> tuple[Column[Lesion], ...]:
    """What the preview says of a lesion besides its axes."""
    return columns([measure for measure in LESION_MEASURES if measure.in_picture], calibrated)
