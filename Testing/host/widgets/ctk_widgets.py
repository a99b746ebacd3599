"""`import ctk`: the CTK widgets that the panel's `.ui` file names, as small Qt widgets with the same properties.

Base methods are called through their class: `super()` does not go the way on which PySide6 looks whether a module
sees properties or methods.
"""

from __future__ import annotations

from types import ModuleType

from PySide6.QtCore import Property, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSlider,
    QWidget,
)


class ctkCollapsibleButton(QWidget):  # noqa: N801 - CTK's name
    """A titled block that folds: its content lies below a header that a click opens and closes."""

    contentsCollapsed = Signal(bool)
    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._header = QPushButton(self)
        self._header.setFlat(True)
        self._header.setStyleSheet("text-align: left; padding: 3px; font-weight: bold;")
        self._header.setFocusPolicy(Qt.TabFocus)
        self._header.clicked.connect(lambda: setattr(self, "collapsed", not self.collapsed))
        self._collapsed = False
        self._text = ""
        self._show_header()

    def _get_text(self) -> str:
        return self._text

    def _set_text(self, text: str) -> None:
        self._text = text
        self._show_header()

    def _get_collapsed(self) -> bool:
        return self._collapsed

    def _set_collapsed(self, collapsed: bool) -> None:
        changed, self._collapsed = collapsed != self._collapsed, collapsed
        self._show_header()
        self._show_children()
        self.setMaximumHeight(self._header.sizeHint().height() if collapsed else 16777215)
        self.updateGeometry()
        if changed:
            self.contentsCollapsed.emit(collapsed)

    text = Property(str, _get_text, _set_text)
    collapsed = Property(bool, _get_collapsed, _set_collapsed)

    def showEvent(self, event: object) -> None:
        if self._collapsed:  # set before there were children to hide
            self._show_children()
        QWidget.showEvent(self, event)

    def _show_children(self) -> None:
        for child in self.findChildren(QWidget, options=Qt.FindDirectChildrenOnly):
            if child is not self._header:
                child.setVisible(not self._collapsed)

    def _show_header(self) -> None:
        self._header.setText(f"{'▸' if self._collapsed else '▾'} {self._text}")
        self.setContentsMargins(0, self._header.sizeHint().height(), 0, 0)

    def setToolTip(self, words: str) -> None:
        QWidget.setToolTip(self, words)
        self._header.setToolTip(words)

    def resizeEvent(self, event: object) -> None:
        QWidget.resizeEvent(self, event)
        self._header.setGeometry(0, 0, self.width(), self._header.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self._with_header(QWidget.minimumSizeHint(self))

    def sizeHint(self) -> QSize:
        return self._with_header(QWidget.sizeHint(self))

    def _with_header(self, size: QSize) -> QSize:
        header = self._header.sizeHint()
        return QSize(max(size.width(), 60), header.height() if self._collapsed else max(size.height(), header.height()))


class ctkSliderWidget(QWidget):  # noqa: N801 - CTK's name
    """A slider over fractional values, with the number in a box beside it."""

    valueChanged = Signal(float)
    STEPS = 1000

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider, self._box = QSlider(Qt.Horizontal, self), QDoubleSpinBox(self)
        self._slider.setRange(0, self.STEPS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._slider, 1)
        row.addWidget(self._box)
        self._slider.valueChanged.connect(self._on_slider)
        self._box.valueChanged.connect(self._on_box)

    def _on_slider(self, step: int) -> None:
        span = self._box.maximum() - self._box.minimum()
        self._box.setValue(self._box.minimum() + span * step / self.STEPS)

    def _on_box(self, value: float) -> None:
        span = self._box.maximum() - self._box.minimum()
        self._slider.blockSignals(True)
        self._slider.setValue(round((value - self._box.minimum()) / span * self.STEPS) if span else 0)
        self._slider.blockSignals(False)
        self.valueChanged.emit(value)

    value = Property(float, lambda self: self._box.value(), lambda self, value: self._box.setValue(value))
    minimum = Property(float, lambda self: self._box.minimum(), lambda self, value: self._box.setMinimum(value))
    maximum = Property(float, lambda self: self._box.maximum(), lambda self, value: self._box.setMaximum(value))
    singleStep = Property(float, lambda self: self._box.singleStep(), lambda self, v: self._box.setSingleStep(v))
    decimals = Property(int, lambda self: self._box.decimals(), lambda self, value: self._box.setDecimals(value))
    suffix = Property(str, lambda self: self._box.suffix(), lambda self, value: self._box.setSuffix(value))
    tracking = Property(bool, lambda self: self._slider.hasTracking(), lambda self, v: self._slider.setTracking(v))

    def setToolTip(self, words: str) -> None:
        QWidget.setToolTip(self, words)
        self._slider.setToolTip(words)
        self._box.setToolTip(words)


class ctkDoubleSpinBox(QDoubleSpinBox):  # noqa: N801 - CTK's name
    """A box for a number."""


class ctkComboBox(QComboBox):  # noqa: N801 - CTK's name
    """A combo box that shortens its text with an ellipsis."""

    def minimumSizeHint(self) -> QSize:
        return QSize(60, QComboBox.minimumSizeHint(self).height())


class ctkPathLineEdit(QWidget):  # noqa: N801 - CTK's name
    """A line for a path."""

    currentPathChanged = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = QLineEdit(self)
        QHBoxLayout(self).addWidget(self._line)
        self._line.textChanged.connect(self.currentPathChanged)

    currentPath = Property(str, lambda self: self._line.text(), lambda self, path: self._line.setText(path))


class ctkCheckBox(QCheckBox):  # noqa: N801 - CTK's name
    """A check box."""


WIDGETS: dict[str, type] = {
    widget.__name__: widget
    for widget in (
        ctkCollapsibleButton,
        ctkSliderWidget,
        ctkDoubleSpinBox,
        ctkComboBox,
        ctkPathLineEdit,
        ctkCheckBox,
    )
}


def ctk_module() -> ModuleType:
    """The module `ctk`."""
    module = ModuleType("ctk", __doc__)
    module.__dict__.update(WIDGETS)
    return module
