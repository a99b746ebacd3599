"""What stands in the findings table: a row of words for the verdict and for each lesion. Needs no scene."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from ... import RESEARCH_USE
from ...engine.findings.analysis import Analysis, Lesion, Malignancy, VolumeLesion
from ...engine.findings.changed import DEPTH, LONG_AXIS, SHORT_AXIS
from ...engine.findings.descriptors import WORDS
from ...engine.findings.lesion_segment import lesion_name
from ...engine.findings.measures import LESION_MEASURES, VOLUME_MEASURES
from ...engine.findings.words import descriptor_title, descriptor_value, length_error
from ...engine.images.frames import InputKind

Row = dict[str, str]
"""Column title -> cell; a column that a row does not name stays empty: what is unknown is not a number."""

FINDING = "Finding"
LIKELIHOOD = "Likelihood of malignancy"
LESION = "Lesion"
FRAME = "Frame"
ASKED = "Asked for by the reader"
ERRORS = {LONG_AXIS: "Long axis", SHORT_AXIS: "Short axis", DEPTH: "Depth"}
"""Lengths whose error is known, by name."""


def columnsOf(analysis: Analysis) -> dict[str, str]:
    """Title -> unit (empty for none) of every column, from left to right."""
    columns = dict.fromkeys((FINDING, LIKELIHOOD, LESION, FRAME), "")
    if analysis.input.kind is InputKind.VOLUME:
        columns |= {measure.kept_title: measure.unit for measure in VOLUME_MEASURES}
    columns |= {measure.kept_title: measure.unit for measure in LESION_MEASURES}
    unit = "px" if analysis.input.pixel_spacing_mm is None else "mm"
    columns |= {f"{title} ± ({unit})": unit for title in ERRORS.values()}
    return columns | {descriptor_title(name): "" for name in WORDS} | {ASKED: ""}


NO_NAMES: Mapping[int, str] = {}
_LESIONS_A_STEP = 50


def findingRows(analysis: Analysis, names: Mapping[int, str] = NO_NAMES) -> Generator[None, None, list[Row]]:
    """The verdict, then each joined lesion of a volume, then each lesion of each frame; in short steps.

    The likelihood is that of the whole input in the verdict's row, and that of the lesion's frame in a lesion's row
    unless the lesion was scored on its own; with its interval where that is known. `names` are those that a reader
    gave lesions, by `Lesion.id`.
    """
    verdict = analysis.verdict
    first = {
        FINDING: f"Verdict: {verdict.label.value} ({RESEARCH_USE})",
        LIKELIHOOD: _interval(verdict.malignancy),
        FRAME: "" if verdict.key_frame is None else str(verdict.key_frame),
    }
    likelihoods = {finding.index: finding.probabilities for finding in analysis.frames}
    rows = [first]
    for joined in analysis.volume_lesions:
        rows.append(_joinedRow(joined, names.get(joined.lesions[0], lesion_name(joined.id))))
    yield
    for count, lesion in enumerate(analysis.lesions, start=1):
        frame = likelihoods.get(lesion.frame)
        likelihood = "" if frame is None else f"{frame.likelihood:.3f}"
        number = analysis.volume_number(lesion.frame, lesion.number)
        rows.append(_lesionRow(lesion, number, names.get(lesion.id, lesion_name(number)), likelihood))
        if count % _LESIONS_A_STEP == 0:
            yield
    return rows


def _lesionRow(lesion: Lesion, number: int, name: str, frameLikelihood: str) -> Row:
    return {
        FINDING: name,
        LIKELIHOOD: _interval(lesion.malignancy) or frameLikelihood,
        LESION: str(number),
        FRAME: str(lesion.frame),
        **{measure.kept_title: measure.kept(lesion) for measure in LESION_MEASURES},
        **_errors(lesion),
        **{descriptor_title(one.name): descriptor_value(one.value) for one in lesion.descriptors if one.value},
        ASKED: "yes" if lesion.asked is not None else "",
    }


def _errors(lesion: Lesion) -> Row:
    """How far lengths may be off, in the unit that the lengths are read in; of one that a reader measured nothing."""
    unit, digits = ("px", 1) if lesion.long_axis_mm is None else ("mm", 2)
    errors = {title: length_error(lesion, name) for name, title in ERRORS.items()}
    return {f"{title} ± ({unit})": f"{error:.{digits}f}" for title, error in errors.items() if error is not None}


def _joinedRow(joined: VolumeLesion, name: str) -> Row:
    return {
        FINDING: f"{name}, all slices",
        LIKELIHOOD: _interval(joined.malignancy),
        LESION: str(joined.id),
        FRAME: str(joined.key_frame),
        **{measure.kept_title: measure.kept(joined) for measure in VOLUME_MEASURES},
    }


def _interval(malignancy: Malignancy | None) -> str:
    if malignancy is None:
        return ""
    return f"{malignancy.probability:.3f} ({malignancy.low:.3f}-{malignancy.high:.3f})"
