"""What the block "Result" says of every kind of result, on the panel's real widgets."""

from __future__ import annotations

from dataclasses import replace

import pytest
import qt

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.engine.findings.analysis import Label, Malignancy
from BreastUSAILib.engine.findings.words import severity_meaning
from BreastUSAILib.engine.flags import FlagCode, Severity
from BreastUSAILib.engine.images.frames import SpacingSource
from BreastUSAILib.gui.sections.result_section import ResultSection
from BreastUSAILib.gui.widgets.frame_plot import FramePlot
from BreastUSAILib.gui.widgets.shortcuts import KEYS
from BreastUSAILib.scene.results.report_node import addReportNode
from Testing.gui import reports
from Testing.gui.panel_file import add_result
from Testing.scene.analyses import analysis_of, finished, marked_frames

KINDS = {
    "still": reports.still,
    "cine": reports.cine,
    "volume": reports.volume,
    "undetermined": reports.undetermined,
    "rejected": reports.rejected,
    "flagged": reports.flagged,
    "rescored": reports.rescored,
}


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def is_shown(widget, top):
    """Whether nothing from the widget up to `top` is hidden; the panel itself is never on a screen here."""
    while widget is not top:
        if widget.isHidden():
            return False
        widget = widget.parentWidget()
    return True


@pytest.fixture
def section(ui):
    return ResultSection(ui)


@pytest.fixture
def shown(ui):
    return lambda name: is_shown(getattr(ui, name), ui.resultSection)


def words_of(ui):
    """Every text that can be read in the section."""
    texts = [*ui.resultSection.findChildren(qt.QLabel), *ui.resultSection.findChildren(qt.QPushButton)]
    return plain("\n".join(one.text for one in texts if is_shown(one, ui.resultSection)))


def labels_by_place(frame):
    """The labels in a frame's grid by (row, column); the grid's own items are not to be asked for in PySide6."""
    grid = frame.layout()
    return {grid.getItemPosition(grid.indexOf(label))[:2]: label for label in frame.findChildren(qt.QLabel)}


def test_without_a_result_the_section_says_what_to_do(ui, section, shown):
    assert not shown("resultBody")
    assert ui.resultEmptyLabel.text == "No result yet. Choose an image and press Analyze."


@pytest.mark.parametrize("kind", KINDS)
def test_research_use_stands_beside_every_result(ui, section, shown, kind):
    section.show(KINDS[kind]())

    assert shown("researchUseLabel")
    assert ui.researchUseLabel.text == RESEARCH_USE


@pytest.mark.parametrize(("label", "words"), [("normal", "Normal"), ("benign", "Benign"), ("malignant", "Malignant")])
def test_a_verdict_stands_with_likelihood_interval_and_probabilities(ui, section, shown, label, words):
    section.show(reports.with_verdict(reports.still(), label=Label(label)))

    assert ui.verdictLabel.text == words
    supposed = ", if there were a lesion" if label == "normal" else ""
    assert plain(ui.likelihoodLabel.text) == f"Likelihood of malignancy{supposed}: 70 %"
    assert "given that there is one" in ui.likelihoodLabel.toolTip
    assert plain(ui.intervalLabel.text) == "95 % interval: 60 % to 80 %"
    for name in ("likelihoodLabel", "intervalLabel", "likelihoodBarFrame", "probabilitiesFrame", "probabilitiesLabel"):
        assert shown(name)


def test_undetermined_says_so_and_keeps_its_likelihood(ui, section, shown):
    section.show(reports.undetermined())

    assert ui.verdictLabel.text == "Undetermined"
    assert "not sure enough to name a class" in ui.verdictMeaningLabel.text
    assert shown("likelihoodLabel")


def test_a_rejected_input_shows_no_number_at_all_but_the_reason(ui, section, shown):
    section.show(reports.rejected())

    assert ui.verdictLabel.text == "No verdict"
    assert "does not look like ultrasound" in words_of(ui)
    assert "%" not in words_of(ui)
    assert "mm" not in words_of(ui)
    for name in ("likelihoodLabel", "intervalLabel", "likelihoodBarFrame", "probabilitiesFrame", "lesionsFrame"):
        assert not shown(name)


def test_a_rejected_input_alone_offers_a_result_all_the_same(ui, section, shown):
    asked = []
    section.onOverride = lambda: asked.append(True)
    section.show(reports.still())
    assert not shown("overrideButton")

    section.show(reports.rejected())

    assert shown("overrideButton")
    ui.overrideButton.click()
    assert asked == [True]


def test_a_result_of_a_rejected_input_says_that_it_was_asked_for(ui, section):
    report = reports.still()
    section.show(replace(report, analysis=replace(report.analysis, overridden=(FlagCode.NOT_ULTRASOUND,))))
    assert "only because it was asked for" in ui.verdictMeaningLabel.text


def test_uncalibrated_means_no_millimeters_anywhere(ui, section):
    section.show(reports.still(spacing=None))

    assert "millimeters are not shown" in ui.lesionNoteLabel.text
    headings = [ui.lesionTable.horizontalHeaderItem(column).text() for column in range(ui.lesionTable.columnCount)]
    assert not any("mm" in heading for heading in headings)


def test_a_pixel_size_given_by_hand_is_named_as_such(ui, section):
    section.show(reports.with_input(reports.still(), spacing_source=SpacingSource.MANUAL))

    assert "given by hand" in ui.lesionNoteLabel.text


def test_nearly_certain_is_never_rounded_to_certain(ui, section):
    section.show(reports.with_verdict(reports.still(), malignancy=Malignancy(0.998, 0.995, 0.9999)))

    assert plain(ui.likelihoodLabel.text) == "Likelihood of malignancy: > 99 %"
    assert plain(ui.intervalLabel.text) == "95 % interval: > 99 %"


def test_an_applied_prevalence_is_stated_beside_the_likelihood_and_not_twice(ui, section, shown):
    section.show(reports.flagged())

    assert shown("prevalenceAppliedLabel")
    assert words_of(ui).count("Shifted to 2 % from 55 %.") == 1


def test_a_prevalence_is_stated_even_where_no_flag_does(ui, section):
    section.show(reports.changed(reports.flagged(), flags=()))

    assert ui.prevalenceAppliedLabel.text == "Shifted to a prevalence of 2 % malignant among lesions."


def test_without_a_prevalence_none_is_mentioned(ui, section, shown):
    section.show(reports.still())

    assert not shown("prevalenceAppliedLabel")


def test_flags_stand_heaviest_first_with_icon_word_and_reason(ui, section):
    section.show(reports.flagged())
    labels = labels_by_place(ui.flagsFrame)
    rows = [(labels[row, 0], labels[row, 1]) for row in range(2)]

    assert [words.text for _icon, words in rows] == [
        "<b>Caution.</b> Color covers &lt;part&gt; of the tissue.",
        "<b>Note.</b> Sizes are in pixels.",
    ]
    icons = [icon.pixmap.toImage() for icon, _words in rows]
    assert not any(icon.isNull() for icon in icons)
    assert icons[0] != icons[1]
    assert rows[0][1].toolTip == severity_meaning(Severity.WARNING) != severity_meaning(Severity.INFO)


def test_flags_of_an_earlier_result_are_gone(ui, section, shown):
    section.show(reports.flagged())
    section.show(reports.still())

    assert ui.flagsFrame.layout().count() == 0
    assert not shown("flagsFrame")


def test_the_key_frame_of_a_cine_is_one_click_away(ui, section, shown):
    chosen = []
    section.onFrameChosen = chosen.append
    section.show(reports.cine())

    assert ui.keyFrameButton.text == "Key frame: frame 4 of 5 (0.12 s)"
    assert all(KEYS[name] in ui.keyFrameButton.toolTip for name in ("nextKeyFrame", "previousKeyFrame"))
    ui.keyFrameButton.click()
    assert chosen == [3]


def test_a_still_has_neither_key_frame_nor_curve(ui, section, shown):
    section.show(reports.still())

    assert not shown("keyFrameButton")
    assert not shown("framePlotFrame")
    assert not shown("framePlotLabel")


def test_the_curve_of_a_cine_is_shown_and_leads_to_frames(ui, section, shown):
    chosen = []
    section.onFrameChosen = chosen.append
    section.show(reports.cine())
    [plot] = ui.framePlotFrame.findChildren(FramePlot)

    plot.onFrameChosen(2)

    assert shown("framePlotFrame")
    assert chosen == [2]


def test_a_row_click_asks_for_its_lesion(ui, section):
    chosen = []
    section.onLesionChosen = chosen.append
    report = reports.cine()
    section.show(report)

    ui.lesionTable.cellClicked.emit(4, 2)

    assert chosen == [report.analysis.lesions[4]]


def test_rows_of_the_key_frame_stand_out(ui, section):
    section.show(reports.cine())

    bold = [ui.lesionTable.item(row, 0).font().bold() for row in range(ui.lesionTable.rowCount)]
    assert bold == [False] * 6 + [True] * 2 + [False] * 2


def test_rows_of_a_still_need_not_stand_out(ui, section):
    section.show(reports.still())

    assert not ui.lesionTable.item(0, 0).font().bold()


def test_the_table_is_copied_with_the_sentence_on_research_use(ui, section, application):
    section.show(reports.still())
    ui.copyLesionsButton.click()

    lines = application.clipboard().text().split("\n")
    assert lines[0].startswith("Lesion\tLikelihood\tAxes (mm)")
    assert lines[1].split("\t")[:3] == ["1", "78 %", "0.9 × 0.6"]
    assert lines[3] == RESEARCH_USE


def test_no_lesion_is_a_finding_too(ui, section, shown):
    section.show(reports.still(lesions=()))

    assert ui.lesionNoteLabel.text == "No lesion was outlined."
    assert not shown("lesionTable")
    assert not shown("copyLesionsButton")


def test_models_versions_and_hashes_are_named(ui, section):
    section.show(reports.changed(reports.still(), software={"breastusai": "0.3.0"}))

    assert "Classification: by-hand 1.0" in ui.provenanceLabel.text
    assert "BreastUSAI 0.3.0, run on cpu" in ui.provenanceLabel.text
    assert "0" * 64 in ui.provenanceLabel.toolTip


def test_next_and_previous_go_through_the_suspicious_frames(section):
    chosen = []

    def go(frame):
        chosen.append(frame)
        section.setCurrentFrame(frame)

    section.onFrameChosen = go
    section.show(reports.cine((0.1, 0.6, 0.3, 0.9, 0.2)))
    for step in (1, 1, 1, -1):
        section.goToKeyFrame(step)

    assert chosen == [3, 1, 3, 1]


def test_without_a_result_there_is_no_next_frame(section):
    chosen = []
    section.onFrameChosen = chosen.append
    section.goToKeyFrame(1)

    assert chosen == []


def test_while_waiting_for_the_reader_nothing_of_the_result_is_shown(ui, section, shown):
    section.show(reports.cine())
    section.showWaiting()

    assert not shown("resultBody")
    assert section.report is None
    assert ui.lesionTable.rowCount == 0
    assert "stays hidden" in ui.resultEmptyLabel.text


def test_the_report_in_the_scene_is_shown(ui, section, parameters):
    add_result(parameters)
    section.setParameterNode(parameters)

    assert ui.verdictLabel.text == "Malignant"
    parameters.report = None
    section.refresh()
    assert section.report is None


def report_node_in(parameters):
    scene = parameters.parameterNode.GetScene()
    return finished(addReportNode(scene, "report", analysis_of(marked_frames())))


def test_a_report_that_was_damaged_is_said_in_a_sentence(ui, section, parameters, shown):
    parameters.report = report_node_in(parameters)
    parameters.report.SetText("{")
    section.setParameterNode(parameters)

    assert not shown("resultBody")
    assert "not a report of BreastUSAI" in ui.resultEmptyLabel.text


def test_a_report_of_another_version_is_said_in_a_sentence(ui, section, parameters):
    parameters.report = report_node_in(parameters)
    parameters.report.SetText('{"schema_version": "2.0.0"}')
    section.setParameterNode(parameters)

    assert "another version" in ui.resultEmptyLabel.text


def test_every_widget_of_the_section_has_a_tooltip(ui, section):
    section.show(reports.cine())
    widgets = [one for one in ui.resultContents.findChildren(qt.QWidget) if one.name and not one.name.startswith("qt_")]
    told = (qt.QLabel, qt.QPushButton, qt.QTableWidget)

    assert [one.name for one in widgets if isinstance(one, told) and not one.toolTip] == []
