"""``python -m Training phantoms``: simulated images with their outlines as a CSV data set."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..data.phantoms import write_phantoms


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, how many, and from which seed."""
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="the folder for images and data.csv")
    parser.add_argument("--count", type=int, default=60, metavar="N", help="images of each class (default: 60)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same images (default: 0)")


def run(given: argparse.Namespace) -> int:
    """Write the data set and print its table's path."""
    print(write_phantoms(given.output, given.count, given.seed))
    return 0
