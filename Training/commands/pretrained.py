"""``python -m Training pretrained NAME``: published weights as a file that ``train --pretrained`` starts from."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose weights, and where to."""
    from ..fit.weights.published_weights import PUBLISHED

    told = "; ".join(
        f"{name}: {one.trained_on}, from {one.package} {one.version}, {one.license}" for name, one in PUBLISHED.items()
    )
    parser.add_argument("name", metavar="NAME", help=f"the recipe that they are for ({told})")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="the state dict to write")


def run(given: argparse.Namespace) -> int:
    """Download, check, rename and write; says what it is and what to do with it."""
    from BreastUSAILib.engine.bundles.bundle import file_sha256

    from ..fit.weights.published_weights import write_start

    published = write_start(given.name, given.output)
    print(f"weights: {given.output} (sha256 {file_sha256(given.output)})")
    print(f"of {published.package} {published.version}, {published.license}, trained on {published.trained_on}")
    print(f"Start from them with: python -m Training train {given.name} --pretrained {given.output} ...")
    return 0
