"""``python -m Training pack BUNDLE``: store a bundle's weights in eight bits."""

from __future__ import annotations

import argparse

from .arguments import add_bundles_argument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundles."""
    add_bundles_argument(
        parser, "folders of bundles, changed in place; give both of a pair: its encoder is shared while it is the same"
    )


def run(given: argparse.Namespace) -> int:
    """Pack every bundle and say what is to be done next."""
    from BreastUSAILib.engine.bundles.bundle import WEIGHTS

    from ..bundles.packing import pack_bundle

    for path in given.bundles:
        weights = path / WEIGHTS
        before = weights.stat().st_size if weights.is_file() else 0
        version = pack_bundle(path)
        if version is None:
            print(f"{path}: as it was, its weights are in eight bits already")
            continue
        print(f"{path}: version {version}, weights of {before / 1e6:.1f} MB in {weights.stat().st_size / 1e6:.1f}")
    print("Calibrate and measure them again: their figures are those of the weights as they were.")
    return 0
