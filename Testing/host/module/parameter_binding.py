"""Widgets that show a parameter and change it, found by their property `SlicerParameterName`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from PySide6 import QtWidgets

from ..widgets import ctk_widgets, mrml_widgets

PROPERTY = "SlicerParameterName"

KINDS: tuple[tuple[tuple[type, ...], tuple[type, ...], str, str], ...] = (
    ((bool,), (QtWidgets.QCheckBox, QtWidgets.QPushButton), "checked", "toggled"),
    ((int,), (QtWidgets.QSpinBox, QtWidgets.QSlider), "value", "valueChanged"),
    (
        (int, float),
        (QtWidgets.QDoubleSpinBox, ctk_widgets.ctkSliderWidget, ctk_widgets.ctkDoubleSpinBox),
        "value",
        "valueChanged",
    ),
    ((str,), (QtWidgets.QLineEdit,), "text", "textChanged"),
)
"""Parameter types, exact widget classes, property, and the signal that tells of its changes."""


class Binding:
    """A parameter and its widget."""

    def __init__(self, parameter: Any, widget: Any) -> None:
        self.parameter, self.widget = parameter, widget
        self._slot: Callable[..., None] | None = None
        self.signal, self.name = _signal_and_property(parameter, widget)
        for limit in ("minimum", "maximum"):
            for validator in parameter.validators:
                if hasattr(validator, limit) and parameter.type in (int, float):
                    widget.setProperty(limit, getattr(validator, limit))

    def start(self, on_change: Callable[[], None]) -> None:
        self._slot = lambda *_: on_change()
        self.signal.connect(self._slot)

    def stop(self) -> None:
        self.signal.disconnect(self._slot)

    def read(self) -> Any:
        return self.parameter.type(self.widget.property(self.name))

    def write(self, value: Any) -> None:
        if self.widget.property(self.name) != value:
            self.widget.setProperty(self.name, value)


class NodeBinding(Binding):
    """A node of the scene and its selector."""

    def __init__(self, parameter: Any, widget: Any) -> None:
        self.parameter, self.widget = parameter, widget
        self.signal = widget.currentNodeChanged
        widget.setProperty("nodeTypes", [one.__name__ for one in parameter.node_types])

    def read(self) -> Any:
        return self.widget.currentNode()

    def write(self, value: Any) -> None:
        self.widget.setCurrentNode(value)


class ChoiceBinding(Binding):
    """One of a closed set, in a combo box that is filled with its names as Slicer does."""

    def __init__(self, parameter: Any, widget: Any) -> None:
        self.parameter, self.widget = parameter, widget
        (validator,) = (one for one in parameter.validators if hasattr(one, "choices"))
        self._choices = validator.choices
        widget.clear()
        widget.addItems([str(choice) for choice in self._choices])
        self.signal = widget.currentIndexChanged

    def read(self) -> Any:
        return self._choices[self.widget.currentIndex()]

    def write(self, value: Any) -> None:
        self.widget.setCurrentIndex(self._choices.index(value))


def bindings(gui: Any, parameters: Mapping[str, Any]) -> Iterator[Binding]:
    """A binding for each widget of `gui` (an object of attributes) that names one of `parameters`."""
    for widget in vars(gui).values():
        name = widget.property(PROPERTY)
        if name:
            yield _binding(parameters[name], widget)


def _binding(parameter: Any, widget: Any) -> Binding:
    if parameter.is_node:
        assert type(widget) is mrml_widgets.qMRMLNodeComboBox, f"{widget.objectName()} cannot hold a node"
        return NodeBinding(parameter, widget)
    if type(widget) in (QtWidgets.QComboBox, ctk_widgets.ctkComboBox):
        return ChoiceBinding(parameter, widget)
    return Binding(parameter, widget)


def _signal_and_property(parameter: Any, widget: Any) -> tuple[Any, str]:
    for types, widgets, name, signal in KINDS:
        if parameter.type in types and type(widget) in widgets:
            return getattr(widget, signal), name
    raise TypeError(f"{type(widget).__name__} cannot hold {parameter.name}, a {parameter.type}")
