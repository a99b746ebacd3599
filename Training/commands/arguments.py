"""Arguments that several commands have."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_bundles_argument(parser: argparse.ArgumentParser, words: str, *, needed: bool = True) -> None:
    """``BUNDLE ...``: folders of one bundle or of a pair; `words` say what becomes of them."""
    parser.add_argument("bundles", nargs="+" if needed else "*", type=Path, metavar="BUNDLE", help=words)


def add_split_arguments(parser: argparse.ArgumentParser, *, data_needed: bool) -> None:
    """``--data``, ``--fold``, ``--train-on`` and ``--duplicates``."""
    parser.add_argument(
        "--data",
        type=Path,
        required=data_needed,
        metavar="PATH",
        help="a data set, a folder of data sets, or a CSV table",
    )
    parser.add_argument(
        "--fold", type=int, metavar="K", help="the split, 1 to 5 (default: that of the bundle's training)"
    )
    parser.add_argument(
        "--train-on",
        nargs="+",
        metavar="NAME",
        help="data sets trained on; all others are test as a whole (default: those of the bundle's training)",
    )
    parser.add_argument("--duplicates", type=Path, metavar="CSV", help="list of near-duplicates for the published BUSI")
