"""The words and bars of the preview: verdict, likelihood, class probabilities, lesions, flags, provenance."""

from __future__ import annotations

from PIL import Image, ImageDraw

from ..engine.findings.analysis import CLASSES, Analysis, Label, Lesion, Malignancy, Probabilities
from ..engine.findings.lesion_segment import lesion_color
from ..engine.findings.measures import Translate, beside_axes
from ..engine.findings.words import (
    asked_words,
    descriptor_words,
    flag_words,
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


def panel(analysis: Analysis, frame: int, translate: Translate) -> Image.Image:
    """The panel of `PANEL_WIDTH` pixels that goes with `frame`, as tall as its content, in the language given."""
    column = _Column(translate)
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
    """A column of text and bars that knows how far down it has come, and its language."""

    def __init__(self, translate: Translate) -> None:
        self.translate = translate
        self._image = Image.new("RGB", (PANEL_WIDTH, _TALLEST), BACKGROUND)
        self.draw = ImageDraw.Draw(self._image)
        self.y = 0

    def heading(self, text: str) -> None:
        """A small heading in capitals, with a rule above it."""
        if self.y:
            self.y += 14
            self.draw.line([(0, self.y), (PANEL_WIDTH, self.y)], fill=RULE)
            self.y += 12
        self.text(text.upper(), 14, QUIET)
        self.y += 4

    def text(self, text: str, size: int, color: RGB = TEXT, indent: int = 0) -> None:
        """A paragraph, wrapped."""
        for line in wrapped(text, size, PANEL_WIDTH - indent):
            self.draw.text((indent, self.y), line, font=font(size), fill=color)
            self.y += round(size * 1.35)

    def image(self) -> Image.Image:
        return self._image.crop((0, 0, PANEL_WIDTH, min(self.y, _TALLEST)))


def _verdict(column: _Column, analysis: Analysis) -> None:
    verdict, _ = analysis.verdict, column.translate
    column.heading(_("Verdict"))
    column.text(verdict_words(verdict.label, _), 42, LABEL_COLORS[verdict.label])
    column.y += 4
    if verdict.label in _EXPLAINED:
        column.text(verdict_meaning(analysis, _), 17)
        column.y += 4
    if verdict.malignancy is not None:
        column.text(likelihood_words(verdict.malignancy, verdict.label, _), 20)
        column.text(interval_words(verdict.malignancy, _), 16, QUIET)
        if band := risk_band_words(verdict, _):
            column.text(_("{band} (not a BI-RADS category)").format(band=band[:1].upper() + band[1:]), 15, QUIET)
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
    _ = column.translate
    column.heading(_("Class probabilities"))
    left, right = 104, PANEL_WIDTH - 68
    for label in CLASSES:
        share = getattr(probabilities, label.value)
        middle = column.y + 11
        column.draw.text((0, middle), printable(verdict_words(label, _)), font=font(17), fill=TEXT, anchor="lm")
        column.draw.rounded_rectangle([left, middle - 5, right, middle + 5], radius=5, fill=TRACK)
        end = left + round(share * (right - left))
        if end > left:
            column.draw.rounded_rectangle(
                [left, middle - 5, max(end, left + 4), middle + 5], radius=5, fill=LABEL_COLORS[label]
            )
        column.draw.text((PANEL_WIDTH, middle), printable(percent(share, _)), font=font(17), fill=TEXT, anchor="rm")
        column.y += 26


def _lesions(column: _Column, analysis: Analysis, frame: int) -> None:
    lesions, _ = analysis.lesions_of(frame), column.translate
    is_volume = analysis.input.kind is InputKind.VOLUME
    column.heading(_("Lesions in this slice") if is_volume else _("Lesions in this frame"))
    if not lesions:
        column.text(_("none outlined"), 17)
    for lesion in lesions[:_MOST_LESIONS]:
        _lesion_line(column, analysis.volume_number(frame, lesion.number), lesion_size(lesion))
        column.text(_place_words(lesion, _), 15, QUIET, indent=22)
        for words in filter(None, (descriptor_words(lesion, _), asked_words(lesion, _))):
            column.text(words, 15, QUIET, indent=22)
        if lesion.malignancy is not None:
            column.text(_likelihood_words(lesion.malignancy, _), 15, QUIET, indent=22)
        column.y += 2
    _rest(column, len(lesions))


def _joined_lesions(column: _Column, analysis: Analysis) -> None:
    if not analysis.volume_lesions:
        return
    _ = column.translate
    column.heading(_("Lesions across slices"))
    for lesion in analysis.volume_lesions[:_MOST_LESIONS]:
        _lesion_line(column, lesion.id, f"{volume_size(lesion, _)}, {slices_words(lesion, _)}")
        if lesion.malignancy is not None:
            where = _("slice {number}").format(number=lesion.key_frame)
            column.text(f"{_likelihood_words(lesion.malignancy, _)}, {where}", 15, QUIET, indent=22)
        column.y += 2
    _rest(column, len(analysis.volume_lesions))


def _lesion_line(column: _Column, number: int, words: str) -> None:
    column.draw.ellipse([1, column.y + 5, 12, column.y + 16], fill=lesion_color(number))
    column.text(f"{number}:  {words}", 17, indent=22)


def _rest(column: _Column, count: int) -> None:
    if count > _MOST_LESIONS:
        _more(column, count - _MOST_LESIONS)


def _more(column: _Column, count: int) -> None:
    _ = column.translate
    column.text(_("and {count} more in analysis.json").format(count=count), 15, QUIET, indent=22)


def _likelihood_words(malignancy: Malignancy, _: Translate) -> str:
    return _("malignancy {likelihood} ({low} to {high})").format(
        likelihood=percent(malignancy.probability, _),
        low=percent(malignancy.low, _),
        high=percent(malignancy.high, _),
    )


def _place_words(lesion: Lesion, _: Translate) -> str:
    measures = [f"{_(one.title).lower()} {one.words(lesion)}" for one in beside_axes(lesion.depth_mm is not None)]
    return f"{' · '.join(measures)} ({shape_words(lesion, _)})"


def _flags(column: _Column, analysis: Analysis) -> None:
    if not analysis.flags:
        return
    _ = column.translate
    column.heading(_("Flags"))
    for flag in analysis.flags[:_MOST_FLAGS]:
        column.draw.ellipse([1, column.y + 5, 12, column.y + 16], fill=SEVERITY_COLORS[flag.severity])
        column.text(flag_words(flag, _), 16, indent=22)
        column.y += 3
    if len(analysis.flags) > _MOST_FLAGS:
        _more(column, len(analysis.flags) - _MOST_FLAGS)


def _provenance(column: _Column, analysis: Analysis) -> None:
    _ = column.translate
    column.heading(_("How"))
    for line in model_lines(analysis, _):
        column.text(shortened(line, 15, PANEL_WIDTH), 15, QUIET)
