"""Every control says what it is for, and everything fits into a narrow panel."""

from __future__ import annotations

import pytest
import qt
import slicer

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from Testing.client.events import until
from Testing.host.qt.sizes import minimum_width
from Testing.scene.analyses import marked_frames

NARROW_PX = 300
CONTROLS = (
    qt.QAbstractButton,
    qt.QComboBox,
    qt.QAbstractSpinBox,
    qt.QAbstractSlider,
    qt.QProgressBar,
    qt.QAbstractItemView,
    qt.QPlainTextEdit,
    qt.QTextEdit,
)


def controls_of(panel):
    """What a person can use, without the parts that a control is made of."""
    widgets = [child for child in panel.findChildren(qt.QWidget) if not isinstance(child, qt.QScrollBar)]
    headings = [one for one in widgets if one.metaObject().className() == "ctkCollapsibleButton"]
    found = [one for one in widgets if isinstance(one, CONTROLS) and one.parent() not in headings]
    return [*headings, *(one for one in found if not any(map(_is_whole, _above(one))))]


def _above(widget):
    while (widget := widget.parent()) is not None:
        yield widget


def _is_whole(widget):
    return isinstance(widget, CONTROLS) or widget.metaObject().className() == "ctkSliderWidget"


def named(controls):
    """Words to find them by in a failing test."""
    return [f"{one.metaObject().className()} {one.objectName} in {one.parent().objectName}" for one in controls]


@pytest.fixture
def full(scene, panel, engine):
    """A panel that shows all it has: a cine's result, every block open."""
    panel.parameters.inputVolume = addCine(scene, marked_frames(InputKind.CINE, count=4, spacing=None))[1]
    panel.parameters.readerFirst = True
    panel.parameters.readerFirst = False
    panel.ui.treatAsSlicesCheckBox.checked = False
    panel.analyze()
    until(lambda: engine.calls)
    engine.calls[-1].finish()
    until(lambda: not panel.state.isBusy)
    panel.ui.calibrateButton.click()
    for name in ("readerSection", "overlaySection", "editSection", "reportSection", "modelsSection"):
        getattr(panel.ui, name).collapsed = False
    engine.requests[-1].finish({"models": []})
    return panel


def test_every_control_has_a_tooltip(full):
    controls = controls_of(full.ui.BreastUSAI)
    assert len(controls) > 30

    assert named(one for one in controls if not one.toolTip) == []


def test_every_control_has_a_name_for_screen_readers(full):
    def name_of(control):
        if control.metaObject().className() == "ctkCollapsibleButton":
            return control.property("text")
        interface = qt.QAccessible.queryAccessibleInterface(control)
        return interface.text(qt.QAccessible.Name)

    assert named(one for one in controls_of(full.ui.BreastUSAI) if not name_of(one)) == []


def test_nothing_is_wider_than_a_narrow_panel(full):
    widgets = full.ui.BreastUSAI.findChildren(qt.QWidget)
    too_wide = [one.objectName for one in widgets if not one.isWindow() and minimum_width(one) > NARROW_PX]

    assert too_wide == []
    assert minimum_width(full.ui.BreastUSAI) <= NARROW_PX


def test_the_whole_panel_can_be_made_narrow(full, widget):
    widget.parent.resize(NARROW_PX, 900)
    slicer.app.processEvents()

    assert widget.parent.width == NARROW_PX
    right = [
        one.objectName
        for one in full.ui.BreastUSAI.findChildren(qt.QWidget)
        if not one.isWindow()
        and one.visible
        and one.mapTo(widget.parent, qt.QPoint(one.width, 0)).x() > NARROW_PX
        and not _within_a_scroll_area(one)
    ]
    assert right == []


def _within_a_scroll_area(widget):
    while widget is not None:
        if isinstance(widget, qt.QAbstractScrollArea):
            return True
        widget = widget.parent()
    return False
