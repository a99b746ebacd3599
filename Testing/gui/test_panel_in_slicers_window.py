"""In Slicer's module panel, at its usual width, nothing lies over anything else and no words are cut off."""

from __future__ import annotations

from itertools import combinations

import pytest
import qt

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from Testing.client.events import until
from Testing.host.application import delete_now
from Testing.host.widgets.module_panel import ModulePanel
from Testing.scene.analyses import marked_frames

WIDTHS = (290, 400)
SECTIONS = ("readerSection", "overlaySection", "editSection", "reportSection", "modelsSection")
LEAVES = (qt.QLabel, qt.QAbstractButton, qt.QAbstractItemView, qt.QComboBox, qt.QAbstractSpinBox, qt.QPlainTextEdit)


@pytest.fixture(params=WIDTHS, ids=[f"{width} pixels" for width in WIDTHS])
def window(request, scene, widget):
    opened = ModulePanel(widget.parent, request.param, 500)
    yield opened
    opened.take_module()
    delete_now(opened)


@pytest.fixture
def analyzed(scene, panel, engine, window):
    """The panel with a cine's result, which came while it was open."""
    panel.parameters.inputVolume = addCine(scene, marked_frames(InputKind.CINE, count=4, spacing=None))[1]
    panel.analyze()
    until(lambda: engine.calls)
    engine.calls[-1].finish()
    until(lambda: not panel.state.isBusy)
    window.settle()
    return panel


def leaves(panel):
    """Visible widgets that hold words, without the parts that others are made of."""
    shown = [one for one in panel.ui.BreastUSAI.findChildren(qt.QWidget) if one.visible and isinstance(one, LEAVES)]
    return [one for one in shown if not any(isinstance(above, LEAVES) for above in _above(one))]


def _above(widget):
    while (widget := widget.parent()) is not None:
        yield widget


def place_of(panel, one):
    """Where it is shown, cut to what the blocks around it show."""
    return qt.QRect(one.mapTo(panel.ui.BreastUSAI, qt.QPoint(0, 0)), one.size)


def overlapping(panel):
    places = [(one.objectName or one.metaObject().className(), place_of(panel, one)) for one in leaves(panel)]
    return [(first, second) for (first, here), (second, there) in combinations(places, 2) if here.intersects(there)]


def cut_off(panel):
    labels = [one for one in leaves(panel) if isinstance(one, qt.QLabel) and one.wordWrap and one.text]
    return [one.objectName or one.text for one in labels if one.height < one.heightForWidth(one.width)]


def faults(panel, window):
    window.settle()
    return overlapping(panel) + cut_off(panel)


def test_a_result_that_comes_while_the_panel_is_open(analyzed, window):
    assert len(leaves(analyzed)) > 25
    assert faults(analyzed, window) == []


def test_sections_are_opened_and_closed(analyzed, window):
    for isCollapsed in (False, True):
        for name in SECTIONS:
            getattr(analyzed.ui, name).collapsed = isCollapsed
            assert faults(analyzed, window) == [], name


def test_another_module_was_shown(analyzed, window):
    window.take_module()
    for name in SECTIONS:
        getattr(analyzed.ui, name).collapsed = False
    window.show_module()

    assert faults(analyzed, window) == []


def test_words_get_longer(analyzed, window):
    analyzed.ui.lesionNoteLabel.text = "These words are much longer than those that stood here before. " * 8

    assert faults(analyzed, window) == []


def test_the_window_is_made_narrower_and_wider(analyzed, window):
    for width in (285, 500):
        window.resize(width, 500)
        assert faults(analyzed, window) == []


def test_no_height_is_left_over_when_sections_are_closed(analyzed, window, widget):
    before = widget.parent.minimumHeight
    analyzed.ui.resultSection.collapsed = True
    window.settle()

    assert 0 < widget.parent.minimumHeight < before - 300


def test_a_module_that_is_unloaded_leaves_its_widget_alone(analyzed, window, widget):
    widget.height.stop()
    before = widget.parent.minimumHeight
    analyzed.ui.resultSection.collapsed = True
    window.settle()

    assert widget.parent.minimumHeight == before
