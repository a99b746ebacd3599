"""`breastusai compare` and `breastusai pair`: two results side by side, of two exams or of two views."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .. import RESEARCH_USE
from ..engine.errors import BreastUSAIError, InputError
from ..engine.findings.analysis import Analysis
from ..engine.findings.comparison.comparison_words import comparison_lines
from ..engine.findings.document_form import analysis_from
from ..engine.images.frames import Frames
from ..engine.interface import Engine
from ..engine.options import AnalyzeOptions
from .inputs_run import Read, reading_inputs
from .terminal import Terminal, quiet_libraries

COMPARE, PAIR = "compare", "pair"
_ANALYSIS = "analysis.json"
_LARGEST_BYTES = 1 << 28
_SIDES = {COMPARE: ("before", "after"), PAIR: ("in the first view", "in the second view")}

_COMPARE = f"""\
Set two exams of one patient side by side: how each lesion's size and likelihood changed, and whether the change lies
within the error of the measurement.
{RESEARCH_USE}

BEFORE and AFTER are images, or what 'breastusai analyze' wrote of them: a folder of results or its analysis.json.
Lesions are paired by size and depth where you do not say which are the same. Lengths are compared in millimeters,
so both images must be calibrated."""

_PAIR = f"""\
Put two views of one lesion together, such as two stills at right angles: one lesion, one likelihood.
{RESEARCH_USE}

VIEW is an image, or what 'breastusai analyze' wrote of it: a folder of results or its analysis.json. The likelihood of
both views is the mean of the log-odds of each, weighted by how sure its outline is. Lesions are paired by size and
depth where you do not say which are the same."""

_EXAMPLES = {
    COMPARE: """\
examples:
  breastusai compare results/march results/september
  breastusai compare march.dcm september.dcm --pair 1:2 --output change""",
    PAIR: """\
examples:
  breastusai pair transverse.dcm longitudinal.dcm
  breastusai pair results/a results/b --pair 1:1 --json""",
}


def add_exams(commands: Any, devices: Sequence[str]) -> None:
    """The commands `compare` and `pair`."""
    for name, about, names, does in (
        (COMPARE, _COMPARE, ("BEFORE", "AFTER"), "compare two exams of one patient"),
        (PAIR, _PAIR, ("VIEW", "OTHER_VIEW"), "put two views of one lesion together"),
    ):
        command = commands.add_parser(
            name,
            help=does,
            description=about,
            epilog=_EXAMPLES[name],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for where, shown in zip(("first", "second"), names, strict=True):
            command.add_argument(where, type=Path, metavar=shown, help="an image, or a result of one")
        command.add_argument(
            "--pair",
            dest="pairs",
            action="append",
            type=_pair,
            metavar="N:M",
            help="lesion N of the first is lesion M of the second; may be given several times, and then the others "
            "have no partner (default: suggested)",
        )
        command.add_argument(
            "--output", type=Path, metavar="DIR", help="write comparison.json and comparison.csv there"
        )
        command.add_argument("--json", action="store_true", help="print the comparison as one JSON document")
        command.add_argument("--device", choices=devices, default="auto", help="where the networks run (default: auto)")


def run_exams(
    chosen: argparse.Namespace, terminal: Terminal, open_engine: Callable[[argparse.Namespace], Engine] | None = None
) -> int:
    """Compare `chosen.first` and `chosen.second`; 0 where that was possible, else 1."""
    from ..engine.lesions.exams import compare_exams, join_views
    from ..report.comparison_files import write_comparison

    quiet_libraries()
    try:
        first, second = _results([chosen.first, chosen.second], chosen, open_engine or _default_engine)
        together = compare_exams if chosen.command == COMPARE else join_views
        comparison = together(first, second, None if chosen.pairs is None else _one_each(chosen.pairs))
        if chosen.output is not None:
            write_comparison(comparison, chosen.output)
    except BreastUSAIError as error:
        terminal.complain(str(error))
        return 1
    if chosen.json:
        terminal.say(json.dumps(comparison.to_json(), allow_nan=False))
        return 0
    lines = comparison_lines(comparison, *_SIDES[chosen.command], is_follow_up=chosen.command == COMPARE)
    for line in [*lines, RESEARCH_USE]:
        terminal.say(line)
    return 0


def _one_each(pairs: Sequence[tuple[int, int]]) -> dict[int, int]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InputError("a lesion is given two partners", remedy="Pair each lesion once")
    return found


def _results(
    paths: Sequence[Path], chosen: argparse.Namespace, open_engine: Callable[[argparse.Namespace], Engine]
) -> list[Analysis]:
    engine: Engine | None = None
    found = []
    with ExitStack() as stack:
        for path in paths:
            document = path / _ANALYSIS if path.is_dir() else path
            if document.name.endswith(".json") and document.is_file():
                found.append(_stored(document))
                continue
            engine = engine or open_engine(chosen)
            found.append(_analyzed(path, engine, stack.enter_context(reading_inputs())))
    return found


def _stored(path: Path) -> Analysis:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputError("the file is too large for a result", where=path, remedy="Give an analysis.json")
        return analysis_from(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"this is no result of BreastUSAI ({error})", where=path, remedy="Give what 'breastusai analyze' wrote"
        ) from error


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


def _pair(text: str) -> tuple[int, int]:
    one, _, other = text.partition(":")
    if not (one.isdecimal() and other.isdecimal()):
        raise argparse.ArgumentTypeError(f"'{text}' is not two numbers with a colon between them, such as 1:2")
    return int(one), int(other)


def _default_engine(chosen: argparse.Namespace) -> Engine:
    from ..engine.analyzer import Analyzer
    from ..engine.bundles.model_folder import load_models

    return Analyzer(load_models(), device=chosen.device)
