"""In process or in a process of its own: an engine is asked in the same way."""

from __future__ import annotations

import doctest
import inspect
from functools import partial

import pytest

from BreastUSAILib.client.process.background_engine import BackgroundEngine
from BreastUSAILib.client.process.engine_process import EngineProcess
from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.interface import Engine
from Testing.client.fake_engine import FakeEngine
from Testing.client.process.fake_process import FAKE


def keywords(call) -> list[tuple[str, bool]]:
    """Names of what may be given, in order, and whether it may be left out."""
    return [
        (name, one.default is not inspect.Parameter.empty) for name, one in inspect.signature(call).parameters.items()
    ]


@pytest.mark.parametrize("name", ["analyze", "rescore"])
@pytest.mark.parametrize("engine", [Analyzer, EngineProcess])
def test_both_engines_take_what_the_protocol_says(engine, name) -> None:
    assert keywords(getattr(engine, name)) == keywords(getattr(Engine, name))
    assert inspect.get_annotations(getattr(engine, name)) == inspect.get_annotations(getattr(Engine, name))


@pytest.mark.parametrize("name", ["startAnalysis", "startRequest", "request", "stop"])
@pytest.mark.parametrize("engine", [EngineProcess, FakeEngine])
def test_the_process_and_its_stand_in_are_asked_alike(engine, name) -> None:
    assert keywords(getattr(engine, name)) == keywords(getattr(BackgroundEngine, name))


def test_the_example_runs_as_it_is_documented(tmp_path, monkeypatch, request) -> None:
    """With a process whose models are made up."""
    monkeypatch.chdir(request.config.rootpath)
    given = {"EngineProcess": partial(EngineProcess, FAKE, str(tmp_path))}
    (example,) = doctest.DocTestFinder(recurse=False).find(EngineProcess, "EngineProcess", globs=given)

    ran = doctest.DocTestRunner().run(example)

    assert ran.attempted > 1
    assert ran.failed == 0
