"""``python -m Training table``: the one comparison of all recipes, in ``Docs/models.md``."""

from __future__ import annotations

import argparse
from pathlib import Path

from BreastUSAILib.engine.errors import InputError

from ..cards.card_explanations import maps_of_recipes
from ..measure.presentation.comparison import RESULTS, comparison
from ..measure.presentation.left_out import left_out_table
from ..recipes.registry import recipes
from ..similar.retrieval_table import similar_table

PAGE = Path(__file__).resolve().parents[2] / "Docs" / "models.md"
START, END = "<!-- made by `python -m Training table` -->", "<!-- end of what is made -->"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the figures are, and the page to write into."""
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIR", help="figures files, a folder a recipe")
    parser.add_argument("--page", type=Path, default=PAGE, metavar="MD", help="the page (default: Docs/models.md)")
    parser.add_argument("--print", action="store_true", dest="only_print", help="print the tables, write nothing")


def run(given: argparse.Namespace) -> int:
    """Put the tables between the page's two marks."""
    known = recipes().values()
    made = [
        *left_out_table(known, given.results),
        *comparison(known, given.results),
        *maps_of_recipes(known, given.results),
        *similar_table(known, given.results),
    ]
    lines = "\n".join(made)
    if given.only_print:
        print(lines)
        return 0
    page = given.page.read_text(encoding="utf-8")
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise InputError("the page lacks the marks to write between", where=given.page, remedy=f"Add {START} and {END}")
    given.page.write_text(f"{before}{START}\n\n{lines}\n{END}{after}", encoding="utf-8")
    print(given.page)
    return 0
