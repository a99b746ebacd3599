"""Qt's classes as a module finds them in Slicer: wrapped already, long before it is opened.

PySide6 works out the properties and signatures of a class when an attribute of one of its objects is read first. For
the classes of a panel that takes a third of a second, which would be counted to whatever is opened first.
"""

from __future__ import annotations

import shiboken6
from PySide6 import QtCore, QtUiTools, QtWidgets  # noqa: F401 - with the last, all that a module's panel is made of

WIDGETS = (
    QtWidgets.QCheckBox,
    QtWidgets.QComboBox,
    QtWidgets.QDoubleSpinBox,
    QtWidgets.QGroupBox,
    QtWidgets.QLabel,
    QtWidgets.QLineEdit,
    QtWidgets.QListWidget,
    QtWidgets.QMenu,
    QtWidgets.QPlainTextEdit,
    QtWidgets.QProgressBar,
    QtWidgets.QPushButton,
    QtWidgets.QSlider,
    QtWidgets.QSpinBox,
    QtWidgets.QTableWidget,
    QtWidgets.QToolButton,
    QtWidgets.QTreeWidget,
)
OTHERS = (
    QtCore.QTimer,
    QtWidgets.QFormLayout,
    QtWidgets.QGridLayout,
    QtWidgets.QHBoxLayout,
    QtWidgets.QVBoxLayout,
)


def wrap_classes() -> None:
    """Read an attribute of an object of each class; this module must be one that reads properties as attributes."""
    made = [each() for each in (*WIDGETS, *OTHERS)]
    within = [child for one in made for child in one.findChildren(QtCore.QObject)]
    for one in (QtWidgets.QApplication.instance(), *made, *within):
        assert hasattr(one, "objectName")
    for one in made:
        shiboken6.delete(one)  # with all that is in it, here and now
