"""`slicer.parameterNodeWrapper` outside Slicer: a class of typed attributes, kept in a node of the scene."""

from __future__ import annotations

import typing
from types import ModuleType
from typing import Any

import vtk

from .parameter_binding import Binding, bindings


class Validator:
    """Refuses what a parameter must not be."""

    def validate(self, value: Any) -> None:
        raise NotImplementedError


class Choice(Validator):
    def __init__(self, choices: typing.Iterable[Any]) -> None:
        self.choices = list(choices)

    def validate(self, value: Any) -> None:
        if value not in self.choices:
            raise ValueError(f"{value!r} is none of {self.choices}")


class WithinRange(Validator):
    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value: Any) -> None:
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not within {self.minimum} and {self.maximum}")


class Minimum(WithinRange):
    def __init__(self, minimum: float) -> None:
        super().__init__(minimum, float("inf"))


class Maximum(WithinRange):
    def __init__(self, maximum: float) -> None:
        super().__init__(float("-inf"), maximum)


class Default:
    def __init__(self, value: Any) -> None:
        self.value = value


class _Parameter:
    """A typed attribute: text in the node, or a reference of it where the type is a node class."""

    def __init__(self, name: str, annotated: Any, default: Any) -> None:
        self.name = name
        self.type, *notes = typing.get_args(annotated) if hasattr(annotated, "__metadata__") else (annotated,)
        self.validators = [note for note in notes if isinstance(note, Validator)]
        options = typing.get_args(self.type) or (self.type,)
        self.node_types = tuple(one for one in options if hasattr(one, "GetNodeTagName"))
        self.is_node = bool(self.node_types)
        given = [note.value for note in notes if isinstance(note, Default)]
        self.default = default if default is not None else given[0] if given else None if self.is_node else self.type()

    def __get__(self, wrapper: Any, owner: type | None = None) -> Any:
        if wrapper is None:
            return self
        node = wrapper.parameterNode
        if self.is_node:
            return node.GetNodeReference(self.name)
        if not node.HasParameter(self.name):  # a closed scene empties the node
            return self.default
        text = node.GetParameter(self.name)
        return text == "True" if self.type is bool else self.type(text)

    def __set__(self, wrapper: Any, value: Any) -> None:
        for validator in self.validators:
            validator.validate(value)
        node = wrapper.parameterNode
        if self.is_node:
            if value is not None and not isinstance(value, self.node_types):
                raise TypeError(f"{self.name} takes no {type(value).__name__}")
            node.SetNodeReferenceID(self.name, None if value is None else value.GetID())
        elif isinstance(value, (int, float) if self.type is float else self.type):
            node.SetParameter(self.name, str(value))
        else:
            raise TypeError(f"{self.name} takes {self.type.__name__}, not {value!r}")


class _Wrapper:
    """What `parameterNodeWrapper` adds to the class."""

    allParameters: dict[str, _Parameter]

    def __init__(self, parameterNode: Any) -> None:
        self.parameterNode = parameterNode
        self._bindings: dict[int, tuple[list[Binding], int]] = {}
        self._is_showing = False
        for parameter in self.allParameters.values():
            if not parameter.is_node and not parameterNode.HasParameter(parameter.name):
                parameter.__set__(self, parameter.default)

    def default(self, name: str) -> Default:
        return Default(self.allParameters[name].default)

    def getValue(self, name: str) -> Any:
        return getattr(self, name)

    def setValue(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def AddObserver(self, event: Any, callback: Any) -> int:
        return self.parameterNode.AddObserver(event, callback)

    def RemoveObserver(self, tag: int) -> None:
        self.parameterNode.RemoveObserver(tag)

    def StartModify(self) -> int:
        return self.parameterNode.StartModify()

    def EndModify(self, wasModified: int) -> None:
        self.parameterNode.EndModify(wasModified)

    def Modified(self) -> None:
        self.parameterNode.Modified()

    def connectGui(self, gui: Any) -> int:
        """Bind the widgets whose property `SlicerParameterName` names a parameter; returns a tag for disconnecting."""
        bound = list(bindings(gui, self.allParameters))
        self._show(bound)
        for one in bound:
            one.start(lambda one=one: self._on_widget(one))
        observer = self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: self._show(bound))
        tag = max(self._bindings, default=-1) + 1
        self._bindings[tag] = (bound, observer)
        return tag

    def disconnectGui(self, tag: int) -> None:
        bound, observer = self._bindings.pop(tag)
        self.RemoveObserver(observer)
        for one in bound:
            one.stop()

    def _show(self, bound: list[Binding]) -> None:
        if self._is_showing:
            return
        self._is_showing = True
        try:
            for one in bound:
                one.write(getattr(self, one.parameter.name))
        finally:
            self._is_showing = False

    def _on_widget(self, binding: Binding) -> None:
        if not self._is_showing:
            setattr(self, binding.parameter.name, binding.read())


def parameterNodeWrapper(cls: type | None = None) -> Any:
    """Class decorator: annotated names become attributes that live in the node given to the constructor."""
    if cls is None:
        return parameterNodeWrapper
    parameters = {
        name: _Parameter(name, annotated, cls.__dict__.get(name))
        for name, annotated in typing.get_type_hints(cls, include_extras=True).items()
    }
    own = {key: value for key, value in vars(cls).items() if key not in ("__dict__", "__weakref__")}
    return type(cls.__name__, (_Wrapper,), {**own, **parameters, "allParameters": parameters})


def parameter_node_module() -> ModuleType:
    """The module `slicer.parameterNodeWrapper`."""
    module = ModuleType("slicer.parameterNodeWrapper", __doc__)
    for name in (Choice, WithinRange, Minimum, Maximum, Default, Validator, parameterNodeWrapper):
        setattr(module, name.__name__, name)
    return module
