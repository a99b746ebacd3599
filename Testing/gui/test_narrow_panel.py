"""At 300 pixels: no sideways scrolling in the lesion table, a long name widens nothing, heat maps are not offered."""

from __future__ import annotations

import pytest
import qt
import slicer

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.gui.sections.result_section import ResultSection
from BreastUSAILib.gui.widgets.lesion_table import LesionTable
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.client.events import until
from Testing.gui import reports
from Testing.host.qt.sizes import minimum_width
from Testing.scene.analyses import analysis_of, marked_frames

NARROW_PX = 300


@pytest.fixture
def shown_table(application):
    """Shows a report in a table of that width."""
    opened = []

    def show(report, width):
        table = qt.QTableWidget()
        lesions = LesionTable(table)
        opened.append((table, lesions))
        table.resize(width, 200)
        table.show()
        lesions.setReport(report)
        slicer.app.processEvents()
        return table

    return show


def columns_of(table):
    return [
        table.horizontalHeaderItem(column).text().replace("-\n", "").replace("\n", " ")
        for column in range(table.columnCount)
        if not table.isColumnHidden(column)
    ]


@pytest.mark.parametrize(
    "report", [reports.still(), reports.cine([0.1] * 20), reports.volume()], ids=["still", "cine", "volume"]
)
def test_a_narrow_table_shows_what_matters_most_and_nothing_beyond_its_edge(shown_table, report):
    table = shown_table(report, NARROW_PX - 40)

    assert columns_of(table)[0] == "Lesion"
    assert {"Likelihood", "Axes (mm)"} <= set(columns_of(table))
    assert sum(table.columnWidth(column) for column in range(table.columnCount)) <= table.viewport().width
    assert not table.horizontalScrollBar().visible


def test_a_wide_table_shows_all(shown_table):
    table = shown_table(reports.volume(), 900)

    assert len(columns_of(table)) == table.columnCount


def test_a_table_that_is_made_wider_shows_more(shown_table):
    table = shown_table(reports.volume(), NARROW_PX - 40)
    narrow = columns_of(table)
    table.resize(900, 200)
    slicer.app.processEvents()

    assert len(columns_of(table)) > len(narrow)


def test_what_has_no_room_stands_in_the_rows_tooltip(shown_table):
    table = shown_table(reports.still(), NARROW_PX - 40)

    assert "Depth (mm): 6.0" in table.item(0, 0).toolTip()
    assert "Height/width: 1.00" in table.item(0, 0).toolTip()


def test_the_copy_has_every_column(shown_table, ui):
    lesions = LesionTable(ui.lesionTable)
    lesions.setReport(reports.still())

    assert lesions.copy().splitlines()[0].split("\t")[-1] == "Area (mm²)"


def test_a_long_name_of_an_image_does_not_widen_the_panel(scene, widget, panel):
    volume = addVolumeNode(scene, marked_frames())
    volume.SetName("1.2.826.0.1.3680043.8.498." * 5)
    panel.parameters.inputVolume = volume
    slicer.app.processEvents()

    assert minimum_width(panel.ui.inputVolumeSelector) < NARROW_PX / 2
    assert minimum_width(panel.ui.BreastUSAI) <= NARROW_PX


def test_the_selector_offers_images_and_no_heat_maps(scene, panel):
    volume = addVolumeNode(scene, marked_frames())
    nodes = showAnalysis(analysis_of(marked_frames()), marked_frames(), volume)
    selector = panel.ui.inputVolumeSelector
    names = lambda: [selector.itemText(index) for index in range(selector.count)]  # noqa: E731

    until(lambda: nodes.heatMap.GetName() not in names(), "the heat map's leaving the list")
    assert volume.GetName() in names()


def test_a_selector_that_is_not_used_any_more_follows_no_scene(scene, widget, panel):
    panel.input.cleanup()
    showAnalysis(analysis_of(marked_frames()), marked_frames())
    slicer.app.processEvents()

    assert panel.ui.inputVolumeSelector.sortFilterProxyModel().hiddenNodeIDs == []


def test_slices_are_called_slices(ui, panel, scene):
    section = ResultSection(ui)
    section.show(reports.volume())
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames(InputKind.VOLUME, count=4))

    assert ui.keyFrameButton.text == "Key slice: slice 4 of 4"
    assert "frame" not in ui.keyFrameButton.toolTip
    assert "frame" not in section._plot.toolTip
    assert panel.ui.everyNthSpinBox.suffix == " slices"


def test_a_chosen_model_that_was_deleted_is_not_chosen_any_more(panel, engine, dialogs):
    from Testing.client.fake_engine import ADDED, SHIPPED

    panel.ui.modelsSection.collapsed = False
    engine.requests[-1].finish({"models": [SHIPPED, ADDED]})
    panel.parameters.classifier = ADDED["name"]
    panel.ui.modelsList.currentRow = 1
    dialogs.answer = True
    panel.ui.removeModelButton.click()
    engine.requests[-1].finish({})
    engine.requests[-1].finish({"models": [SHIPPED]})

    box = panel.ui.classifierComboBox
    assert panel.parameters.classifier == ""
    assert [box.itemText(index) for index in range(box.count)] == ["The one that is shipped"]
