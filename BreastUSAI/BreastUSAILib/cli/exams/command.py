"""`breastusai compare` and `breastusai pair`: two results side by side, of two exams or of two views."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from ... import RESEARCH_USE
from ...engine.errors import BreastUSAIError, InputError
from ...engine.findings.analysis import Analysis
from ...engine.findings.comparison.comparison import one_partner_each
from ...engine.findings.comparison.comparison_words import comparison_lines
from ...engine.findings.document_form import is_result, read_result
from ...engine.images.frames import Frames
from ...engine.interface import Engine
from ...engine.options import AnalyzeOptions
from ..inputs_run import Read, reading_inputs
from ..terminal import Terminal, quiet_libraries
from .arguments import COMPARE


def run_exams(
    chosen: argparse.Namespace, terminal: Terminal, open_engine: Callable[[argparse.Namespace], Engine] | None = None
) -> int:
    """Compare `chosen.first` and `chosen.second`; 0 where that was possible, else 1."""
    from ...engine.lesions.exams import compare_exams, join_views
    from ...report.comparison_files import write_comparison

    quiet_libraries()
    try:
        first, second = _results([chosen.first, chosen.second], chosen, open_engine or _default_engine)
        together = compare_exams if chosen.command == COMPARE else join_views
        comparison = together(first, second, None if chosen.pairs is None else one_partner_each(chosen.pairs))
        if chosen.output is not None:
            write_comparison(comparison, chosen.output)
    except BreastUSAIError as error:
        terminal.complain(str(error))
        return 1
    if chosen.json:
        terminal.say(json.dumps(comparison.to_json(), allow_nan=False))
        return 0
    lines = comparison_lines(comparison, is_follow_up=chosen.command == COMPARE)
    for line in [*lines, RESEARCH_USE]:
        terminal.say(line)
    return 0


def _results(
    paths: Sequence[Path], chosen: argparse.Namespace, open_engine: Callable[[argparse.Namespace], Engine]
) -> list[Analysis]:
    engine: Engine | None = None
    found = []
    with ExitStack() as stack:
        for path in paths:
            if is_result(path):
                found.append(read_result(path))
                continue
            engine = engine or open_engine(chosen)
            found.append(_analyzed(path, engine, stack.enter_context(reading_inputs())))
    return found


def _analyzed(path: Path, engine: Engine, read: Read) -> Analysis:
    """The analysis of the one image that a path holds. Raises InputError for none and for several."""
    found: list[Analysis] = []
    for item in read(path):  # an image is open until the next one is read
        if not isinstance(item, Frames):
            raise item
        if found:
            raise InputError("several images were found", where=path, remedy="Give one image, or a result of one")
        found.append(engine.analyze(item, AnalyzeOptions()))
    if not found:
        raise InputError("no image was found", where=path, remedy="Give an image, or a result of one")
    return found[0]


def _default_engine(chosen: argparse.Namespace) -> Engine:
    from ...engine.analyzer import Analyzer
    from ...engine.bundles.model_folder import load_models

    return Analyzer(load_models(), device=chosen.device)
