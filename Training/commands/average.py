"""``python -m Training average FOLDER FOLDER``: one model out of several trainings of a recipe."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The trainings, their shares, and the data that the mean is calibrated on."""
    parser.add_argument(
        "trainings", nargs="+", type=Path, metavar="FOLDER", help="folders with the bundles of one training each"
    )
    parser.add_argument("--shares", nargs="+", type=float, required=True, metavar="X", help="one number a training")
    parser.add_argument("--data", type=Path, required=True, metavar="PATH", help="the data they were trained on")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="where the new bundles go")
    parser.add_argument("--duplicates", type=Path, metavar="CSV", help="list of near-duplicates for the published BUSI")


def run(given: argparse.Namespace) -> int:
    """Average, calibrate, and say where the new bundles are."""
    from ..fit.averaging import average_trainings

    for bundle in average_trainings(given.trainings, given.shares, given.data, given.output, given.duplicates):
        print(f"bundle: {bundle}")
    return 0
