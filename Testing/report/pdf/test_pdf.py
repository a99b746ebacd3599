"""The report on paper says what was found, on every page what it may not be used for, and in any script."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from pypdf import PdfReader

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.engine.errors import DependencyError
from BreastUSAILib.engine.findings.analysis import Label, Malignancy, TrackedLesion
from BreastUSAILib.engine.findings.descriptors import (
    CIRCUMSCRIBED,
    MARGIN,
    NOT_CIRCUMSCRIBED,
    OVAL,
    POSTERIOR,
    SHAPE,
    Descriptor,
)
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.report.pdf import lettering
from BreastUSAILib.report.pdf.contents import Contents
from BreastUSAILib.report.pdf.document import write_pdf
from BreastUSAILib.report.pdf.model_cards import CardSummary
from BreastUSAILib.report.pdf.sections import hundred_words
from Testing.report.samples import analysis_of, explained, frames_of, volume_of


def pages_of(folder, contents):
    write_pdf(contents, folder / "report.pdf")
    return [" ".join(page.extract_text().split()) for page in PdfReader(folder / "report.pdf").pages]


def test_one_lesion_is_a_report_of_one_or_two_pages(tmp_path):
    frames = frames_of(rows=200, columns=240, spacing=(0.2, 0.2))
    analysis = analysis_of(frames, flags=(Flag(FlagCode.OTHER, Severity.WARNING, "Calipers lie on the lesion."),))
    card = CardSummary(analysis.models[0], "Says malignant or not.", "BUS-BRA", (("BUSI", "0.95 (0.90 to 0.98)"),))

    pages = pages_of(tmp_path, Contents(analysis, frames, "2026-12-01 10:00", (card,)))

    text = " ".join(pages)
    assert len(pages) <= 2
    assert "Likelihood of malignancy: 87 %" in text.replace("\xa0", " ")
    assert "about 87 are malignant (74 to 94)" in text
    assert "Axes (mm)" in text
    assert "Calipers lie on the lesion." in text
    assert "BI-RADS category: ____" in text
    assert "Trained on BUS-BRA." in text
    assert "0.95 (0.90 to 0.98)" in text


def test_explanations_beside_the_heat_map_have_a_picture_each(tmp_path):
    frames = frames_of(rows=200, columns=240, spacing=(0.2, 0.2))
    analysis = explained(analysis_of(frames), "occlusion", "attention-gates")
    text = " ".join(pages_of(tmp_path, Contents(analysis, frames, "2026-12-01 10:00")))
    assert "Further explanations" in text
    assert "Occlusion for malignant" in text
    assert "Attention gates" in text
    pictures = sum(len(page.images) for page in PdfReader(tmp_path / "report.pdf").pages)
    assert pictures == 4  # outlines, heat map, and these two


def test_descriptors_stand_with_their_confidence_and_the_readers_own_words_beside_them(tmp_path):
    frames = frames_of(rows=200, columns=240, spacing=(0.2, 0.2))
    analysis = analysis_of(frames)
    seen = (Descriptor(SHAPE, OVAL, 0.83), Descriptor(MARGIN, CIRCUMSCRIBED, 0.61), Descriptor(POSTERIOR, None, 0.0))
    lesion = replace(analysis.lesions[0], descriptors=seen)
    contents = Contents(
        replace(analysis, lesions=(lesion,)), frames, "today", reader_words={lesion.id: {MARGIN: NOT_CIRCUMSCRIBED}}
    )

    text = " ".join(pages_of(tmp_path, contents)).replace("\xa0", " ")

    assert "Descriptors Shape Orientation Margin Echo pattern Posterior features" in text
    assert "oval (83 %)" in text
    assert "circumscribed (61 %); reader: not circumscribed" in text
    assert text.count("cannot be told") == 3  # not among the descriptors, or without a word


def test_the_risk_band_is_told_as_no_category(tmp_path):
    frames = frames_of()
    text = " ".join(pages_of(tmp_path, Contents(analysis_of(frames), frames, "today"))).replace("\xa0", " ")
    assert "Risk band above 50 % to 95 %, the range of BI-RADS 4C." in text
    assert "It is not a BI-RADS category" in text


def test_five_hundred_lesions_go_on_over_pages_with_the_statement_on_each(tmp_path):
    frames = frames_of(spacing=(0.2, 0.2))
    one = analysis_of(frames)
    many = tuple(replace(one.lesions[0], id=number, malignancy=Malignancy(0.1, 0.05, 0.2)) for number in range(1, 501))

    pages = pages_of(tmp_path, Contents(replace(one, lesions=many), frames, "today"))

    assert len(pages) > 5
    assert all(RESEARCH_USE in page for page in pages)
    assert all(f"page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert sum(page.count("taller than wide") + page.count("wider than tall") for page in pages) == 500
    assert all("Height/width" in page for page in pages[1:-2])


@pytest.mark.parametrize("label", [Label.REJECTED, Label.NORMAL])
def test_without_a_lesion_there_is_a_page_too(tmp_path, label):
    frames = frames_of()
    text = " ".join(pages_of(tmp_path, Contents(analysis_of(frames, label, lesions=0), frames, "today")))
    assert ("No lesion was outlined." in text) == (label is Label.NORMAL)
    assert RESEARCH_USE in text


def test_a_volume_lists_its_joined_lesions(tmp_path):
    frames, analysis = volume_of(frames_of(count=3, spacing=(0.2, 0.2)), lesions=2)
    text = " ".join(pages_of(tmp_path, Contents(analysis, frames, "today")))
    assert "Lesions of the volume" in text
    assert "slices 0 to 2" in text


def test_a_cine_lists_each_lesion_once_with_where_and_why(tmp_path):
    frames = frames_of(count=4, spacing=(0.2, 0.2))
    analysis = analysis_of(frames)
    whole = TrackedLesion(
        1, tuple(one.id for one in analysis.lesions), 0, 3, 0, 0.9, Malignancy(0.4, 0.2, 0.7), (0.3, 0.6)
    )

    text = " ".join(pages_of(tmp_path, Contents(replace(analysis, tracked_lesions=(whole,)), frames, "today")))
    text = text.replace("\xa0", " ")

    assert "Lesions of the cine" in text
    assert f"frames 1 to 4, outlined in {len(analysis.lesions)}" in text
    assert "40 % (20 % to 70 %), 30 % to 60 % from frame to frame" in text
    assert "seen best in frame 1: 100 % of its largest area" in text


def test_the_readers_assessment_stands_in_place_of_the_blank(tmp_path):
    frames = frames_of()
    contents = Contents(
        analysis_of(frames), frames, "today", reader={"BI-RADS": "4A", "Comment": "<b>Лимфоузлы</b> & x"}
    )
    text = " ".join(pages_of(tmp_path, contents))
    assert "4A" in text
    assert "<b>Лимфоузлы</b> & x" in text or "&" in text
    assert "BI-RADS category: ____" not in text


@pytest.mark.parametrize(
    "name", ["Müller Ångström", "Иванова", "Παπαδοπούλου", "山田太郎", "김민수", "שרה", "سارة", "🙂 \x07 \ud800", "ปาน"]
)
def test_a_name_in_any_script_is_written_and_breaks_nothing(tmp_path, name):
    frames = frames_of()
    write_pdf(Contents(analysis_of(frames), frames, "today", patient={"Patient": name}), tmp_path / "report.pdf")
    assert PdfReader(tmp_path / "report.pdf").pages


def test_right_to_left_words_are_turned_around_for_paper():
    assert lettering._visual("שרה כהן 12") == "ןהכ הרש 12"
    assert lettering._visual("Anna") == "Anna"


def test_a_letter_that_no_font_has_is_written_by_its_nearest(monkeypatch):
    lettering.register()
    monkeypatch.setattr(lettering, "_font_of", lambda letter: lettering.REGULAR if letter.isascii() else None)
    assert lettering.markup("Zoë <ж>") == "Zoe &lt;?&gt;"


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.123, 0.05, 0.31), "about 12 are malignant (5 to 31)."),
        ((0.998, 0.97, 0.9999), "more than 99 are malignant (97 to more than 99)."),
        ((0.004, 0.001, 0.02), "fewer than 1 are malignant (fewer than 1 to 2)."),
    ],
)
def test_a_likelihood_is_also_a_number_of_lesions_out_of_a_hundred(shares, said):
    assert hundred_words(Malignancy(*shares)) == f"Of 100 lesions that the model reads like this one, {said}"


def test_a_missing_package_is_named_with_what_to_do(tmp_path, monkeypatch):
    for name in ("reportlab", "reportlab.pdfbase", "reportlab.pdfbase.pdfmetrics"):
        monkeypatch.setitem(sys.modules, name, None)
    frames = frames_of()
    with pytest.raises(DependencyError, match="needs the Python package reportlab"):
        write_pdf(Contents(analysis_of(frames), frames, "today"), tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []
