"""The words and bars of the preview: verdict, likelihood, class probabilities, lesions, flags, provenance."""

from __future__ import annotations

from PIL import Image, ImageDraw

from ..engine.findings.analysis import CLASSES, Analysis, Label, Lesion, Malignancy, Probabilities
from ..engine.findings.lesion_segment import lesion_color
from ..engine.findings.measures import beside_axes
from ..engine.findings.words import (
    asked_words,
    descriptor_words,
    interval_words,
    lesion_size,
    likelihood_words,
    model_lines,
    percent,
    risk_band_words,
    shape_words,
    slices_words,
    verdict_meaning,
    verdict_words,
    volume_size,
)
from ..engine.images.frames import InputKind
from .preview_theme import (
    BACKGROUND,
    LABEL_COLORS,
    QUIET,
    RGB,
    RULE,
    SEVERITY_COLORS,
    TEXT,
    TRACK,
    font,
    printable,
    shortened,
    wrapped,
)

PANEL_WIDTH = 430

_EXPLAINED = (Label.UNDETERMINED, Label.REJECTED)
_MOST_LESIONS = 5
_MOST_FLAGS = 6
_TALLEST = 4000


def panel(analysis: Analysis, frame: int) -> Image.Image:
    """The panel of `PANEL_WIDTH` pixels that goes with `frame`, as tall as its content."""
    column = _Column()
    _verdict(column, analysis)
    if analysis.verdict.probabilities is not None:
        _class_bars(column, analysis.verdict.probabilities)
    if analysis.verdict.label is not Label.REJECTED:
        _lesions(column, analysis, frame)
        _joined_lesions(column, analysis)
    _flags(column, analysis)
    _provenance(column, analysis)
    return column.image()


class _Column:
    """A column of text and bars that knows how far down it has come."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (PANEL_WIDTH, _TALLEST), BACKGROUND)
        self.draw = ImageDraw.Draw(self._image)
        self.y = 0

    def heading(self, text: str) -> None:
        """A small heading with a rule above it."""
        if self.y:
            self.y += 14
            self.draw.line([(0, self.y), (PANEL_WIDTH, self.y)], fill=RULE)
            self.y += 12
        self.text(text, 14, QUIET)
        self.y += 4

    def text(self, text: str, size: int, color: RGB = TEXT, indent: int = 0) -> None:
        """A paragraph, wrapped."""
        for line in wrapped(text, size, PANEL_WIDTH - indent):
            self.draw.text((indent, self.y), line, font=font(size), fill=color)
            self.y += round(size * 1.35)

    def image(self) -> Image.Image:
        return self._image.crop((0, 0, PANEL_WIDTH, min(self.y, _TALLEST)))


def _verdict(column: _Column, analysis: Analysis) -> None:
    verdict = analysis.verdict
    column.heading("VERDICT")
    column.text(verdict_words(verdict.label), 42, LABEL_COLORS[verdict.label])
    column.y += 4
    if verdict.label in _EXPLAINED:
        column.text(verdict_meaning(analysis), 17)
        column.y += 4
    if verdict.malignancy is not None:
        column.text(likelihood_words(verdict.malignancy, verdict.label), 20)
        column.text(interval_words(verdict.malignancy), 16, QUIET)
        band = risk_band_words(verdict.malignancy)
        column.text(f"{band[:1].upper()}{band[1:]} (not a BI-RADS category)", 15, QUIET)
        _likelihood_bar(column, verdict.malignancy)


def _likelihood_bar(column: _Column, malignancy: Malignancy) -> None:
    draw, top = column.draw, column.y + 8
    color = LABEL_COLORS[Label.MALIGNANT]
    last = PANEL_WIDTH - 1
    draw.rounded_rectangle([0, top + 4, last, top + 14], radius=5, fill=TRACK)
    low, at, high = (round(share * last) for share in (malignancy.low, malignancy.probability, malignancy.high))
    faint = tuple((a + b) // 2 for a, b in zip(color, TRACK, strict=True))
    draw.rounded_rectangle([low, top + 4, max(high, low + 4), top + 14], radius=5, fill=faint)
    at = min(max(at, 3), last - 3)
    draw.rectangle([at - 3, top, at + 3, top + 18], fill=color, outline=BACKGROUND)
    for share, anchor in ((0.0, "la"), (0.5, "ma"), (1.0, "ra")):
        draw.text((share * last, top + 22), f"{share * 100:.0f} %", font=font(13), fill=QUIET, anchor=anchor)
    column.y = top + 38


def _class_bars(column: _Column, probabilities: Probabilities) -> None:
    column.heading("CLASS PROBABILITIES")
    left, right = 104, PANEL_WIDTH - 68
    for label in CLASSES:
        share = getattr(probabilities, label.value)
        middle = column.y + 11
        column.draw.text((0, middle), printable(verdict_words(label)), font=font(17), fill=TEXT, anchor="lm")
        column.draw.rounded_rectangle([left, middle - 5, right, middle + 5], radius=5, fill=TRACK)
        end = left + round(share * (right - left))
        if end > left:
            column.draw.rounded_rectangle(
                [left, middle - 5, max(end, left + 4), middle + 5], radius=5, fill=LABEL_COLORS[label]
            )
        column.draw.text((PANEL_WIDTH, middle), printable(percent(share)), font=font(17), fill=TEXT, anchor="rm")
        column.y += 26


def _lesions(column: _Column, analysis: Analysis, frame: int) -> None:
    lesions = analysis.lesions_of(frame)
    column.heading(f"LESIONS IN THIS {'SLICE' if analysis.input.kind is InputKind.VOLUME else 'FRAME'}")
    if not lesions:
        column.text("none outlined", 17)
    for lesion in lesions[:_MOST_LESIONS]:
        _lesion_line(column, analysis.volume_number(frame, lesion.number), lesion_size(lesion))
        column.text(_place_words(lesion), 15, QUIET, indent=22)
        for words in filter(None, (descriptor_words(lesion), asked_words(lesion))):
            column.text(words, 15, QUIET, indent=22)
        if lesion.malignancy is not None:
            column.text(_likelihood_words(lesion.malignancy), 15, QUIET, indent=22)
        column.y += 2
    _rest(column, len(lesions))


def _joined_lesions(column: _Column, analysis: Analysis) -> None:
    if not analysis.volume_lesions:
        return
    column.heading("LESIONS ACROSS SLICES")
    for lesion in analysis.volume_lesions[:_MOST_LESIONS]:
        _lesion_line(column, lesion.id, f"{volume_size(lesion)}, {slices_words(lesion)}")
        if lesion.malignancy is not None:
            column.text(f"{_likelihood_words(lesion.malignancy)}, slice {lesion.key_frame}", 15, QUIET, indent=22)
        column.y += 2
    _rest(column, len(analysis.volume_lesions))


def _lesion_line(column: _Column, number: int, words: str) -> None:
    column.draw.ellipse([1, column.y + 5, 12, column.y + 16], fill=lesion_color(number))
    column.text(f"{number}:  {words}", 17, indent=22)


def _rest(column: _Column, count: int) -> None:
    if count > _MOST_LESIONS:
        column.text(f"and {count - _MOST_LESIONS} more in analysis.json", 15, QUIET, indent=22)


def _likelihood_words(malignancy: Malignancy) -> str:
    interval = f"{percent(malignancy.low)} to {percent(malignancy.high)}"
    return f"malignancy {percent(malignancy.probability)} ({interval})"


def _place_words(lesion: Lesion) -> str:
    measures = [f"{one.title.lower()} {one.words(lesion)}" for one in beside_axes(lesion.depth_mm is not None)]
    return f"{' · '.join(measures)} ({shape_words(lesion)})"


def _flags(column: _Column, analysis: Analysis) -> None:
    if not analysis.flags:
        return
    column.heading("FLAGS")
    for flag in analysis.flags[:_MOST_FLAGS]:
        column.draw.ellipse([1, column.y + 5, 12, column.y + 16], fill=SEVERITY_COLORS[flag.severity])
        column.text(flag.message, 16, indent=22)
        column.y += 3
    if len(analysis.flags) > _MOST_FLAGS:
        column.text(f"and {len(analysis.flags) - _MOST_FLAGS} more in analysis.json", 15, QUIET, indent=22)


def _provenance(column: _Column, analysis: Analysis) -> None:
    column.heading("HOW")
    for line in model_lines(analysis):
        column.text(shortened(line, 15, PANEL_WIDTH), 15, QUIET)
