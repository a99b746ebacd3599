"""The Slicer application for tests: real Qt, the real scene, and the names that a module expects of the application.

`start` is all a test needs. Stand-ins know nothing of the extension.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import shiboken6
import slicer
import slicer.util
from PySide6 import QtCore, QtWidgets

from .module import slicer_source
from .module.parameter_node import parameter_node_module
from .module.scripted_module import scripted_module
from .qt.lasting_constants import keep_constants
from .qt.lazy_signatures import read_signatures_when_asked
from .qt.qt_names import qt_module, teach_pythonqt_habits
from .qt.true_property import properties_as_attributes
from .widgets import ctk_widgets, mrml_widgets
from .widgets.ctk_widgets import ctk_module
from .widgets.dialogs import Dialogs

READ_AS_IN_SLICER = (
    *("BreastUSAI", "BreastUSAILib.client", "BreastUSAILib.gui", "Testing.client", "Testing.gui"),
    *("slicer.util", "slicer.packaging"),
)


class Signals(QtCore.QObject):
    """What the application and its module manager tell."""

    startupCompleted = QtCore.Signal()
    moduleAboutToBeUnloaded = QtCore.Signal(str)


class Connecting:
    """`sender.connect("signal(types)", slot)`, as PythonQt has it."""

    def connect(self, signature: str, slot: Any) -> bool:
        getattr(self, signature.split("(")[0]).connect(slot)
        return True

    def disconnect(self, signature: str, slot: Any) -> bool:
        getattr(self, signature.split("(")[0]).disconnect(slot)
        return True


class ModuleManager(Connecting):
    """`slicer.app.moduleManager()`: tells of modules that are unloaded."""

    def __init__(self, signals: Signals) -> None:
        self.moduleAboutToBeUnloaded = signals.moduleAboutToBeUnloaded


class Application(Connecting):
    """`slicer.app`: the running QApplication, and what Slicer's adds to it."""

    applicationVersion = "5.12.3"
    majorVersion, minorVersion = 5, 12
    mainApplicationName = "Slicer"

    def __init__(self, qt_application: QtWidgets.QApplication) -> None:
        self._qt = qt_application
        self._signals = Signals()
        self.startupCompleted = self._signals.startupCompleted
        self._folder = tempfile.TemporaryDirectory(prefix="slicer-stand-in-")
        self.temporaryPath = self._folder.name
        self.slicerHome = os.path.join(self.temporaryPath, "home")
        self._modules = ModuleManager(self._signals)
        self._settings = QtCore.QSettings(
            os.path.join(self.temporaryPath, "settings.ini"), QtCore.QSettings.Format.IniFormat
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._qt, name)

    def moduleManager(self) -> ModuleManager:
        return self._modules

    def userSettings(self) -> QtCore.QSettings:
        return self._settings

    settings = revisionUserSettings = userSettings

    def layoutManager(self) -> None:
        return None

    def applicationLogic(self) -> Any:
        host = getattr(slicer, "breastUSAIHost", None)
        return None if host is None else host.applicationLogic

    def translate(self, _context: str, text: str) -> str:
        return text

    def testingEnabled(self) -> bool:
        return False

    def commandOptions(self) -> SimpleNamespace:
        return SimpleNamespace(noMainWindow=True, testingEnabled=False)

    def pauseRender(self) -> None:
        pass

    resumeRender = pauseRender


def start() -> Application:
    """The one application of this process; started at the first call."""
    if getattr(slicer, "app", None) is not None:
        return slicer.app
    keep_constants()
    read_signatures_when_asked()
    QtCore.qInstallMessageHandler(_without_complaints_of_the_screen)
    qt_application = QtWidgets.QApplication.instance() or QtWidgets.QApplication(["Slicer"])
    slicer.app = Application(qt_application)
    teach_pythonqt_habits()
    properties_as_attributes(*READ_AS_IN_SLICER)
    widgets = [*ctk_widgets.WIDGETS.values(), *mrml_widgets.WIDGETS.values()]
    for module in (qt_module(widgets), ctk_module(), _i18n(), scripted_module(), parameter_node_module()):
        sys.modules[module.__name__] = module
        if module.__name__.startswith("slicer."):
            setattr(slicer, module.__name__.removeprefix("slicer."), module)
    for name, widget in mrml_widgets.WIDGETS.items():
        setattr(slicer, name, widget)
    slicer.util.mainWindow = lambda: None
    Dialogs().publish(slicer.util)
    slicer_source.replace_stand_ins()
    return slicer.app


def delete_now(*widgets: QtWidgets.QWidget) -> None:
    """Delete widgets and their children at once, and before them what waits for the event loop to delete it.

    Left to Python's garbage collector, a widget may be asked for its size when it has lost its attributes already;
    and where the collector runs while Qt deletes a widget, both may meet in the same one.
    """
    with _no_garbage_collected():
        QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
        for widget in widgets:
            if shiboken6.isValid(widget):
                widget.close()
                shiboken6.delete(widget)
        QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)


def delete_windows() -> None:
    """Delete every window; those that belong to another go with it."""
    delete_now()  # what is deleted anyway is no window any more
    delete_now(*(window for window in QtWidgets.QApplication.topLevelWidgets() if window.parentWidget() is None))


@contextmanager
def _no_garbage_collected() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _without_complaints_of_the_screen(_kind: Any, _context: Any, message: str) -> None:
    if "propagateSizeHints" not in message:  # no window system, no size hints
        print(message, file=sys.stderr)


def _i18n() -> ModuleType:
    module = ModuleType("slicer.i18n", "Translations: none outside the application.")
    module.__dict__.update(tr=lambda text: text, translate=lambda _context, text: text)
    return module
