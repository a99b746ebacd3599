"""The examples in the docstrings of what scripts and other programs call run, and give what they say."""

from __future__ import annotations

import doctest
from functools import cache
from importlib import import_module

import pytest

from BreastUSAILib.engine.bundles import bundle, model_folder

EXAMPLES = {
    "engine.analyzer": {"Analyzer"},
    "engine.bundles.bundle": {"load_classifier", "load_segmenter", "load_bundle"},
    "engine.bundles.model_folder": {"load_models"},
    "engine.findings.measures": {"columns"},
    "engine.lesions.measure": {"measure_lesions"},
    "engine.reading": {"read"},
}
"""Module -> what has an example there.

`analyze_to_folder`, `all_at_once`, the logic and the engine's process have tests beside their own.
"""

LOADERS = {name: cache(getattr(bundle, name)) for name in ("load_classifier", "load_segmenter")}
"""Load each shipped model once for all examples."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_runs_as_it_is_documented(name: str, monkeypatch, request) -> None:
    monkeypatch.chdir(request.config.rootpath)
    module = import_module(f"BreastUSAILib.{name}")
    found = {test.name.rpartition(".")[2]: test for test in doctest.DocTestFinder().find(module) if test.examples}

    assert set(found) == EXAMPLES[name]
    for loader, once in LOADERS.items():
        monkeypatch.setattr(bundle, loader, once)
        monkeypatch.setattr(model_folder, loader, once)
    for test in found.values():
        assert doctest.DocTestRunner().run(test).failed == 0, test.name
