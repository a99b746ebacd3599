"""``python -m Training library CLASSIFIER``: the library of past cases that ships, from the training part."""

from __future__ import annotations

import argparse
from pathlib import Path

from BreastUSAILib.engine.similar.library_file import database_in
from BreastUSAILib.engine.similar.lookup import SHIPPED_LIBRARY

from ..data.example import Part
from .retrieval import add_signing_arguments, signed_split


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The classifier, the data and their split, and the folder."""
    add_signing_arguments(parser)
    parser.add_argument(
        "--output",
        type=Path,
        default=SHIPPED_LIBRARY,
        metavar="DIR",
        help="the library's folder (default: the shipped)",
    )


def run(given: argparse.Namespace) -> int:
    """Sign the training part, and the calibration part for how far is far; write the library."""
    from ..similar.projections import COMPONENTS, discriminant
    from ..similar.shipped import write_shipped_library

    signed, analyzer = signed_split(given, (Part.TRAIN, Part.CALIBRATION))
    cases = signed.part(Part.TRAIN)
    projection = discriminant(cases.features, cases.labels, given.components or COMPONENTS)
    count = write_shipped_library(given.output, signed, analyzer.models.classifier.identity, projection)
    size = database_in(given.output).stat().st_size / 1e6
    print(f"{given.output}: {count} cases, {size:.2f} MB")
    return 0
