"""Models are loaded once for a choice, and anew where they may be others."""

from __future__ import annotations

import pytest

from BreastUSAILib.engine.errors import DependencyError, ModelError
from BreastUSAILib.engine.options import ModelChoice
from BreastUSAILib.engine.remote.serving import packages
from BreastUSAILib.engine.remote.serving.packages import needing_packages, package_versions
from BreastUSAILib.engine.remote.serving.warm_engine import WarmEngine, choice_of

from ..fakes import FakeEngine


class Loader:
    """Loads fake engines and remembers for which choices."""

    def __init__(self) -> None:
        self.loaded: list[ModelChoice] = []

    def __call__(self, choice: ModelChoice) -> FakeEngine:
        self.loaded.append(choice)
        return FakeEngine(choice)


def test_the_same_choice_is_loaded_once_and_another_anew() -> None:
    loader, said = Loader(), []
    warm = WarmEngine(loader)
    first, other = ModelChoice(), ModelChoice(device="cuda")

    assert warm.ready(first, said.append) is warm.ready(first, said.append)
    warm.ready(other, said.append)
    warm.ready(first, said.append)

    assert loader.loaded == [first, other, first]
    assert "models loaded on cuda" in said[1]


def test_models_that_may_have_changed_are_loaded_again() -> None:
    loader = Loader()
    warm = WarmEngine(loader)
    warm.ready(ModelChoice(), print)

    warm.forget()
    warm.ready(ModelChoice(), print)

    assert len(loader.loaded) == 2


def test_a_choice_that_cannot_be_loaded_leaves_nothing_loaded() -> None:
    loader = Loader()
    warm = WarmEngine(loader)
    warm.ready(ModelChoice(), print)
    with pytest.raises(ModelError):
        warm.ready(ModelChoice("missing"), print)

    warm.ready(ModelChoice(), print)

    assert len(loader.loaded) == 3


@pytest.mark.parametrize("values", [{"classifier": 3}, {"device": None}, {"speed": "fast"}])
def test_what_is_not_a_choice_is_refused(values) -> None:
    with pytest.raises(TypeError):
        choice_of(values)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ModuleNotFoundError("No module named 'torch'", name="torch"), "torch is not installed"),
        (ModuleNotFoundError("No module named 'monai.nets'", name="monai.nets"), "monai is not installed"),
        (ImportError("DLL load failed", name="torch._C"), r"torch cannot be loaded \(DLL load failed\)"),
        (ImportError("no attribute"), "cannot be loaded"),
    ],
)
def test_a_package_that_does_not_load_is_named(error, words) -> None:
    def load() -> None:
        with needing_packages():
            raise error

    with pytest.raises(DependencyError, match=words):
        load()


def test_versions_are_told_without_loading_anything(monkeypatch) -> None:
    monkeypatch.setattr(packages, "NEEDED", ("numpy", "no-such-package"))

    versions = package_versions()

    assert versions["numpy"]
    assert versions["no-such-package"] is None
