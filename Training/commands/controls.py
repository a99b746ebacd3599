"""``python -m Training controls CLASSIFIER SEGMENTER``: what the class is read from that is not the lesion.

Held-out images go through the product's own path as they are and changed: with the lesion and its surroundings masked
out, with calipers painted onto normals, with marks painted out of lesions. The truth decides what is changed, in this
measurement alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from BreastUSAILib.engine.errors import OptionError

from .arguments import add_split_arguments
from .evaluate import WIDTH


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundles, the data and their split, or a table to recompute from."""
    parser.add_argument(
        "bundles",
        nargs="*",
        type=Path,
        metavar="BUNDLE",
        help="classifier and segmenter; a missing partner is taken from the shipped pair",
    )
    add_split_arguments(parser, data_needed=False)
    parser.add_argument("--output", type=Path, metavar="DIR", help="where controls.csv and controls.json go")
    parser.add_argument(
        "--from-rows",
        type=Path,
        metavar="CSV",
        help="run nothing: recompute all figures from a controls.csv that an earlier run wrote",
    )


def run(given: argparse.Namespace) -> int:
    """Measure or recompute; print, and write where an output folder is given."""
    from rich.console import Console

    from BreastUSAILib.report.atomic import output_errors

    from ..measure.controls.control_figures import control_figures, print_controls
    from ..measure.controls.controls import measure_controls, read_control_rows, write_control_rows
    from ..measure.figures.figures import write_figures
    from ..measure.rows.evaluation import Question

    if given.from_rows is not None:
        if given.bundles or given.data:
            raise OptionError("--from-rows runs nothing", remedy="Leave the bundles and --data out")
        rows = read_control_rows(given.from_rows)
    elif not given.bundles or given.data is None:
        raise OptionError("there is nothing to measure", remedy="Give a bundle and --data, or --from-rows")
    else:
        rows = measure_controls(Question(given.bundles, given.data, given.fold, given.train_on, given.duplicates))
    figures = control_figures(rows)
    if given.output is not None:
        with output_errors(given.output):
            given.output.mkdir(parents=True, exist_ok=True)
        write_control_rows(rows, given.output / "controls.csv")
        write_figures({**figures, "command": command_of(given)}, given.output / "controls.json")
    print_controls(figures, Console(width=None if sys.stdout.isatty() else WIDTH))
    return 0


def command_of(given: argparse.Namespace) -> str:
    """The command line that gives these figures again."""
    import shlex

    words = ["python", "-m", "Training", "controls", *(str(path) for path in given.bundles)]
    for name, value in (("--data", given.data), ("--fold", given.fold), ("--duplicates", given.duplicates)):
        words += [] if value is None else [name, str(value)]
    words += ["--train-on", *given.train_on] if given.train_on else []
    words += ["--from-rows", str(given.from_rows)] if given.from_rows else []
    return shlex.join(words)
