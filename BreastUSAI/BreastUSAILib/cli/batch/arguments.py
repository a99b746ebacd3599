"""What `breastusai batch` accepts, and the help text that is its manual."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ... import RESEARCH_USE

ACTIONS = ("status", "summary", "export")
RETRIES = 2

_BATCH = f"""\
Analyze any number of inputs on all cores of this computer, or on many computers, and go on after any interruption.
{RESEARCH_USE}

INPUT is a file, a folder, a pattern in quotes ('exams/**/*.dcm'), or a CSV table with a column named path, image,
input or file (paths as seen from the table). Below a folder the DICOM files of one series are one input, wherever they
lie; every other file is one. What is named twice is taken once. Work begins while inputs are still being looked for.

  breastusai batch status DIR                    how far it is, at any time
  breastusai batch summary DIR                   verdicts, likelihoods, times, and every input without a result
  breastusai batch export DIR --output FILE      one row for each result: a .csv or a .parquet file"""

_MANUAL = """\
in DIR:
  results/ab/ab12.../    the files of one result, as 'breastusai analyze' writes them; those of a series with several
                         images are ab12..., ab12...-2 and so on
  batch.sqlite           the manifest: of every input its path, state, error, times and verdicts. It holds the paths
                         as they are: keep it as you keep the images
To go on after an interruption, whatever it was, run the same command again: what is finished is not done again, and
files that are new or changed are. Without INPUT it goes on with what it knows. Other options need another DIR.
An input that ends the process that works on it is tried again on another, then named as crashed; the others go on.

several computers, which see inputs and DIR by the same paths (dask comes with pip install "breastusai[batch]"):
  dask scheduler                                        on one; it prints its address
  dask worker tcp://HOST:8786 --nworkers 2 --nthreads 1   on each; more may join at any time
  breastusai batch exams/ --output DIR --scheduler tcp://HOST:8786
Dask runs what anybody sends who reaches the scheduler: use it in a network that you trust. Workers with another version
of BreastUSAI, Dask or Python are refused.

exit status:
  0    every input gave a result
  1    some did not, which is said in one line each, or the batch had to stop
  2    wrong usage
  130  interrupted with Ctrl-C; run it again to go on

examples:
  breastusai batch exams/ --output results --dry-run
  breastusai batch exams/ --output results --frames key --report csv
  breastusai batch list.csv 'more/**/*.png' --output results --workers 8
  breastusai batch --output results --retry-failed
  breastusai batch export results --output results.csv"""


def add_batch(commands: Any, add_analysis: Callable[[Any], None]) -> None:
    """The command `batch`; `add_analysis` gives it what may be chosen for an analysis."""
    batch = commands.add_parser(
        "batch",
        help="analyze any number of inputs, on many cores or computers",
        description=_BATCH,
        epilog=_MANUAL,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    batch.add_argument("inputs", nargs="*", metavar="INPUT", help="a file, folder, pattern or CSV table of paths")
    batch.add_argument("--output", type=Path, metavar="DIR", help="the folder of the batch; of export, the table")
    where = batch.add_mutually_exclusive_group()
    where.add_argument(
        "--workers",
        type=_from_one,
        metavar="N",
        help="how many processes work on this computer, on one core each (default: one for each core, as far as the "
        "memory goes)",
    )
    where.add_argument("--scheduler", metavar="ADDRESS", help="let the workers of this Dask scheduler do the work")
    batch.add_argument(
        "--retries",
        type=_from_none,
        default=RETRIES,
        metavar="N",
        help="how often an input is tried again whose analysis failed unexpectedly or ended its process "
        f"(default: {RETRIES})",
    )
    batch.add_argument("--retry-failed", action="store_true", help="also try again what failed in an earlier run")
    batch.add_argument(
        "--dry-run", action="store_true", help="only look for the inputs, and say what there is to do; writes nothing"
    )
    add_analysis(batch)


def _from_none(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number")
    return int(text)


def _from_one(text: str) -> int:
    if _from_none(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least 1")
    return int(text)
