"""``python -m Training retrieval CLASSIFIER``: how often the nearest training cases are what a held-out image is."""

from __future__ import annotations

import argparse
import random
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..data.example import Example, Part
from .arguments import add_split_arguments
from .evaluate import WIDTH

if TYPE_CHECKING:
    from BreastUSAILib.engine.analyzer import Analyzer

    from ..similar.signed import Signed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The classifier, the data and their split."""
    add_signing_arguments(parser)
    parser.add_argument("--output", type=Path, metavar="DIR", help="where figures.json goes")


def add_signing_arguments(parser: argparse.ArgumentParser) -> None:
    """What every command takes that signs a data set."""
    parser.add_argument("classifier", type=Path, metavar="CLASSIFIER", help="a classifier bundle")
    add_split_arguments(parser, data_needed=True)
    parser.add_argument(
        "--features",
        type=Path,
        metavar="NPZ",
        help="a file that keeps the images' features, for this and later commands; it stays on this computer",
    )
    parser.add_argument("--most", type=int, metavar="N", help="a sample of so many images of each part, for a try")
    parser.add_argument("--components", type=int, metavar="D", help="numbers in a signature (default: 64)")


def run(given: argparse.Namespace) -> int:
    """Measure; print, and write where an output folder is given."""
    from rich.console import Console
    from rich.table import Table

    from BreastUSAILib.engine.similar.signature import last_layer
    from BreastUSAILib.report.atomic import output_errors

    from ..measure.figures.figures import write_figures
    from ..similar.projections import COMPONENTS, compared, discriminant
    from ..similar.retrieval import retrieval_figures
    from ..similar.retrieval_table import HEADING, table_rows

    signed, analyzer = signed_split(given, (Part.TRAIN, Part.TEST))
    library = signed.part(Part.TRAIN)
    projection = discriminant(library.features, library.labels, given.components or COMPONENTS)
    answer = last_layer(analyzer.models.classifier).weight.detach().float().cpu().numpy()
    figures = retrieval_figures(signed, projection, compared(library.features, answer))
    figures["signatures"] = projection.name
    identity = analyzer.models.classifier.identity
    figures["run"] = {"classifiers": [f"{identity.name} {identity.version} {identity.sha256}"]}
    if given.output is not None:
        with output_errors(given.output):
            given.output.mkdir(parents=True, exist_ok=True)
        write_figures({**figures, "command": command_of("retrieval", given)}, given.output / "figures.json")
    table = Table(*HEADING)
    for row in table_rows(figures):
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
    return 0


def signed_split(given: argparse.Namespace, parts: Sequence[Part]) -> tuple[Signed, Analyzer]:
    """The signed examples of some parts of the split, and the analyzer that signed them.

    Raises what `held_out` raises: no test image may be one that the classifier was trained on.
    """
    from BreastUSAILib.engine.analyzer import Analyzer

    from ..measure.rows.evaluation import Question, held_out
    from ..similar.signed import signed_examples

    found = held_out(Question([given.classifier], given.data, given.fold, given.train_on, given.duplicates))
    examples = [one for part in parts for one in _sample(found.everything, part, given.most)]
    analyzer = Analyzer(found.subject.load())
    return signed_examples(analyzer, examples, given.features), analyzer


def _sample(examples: Sequence[Example], part: Part, most: int | None) -> list[Example]:
    """The examples of a part; of a sample always the same ones."""
    chosen = [one for one in examples if one.part is part]
    if most is not None and len(chosen) > most:
        chosen = random.Random(0).sample(chosen, most)
    return chosen


def command_of(name: str, given: argparse.Namespace) -> str:
    """The command line that gives these figures again."""
    words = ["python", "-m", "Training", name, str(given.classifier)]
    for option in ("data", "fold", "duplicates", "most", "components"):
        value = getattr(given, option)
        words += [] if value is None else [f"--{option}", str(value)]
    words += ["--train-on", *given.train_on] if given.train_on else []
    return shlex.join(words)
