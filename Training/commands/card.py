"""``python -m Training card BUNDLE``: write a bundle's model card from measured figures."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle, its figures, and notes on what was tried."""
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="the bundle's folder")
    parser.add_argument(
        "--figures",
        action="extend",
        nargs="+",
        type=Path,
        default=[],
        metavar="JSON",
        help="figures.json of `evaluate`: internal, across data sets, external; one column a data set",
    )
    parser.add_argument(
        "--controls", type=Path, metavar="JSON", help="controls.json of `controls`: what the class is not read from"
    )
    parser.add_argument(
        "--explanations", type=Path, metavar="JSON", help="explanations.json of `explanations`: how good heat maps are"
    )
    parser.add_argument(
        "--notes", type=Path, metavar="MD", help="what was tried (default: Training/cards/notes/<bundle>.md)"
    )


def run(given: argparse.Namespace) -> int:
    """Write the card into the bundle; its hashes are made anew."""
    from ..cards.card import write_card

    text = write_card(given.bundle, given.figures, given.notes, given.controls, given.explanations)
    print(f"{given.bundle}: a card of {len(text.splitlines())} lines")
    return 0
