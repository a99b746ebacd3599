"""PySide6's signatures of methods, worked out where an error is to be explained and nowhere else.

Before a class shows its properties as attributes, PySide6 looks whether their getters take arguments. For that it works
out the signatures of all methods of the class, and with them every class and enum that they name; and each property is
given a text about itself. Slicer's PythonQt does nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from inspect import Parameter, Signature
from typing import Any

from PySide6 import QtCore  # noqa: F401 - signatures are a part of QtCore's start
from shibokensupport.signature import errorhandler, layout, parser

_read, _create_signature, _text = parser.pyside_type_init, layout.create_signature, errorhandler.make_helptext

ALONE = Signature([Parameter("self", Parameter.POSITIONAL_ONLY)])
WITH_ARGUMENTS = Signature([*ALONE.parameters.values(), Parameter("arguments", Parameter.VAR_POSITIONAL)])


class _Method(dict[Any, Any]):
    """A method by PySide6's lines about it, one for each signature; PySide6 keeps in it what it was given."""

    def __init__(self, class_key: Any, name: str) -> None:
        super().__init__()
        self.class_key, self.name = class_key, name
        self.lines: list[str] = []

    def signature(self, kind: Any) -> Any:
        """`kind` is a tuple where PySide6 explains an error; else it counts the arguments."""
        if isinstance(kind, tuple):
            return _create_signature(_read(self.class_key, self.lines)[self.name], kind)
        counted = [WITH_ARGUMENTS if "," in line.partition(")")[0] else ALONE for line in self.lines]
        return counted if len(counted) > 1 else counted[0]


def _methods(class_key: Any, lines: Iterable[str]) -> dict[str, _Method]:
    methods: dict[str, _Method] = {}
    for line in lines:
        name = line.partition("(")[0].rpartition(".")[2]
        methods.setdefault(name, _Method(class_key, name)).lines.append(line)
    return methods


def _signature(method: Any, kind: Any) -> Any:
    return method.signature(kind) if isinstance(method, _Method) else _create_signature(method, kind)


def _text_about(method: Any) -> Any:
    """PySide6 is asked for the text of every builtin method there is, torch's included, which insists on its own."""
    owner = getattr(method, "__objclass__", None)
    return None if getattr(owner, "__module__", "").startswith("PySide6") else _text(method)


def read_signatures_when_asked() -> None:
    """To be called before a class is used."""
    parser.pyside_type_init, layout.create_signature = _methods, _signature
    errorhandler.make_helptext = _text_about
