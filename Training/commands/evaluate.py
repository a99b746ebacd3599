"""``python -m Training evaluate BUNDLE``: every figure of a bundle on held-out images, through the product's path."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from BreastUSAILib.engine.errors import OptionError

from ..data.example import Part
from .arguments import add_bundles_argument, add_split_arguments

WIDTH = 150  # columns, where the figures go to a file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundles, the data and their split, or tables to recompute from."""
    add_bundles_argument(
        parser, "one or two bundle folders; a missing partner is taken from the shipped pair", needed=False
    )
    add_split_arguments(parser, data_needed=False)
    parser.add_argument("--part", choices=[part.value for part in Part], default=Part.TEST.value, help="default: test")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where rows.csv, figures.json and the plots go")
    parser.add_argument(
        "--from-rows",
        nargs="+",
        type=Path,
        metavar="CSV",
        help="run nothing: recompute all figures from tables that an earlier run wrote; those of several folds or "
        "seeds are pooled",
    )
    parser.add_argument(
        "--leak-ground-truth-mask",
        action="store_true",
        help="give a classifier that reads the lesion mask the true one, to show what that leak is worth",
    )


def run(given: argparse.Namespace) -> int:
    """Measure or recompute; print, and write where an output folder is given."""
    from rich.console import Console

    from BreastUSAILib.report.atomic import output_errors

    from ..measure.figures.figures import figures_of, write_figures
    from ..measure.presentation.console import print_figures
    from ..measure.presentation.plots import write_plots
    from ..measure.rows.evaluation import Question, measure_bundles
    from ..measure.rows.row import read_rows, write_rows

    if given.from_rows:
        if given.bundles or given.data:
            raise OptionError("--from-rows runs nothing", remedy="Leave the bundles and --data out")
        rows = read_rows(given.from_rows)
    elif not given.bundles or given.data is None:
        raise OptionError("there is nothing to measure", remedy="Give a bundle and --data, or --from-rows")
    else:
        question = Question(
            given.bundles,
            given.data,
            given.fold,
            given.train_on,
            given.duplicates,
            Part(given.part),
            given.leak_ground_truth_mask,
        )
        rows = measure_bundles(question)
    figures = figures_of(rows) | ({} if given.from_rows else {"started_from": started_from(given.bundles)})
    if given.output is not None:
        with output_errors(given.output):
            given.output.mkdir(parents=True, exist_ok=True)
        write_rows(rows, given.output / "rows.csv")
        write_figures({**figures, "command": command_of(given)}, given.output / "figures.json")
        write_plots(rows, figures, given.output)
    print_figures(figures, Console(width=None if sys.stdout.isatty() else WIDTH))
    return 0


def started_from(bundles: Sequence[Path]) -> list[str]:
    """What the weights of the bundles given started from, "random" without a file, as they say. Raises ModelError."""
    from ..bundles.record import TrainingRecord
    from ..bundles.writer import read_metadata

    records = [TrainingRecord.from_metadata(read_metadata(path)) for path in bundles]
    return list(dict.fromkeys(one.initialisation.get("source", "unknown") for one in records if one is not None))


def command_of(given: argparse.Namespace) -> str:
    """The command line that gives these figures again."""
    import shlex

    words = ["python", "-m", "Training", "evaluate", *(str(path) for path in given.bundles)]
    for name, value in (("--data", given.data), ("--fold", given.fold), ("--duplicates", given.duplicates)):
        words += [] if value is None else [name, str(value)]
    words += ["--train-on", *given.train_on] if given.train_on else []
    words += ["--part", given.part] if given.part != Part.TEST.value else []
    words += ["--leak-ground-truth-mask"] if given.leak_ground_truth_mask else []
    words += ["--from-rows", *(str(path) for path in given.from_rows)] if given.from_rows else []
    return shlex.join(words)
