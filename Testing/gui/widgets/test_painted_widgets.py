"""Bars and curves as pictures: where the marks are, in light and in dark."""

from __future__ import annotations

import pytest
import qt

from BreastUSAILib.engine.findings.analysis import Malignancy, Probabilities
from BreastUSAILib.gui.widgets.frame_plot import FramePlot
from BreastUSAILib.gui.widgets.likelihood_bar import LikelihoodBar
from BreastUSAILib.gui.widgets.painting import CLASS_COLORS
from BreastUSAILib.gui.widgets.probability_bars import ProbabilityBars
from Testing.gui import reports
from Testing.gui.panel_file import click, colors_in, picture_of

pytestmark = pytest.mark.filterwarnings("ignore:Function. 'QMouseEvent.pos")  # Qt 5, Slicer's, has nothing newer

WINDOWS = {"light": "#ffffff", "dark": "#323232"}  # those of Slicer's own styles (qSlicerStyle)
TEXTS = {"light": "#000000", "dark": "#ffffff"}
LEAST_CONTRAST = 3.0  # WCAG 2.1, 1.4.11: graphical objects


def palette(theme):
    chosen = qt.QPalette()
    chosen.setColor(qt.QPalette.Window, qt.QColor(WINDOWS[theme]))
    chosen.setColor(qt.QPalette.WindowText, qt.QColor(TEXTS[theme]))
    return chosen


def luminance(color):
    channels = [value / 255 for value in color]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def center_of(color, image, row):
    columns = [x for x in range(image.width()) if image.pixelColor(x, row).getRgb()[:3] == color]
    return sum(columns) / len(columns)


@pytest.mark.parametrize("theme", WINDOWS)
@pytest.mark.parametrize("label", CLASS_COLORS)
def test_class_colors_stand_out_from_both_of_slicers_windows(label, theme):
    assert contrast(CLASS_COLORS[label], qt.QColor(WINDOWS[theme]).getRgb()[:3]) >= LEAST_CONTRAST


@pytest.mark.parametrize("probability", [0.0, 0.25, 0.7, 1.0])
def test_the_mark_lies_where_the_likelihood_is(probability):
    bar = LikelihoodBar()
    bar.setMalignancy(Malignancy(probability, probability, probability))

    at = center_of(CLASS_COLORS["malignant"], picture_of(bar, 408), 1)

    assert at == pytest.approx(4 + probability * 399, abs=1)


def test_the_band_reaches_from_low_to_high():
    bar = LikelihoodBar()
    bar.palette = palette("light")
    bar.setMalignancy(Malignancy(0.5, 0.25, 0.75))

    image = picture_of(bar, 408)
    row = [image.pixelColor(x, 9).getRgb()[:3] for x in range(image.width())]
    band = [x for x, color in enumerate(row) if color[0] - color[1] > 40]

    assert (band[0], band[-1]) == (pytest.approx(104, abs=3), pytest.approx(303, abs=3))


def test_the_bar_says_in_words_what_it_shows_and_hides_without_a_number():
    bar = LikelihoodBar()

    assert bar.isHidden()
    bar.setMalignancy(Malignancy(0.7, 0.6, 0.8))
    assert not bar.isHidden()
    assert bar.accessibleName.replace("\N{NO-BREAK SPACE}", " ") == (
        "Likelihood of malignancy: 70 %, 95 % interval: 60 % to 80 %"
    )
    bar.setMalignancy(None)
    assert bar.isHidden()
    assert bar.accessibleName == ""


@pytest.mark.parametrize("theme", WINDOWS)
def test_lettering_follows_the_palette(theme):
    bars = ProbabilityBars()
    bars.palette = palette(theme)
    bars.setProbabilities(Probabilities(0.1, 0.2, 0.7))

    assert qt.QColor(TEXTS[theme]).getRgb()[:3] in colors_in(picture_of(bars))


def test_probability_bars_are_as_long_as_the_probabilities_and_named():
    bars = ProbabilityBars()
    bars.setProbabilities(Probabilities(0.1, 0.2, 0.7))
    image = picture_of(bars, 400)

    lengths = {
        label: max(sum(image.pixelColor(x, y).getRgb()[:3] == color for x in range(400)) for y in range(image.height()))
        for label, color in CLASS_COLORS.items()
    }

    assert lengths["benign"] / lengths["malignant"] == pytest.approx(2 / 7, abs=0.03)
    assert lengths["normal"] / lengths["malignant"] == pytest.approx(1 / 7, abs=0.03)
    assert bars.accessibleName.replace("\N{NO-BREAK SPACE}", " ") == "Malignant 70 %, Benign 20 %, Normal 10 %"


@pytest.fixture
def plot(application):
    widget = FramePlot()
    widget.resize(400, widget.height)
    return widget


def test_a_still_has_no_curve(plot):
    plot.setAnalysis(reports.still().analysis)

    assert plot.isHidden()
    assert not plot.hasCurve


def test_a_cine_without_any_likelihood_has_no_curve(plot):
    plot.setAnalysis(reports.cine((None, None)).analysis)

    assert not plot.hasCurve


def test_a_click_goes_to_the_nearest_analyzed_frame(plot):
    chosen = []
    plot.onFrameChosen = chosen.append
    plot.setAnalysis(reports.cine((0.1, None, None, 0.6, 0.2)).analysis)

    for frame in (0, 3, 4, 1, 2):
        click(plot, plot.xOf(frame), 60)
    click(plot, 0, 60)
    click(plot, 399, 60)

    assert chosen == [0, 3, 4, 0, 3, 0, 4]


def test_the_curve_is_drawn_at_the_height_of_the_likelihood(plot):
    plot.setAnalysis(reports.cine((0.0, 1.0, 0.0, 0.5, 0.0)).analysis)
    image = plot.grab().toImage()

    def top_of(frame):
        column = [image.pixelColor(plot.xOf(frame), y).getRgb()[:3] for y in range(image.height())]
        return column.index(CLASS_COLORS["malignant"])

    heights = [top_of(frame) for frame in (1, 3, 4)]
    assert heights[0] < heights[1] < heights[2]
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1], abs=4)


def test_the_frame_that_is_shown_is_marked_and_the_mark_moves(plot):
    plot.setAnalysis(reports.cine((0.1, 0.6, 0.3, 0.9, 0.2)).analysis)

    def pictures():
        for frame in (None, 0, 2):
            plot.setCurrentFrame(frame)
            yield plot.grab().toImage()

    without, first, third = pictures()
    assert without != first
    assert first != third
    plot.setCurrentFrame(99)
    assert plot.grab().toImage() == without


def test_the_key_frame_is_ringed_in_the_color_of_the_lettering(plot):
    plot.palette = palette("dark")
    plot.setAnalysis(reports.cine((0.0, 0.5, 0.0)).analysis)
    image = plot.grab().toImage()

    x = plot.xOf(1)
    beside = [image.pixelColor(x + 5, y).getRgb()[:3] for y in range(image.height())]
    assert max(min(color) for color in beside) > 200


def test_the_curve_says_where_it_is_highest(plot):
    plot.setAnalysis(reports.cine((0.1, 0.6, 0.3, 0.9, 0.2)).analysis)

    words = plot.accessibleName.replace("\N{NO-BREAK SPACE}", " ")
    assert (
        words == "Probability of malignant by frame, highest in frame 4 of 5 (0.12 s) with 90 %; click to go to a frame"
    )
