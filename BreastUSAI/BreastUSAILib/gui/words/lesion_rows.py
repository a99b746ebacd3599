"""What stands in the lesion table, as text: one row for each lesion, or for each joined lesion of a volume."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slicer.i18n import tr as _

from ...engine.findings.analysis import Analysis, Lesion, Malignancy, VolumeLesion
from ...engine.findings.measures import LESION_MEASURES, UNKNOWN, VOLUME_MEASURES, columns
from ...engine.findings.words import (
    NO_BREAK,
    frames_words,
    interval_words,
    likelihood_words,
    percent,
    pixel_size_words,
    seen_best_words,
    spread_words,
    together_words,
)
from ...engine.images.frames import InputKind
from ...scene.results.stored_report import StoredReport


@dataclass(frozen=True)
class LesionRow:
    """One row: the lesion that a click goes to, its cells, and what the likelihood's tooltip says."""

    lesion: Lesion
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


def lesionRows(report: StoredReport) -> LesionRows:
    """The rows of a report: the joined lesions of a volume where there are any, else every lesion of every frame."""
    table = _Table(report)
    return table.ofJoined() if report.analysis.volume_lesions else table.ofLesions()


class _Table:
    """A report with what many of its rows are made from."""

    def __init__(self, report: StoredReport) -> None:
        analysis = report.analysis
        self._analysis, self._names = analysis, report.lesionNames
        self._columns = columns(LESION_MEASURES, analysis.input.pixel_spacing_mm is not None)
        self._volumeColumns = columns(VOLUME_MEASURES, True)
        self._hasFrames = analysis.input.frames > 1
        self._isFollowed = bool(analysis.tracked_lesions)
        self._probabilities = {frame.index: frame.probabilities for frame in analysis.frames}
        self._lesions = {lesion.id: lesion for lesion in analysis.lesions}

    def ofLesions(self) -> LesionRows:
        """Every lesion of every frame."""
        where = (_("Frame"),) if self._hasFrames else ()
        if self._isFollowed:
            where = (*where, _("In the cine"))
        headings = (_("Lesion"), *where, _("Likelihood"), *(column.heading(_) for column in self._columns))
        return LesionRows(headings, tuple(self._row(lesion) for lesion in self._analysis.lesions))

    def ofJoined(self) -> LesionRows:
        """The joined lesions of a volume."""
        shape = [column.heading(_) for column in self._columns]
        volume = [column.heading(_) for column in self._volumeColumns]
        headings = (_("Lesion"), _("Slices"), _("Likelihood"), *shape, *volume)
        return LesionRows(headings, tuple(self._joinedRow(joined) for joined in self._analysis.volume_lesions))

    def _row(self, lesion: Lesion) -> LesionRow:
        likelihood, note = self._likelihood(lesion)
        where = (str(lesion.frame + 1),) if self._hasFrames else ()
        if self._isFollowed:
            where = (*where, self._inCine(lesion))
            note = "\n".join(filter(None, (note, self._cineNote(lesion))))
        shape = (column.cell(lesion) for column in self._columns)
        return LesionRow(lesion, (self._name(lesion, lesion.number), *where, likelihood, *shape), note)

    def _joinedRow(self, joined: VolumeLesion) -> LesionRow:
        """A joined lesion stands in the table with the measurements of its largest outline on its key slice."""
        parts = [self._lesions[identifier] for identifier in joined.lesions]
        shown = max(parts, key=lambda lesion: (lesion.frame == joined.key_frame, lesion.area_px))
        first, last = joined.first_frame + 1, joined.last_frame + 1
        slices = str(first) if first == last else f"{first}–{last}"
        likelihood, note = UNKNOWN, _("No likelihood is known for this lesion.")
        if joined.malignancy is not None:
            likelihood = percent(joined.malignancy.probability, _)
            note = _ownNote(joined.malignancy)
            if shown.malignancy is None:
                note = _sliceNote(joined.malignancy, joined.key_frame)
        shape = (column.cell(shown) for column in self._columns)
        volume = (column.cell(joined) for column in self._volumeColumns)
        return LesionRow(shown, (self._name(shown, joined.id), slices, likelihood, *shape, *volume), note)

    def _inCine(self, lesion: Lesion) -> str:
        """Which lesion of the cine it is, with the one likelihood of that."""
        whole = self._analysis.tracked(lesion.id)
        if whole is None:
            return UNKNOWN
        known = whole.malignancy
        return str(whole.id) if known is None else f"{whole.id}: {percent(known.probability, _)}"

    def _cineNote(self, lesion: Lesion) -> str:
        """Where in the cine the lesion is seen, what its frames say together, and how that was put together."""
        whole = self._analysis.tracked(lesion.id)
        if whole is None:
            return ""
        told = [frames_words(whole, _, counted_from=1)]
        if whole.malignancy is not None:
            told += [likelihood_words(whole.malignancy, _=_), interval_words(whole.malignancy, _)]
        told += [spread_words(whole, _), seen_best_words(whole, self._analysis, _, counted_from=1)]
        words = _("Lesion {number} of the cine: {told}.").format(number=whole.id, told="; ".join(filter(None, told)))
        return f"{words} {together_words(_)}"

    def _name(self, lesion: Lesion, number: int) -> str:
        """What the lesion's segment is called where a reader named it, else its number."""
        return self._names.get(lesion.id, str(number))

    def _likelihood(self, lesion: Lesion) -> tuple[str, str]:
        """A lesion's own likelihood where it was scored again, else that of its whole frame."""
        if lesion.malignancy is not None:
            return percent(lesion.malignancy.probability, _), _ownNote(lesion.malignancy)
        probabilities = self._probabilities.get(lesion.frame)
        if probabilities is None:
            return UNKNOWN, _("No likelihood is known for this frame.")
        note = _("Likelihood of malignancy of the whole frame; Re-score gives each lesion its own.")
        return percent(probabilities.likelihood, _), note


def _ownNote(malignancy: Malignancy) -> str:
    return _("{likelihood} ({interval}), of this lesion after re-scoring.").format(
        likelihood=likelihood_words(malignancy, _=_), interval=interval_words(malignancy, _)
    )


def _sliceNote(malignancy: Malignancy, frame: int) -> str:
    return _("{likelihood} ({interval}), that of the whole slice {number}.").format(
        likelihood=likelihood_words(malignancy, _=_), interval=interval_words(malignancy, _), number=frame + 1
    )


def tableNote(analysis: Analysis) -> str:
    """How the sizes and likelihoods in the table are to be read."""
    own = [lesion.malignancy is not None for lesion in analysis.lesions]
    if all(own):
        whose = _("Likelihoods are the lesions' own.")
    elif any(own) and analysis.input.kind is InputKind.VOLUME:
        whose = _("Likelihoods are the lesions' own, or that of the whole slice where a lesion could not be scored.")
    elif any(own):
        whose = _("Likelihoods are the lesions' own, or that of the whole frame where a lesion could not be scored.")
    elif analysis.volume_lesions:
        whose = _("Sizes are those on each lesion's most suspicious slice, likelihoods those of that whole slice.")
    else:
        whose = _("Likelihoods are those of the whole frame.")
    return f"{pixel_size_words(analysis, _)} {whose}"
