"""The engine that stays loaded from one request to the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ...bundles.bundle import Models
from ...interface import Engine
from ...options import ModelChoice
from .packages import load_torch, needing_packages


class LoadedEngine(Engine, Protocol):
    """An engine with its models in this process, as `engine.analyzer.Analyzer` is."""

    models: Models
    device: Any


def load_engine(choice: ModelChoice) -> LoadedEngine:
    """The engine with the chosen models. Raises DependencyError, ModelError and OptionError."""
    load_torch()
    with needing_packages():
        from ...analyzer import Analyzer
        from ...bundles.model_folder import load_models

        return Analyzer(load_models(choice.classifier or None, choice.segmenter or None), choice.device)


class WarmEngine:
    """Loads the engine when it is first needed, and anew when other models or another device are chosen."""

    def __init__(self, load: Callable[[ModelChoice], LoadedEngine] = load_engine) -> None:
        self._load = load
        self._loaded: tuple[ModelChoice, LoadedEngine] | None = None

    def ready(self, choice: ModelChoice, log: Callable[[str], None]) -> LoadedEngine:
        """The engine for that choice. Raises what loading it raises; the one before is given up in any case."""
        if self._loaded is not None and self._loaded[0] == choice:
            return self._loaded[1]
        self.forget()
        started = time.perf_counter()
        engine = self._load(choice)
        self._loaded = choice, engine
        seconds = time.perf_counter() - started
        log(f"models loaded on {engine.device} in {seconds:.1f} s: {described(engine.models)}")
        return engine

    def forget(self) -> None:
        """Give up what is loaded: its bundles may have changed."""
        self._loaded = None


def described(models: Models) -> str:
    """The two models in words, for a log."""
    identities = (models.classifier.identity, models.segmenter.identity)
    return ", ".join(f"{one.name} {one.version} ({one.sha256[:12]})" for one in identities)


def choice_of(values: Mapping[str, Any]) -> ModelChoice:
    """The choice that a request names. Raises TypeError for other than texts."""
    choice = ModelChoice(**values)
    if not all(isinstance(text, str) for text in (choice.classifier, choice.segmenter, choice.device)):
        raise TypeError("models are chosen by name")
    return choice
