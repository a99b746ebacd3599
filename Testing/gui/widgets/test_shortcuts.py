"""Keys work while the module is entered, and are none of Slicer's."""

from __future__ import annotations

import pytest
import qt

from BreastUSAILib.gui.widgets.shortcuts import KEYS, Shortcuts, withShortcut

SLICERS_OWN = {
    # Base/QTApp/Resources/UI/qSlicerMainWindow.ui, qSlicerMainWindow.cxx, SlicerApp/qSlicerAppMainWindow.cxx
    *("Ctrl+O", "Ctrl+S", "Ctrl+W", "Ctrl+Z", "Ctrl+Y", "Ctrl+X", "Ctrl+C", "Ctrl+V", "Ctrl+H"),
    *("Ctrl+0", "Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4", "Ctrl+5", "Ctrl+6", "Ctrl+`"),
    # Base/QTGUI/qSlicerModuleSelectorToolBar.cxx
    *("Ctrl+F", "Ctrl+Left", "Ctrl+Right", "Alt+Left", "Alt+Right"),
    # Modules/Loadable: Markups, Sequences, SubjectHierarchy; the Python console
    *("Ctrl+Shift+A", "Ctrl+Shift+T", "Ctrl+Shift+Space"),
    *("Ctrl+Shift+Left", "Ctrl+Shift+Right", "Ctrl+Shift+Down", "Ctrl+B", "Ctrl+G"),
}
"""Slicer's source of August 2026, commit 583e9b3."""


@pytest.fixture
def window(application):
    """A window in front, as far as there is a front without a screen."""
    window = qt.QMainWindow()
    window.setCentralWidget(qt.QLineEdit())
    window.show()
    window.activateWindow()
    window.centralWidget().setFocus()
    application.processEvents()
    yield window
    window.close()


@pytest.fixture
def pressed():
    return []


@pytest.fixture
def shortcuts(window, pressed):
    shortcuts = Shortcuts(window, {name: lambda name=name: pressed.append(name) for name in KEYS})
    yield shortcuts
    shortcuts.cleanup()


def press(window, keys):
    """Type a key sequence such as Ctrl+Shift+R into the window, as the window system would report it."""
    combination = qt.QKeySequence(keys)[0]
    handle = window.windowHandle()
    event = qt.QKeyEvent(qt.QEvent.KeyPress, combination.key(), combination.keyboardModifiers())
    qt.QApplication.sendEvent(handle, event)


def test_no_key_is_one_of_slicers_own():
    taken = {qt.QKeySequence(keys).toString() for keys in SLICERS_OWN}

    assert not taken & {qt.QKeySequence(keys).toString() for keys in KEYS.values()}
    assert len(set(KEYS.values())) == len(KEYS)


def test_no_key_is_a_single_letter_that_a_view_or_segment_editor_takes():
    assert all("+" in keys for keys in KEYS.values())


@pytest.mark.parametrize("name", KEYS)
def test_a_key_does_its_one_thing_while_the_module_is_entered(shortcuts, window, pressed, name):
    press(window, KEYS[name])
    assert pressed == []

    shortcuts.enter()
    press(window, KEYS[name])
    assert pressed == [name]

    shortcuts.exit()
    press(window, KEYS[name])
    assert pressed == [name]


def test_after_cleanup_the_keys_are_free(shortcuts, window, pressed):
    shortcuts.enter()
    shortcuts.cleanup()
    press(window, KEYS["analyze"])

    assert pressed == []
    assert window.findChildren(qt.QShortcut) == []


def test_without_a_main_window_there_are_no_keys_and_no_failure():
    asked: list[str] = []
    shortcuts = Shortcuts(None, {"analyze": lambda: asked.append("analyze")})
    shortcuts.enter()
    others = [widget for widget in qt.QApplication.topLevelWidgets() if widget.findChildren(qt.QShortcut)]
    shortcuts.exit()
    shortcuts.cleanup()

    assert (others, asked) == ([], [])


def test_a_tooltip_names_its_key():
    assert withShortcut("Analyze the image", "analyze") == "Analyze the image (Ctrl+Shift+R)"
