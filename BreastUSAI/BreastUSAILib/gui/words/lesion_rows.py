"""What stands in the lesion table, as text: one row for each lesion, or for each joined lesion of a volume."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from slicer.i18n import tr as _

from ...scene.results.report_node import NAMES_KEY
from ...scene.results.stored_report import Report
from .result_words import (
    NO_BREAK,
    frameLikelihood,
    intervalWords,
    likelihoodWords,
    percentWords,
    pixelSizeWords,
)

UNKNOWN = "–"


@dataclass(frozen=True)
class LesionRow:
    """One row: the lesion that a click goes to, its cells, and what the likelihood's tooltip says."""

    lesion: dict[str, Any]
    cells: tuple[str, ...]
    likelihoodNote: str  # noqa: N815


@dataclass(frozen=True)
class LesionRows:
    """The table: headings and rows. Every row has as many cells as there are headings."""

    headings: tuple[str, ...]
    rows: tuple[LesionRow, ...]

    def asText(self) -> str:
        """The table as tab-separated text, for a spreadsheet; a tab or line break in a segment's name is a space.

        A name that a spreadsheet would take for a formula has an apostrophe before it.
        """
        lines = [self.headings, *(row.cells for row in self.rows)]
        return "\n".join("\t".join(_onOneLine(cell) for cell in cells) for cells in lines)


def _onOneLine(cell: str) -> str:
    return _noFormula(" ".join(cell.replace(NO_BREAK, " ").replace("\t", " ").splitlines()).strip())


def _noFormula(words: str) -> str:
    """Numbers stay numbers."""
    if words[:1] in ("=", "+", "-", "@") and not re.fullmatch(r"[+-]?\d[\d.,\s%]*", words):
        return f"'{words}"
    return words


def lesionRows(report: Report) -> LesionRows:
    """The rows of a report: the joined lesions of a volume where there are any, else every lesion of every frame."""
    joined = report.get("volume_lesions") or []
    unit = "px" if report["input"]["pixel_spacing_mm"] is None else "mm"
    shape = (
        _("Axes ({unit})").format(unit=unit),
        _("Depth ({unit})").format(unit=unit),
        _("Height/width"),
        _("Area ({unit}²)").format(unit=unit),
    )
    if joined:
        headings = (_("Lesion"), _("Slices"), _("Likelihood"), *shape, _("Volume (mm³)"))
        return LesionRows(headings, tuple(_joinedRow(report, lesion, unit) for lesion in joined))
    where = () if report["input"]["frames"] == 1 else (_("Frame"),)
    headings = (_("Lesion"), *where, _("Likelihood"), *shape)
    return LesionRows(headings, tuple(_row(report, lesion, unit) for lesion in report["lesions"]))


def _row(report: Report, lesion: dict[str, Any], unit: str) -> LesionRow:
    likelihood, note = _likelihood(report, lesion)
    where = () if report["input"]["frames"] == 1 else (str(lesion["frame"] + 1),)
    return LesionRow(lesion, (_name(report, lesion, lesion["number"]), *where, likelihood, *_shape(lesion, unit)), note)


def _joinedRow(report: Report, joined: dict[str, Any], unit: str) -> LesionRow:
    """A joined lesion stands in the table with the measurements of its largest outline on its key slice."""
    known = {lesion["id"]: lesion for lesion in report["lesions"]}
    parts = [known[identifier] for identifier in joined["lesions"]]
    shown = max(parts, key=lambda lesion: (lesion["frame"] == joined["key_frame"], lesion["area_px"]))
    first, last = joined["first_frame"] + 1, joined["last_frame"] + 1
    slices = str(first) if first == last else f"{first}–{last}"
    volume = UNKNOWN if joined["volume_mm3"] is None else f"{joined['volume_mm3']:.0f}"
    likelihood, note = UNKNOWN, _("No likelihood is known for this lesion.")
    if joined["malignancy"] is not None:
        likelihood = percentWords(joined["malignancy"]["probability"])
        note = _ownNote(joined["malignancy"]) if shown.get("malignancy") else _sliceNote(joined)
    name = _name(report, shown, joined["id"])
    return LesionRow(shown, (name, slices, likelihood, *_shape(shown, unit), volume), note)


def _name(report: Report, lesion: dict[str, Any], number: int) -> str:
    """What the lesion's segment is called where a reader named it, else its number."""
    return report.get(NAMES_KEY, {}).get(str(lesion["id"]), str(number))


def _shape(lesion: dict[str, Any], unit: str) -> tuple[str, ...]:
    form = ".0f" if unit == "px" else ".1f"
    area = f"{lesion['area_px']}" if unit == "px" else f"{lesion['area_mm2']:.1f}"
    return (
        f"{lesion[f'long_axis_{unit}']:{form}} × {lesion[f'short_axis_{unit}']:{form}}",
        f"{lesion[f'depth_{unit}']:{form}}",
        f"{lesion['height_width_ratio']:.2f}",
        area,
    )


def _likelihood(report: Report, lesion: dict[str, Any]) -> tuple[str, str]:
    """A lesion's own likelihood where it was scored again, else that of its whole frame."""
    own = lesion.get("malignancy")
    if own is not None:
        return percentWords(own["probability"]), _ownNote(own)
    frame = next((one for one in report["frames"] if one["index"] == lesion["frame"]), None)
    if frame is None or frame["probabilities"] is None:
        return UNKNOWN, _("No likelihood is known for this frame.")
    likelihood = percentWords(frameLikelihood(frame["probabilities"]))
    return likelihood, _("Likelihood of malignancy of the whole frame; Re-score gives each lesion its own.")


def _ownNote(malignancy: dict[str, Any]) -> str:
    return _("{likelihood} ({interval}), of this lesion after re-scoring.").format(
        likelihood=likelihoodWords(malignancy), interval=intervalWords(malignancy)
    )


def _sliceNote(joined: dict[str, Any]) -> str:
    return _("{likelihood} ({interval}), that of the whole slice {number}.").format(
        likelihood=likelihoodWords(joined["malignancy"]),
        interval=intervalWords(joined["malignancy"]),
        number=joined["key_frame"] + 1,
    )


def tableNote(report: Report) -> str:
    """How the sizes and likelihoods in the table are to be read."""
    own = [lesion.get("malignancy") is not None for lesion in report["lesions"]]
    if all(own):
        whose = _("Likelihoods are the lesions' own.")
    elif any(own) and report["input"]["kind"] == "volume":
        whose = _("Likelihoods are the lesions' own, or that of the whole slice where a lesion could not be scored.")
    elif any(own):
        whose = _("Likelihoods are the lesions' own, or that of the whole frame where a lesion could not be scored.")
    elif report.get("volume_lesions"):
        whose = _("Sizes are those on each lesion's most suspicious slice, likelihoods those of that whole slice.")
    else:
        whose = _("Likelihoods are those of the whole frame.")
    return f"{pixelSizeWords(report)} {whose}"
