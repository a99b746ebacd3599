"""The classes that annotations name are Slicer's: their methods are there, and little is left untyped."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import slicer

from BreastUSAILib import scene

LIBRARY = Path(scene.__file__).parents[1]
STUB = ast.parse((LIBRARY / "scene" / "mrml" / "node_types.pyi").read_text(encoding="utf-8"))
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}

ANY_AT_MOST = {"scene": 0.01, "client": 0.05, "gui": 0.02}
"""Share of a room's parameters that are `Any`: only what a function hands on, whatever it is."""


def methods_of(name: str) -> list[ast.FunctionDef]:
    """What the stub says that a class has of its own."""
    return [node for node in CLASSES[name].body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_the_methods_and_constants_of_slicers(name: str) -> None:
    constants = [ast.unparse(node.target) for node in CLASSES[name].body if isinstance(node, ast.AnnAssign)]
    stated = {method.name for method in methods_of(name)} | set(constants)
    assert {one for one in stated if not hasattr(getattr(slicer, name), one)} == set()


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_comes_from_those_of_slicers(name: str) -> None:
    (base,) = CLASSES[name].bases
    assert ast.unparse(base) in {one.__name__ for one in getattr(slicer, name).__mro__[1:]}


@pytest.mark.parametrize("name", CLASSES)
def test_methods_take_as_many_values_as_slicers(name: str) -> None:
    for method in methods_of(name):
        documented = getattr(getattr(slicer, name), method.name).__doc__
        signatures = re.findall(rf"^{method.name}\(([^)]*)\)", documented, re.MULTILINE)
        plain = [re.sub(r"\[[^]]*\]", "list", taken) for taken in signatures]
        counts = {len([one for one in taken.split(",") if one.strip()]) for taken in plain}
        isStatic = [ast.unparse(one) for one in method.decorator_list] == ["staticmethod"]
        assert len(method.args.args) in counts, method.name
        assert isStatic is ("self" not in documented.split(")")[0]), method.name


def parameters_of(room: str) -> Iterator[tuple[str, str]]:
    """(``file:line name``, annotation) of every parameter of the room's functions but `self`."""
    for path in sorted((LIBRARY / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            given = node.args
            for one in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
                if one is not None and one.annotation is not None:
                    yield f"{path.relative_to(LIBRARY)}:{one.lineno} {one.arg}", ast.unparse(one.annotation)


def is_any(annotation: str) -> bool:
    """Whether a parameter may be anything; a mapping of JSON has no other type."""
    return re.search(r"\bAny\b", re.sub(r"(dict|Mapping)\[str, Any\]", "", annotation)) is not None


@pytest.mark.parametrize("room", ANY_AT_MOST)
def test_hardly_any_parameter_may_be_anything(room: str) -> None:
    parameters = list(parameters_of(room))
    found = [place for place, annotation in parameters if is_any(annotation)]
    assert len(found) <= ANY_AT_MOST[room] * len(parameters), found
