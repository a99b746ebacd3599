"""`breastusai analyze`: every input to a folder of results, whatever happens to the others."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import RESEARCH_USE
from ..engine.errors import BreastUSAIError
from ..engine.findings.analysis import Label
from ..engine.findings.counterfactual.counterfactual_words import counterfactual_lines
from ..engine.interface import Engine
from ..engine.options import AnalyzeOptions, Place, Progress
from ..report.analyze_to_folder import FolderResult
from ..report.reports import ReportOptions
from .cases.similar import request_of
from .inputs_run import InputsRun, Read, check_output, reading_inputs
from .summary import summary_line
from .terminal import Terminal, quiet_libraries

OpenEngine = Callable[[argparse.Namespace], Engine]


def run_analyze(
    chosen: argparse.Namespace,
    terminal: Terminal,
    open_engine: OpenEngine | None = None,
    read: Read | None = None,
) -> int:
    """Analyze `chosen.inputs` one after the other; 0 where all gave a result, else 1.

    `open_engine` and `read` are the engine's own unless a test hands in others.
    """
    quiet_libraries()
    reporter = _Reporter(terminal, chosen.json)
    with ExitStack() as stack:
        try:
            check_output(chosen.output)
            if read is None:
                read = stack.enter_context(reading_inputs(chosen.any_modality))
            engine = (open_engine or _default_engine)(chosen)
            options = options_of(chosen, tuple(chosen.at))
        except BreastUSAIError as error:
            reporter.nothing_possible(chosen.inputs, error)
            return 1
        reports = ReportOptions(chosen.report, chosen.keep_identity, chosen.keep_text)
        run = InputsRun(engine, read, options, chosen.output, chosen.scene, reporter, reports, chosen.counterfactuals)
        run.work(chosen.inputs)
    reporter.close()
    return 1 if reporter.failures else 0


def options_of(chosen: argparse.Namespace, places: tuple[Place, ...] = ()) -> AnalyzeOptions:
    """What is asked of the engine. Raises OptionError."""
    return AnalyzeOptions(
        chosen.frames,
        Label(chosen.explain_class),
        chosen.prevalence,
        chosen.explain_method,
        chosen.explain,
        similar=request_of(chosen) if chosen.similar else None,
        grade_explanations=chosen.grade_explanations,
        override_rejection=chosen.override_rejection,
        places=places,
    )


@dataclass
class _Reporter:
    """Tells what came of each input, in words or as JSON lines, and counts what failed."""

    terminal: Terminal
    as_json: bool
    failures: int = 0
    results: int = 0

    def progress(self, name: str) -> AbstractContextManager[Progress | None]:
        return self.terminal.progress(name)

    def result(self, name: str, found: FolderResult) -> None:
        self.results += 1
        if self.as_json:
            document = {"input": name, "output": str(found.files.folder), "analysis": found.analysis.to_json()}
            if found.counterfactuals is not None:
                document["counterfactuals"] = found.counterfactuals.to_json()
            self._document(document)
        else:
            self.terminal.say(summary_line(name, found.analysis, found.files.folder))
            for line in [] if found.counterfactuals is None else counterfactual_lines(found.counterfactuals):
                self.terminal.say(f"  {line}")
        reports = found.files.reports
        for words in (*reports.problems, *reports.remarks):
            self.terminal.complain(f"{name}: {words}")
        self.failures += bool(reports.problems)

    def failure(self, name: str, error: BreastUSAIError) -> None:
        self.failures += 1
        self.terminal.complain(_naming(name, error))
        if self.as_json:
            self._document({"input": name, "error": _naming(name, error)})

    def path_done(self) -> None:
        """There is nothing to say of a path."""

    def nothing_possible(self, inputs: list[Path], error: BreastUSAIError) -> None:
        """What keeps every input from being analyzed is said once."""
        self.terminal.complain(str(error))
        if self.as_json:
            for path in inputs:
                self._document({"input": str(path), "error": str(error)})

    def close(self) -> None:
        if self.results and not self.as_json:
            self.terminal.say(RESEARCH_USE)

    def _document(self, document: dict[str, Any]) -> None:
        self.terminal.say(json.dumps(document, allow_nan=False).replace("\x7f", "\\u007f"))  # ASCII: no control at all


def _naming(name: str, error: BreastUSAIError) -> str:
    text = str(error)
    return text if error.where and name in text else f"{name}: {text}"


def _default_engine(chosen: argparse.Namespace) -> Engine:
    from ..engine.analyzer import Analyzer
    from ..engine.bundles.model_folder import load_models

    return Analyzer(load_models(chosen.classifier, chosen.segmenter), device=chosen.device)
