"""What stands in the findings table: a row of words for the verdict and for each lesion. Needs no scene."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from ... import RESEARCH_USE
from ...engine.findings.analysis import Analysis, Lesion, Malignancy, VolumeLesion
from ...engine.findings.changed import DEPTH, LONG_AXIS, SHORT_AXIS
from ...engine.findings.descriptors import WORDS
from ...engine.findings.lesion_segment import lesion_name
from ...engine.findings.measures import LESION_MEASURES, VOLUME_MEASURES, Translate
from ...engine.findings.words import descriptor_title, descriptor_value, english, label_words, length_error
from ...engine.images.frames import InputKind

Row = dict[str, str]
"""Column title -> cell; a column that a row does not name stays empty: what is unknown is not a number."""

NO_NAMES: Mapping[int, str] = {}
_LESIONS_A_STEP = 50


class FindingsRows:
    """Columns and rows of one analysis, in one language.

    Args:
        analysis: what was found.
        names: those that a reader gave lesions, by `Lesion.id`.
        translate: gives the words in the language of who reads the table.
    """

    def __init__(self, analysis: Analysis, names: Mapping[int, str] = NO_NAMES, translate: Translate = english) -> None:
        self._analysis, self._names, self._translate = analysis, names, translate
        _ = translate
        self._finding, self._lesion, self._frame = _("Finding"), _("Lesion"), _("Frame")
        self._likelihood = _("Likelihood of malignancy")
        self._lesionHeadings = [(measure.kept_heading(_), measure) for measure in LESION_MEASURES]
        self._volumeHeadings = [(measure.kept_heading(_), measure) for measure in VOLUME_MEASURES]

        self._lengths = {LONG_AXIS: _("Long axis"), SHORT_AXIS: _("Short axis"), DEPTH: _("Depth")}
        self._asked = _("Asked for by the reader")

    def columns(self) -> dict[str, str]:
        """Title -> unit (empty for none) of every column, from left to right."""
        _, analysis = self._translate, self._analysis
        columns = dict.fromkeys((self._finding, self._likelihood, self._lesion, self._frame), "")
        if analysis.input.kind is InputKind.VOLUME:
            columns |= {title: measure.unit for title, measure in self._volumeHeadings}
        columns |= {title: measure.unit for title, measure in self._lesionHeadings}
        unit = "px" if analysis.input.pixel_spacing_mm is None else "mm"
        columns |= {f"{title} ± ({unit})": unit for title in self._lengths.values()}
        return columns | {descriptor_title(name, _): "" for name in WORDS} | {self._asked: ""}

    def rows(self) -> Generator[None, None, list[Row]]:
        """The verdict, then each joined lesion of a volume, then each lesion of each frame; in short steps.

        The likelihood is that of the whole input in the verdict's row, and that of the lesion's frame in a lesion's row
        unless the lesion was scored on its own; with its interval where that is known.
        """
        analysis, names = self._analysis, self._names
        likelihoods = {finding.index: finding.probabilities for finding in analysis.frames}
        rows = [self._verdictRow()]
        for joined in analysis.volume_lesions:
            rows.append(self._joinedRow(joined, names.get(joined.lesions[0], lesion_name(joined.id))))
        yield
        for count, lesion in enumerate(analysis.lesions, start=1):
            frame = likelihoods.get(lesion.frame)
            likelihood = "" if frame is None else f"{frame.likelihood:.3f}"
            number = analysis.volume_number(lesion.frame, lesion.number)
            rows.append(self._lesionRow(lesion, number, names.get(lesion.id, lesion_name(number)), likelihood))
            if count % _LESIONS_A_STEP == 0:
                yield
        return rows

    def _verdictRow(self) -> Row:
        _, verdict = self._translate, self._analysis.verdict
        words = _("Verdict: {verdict} ({note})").format(verdict=label_words(verdict.label, _), note=_(RESEARCH_USE))
        return {
            self._finding: words,
            self._likelihood: _interval(verdict.malignancy),
            self._frame: "" if verdict.key_frame is None else str(verdict.key_frame),
        }

    def _lesionRow(self, lesion: Lesion, number: int, name: str, frameLikelihood: str) -> Row:
        _, told = self._translate, [one for one in lesion.descriptors if one.value is not None]
        return {
            self._finding: name,
            self._likelihood: _interval(lesion.malignancy) or frameLikelihood,
            self._lesion: str(number),
            self._frame: str(lesion.frame),
            **{title: measure.kept(lesion) for title, measure in self._lesionHeadings},
            **self._errors(lesion),
            **{descriptor_title(one.name, _): descriptor_value(one.value, _) for one in told},
            self._asked: _("yes") if lesion.asked is not None else "",
        }

    def _errors(self, lesion: Lesion) -> Row:
        """How far lengths may be off, in the unit that the lengths are read in; nothing of one that a reader took."""
        unit, digits = ("px", 1) if lesion.long_axis_mm is None else ("mm", 2)
        errors = {title: length_error(lesion, name) for name, title in self._lengths.items()}
        return {f"{title} ± ({unit})": f"{error:.{digits}f}" for title, error in errors.items() if error is not None}

    def _joinedRow(self, joined: VolumeLesion, name: str) -> Row:
        _ = self._translate
        return {
            self._finding: _("{name}, all slices").format(name=name),
            self._likelihood: _interval(joined.malignancy),
            self._lesion: str(joined.id),
            self._frame: str(joined.key_frame),
            **{title: measure.kept(joined) for title, measure in self._volumeHeadings},
        }


def _interval(malignancy: Malignancy | None) -> str:
    if malignancy is None:
        return ""
    return f"{malignancy.probability:.3f} ({malignancy.low:.3f}-{malignancy.high:.3f})"
