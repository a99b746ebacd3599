"""The preview says what was found, at any size of input, and nothing on it hides anything else."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.engine import flag_sentences
from BreastUSAILib.engine.findings.analysis import Label, Malignancy
from BreastUSAILib.engine.findings.lesion_segment import lesion_color
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.report.preview import render_preview, write_preview
from BreastUSAILib.report.preview_panel import PANEL_WIDTH
from BreastUSAILib.report.preview_scales import scale_strip, scale_ticks
from BreastUSAILib.report.preview_theme import font, printable, shortened, wrapped
from BreastUSAILib.report.preview_views import Magnification, displayable, draw_outlines
from Testing.report.samples import analysis_of, frames_of, volume_of

SIZES = [(100, 100), (64, 900), (900, 80), (600, 800), (1, 1)]


@pytest.fixture
def written(monkeypatch):
    """Every text drawn: (picture, box, text)."""
    texts = []
    draw_text = ImageDraw.ImageDraw.text

    def recorded(self, xy, text, *arguments, **options):
        box = self.textbbox(xy, text, font=options["font"], anchor=options.get("anchor"))
        texts.append((self._image, box, text))
        return draw_text(self, xy, text, *arguments, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", recorded)
    return texts


def _words(written):
    return " ".join(text for _, _, text in written)


@pytest.mark.parametrize(("rows", "columns"), SIZES)
@pytest.mark.parametrize("label", [Label.MALIGNANT, Label.REJECTED])
def test_no_text_overlaps_another_or_leaves_its_picture(written, rows, columns, label):
    many = tuple(
        Flag(code, Severity.WARNING, f"A remark about {code.value} that is long enough to need a second line.")
        for code in FlagCode
    )
    frames = frames_of(rows, columns, spacing=(0.1, 0.1), name="a name that is long " * 12)
    drawn_in_lesions = 0 if min(rows, columns) < 20 else 2
    picture = render_preview(analysis_of(frames, label, lesions=drawn_in_lesions, flags=many), frames)
    assert max(picture.size) <= 2600
    for number, (image, (left, top, right, bottom), text) in enumerate(written):
        assert left >= 0, text
        assert top >= 0, text
        assert right <= image.width, text
        assert bottom <= image.height, text
        for other, (x0, y0, x1, y1), neighbor in written[:number]:
            apart = right <= x0 or x1 <= left or bottom <= y0 or y1 <= top
            assert other is not image or apart, (text, neighbor)


@pytest.mark.parametrize("side", [100, 2000])
def test_a_picture_is_of_a_size_to_look_at_whatever_the_input(side):
    frames = frames_of(side, side)
    width, height = render_preview(analysis_of(frames), frames).size
    assert 1600 <= width <= 2200
    assert 800 <= height <= 1200


@pytest.mark.parametrize("label", list(Label))
def test_every_preview_says_research_use_and_its_verdict(written, label):
    frames = frames_of()
    render_preview(analysis_of(frames, label), frames)
    assert RESEARCH_USE in _words(written)
    word = "No verdict" if label is Label.REJECTED else label.value.capitalize()
    assert word in [text for _, _, text in written]


def test_the_likelihood_comes_with_its_interval(written):
    frames = frames_of()
    render_preview(analysis_of(frames), frames)
    assert "Likelihood of malignancy: 87 %" in _words(written)
    assert "95 % interval: 74 % to 94 %" in _words(written)


def test_a_rejected_input_shows_its_reason_and_neither_lesions_nor_probabilities(written):
    frames = frames_of()
    too_small = Flag(FlagCode.IMAGE_TOO_SMALL, Severity.REJECT, "The image is too small.")
    render_preview(analysis_of(frames, Label.REJECTED, flags=(too_small,)), frames)
    assert "The image is too small." in _words(written)
    assert "LESIONS" not in _words(written)
    assert "PROBABILITIES" not in _words(written)
    assert "Grad-CAM" not in _words(written)


def test_an_uncalibrated_input_gets_no_millimeters(written):
    frames = frames_of()
    render_preview(analysis_of(frames), frames)
    assert "uncalibrated: no millimeters" in _words(written)
    assert " mm" not in _words(written)


def test_a_calibrated_input_gets_a_scale_and_sizes_in_millimeters(written):
    frames = frames_of(rows=300, columns=400, spacing=(0.1, 0.1))
    render_preview(analysis_of(frames), frames)
    assert {"0 mm", "10", "20", "30"} <= {text for _, _, text in written}
    assert "13.3 x 7.5 mm" in _words(written)


def test_a_cine_names_its_key_frame_and_time(written):
    frames = frames_of(count=30)
    render_preview(analysis_of(frames, analyzed=(12,)), frames)
    assert "cine · 30 frames · 80 x 60 px · key frame 12 at 0.48 s, counted from 0" in _words(written)


def test_a_volume_names_its_lesions_across_slices_with_volume_and_likelihood(written):
    frames, analysis = volume_of(frames_of(rows=300, columns=400, count=3, spacing=(0.1, 0.1)))
    render_preview(analysis, frames)
    assert "LESIONS IN THIS SLICE" in _words(written)
    assert "LESIONS ACROSS SLICES" in _words(written)
    voxels = analysis.volume_lesions[0].voxels
    assert f"1: {voxels * 0.005:.0f} mm3, slices 0 to 2" in _words(written)
    assert "malignancy 60 % (40 % to 80 %), slice 1" in _words(written)


def crossed_out(words):
    """A language in which every letter is an x; the places of values stay."""
    return re.sub(r"\{[^}]*\}|[^\W\d_]", lambda found: found[0] if found[0][0] == "{" else "x", words)


@pytest.mark.parametrize("label", [Label.UNDETERMINED, Label.REJECTED])
def test_every_word_is_said_in_the_language_that_is_asked_for(written, label):
    frames, analysis = volume_of(frames_of(rows=300, columns=400, count=3, spacing=(0.1, 0.1), name="1"))
    verdict = dataclasses.replace(analysis.verdict, label=label)
    blank = Flag(FlagCode.BLANK_FRAME, Severity.WARNING, flag_sentences.BLANK)
    said = dataclasses.replace(analysis, verdict=verdict, models=(), flags=(blank,) * 9)
    render_preview(said, frames, crossed_out)
    still = frames_of(name="1")
    none = dataclasses.replace(analysis_of(still, label, lesions=0), models=(), flags=())
    render_preview(none, still, crossed_out)
    words = set(re.findall(r"[^\W\d_]+", _words(written)))
    assert {word for word in words if set(word.lower()) != {"x"}} - {"C"} == {"px", "mm", "BreastUSAI"}  # C: of "4C"


def test_an_uncalibrated_volume_counts_voxels(written):
    frames, analysis = volume_of(frames_of(count=3), lesions=1)
    render_preview(analysis, frames)
    assert f"1: {analysis.volume_lesions[0].voxels} voxels, slices 0 to 2" in _words(written)
    assert "mm3" not in _words(written)


def test_a_cine_has_no_lesions_across_slices(written):
    frames = frames_of(count=3)
    render_preview(analysis_of(frames, lesions=2), frames)
    assert "SLICE" not in _words(written)


def test_a_lesion_has_the_number_and_the_color_of_its_segment(written):
    frames, analysis = volume_of(frames_of(rows=300, columns=400, count=2), lesions=1)
    (whole,) = analysis.volume_lesions
    second = dataclasses.replace(analysis, volume_lesions=(dataclasses.replace(whole, id=2),))
    picture = np.asarray(render_preview(second, frames))
    assert [text for _, _, text in written if text.startswith("2:")]
    assert "2" in [text for _, _, text in written]
    for number, times in ((2, True), (1, False)):
        assert bool((picture == lesion_color(number)).all(axis=-1).any()) is times


def test_a_lesion_that_was_scored_again_has_its_likelihood_beside_it(written):
    frames = frames_of()
    analysis = analysis_of(frames)
    scored = tuple(dataclasses.replace(one, malignancy=Malignancy(0.33, 0.2, 0.5)) for one in analysis.lesions)
    render_preview(dataclasses.replace(analysis, lesions=scored), frames)
    assert "malignancy 33 % (20 % to 50 %)" in _words(written)


@pytest.mark.parametrize("lesions", [1, 2])
def test_the_words_of_a_volume_keep_to_their_places(written, lesions):
    frames, analysis = volume_of(frames_of(100, 100, count=4), lesions=lesions)
    many = tuple(dataclasses.replace(analysis.volume_lesions[0], id=number, lesions=()) for number in range(3, 12))
    crowded = dataclasses.replace(analysis, volume_lesions=(*analysis.volume_lesions, *many))
    picture = render_preview(crowded, frames)
    assert max(picture.size) <= 2600
    for image, (left, top, right, bottom), text in written:
        assert 0 <= left < right <= image.width, text
        assert 0 <= top < bottom <= image.height, text
    assert f"and {lesions + 4} more in analysis.json" in _words(written)


@given(mm_per_px=st.floats(0.0005, 20.0), width=st.integers(340, 1000))
def test_ticks_of_the_scale_stand_where_their_millimeters_are(mm_per_px, width):
    step, ticks = scale_ticks(width, mm_per_px)
    assert np.log10(step) == pytest.approx(round(np.log10(step)))
    assert len(ticks) >= 2
    assert ticks[-1] <= width - 2
    np.testing.assert_allclose(ticks, np.arange(len(ticks)) * step / mm_per_px, atol=0.5)


@given(mm_per_px=st.floats(0.03, 2.0))
def test_ticks_stand_ten_millimeters_apart_in_every_usual_view(mm_per_px):
    assert scale_ticks(340, mm_per_px)[0] == 10.0


def test_the_scale_is_drawn_where_its_ticks_are():
    line = np.asarray(scale_strip(500, 0.1).convert("L"))[10]
    assert np.flatnonzero(line > 200).tolist() == [0, 1, 100, 101, 200, 201, 300, 301, 400, 401]


@given(
    rows=st.integers(1, 3000), columns=st.integers(1, 3000), row_mm=st.floats(0.02, 0.5), column_mm=st.floats(0.02, 0.5)
)
def test_a_view_fits_its_box_and_keeps_the_anatomys_aspect(rows, columns, row_mm, column_mm):
    aspect = min(max(row_mm / column_mm, 0.25), 4.0)
    magnification = Magnification.fitting(rows, columns, (row_mm, column_mm), (720, 720))
    assert magnification.y / magnification.x == pytest.approx(aspect)
    width, height = magnification.size(rows, columns)
    assert 1 <= width <= 720
    assert 1 <= height <= 720


def test_an_outline_runs_along_the_inside_of_its_lesion():
    labels = np.zeros((50, 60), dtype=np.uint8)
    labels[10:30, 20:50] = 1
    view = Image.new("RGB", (240, 200))
    draw_outlines(view, labels)
    drawn = np.asarray(view).max(axis=-1) > 100
    rows, columns = np.nonzero(drawn)
    np.testing.assert_allclose((rows.min(), rows.max()), (40, 119), atol=1)
    np.testing.assert_allclose((columns.min(), columns.max()), (80, 199), atol=1)
    assert not drawn[60:100, 100:180].any()
    assert tuple(np.asarray(view)[80, 80:83].max(axis=0)) == lesion_color(1)


def test_a_lesion_of_one_pixel_is_still_drawn():
    labels = np.zeros((50, 60), dtype=np.uint8)
    labels[20, 30] = 2
    view = Image.new("RGB", (240, 200))
    draw_outlines(view, labels)
    assert np.asarray(view)[80:84, 120:124].any()


def test_color_doppler_has_heat_of_another_hue_than_a_gray_image_and_the_scale_too():
    frames = frames_of(rows=200, columns=200)
    flow = Flag(FlagCode.COLOR_DOPPLER, Severity.WARNING, "Color Doppler.")
    reds = []
    for flags in ((), (flow,)):
        picture = np.asarray(render_preview(analysis_of(frames, flags=flags), frames)).astype(int)
        views = picture[:, : picture.shape[1] - PANEL_WIDTH]
        reds.append(((views[..., 0] - views[..., 1] > 60) & (views[..., 1] > views[..., 2])).sum())
    assert reds[0] > 1000
    assert reds[1] == 0


def test_deep_gray_is_windowed_to_its_own_range_and_nan_is_black():
    frame = np.linspace(1000, 3000, 10_000, dtype=np.float32).reshape(100, 100)
    frame[0, 0] = np.nan
    shown = np.asarray(displayable(frame))
    assert shown.shape == (100, 100, 3)
    assert shown[0, 0].tolist() == [0, 0, 0]
    assert (shown.min(), shown.max()) == (0, 255)


def test_a_frame_of_one_gray_or_none_at_all_can_be_shown():
    for frame in (np.full((8, 8), 4000, np.uint16), np.full((8, 8), np.nan, np.float32)):
        assert displayable(frame).size == (8, 8)


@given(st.text())
def test_any_name_can_be_printed_in_the_built_in_font(text):
    missing = bytes(font(20).getmask("\uffff"))
    for letter in set(printable(text)) - {" "}:
        assert bytes(font(20).getmask(letter)) != missing


def test_accents_and_signs_become_their_nearest_letters():
    assert printable("Brüste 30 × 20 – 1 µm … 乳") == "Bruste 30 x 20 - 1 um ... ?"


@given(st.text(max_size=200), st.integers(20, 300))
def test_lines_are_never_wider_than_their_column(text, width):
    lines = [*wrapped(text, 16, width), shortened(text, 16, width)]
    assert all(font(16).getlength(line) <= width for line in lines)


@pytest.mark.parametrize(
    "malignancy", [Malignancy(0.0, 0.0, 0.0), Malignancy(1.0, 1.0, 1.0), Malignancy(0.5, 0.0, 1.0)]
)
def test_extreme_likelihoods_can_be_drawn(malignancy):
    frames = frames_of()
    analysis = analysis_of(frames)
    verdict = dataclasses.replace(analysis.verdict, malignancy=malignancy)
    assert render_preview(dataclasses.replace(analysis, verdict=verdict), frames).width > 0


def test_the_picture_shows_color_where_the_input_has_it(tmp_path):
    frames = frames_of(rows=200, columns=200, color=True)
    red = np.zeros((200, 200, 3), dtype=np.uint8)
    red[..., 0] = 200
    frames = dataclasses.replace(frames, read_frame=lambda index: red)
    write_preview(analysis_of(frames, Label.REJECTED), frames, tmp_path / "preview.png")
    pixels = np.asarray(Image.open(tmp_path / "preview.png"))
    assert (pixels == (200, 0, 0)).all(axis=-1).sum() > 100_000
