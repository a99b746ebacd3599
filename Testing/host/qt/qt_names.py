"""`import qt`: PySide6 under the names, and with the habits, that PythonQt has in Slicer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

SOURCES = (QtWidgets, QtGui, QtCore)
HELD: list[Any] = []
"""Slots that live for ever, as those that PythonQt holds for the application."""


class FileChoices:
    """What a person would choose in a file dialog; None cancels it."""

    path: str | None = None


class QFileDialog(QtWidgets.QFileDialog):
    """PythonQt's static functions return the path alone, and this one's ask nobody."""

    @staticmethod
    def getOpenFileName(*_arguments: Any) -> str:
        return FileChoices.path or ""

    getSaveFileName = getExistingDirectory = getOpenFileName


class QDesktopServices:
    """Remembers what would be opened."""

    opened: list[str] = []  # noqa: RUF012 - one desktop

    @classmethod
    def openUrl(cls, url: QtCore.QUrl) -> bool:
        cls.opened.append(url.toString())
        return True


def qt_module(custom_widgets: Iterable[type]) -> ModuleType:
    """The module; `.ui` files may name the classes of `custom_widgets`."""
    unknown = list(custom_widgets)

    class QUiLoader(QtUiTools.QUiLoader):
        def __init__(self, parent: QtCore.QObject | None = None) -> None:
            super().__init__(parent)
            while unknown:  # what one loader was told, all know from then on
                self.registerCustomWidget(unknown.pop())

    module = ModuleType("qt", __doc__)
    module.__dict__.update(QUiLoader=QUiLoader, QFileDialog=QFileDialog, QDesktopServices=QDesktopServices)
    module.__getattr__ = _name_of_qt  # type: ignore[method-assign]
    return module


def _name_of_qt(name: str) -> Any:
    for source in SOURCES:
        if not name.startswith("_") and hasattr(source, name):
            return getattr(source, name)
    raise AttributeError(f"Qt has no {name}")


def teach_pythonqt_habits() -> None:
    """`object.name`, `dialog.exec_()`, `edit.plainText`.

    To be called before any module sees properties as attributes: the classes are copied for that.
    """
    objects, unbound = QtCore.QObject, (QtCore.QObject.objectName, QtCore.QObject.setObjectName)
    objects.name = property(lambda self: unbound[0](self), lambda self, name: unbound[1](self, name))
    QtWidgets.QDialog.exec_ = QtWidgets.QDialog.exec
    read, write = QtWidgets.QPlainTextEdit.toPlainText, QtWidgets.QPlainTextEdit.setPlainText
    QtWidgets.QPlainTextEdit.plainText = property(lambda self: read(self), lambda self, text: write(self, text))


@contextmanager
def connections_hold() -> Iterator[None]:
    """What is connected within this block lives for ever, as with PythonQt where the application is the sender.

    PySide6 holds the object of a bound method weakly.
    """
    connect = QtCore.SignalInstance.connect

    def holding(self: Any, slot: Any, *kind: Any) -> Any:
        HELD.append(slot)
        return connect(self, slot, *kind)

    QtCore.SignalInstance.connect = holding
    try:
        yield
    finally:
        QtCore.SignalInstance.connect = connect
