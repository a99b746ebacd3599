"""``python -m Training gate CLASSIFIER SEGMENTER``: learn which pictures a classifier may judge, and measure that."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The pair, the collections, and where everything goes."""
    parser.add_argument("classifier", type=Path, metavar="CLASSIFIER", help="the bundle that gets the gate")
    parser.add_argument("segmenter", type=Path, metavar="SEGMENTER", help="its partner")
    parser.add_argument("--data", type=Path, required=True, metavar="PATH", help="a folder of data sets")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="DIR", help="what was seen, gate.json and figures.json"
    )
    parser.add_argument(
        "--not-ultrasound",
        nargs="+",
        type=Path,
        default=[],
        metavar="DIR",
        help="folders of pictures that are no ultrasound, in folders by kind: to measure on",
    )
    parser.add_argument("--most", type=int, default=300, metavar="N", help="images of each collection (default: 300)")
    parser.add_argument("--drawn", type=int, default=25, metavar="N", help="drawn pictures of each kind (default: 25)")
    parser.add_argument("--measure-only", action="store_true", help="leave the bundle as it is")
    parser.add_argument("--duplicates", type=Path, metavar="CSV", help="list of near-duplicates for the published BUSI")


def run(given: argparse.Namespace) -> int:
    """Look, fit, measure, print; store the gate in the classifier's bundle."""
    from BreastUSAILib.engine.analyzer import Analyzer
    from BreastUSAILib.report.atomic import output_errors

    from ..bundles.gate import store_gate
    from ..data.loading import load_examples
    from ..gate.figures import gate_figures
    from ..gate.fitting import fit_gate
    from ..gate.looking import look_at
    from ..gate.sources import breast_pictures, other_pictures
    from ..measure.figures.figures import write_figures
    from ..measure.rows.subject import find_subject

    subject = find_subject([given.classifier, given.segmenter])
    record = subject.classifier.record
    examples = load_examples(given.data, duplicates=given.duplicates)
    train_on = frozenset() if record is None else frozenset(record.train_on)
    pictures = [
        *other_pictures(given.data, given.not_ultrasound, given.drawn),
        *breast_pictures(examples, train_on, given.most),
    ]
    with output_errors(given.output):
        seen = look_at(Analyzer(subject.load(), device="cpu"), pictures, given.output)
    sha256 = subject.classifier.info.sha256
    fitted = fit_gate(seen, sha256)
    figures = gate_figures(seen, fitted, sha256)
    write_figures(figures, given.output / "figures.json")
    print(json.dumps(figures, indent=2))
    if not given.measure_only:
        version = store_gate(given.classifier, fitted.gate, figures)
        print(f"{given.classifier}: " + ("the gate was the same" if version is None else f"now version {version}"))
    return 0
