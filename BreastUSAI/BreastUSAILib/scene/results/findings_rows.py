"""What stands in the findings table: a row of words for the verdict and for each lesion. Needs no scene."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from ... import RESEARCH_USE
from ...engine.findings.analysis import Analysis, Lesion, Malignancy, VolumeLesion
from ...engine.findings.lesion_segment import lesion_name
from ...engine.images.frames import InputKind

Row = dict[str, str]
"""Column title -> cell; a column that a row does not name stays empty: what is unknown is no number."""

FINDING = "Finding"
LIKELIHOOD = "Likelihood of malignancy"
LESION = "Lesion"
FRAME = "Frame"
_VOLUME_COLUMNS = (("First frame", ""), ("Last frame", ""), ("Voxels", ""), ("Volume", "mm3"))
_MEASURES: tuple[tuple[str, str, Callable[[Lesion], float | int | None], str], ...] = (
    ("Area", "px", lambda lesion: lesion.area_px, "d"),
    ("Area", "mm2", lambda lesion: lesion.area_mm2, ".2f"),
    ("Long axis", "px", lambda lesion: lesion.long_axis_px, ".1f"),
    ("Long axis", "mm", lambda lesion: lesion.long_axis_mm, ".2f"),
    ("Short axis", "px", lambda lesion: lesion.short_axis_px, ".1f"),
    ("Short axis", "mm", lambda lesion: lesion.short_axis_mm, ".2f"),
    ("Height/width", "", lambda lesion: lesion.height_width_ratio, ".2f"),
    ("Depth", "px", lambda lesion: lesion.depth_px, ".1f"),
    ("Depth", "mm", lambda lesion: lesion.depth_mm, ".2f"),
    ("Mask probability", "", lambda lesion: lesion.mean_probability, ".3f"),
)


def columnsOf(analysis: Analysis) -> dict[str, str]:
    """Title -> unit (empty for none) of every column, from left to right."""
    extent = _VOLUME_COLUMNS if analysis.input.kind is InputKind.VOLUME else ()
    measures = [(what, unit) for what, unit, _value, _form in _MEASURES]
    columns = [(FINDING, ""), (LIKELIHOOD, ""), (LESION, ""), (FRAME, ""), *extent, *measures]
    return {_title(what, unit): unit for what, unit in columns}


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
        FRAME: _cell(verdict.key_frame, "d"),
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
    measures = {_title(what, unit): _cell(value(lesion), form) for what, unit, value, form in _MEASURES}
    return {
        FINDING: name,
        LIKELIHOOD: _interval(lesion.malignancy) or frameLikelihood,
        LESION: str(number),
        FRAME: str(lesion.frame),
        **measures,
    }


def _joinedRow(joined: VolumeLesion, name: str) -> Row:
    return {
        FINDING: f"{name}, all slices",
        LIKELIHOOD: _interval(joined.malignancy),
        LESION: str(joined.id),
        FRAME: str(joined.key_frame),
        "First frame": str(joined.first_frame),
        "Last frame": str(joined.last_frame),
        "Voxels": str(joined.voxels),
        _title("Volume", "mm3"): _cell(joined.volume_mm3, ".1f"),
    }


def _title(what: str, unit: str) -> str:
    return f"{what} ({unit})" if unit else what


def _interval(malignancy: Malignancy | None) -> str:
    if malignancy is None:
        return ""
    return f"{malignancy.probability:.3f} ({malignancy.low:.3f}-{malignancy.high:.3f})"


def _cell(value: float | int | None, form: str) -> str:
    return "" if value is None else format(value, form)
