"""``python -m Training loco RECIPE``: train without each collection in turn, measure on what was left out."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from BreastUSAILib.report.atomic import output_errors

from ..data.phantoms import TABLE, write_phantoms
from ..fit.plan import DATA_FOLDER, SMOKE_COUNT, Plan, smoke_plan
from . import train

SMOKE_COLLECTIONS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `train` takes; ``--train-on`` names the collections that are left out in turn."""
    train.add_arguments(parser).add_argument(
        "--go-on-from",
        type=Path,
        metavar="DIR",
        help="the work folder of an earlier `loco`: each training starts from the networks that have not seen the same",
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="where rows.csv and figures.json go (default: the work folder)"
    )


def run(given: argparse.Namespace) -> int:
    """Train, measure, print the table; whatever has ended is not done again."""
    from ..fit.leave_out import leave_each_out
    from ..measure.figures.figures import write_figures
    from ..measure.presentation.left_out import left_out_figures, table_of
    from ..measure.rows.row import write_rows

    recipe = train.changed_recipe(given)
    plan = Plan.from_arguments(given, recipe)
    if given.smoke:
        plan = _smoke(plan)
    rows = leave_each_out(plan, given.work, given.go_on_from)
    output = given.output or given.work
    with output_errors(output):
        output.mkdir(parents=True, exist_ok=True)
    write_rows(rows, output / "rows.csv")
    figures = {**left_out_figures(rows), "command": f"python -m Training loco {_words(plan, given.smoke)}"}
    write_figures(figures, output / "figures.json")
    print("\n".join(table_of(recipe, figures)))
    return 0


def _words(plan: Plan, smoke: bool) -> str:
    """The command without machine paths: `Plan.command` begins with ``train``."""
    words = [*shlex.split(plan.command)[1:], "--fold", str(plan.fold), "--seed", str(plan.seed)]
    words += ["--train-on", *sorted(plan.train_on)] if plan.train_on else []
    words += ["--duplicates", plan.duplicates.name] if plan.duplicates else []
    return shlex.join(words) + (" --smoke" if smoke else " --data DATA") + " --work WORK"


def _smoke(plan: Plan) -> Plan:
    """A few steps on phantoms of three made-up collections, the same command of which a test runs."""
    data = plan.work / DATA_FOLDER / TABLE
    if plan.data == data and not data.exists():
        write_phantoms(plan.work / DATA_FOLDER, SMOKE_COUNT * SMOKE_COLLECTIONS, seed=0, collections=SMOKE_COLLECTIONS)
    return smoke_plan(plan)
