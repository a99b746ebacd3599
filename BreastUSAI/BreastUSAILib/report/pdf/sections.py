"""The sections of the report, in the order in which they are read. A new one is a function here and its line below."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from PIL import Image

from ...engine.findings.analysis import Analysis, Label, Lesion, Malignancy, VolumeLesion
from ...engine.findings.descriptors import WORDS, Descriptor
from ...engine.findings.lesion_segment import lesion_name
from ...engine.findings.measures import LESION_MEASURES, VOLUME_MEASURES, columns
from ...engine.findings.words import (
    descriptor_title,
    descriptor_value,
    english,
    flag_words,
    frame_words,
    frames_words,
    interval_words,
    likelihood_words,
    percent,
    pixel_size_words,
    prevalence_words,
    risk_band_meaning,
    risk_band_words,
    seen_best_words,
    severity_words,
    shape_words,
    slices_words,
    software_words,
    spread_words,
    together_words,
    verdict_meaning,
    verdict_words,
)
from ...engine.images.frames import InputKind
from ..preview import preview_views
from ..preview_explanations import further_views
from ..preview_theme import BACKGROUND
from .contents import Contents
from .lettering import markup
from .style import QUIET, SEVERITY_INK, WIDTH_PT, Paper

Section = Callable[[Contents, Paper], list[Any]]

_PICTURE_PT, _TALLEST_PT = 0.5 * (WIDTH_PT - 12), 250.0
_FURTHER_ACROSS = 3
_FURTHER_PT, _FURTHER_ROOM_PX = (WIDTH_PT - 24) / _FURTHER_ACROSS, 1200
_NUMBER_PT, _NAME_PT, _LIKELIHOOD_PT = 22.0, 78.0, 92.0
_LESION_TITLES = {
    InputKind.STILL: "Lesions",
    InputKind.CINE: "Lesions of this frame",
    InputKind.VOLUME: "Lesions of this slice",
}
_BLANK = "_" * 30


def heading(contents: Contents, paper: Paper) -> list[Any]:
    """What was looked at, and when."""
    analysis, frames = contents.analysis, contents.frames
    size = f"{frames.columns} × {frames.rows} pixels"
    kind = "still" if frames.kind is InputKind.STILL else f"{frames.kind.value} of {frames.count} frames"
    lines = [paper.text("Breast ultrasound: findings of an AI", 15, bold=True, after=3)]
    patient = " · ".join(f"{title}: {value}" for title, value in contents.patient.items() if value)
    if patient:
        lines.append(paper.text(patient, 10))
    lines.append(paper.text(f"{frames.name} · {kind} · {size}", 9, QUIET))
    return [*lines, paper.text(f"{contents.written_at} · {pixel_size_words(analysis)}", 8, QUIET)]


def verdict(contents: Contents, paper: Paper) -> list[Any]:
    """Verdict and likelihood, in figures and in words."""
    analysis = contents.analysis
    found, malignancy = analysis.verdict, analysis.verdict.malignancy
    lines = [paper.heading("Result"), paper.text(verdict_words(found.label), 17, bold=True, after=3)]
    lines.append(paper.text(verdict_meaning(analysis), 9, QUIET))
    if malignancy is not None:
        lines.append(paper.text(likelihood_words(malignancy, found.label), 11, bold=True))
        lines.append(paper.text(f"{interval_words(malignancy)}. {hundred_words(malignancy)}"))
        if band := risk_band_words(found):
            lines.append(paper.text(f"{band[0].upper()}{band[1:]}. {risk_band_meaning()}"))
    if prevalence_words(analysis):
        lines.append(paper.text(prevalence_words(analysis)))
    if found.probabilities is not None:
        shares = (Label.NORMAL, Label.BENIGN, Label.MALIGNANT)
        words = ", ".join(f"{one.value} {percent(getattr(found.probabilities, one.value))}" for one in shares)
        lines.append(paper.text(f"Class probabilities: {words}.", 8, QUIET))
    return lines


def hundred_words(malignancy: Malignancy) -> str:
    """The likelihood as a number of lesions out of a hundred, which people judge better than a percentage."""
    middle, low, high = map(_of_hundred, (malignancy.probability, malignancy.low, malignancy.high))
    about = "about " if middle.isdecimal() else ""
    return f"Of 100 lesions that the model reads like this one, {about}{middle} are malignant ({low} to {high})."


def _of_hundred(share: float) -> str:
    """A whole number, and never a rounded 0 or 100 for what is neither."""
    if 0.0 < share < 0.01:
        return "fewer than 1"
    return "more than 99" if 0.99 < share < 1.0 else str(round(100 * share))


def pictures(contents: Contents, paper: Paper) -> list[Any]:
    """The key frame with its outlines, and with the heat map."""
    analysis, frames = contents.analysis, contents.frames
    key = analysis.verdict.key_frame
    frame = frames.count // 2 if key is None else key
    cells: list[Any] = []
    captions: list[Any] = []
    for caption, view, strip in preview_views(analysis, frames, frame):
        cells.append(_picture(paper, _stacked(view, strip)))
        captions.append(paper.text(caption, 8, QUIET))
    where = "" if frames.count == 1 else f"Shown: {frame_words(analysis, frame)}."
    table = _side_by_side(paper, cells, captions, _PICTURE_PT + 6)
    return [paper.space(4), table, *([paper.text(where, 8, QUIET)] if where else [])]


def explanations(contents: Contents, paper: Paper) -> list[Any]:
    """The explanations beside the heat map, of the frame above."""
    analysis, frames = contents.analysis, contents.frames
    key = analysis.verdict.key_frame
    views = [] if key is None else further_views(analysis, frames, key, _FURTHER_ROOM_PX, english)
    if not views:
        return []
    parts: list[Any] = [paper.heading("Further explanations")]
    for first in range(0, len(views), _FURTHER_ACROSS):
        row = views[first : first + _FURTHER_ACROSS]
        cells = [_picture(paper, _stacked(view, strip), _FURTHER_PT) for _caption, view, strip in row]
        captions = [paper.text(caption, 7, QUIET) for caption, _view, _strip in row]
        parts.append(_side_by_side(paper, cells, captions, _FURTHER_PT + 6))
    how = "A map is divided by its own greatest value: two of them cannot be compared by their brightness."
    return [*parts, paper.text(how, 7, QUIET)]


def _side_by_side(paper: Paper, cells: list[Any], captions: list[Any], width: float) -> Any:
    table = paper.platypus.Table([cells, captions], colWidths=[width] * len(cells), hAlign="LEFT")
    table.setStyle(
        paper.platypus.TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    )
    return table


def _stacked(view: Image.Image, strip: Image.Image) -> Image.Image:
    """A picture over its scale, on the scanner's black."""
    both = Image.new("RGB", (max(view.width, strip.width), view.height + 6 + strip.height), BACKGROUND)
    both.paste(view, (0, 0))
    both.paste(strip, (0, view.height + 6))
    return both


def _picture(paper: Paper, image: Image.Image, width: float = _PICTURE_PT) -> Any:
    scale = min(width / image.width, _TALLEST_PT / image.height)
    stored = io.BytesIO()
    image.save(stored, format="PNG")
    stored.seek(0)
    return paper.platypus.Image(stored, width=image.width * scale, height=image.height * scale)


def lesions(contents: Contents, paper: Paper) -> list[Any]:
    """Every lesion of the key frame with its measures; of a volume every joined lesion before them."""
    analysis, key = contents.analysis, contents.analysis.verdict.key_frame
    if analysis.verdict.label is Label.REJECTED:
        return []
    here = () if key is None else analysis.lesions_of(key)
    parts: list[Any] = []
    if analysis.volume_lesions:
        parts += [paper.heading("Lesions of the volume"), _volume_table(analysis, paper)]
    if analysis.tracked_lesions:
        parts += [paper.heading("Lesions of the cine"), *_tracked_table(analysis, paper)]
    parts.append(paper.heading(_LESION_TITLES[analysis.input.kind]))
    parts.append(_lesion_table(contents, here, paper) if here else paper.text("No lesion was outlined."))
    others = len(analysis.lesions) - len(here)
    if others:
        words = f"Other frames have {others} more outlines; the table of lesions (CSV) has them all."
        parts.append(paper.text(words, 8))
    return parts


def _lesion_table(contents: Contents, here: tuple[Lesion, ...], paper: Paper) -> Any:
    analysis = contents.analysis
    shown = columns(LESION_MEASURES, analysis.input.pixel_spacing_mm is not None)
    titles = ["", "Lesion", *(column.heading(str) for column in shown), "Likelihood"]
    rows = [[paper.text(title, 8, bold=True) for title in titles]]
    for lesion in here:
        number = analysis.volume_number(lesion.frame, lesion.number)
        name = contents.lesion_names.get(lesion.id, lesion_name(number))
        cells = [str(number), name, *(column.cell(lesion) for column in shown), _likelihood(lesion.malignancy)]
        cells[1] = f"{name}, {shape_words(lesion)}"
        rows.append([paper.text(cell, 8) for cell in cells])
    room = (WIDTH_PT - _NUMBER_PT - _NAME_PT - _LIKELIHOOD_PT) / len(shown)
    return paper.table(rows, [_NUMBER_PT, _NAME_PT, *[room] * len(shown), _LIKELIHOOD_PT])


def _volume_table(analysis: Analysis, paper: Paper) -> Any:
    shown = columns(VOLUME_MEASURES, True)
    titles = ("", *(column.heading(str) for column in shown), "Where", "Likelihood")
    rows = [[paper.text(title, 8, bold=True) for title in titles]]
    for lesion in analysis.volume_lesions:
        sizes = (column.cell(lesion) for column in shown)
        cells = [str(lesion.id), *sizes, _where(lesion), _likelihood(lesion.malignancy)]
        rows.append([paper.text(cell, 8) for cell in cells])
    room = (WIDTH_PT - _NUMBER_PT - _LIKELIHOOD_PT) / (len(shown) + 1)
    return paper.table(rows, [_NUMBER_PT, *[room] * (len(shown) + 1), _LIKELIHOOD_PT])


def _tracked_table(analysis: Analysis, paper: Paper) -> list[Any]:
    titles = ("", "Where", "Likelihood", "Seen best")
    rows = [[paper.text(title, 8, bold=True) for title in titles]]
    for lesion in analysis.tracked_lesions:
        likelihood = ", ".join(filter(None, (_likelihood(lesion.malignancy), spread_words(lesion))))
        where, seen_best = frames_words(lesion, counted_from=1), seen_best_words(lesion, analysis, counted_from=1)
        cells = [str(lesion.id), where, likelihood, seen_best]
        rows.append([paper.text(cell, 8) for cell in cells])
    room = (WIDTH_PT - _NUMBER_PT) / 10
    table = paper.table(rows, [_NUMBER_PT, 2.6 * room, 3.2 * room, 4.2 * room])
    return [table, paper.text(together_words(), 7, QUIET)]


def _where(lesion: VolumeLesion) -> str:
    return f"{slices_words(lesion)}, counted from 0"


def _likelihood(malignancy: Malignancy | None) -> str:
    if malignancy is None:
        return "that of the image"
    return f"{percent(malignancy.probability)} ({percent(malignancy.low)} to {percent(malignancy.high)})"


def descriptors(contents: Contents, paper: Paper) -> list[Any]:
    """What each lesion of the key frame looks like, in words, with the reader's own beside them."""
    analysis, key = contents.analysis, contents.analysis.verdict.key_frame
    described = [] if key is None else [one for one in analysis.lesions_of(key) if one.descriptors]
    if key is None or not described:
        return []
    rows = [[paper.text(title, 8, bold=True) for title in ("", *(descriptor_title(name) for name in WORDS))]]
    for lesion in described:
        computed, own = {one.name: one for one in lesion.descriptors}, contents.reader_words.get(lesion.id, {})
        cells = [_described(computed.get(name), own.get(name)) for name in WORDS]
        rows.append([paper.text(cell, 8) for cell in (str(analysis.volume_number(key, lesion.number)), *cells)])
    room = (WIDTH_PT - _NUMBER_PT) / len(WORDS)
    told = (
        "Computed from the image and the outline; in brackets, how far the measures lie from another word (50 % is on "
        "the line). A reader may see it otherwise: a reader's own words are named so."
    )
    return [
        paper.heading("Descriptors"),
        paper.table(rows, [_NUMBER_PT, *[room] * len(WORDS)]),
        paper.text(told, 7, QUIET),
    ]


def _described(computed: Descriptor | None, own: str | None) -> str:
    """A descriptor's word with its confidence, and the reader's where there is one."""
    words = descriptor_value(None if computed is None else computed.value)
    if computed is not None and computed.value is not None:
        words += f" ({percent(computed.confidence)})"
    return words if own is None else f"{words}; reader: {descriptor_value(own)}"


def flags(contents: Contents, paper: Paper) -> list[Any]:
    """What keeps the result from being taken as it is, the gravest first."""
    grave = ("reject", "warning", "info")
    found = sorted(contents.analysis.flags, key=lambda flag: grave.index(flag.severity.value))
    if not found:
        return []
    rows = [
        [
            paper.text(severity_words(flag.severity), 8, SEVERITY_INK[flag.severity.value], bold=True),
            paper.text(flag_words(flag), 8),
        ]
        for flag in found
    ]
    return [paper.heading("What to keep in mind"), paper.table(rows, [60, WIDTH_PT - 60], head=False)]


def models(contents: Contents, paper: Paper) -> list[Any]:
    """Which models said it, what they learned from, and how good they were on data that they had not seen."""
    parts = [paper.heading("Models")]
    for card in contents.cards:
        one = card.identity
        parts.append(paper.marked(f'<font name="VeraBd">{markup(one.name)} {markup(one.version)}</font>', 8, after=0))
        said = [card.description, f"Trained on {card.trained_on}." if card.trained_on else ""]
        if card.figures:
            figures = "; ".join(f"{name}: {figure}" for name, figure in card.figures)
            said.append(f"AUC of malignancy on test data, with 95 % interval: {figures}.")
        said.append(f"SHA-256 {one.sha256}")
        parts.append(paper.text(" ".join(filter(None, said)), 7, QUIET))
    return [*parts, paper.text(software_words(contents.analysis), 7, QUIET)]


def reader(contents: Contents, paper: Paper) -> list[Any]:
    """The reader's own assessment, or room for one, and a signature."""
    parts: list[Any] = [paper.heading("Reader's own assessment")]
    if contents.reader:
        rows = [
            [paper.text(title, 8, bold=True), paper.text(value, 9)] for title, value in contents.reader.items() if value
        ]
        parts.append(paper.table(rows, [130, WIDTH_PT - 130], head=False))
    else:
        parts.append(paper.text(f"BI-RADS category: {_BLANK}      Comment: {_BLANK}", 9, after=8))
    parts.append(paper.space(16))
    parts.append(paper.text(f"Name: {_BLANK}    Date: {'_' * 14}    Signature: {_BLANK}", 8))
    return [paper.platypus.KeepTogether(parts)]


SECTIONS: tuple[Section, ...] = (
    *(heading, verdict, pictures, lesions, descriptors, explanations, flags, reader, models),
)
"""From the top of the first page on."""
