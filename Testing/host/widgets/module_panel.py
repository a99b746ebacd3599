"""Slicer's module panel: a scroll area that asks a module's widget for its height once, and then keeps to that."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLayout, QScrollArea, QVBoxLayout, QWidget


class ModulePanel(QScrollArea):
    """Shows a module's widget below a line for help, in a layout with `SetMinAndMaxSize`, as the application does.

    The height for the width is asked for when the module is entered and when the panel is resized. What changes
    afterwards makes the content grow by its `minimumSizeHint` alone, which knows nothing of wrapped words.
    """

    def __init__(self, module_widget: QWidget, width: int, height: int) -> None:
        super().__init__()
        self._module_widget = module_widget
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        self._column.addWidget(QLabel("Help & Acknowledgement"))
        self.setWidget(self._content)
        self.setWidgetResizable(False)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.resize(width, height)
        self.show()
        self.show_module()

    def show_module(self) -> None:
        """The module is entered."""
        self._column.addWidget(self._module_widget, 1)
        self._module_widget.setVisible(True)
        self.settle()
        self._ask_height()

    def take_module(self) -> None:
        """Another module is entered: the widget is shown nowhere."""
        self._column.removeWidget(self._module_widget)
        self._module_widget.setVisible(False)
        self._module_widget.setParent(None)
        self.settle()

    def settle(self) -> None:
        """Handle what waits for the event loop, until the layout rests."""
        for _round in range(10):
            QApplication.processEvents()

    def resizeEvent(self, event: Any) -> None:
        QScrollArea.resizeEvent(self, event)
        self._ask_height()

    def _ask_height(self) -> None:
        width = self.viewport().width()
        self._content.resize(width, max(self._content.heightForWidth(width), self.viewport().height()))
        self.settle()
