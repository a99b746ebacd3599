"""`breastusai similar`: the past cases that look most like each input."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from ... import RESEARCH_USE
from ...engine.errors import BreastUSAIError, InputError, unexpected
from ...engine.findings.analysis import Analysis
from ...engine.findings.similar_cases import Metric, SimilarRequest
from ...engine.findings.similar_words import similar_lines
from ...engine.images.frames import Frames
from ...engine.interface import Engine
from ...engine.options import AnalyzeOptions, FrameSelection
from ..inputs_run import Read, reading_inputs
from ..terminal import Terminal, quiet_libraries

OpenEngine = Callable[[argparse.Namespace], Engine]


def request_of(chosen: argparse.Namespace) -> SimilarRequest:
    """What to look for, as it was asked for on the command line."""
    library = "" if chosen.library is None else str(chosen.library.absolute())
    return SimilarRequest(library, chosen.similar_count, Metric(chosen.similar_metric), chosen.similar_patient)


def run_similar(
    chosen: argparse.Namespace,
    terminal: Terminal,
    open_engine: OpenEngine | None = None,
    read: Read | None = None,
) -> int:
    """Show the similar cases of `chosen.inputs`; 0 where each was compared with a library, else 1.

    `open_engine` and `read` are the engine's own unless a test hands in others.
    """
    quiet_libraries()
    failures = 0
    with ExitStack() as stack:
        try:
            options = AnalyzeOptions(FrameSelection(key_only=True), similar=request_of(chosen))
            if read is None:
                read = stack.enter_context(reading_inputs())
            engine = (open_engine or default_engine)(chosen)
        except BreastUSAIError as error:
            terminal.complain(str(error))
            return 1
        for path in chosen.inputs:
            for item in read(path):
                failures += not _shown(terminal, chosen.json, path, item, engine, options)
    if not chosen.json:
        terminal.say(RESEARCH_USE)
    return 1 if failures else 0


def default_engine(chosen: argparse.Namespace) -> Engine:
    """The engine with the chosen classifier. Raises ModelError and OptionError."""
    from ...engine.analyzer import Analyzer
    from ...engine.bundles.model_folder import load_models

    return Analyzer(load_models(chosen.classifier), device=chosen.device)


def _shown(
    terminal: Terminal,
    as_json: bool,
    path: Path,
    item: Frames | InputError,
    engine: Engine,
    options: AnalyzeOptions,
) -> bool:
    """Tell what came of one image; whether it was compared with a library."""
    name = str(path)
    try:
        if isinstance(item, InputError):
            raise item
        name = item.source or name
        analysis = engine.analyze(item, options)
    except BreastUSAIError as error:
        return _failed(terminal, as_json, name, str(error))
    except Exception as error:  # the edge: a defect in one input must not cost the others their results
        return _failed(terminal, as_json, name, str(unexpected(error, Path(name))))
    return _told(terminal, as_json, name, analysis)


def _failed(terminal: Terminal, as_json: bool, name: str, problem: str) -> bool:
    terminal.complain(problem if name in problem else f"{name}: {problem}")
    if as_json:
        terminal.say(json.dumps({"input": name, "error": problem}))
    return False


def _told(terminal: Terminal, as_json: bool, name: str, analysis: Analysis) -> bool:
    assert analysis.similar is not None
    if analysis.similar.problem:
        return _failed(terminal, as_json, name, analysis.similar.problem)
    if as_json:
        document = analysis.to_json()
        terminal.say(json.dumps({"input": name, "verdict": document["verdict"], "similar": document["similar"]}))
        return True
    vote, *cases = similar_lines(analysis)
    terminal.say(f"{name}: {vote}")
    for line in cases:
        terminal.say(f"  {line}")
    return True
