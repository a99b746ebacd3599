"""``analyzeFolder``: what `breastusai analyze` does, asked for by another program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..engine.errors import BreastUSAIError, OptionError
from ..engine.findings.analysis import Label
from ..engine.findings.similar_cases import SimilarRequest
from ..engine.interface import Engine
from ..engine.options import AnalyzeOptions, FrameSelection, Progress, methods_in, report_kinds
from ..engine.remote.protocol import INVALID_PARAMS, ProtocolError
from ..engine.remote.serving.server import Call
from ..report.analyze_to_folder import FolderResult
from ..report.reports import ReportOptions
from .inputs_run import InputsRun, check_output, reading_inputs


def analyze_folder(call: Call, engine: Callable[[Call], Engine]) -> Mapping[str, Any]:
    """Analyze ``inputs`` (files and folders) into the folder ``output``, with the names and files of the command.

    ``frames`` (as `FrameSelection.parse` takes it), ``explainClass``, ``explainMethod``, ``explain`` (methods with
    commas between), ``gradeExplanations``, ``counterfactuals``, ``prevalence``, ``overrideRejection``,
    ``similarLibrary`` (a folder, empty for the shipped library), ``report`` (as `report_kinds` takes it) and
    ``keepIdentity`` may be given, and ``models``. Answers ``{done: [{input, output}], failed: [{input, error}]}``,
    ``error`` being a sentence.
    Raises Cancelled, and what keeps every input from being analyzed; what was finished before stays.
    """
    inputs = [Path(text) for text in call.value("inputs", list) if isinstance(text, str)]
    if len(inputs) != len(call.value("inputs", list)):
        raise ProtocolError(INVALID_PARAMS, "the parameter 'inputs' holds something other than paths")
    output = Path(call.value("output", str))
    options = _options(call)
    reports = ReportOptions(report_kinds(call.value_or("", "report", str)), call.value_or(False, "keepIdentity", bool))
    check_output(output)
    reporter = _Answer(call, len(inputs))
    with reading_inputs() as read:
        checks = call.value_or(False, "counterfactuals", bool)
        run = InputsRun(engine(call), read, options, output, False, reporter, reports, checks, cancelled=call.cancelled)
        run.work(inputs)
    return {"done": reporter.done, "failed": reporter.failed}


def _options(call: Call) -> AnalyzeOptions:
    name = call.value_or(Label.MALIGNANT.value, "explainClass", str)
    try:
        explained = Label(name)
    except ValueError:
        raise OptionError(f"'{name}' is not a class", remedy="Choose normal, benign or malignant") from None
    return AnalyzeOptions(
        FrameSelection.parse(call.value_or("all", "frames", str)),
        explained,
        call.value_or(None, "prevalence", float, int),
        call.value_or(None, "explainMethod", str),
        methods_in(call.value_or("", "explain", str)),
        similar=None if (library := call.value_or(None, "similarLibrary", str)) is None else SimilarRequest(library),
        grade_explanations=call.value_or(False, "gradeExplanations", bool),
        override_rejection=call.value_or(False, "overrideRejection", bool),
    )


@dataclass
class _Answer:
    """Collects what came of each input, and tells the caller how far it is: `done` and `total` count inputs."""

    call: Call
    inputs: int
    inputs_done: int = 0
    done: list[dict[str, str]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)

    @contextmanager
    def progress(self, name: str) -> Iterator[Progress | None]:
        def told(_done: int, _total: int, words: str) -> None:
            self.call.progress(self.inputs_done, self.inputs, f"{name}: {words}")

        yield told

    def result(self, name: str, found: FolderResult) -> None:
        self.done.append({"input": name, "output": str(found.files.folder)})
        for words in found.files.reports.problems:
            self.failed.append({"input": name, "error": f"{name}: {words}"})

    def failure(self, name: str, error: BreastUSAIError) -> None:
        self.failed.append({"input": name, "error": str(error)})

    def path_done(self) -> None:
        self.inputs_done += 1
