"""What may be asked about images: ``analyze``, ``rescore``, ``explain``, ``counterfactuals``; and ``hello``."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from .... import __version__
from ...findings.analysis import Analysis
from ...interface import Masks
from ...options import AnalyzeOptions, ExplainOptions
from ..exchange import Given, read_input, write_analysis, write_counterfactuals
from ..explanation_files import write_explanations
from ..protocol import INVALID_PARAMS, PROTOCOL, ProtocolError
from .packages import needing_packages, package_versions
from .server import Call, Method
from .warm_engine import LoadedEngine, WarmEngine, choice_of

Options = TypeVar("Options", AnalyzeOptions, ExplainOptions)


def hello(_call: Call) -> Mapping[str, Any]:
    """Who answers: needs none of the packages whose versions it tells (null where one is not installed)."""
    return {
        "protocol": PROTOCOL,
        "version": __version__,
        "pid": os.getpid(),
        "python": platform.python_version(),
        "packages": package_versions(),
    }


class AnalysisMethods:
    """Methods over a warm engine.

    ``analyze {folder, models}`` and ``rescore {folder, models}`` take what `exchange.write_input` put into ``folder``
    and leave there what `exchange.read_analysis` reads; they answer ``{device}``. ``counterfactuals {folder, models}``
    takes the same and leaves what `exchange.read_counterfactuals` reads, ``explain {folder, models}`` what
    `explanation_files.read_explanations` reads. ``selfCheck {models}`` takes an empty image through both networks and
    answers ``{device, models, packages}``. ``models`` is a `ModelChoice`.
    """

    def __init__(self, warm: WarmEngine) -> None:
        self._warm = warm

    @property
    def table(self) -> dict[str, Method]:
        """The methods by name."""
        return {
            "hello": hello,
            "analyze": self.analyze,
            "rescore": self.rescore,
            "counterfactuals": self.counterfactuals,
            "explain": self.explain,
            "selfCheck": self.self_check,
        }

    def analyze(self, call: Call) -> Mapping[str, Any]:
        """From the pixels alone."""
        given = _given(call)
        options = _options(given, AnalyzeOptions)
        return _left(call, self.engine(call).analyze(given.frames, options, call.progress, call.cancelled))

    def rescore(self, call: Call) -> Mapping[str, Any]:
        """From the pixels and the outlines that came with them."""
        given = _given(call)
        masks, options = _masks(given), _options(given, AnalyzeOptions)
        return _left(call, self.engine(call).rescore(given.frames, masks, options, call.progress, call.cancelled))

    def counterfactuals(self, call: Call) -> Mapping[str, Any]:
        """From the pixels and the outlines of one frame."""
        given = _given(call)
        masks, options = _masks(given), _options(given, AnalyzeOptions)
        engine = self.engine(call)
        found = engine.counterfactuals(given.frames, masks, options, call.progress, call.cancelled)
        write_counterfactuals(Path(call.value("folder", str)), found)
        return {"device": str(engine.device)}

    def explain(self, call: Call) -> Mapping[str, Any]:
        """From the pixels, the outlines and the methods that came with them."""
        given = _given(call)
        masks, options = _masks(given), _options(given, ExplainOptions)
        engine = self.engine(call)
        made = engine.explain(given.frames, masks, options, call.progress, call.cancelled)
        write_explanations(Path(call.value("folder", str)), made)
        return {"device": str(engine.device)}

    def self_check(self, call: Call) -> Mapping[str, Any]:
        """Whether packages and models work here. Raises DependencyError, ModelError and OptionError."""
        engine = self.engine(call)
        with needing_packages():
            from ...bundles.model_install import try_out

            for model in (engine.models.classifier, engine.models.segmenter):
                try_out(model)
        names = [engine.models.classifier.identity.name, engine.models.segmenter.identity.name]
        return {"device": str(engine.device), "models": names, "packages": package_versions()}

    def engine(self, call: Call) -> LoadedEngine:
        """The engine for the models that a request names."""
        try:
            choice = choice_of(call.value_or({}, "models", dict))
        except TypeError as error:
            raise ProtocolError(
                INVALID_PARAMS, f"the parameter 'models' is not a choice of models ({error})"
            ) from error
        return self._warm.ready(choice, call.log)


def _given(call: Call) -> Given:
    folder = Path(call.value("folder", str))
    try:
        return read_input(folder)
    except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise ProtocolError(INVALID_PARAMS, f"the folder holds no input ({error})") from error


def _masks(given: Given) -> Masks:
    if given.masks is None:
        raise ProtocolError(INVALID_PARAMS, "there are no masks in the folder")
    return given.masks


def _options(given: Given, kind: type[Options]) -> Options:
    if not isinstance(given.options, kind):
        raise ProtocolError(INVALID_PARAMS, "the options in the folder are those of another method")
    return given.options


def _left(call: Call, analysis: Analysis) -> Mapping[str, Any]:
    write_analysis(Path(call.value("folder", str)), analysis)
    return {"device": analysis.device}
