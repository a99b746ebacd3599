"""``python -m Training explanations CLASSIFIER SEGMENTER``: how good the heat maps are, by every method.

On held-out images with an outlined lesion: where the heat lies, the pointing game, deletion and insertion, time. From
the maps of the bundle's own method it also chooses the thresholds below which the product warns of a map.
"""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from BreastUSAILib.engine.errors import InputError, ModelError

from ..data.example import Part
from .arguments import add_bundles_argument, add_split_arguments

if TYPE_CHECKING:
    from BreastUSAILib.engine.models.classifier import Classifier


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundles, the data and their split, and what is done with the thresholds."""
    add_bundles_argument(parser, "classifier and segmenter; a missing partner is taken from the shipped pair")
    add_split_arguments(parser, data_needed=True)
    parser.add_argument(
        "--part", choices=[part.value for part in Part], default=Part.TEST.value, help="of the split (default: test)"
    )
    parser.add_argument(
        "--most", type=int, metavar="N", help="at most N outlined lesions of each data set, evenly taken (default: all)"
    )
    parser.add_argument(
        "--methods", nargs="*", metavar="METHOD", help="beside the bundle's own (default: all that fit)"
    )
    parser.add_argument(
        "--layer", metavar="LAYER", help="let the bundle's method explain this layer (default: as the bundle says)"
    )
    parser.add_argument("--output", type=Path, metavar="DIR", help="where explanations.json goes")
    parser.add_argument(
        "--set-thresholds",
        action="store_true",
        help="write the chosen thresholds, and --layer where it is given, into the classifier's bundle",
    )


def run(given: argparse.Namespace) -> int:
    """Measure and print; write where that is asked for."""
    from BreastUSAILib.engine.analyzer import Analyzer
    from BreastUSAILib.report.atomic import output_errors

    from ..bundles.grade_thresholds import set_thresholds
    from ..data.splits import thinned
    from ..measure.explanations.figures import figures_of_maps
    from ..measure.explanations.rows import map_rows, methods_of
    from ..measure.figures.figures import write_figures
    from ..measure.rows.evaluation import Question, held_out

    part = Part(given.part)
    found = held_out(Question(given.bundles, given.data, given.fold, given.train_on, given.duplicates, part))
    models = found.subject.load()
    classifier = _explained(models.classifier, given.layer)
    models = replace(models, classifier=classifier)
    if classifier.needs_lesion_mask:
        raise ModelError(
            "this classifier reads the lesion mask, so that its maps cannot be held against one",
            where=found.subject.classifier.info.path,
            remedy="Give a classifier that reads the image alone",
        )
    examples = [one for one in found.examples if one.masks and found.subject.classifier.may_judge(one)]
    if given.most is not None:
        examples = thinned(examples, given.most)
    if not examples:
        raise InputError("no outlined lesion is held out", where=given.data, remedy="Give data with masks")
    rows = map_rows(Analyzer(models), methods_of(models, given.methods), examples, found.trained_on)
    told = {
        "classifiers": [found.subject.classifier.words],
        "parts": [part.value],
        "folds": [found.split.fold],
        "trained_on": ["+".join(found.trained_on)],
        "images": len(examples),
        "layer": classifier.explainer.layer,
    }
    figures = {**figures_of_maps(rows, told, classifier.explainer.method), "command": command_of(given)}
    if given.output is not None:
        with output_errors(given.output):
            given.output.mkdir(parents=True, exist_ok=True)
        write_figures(figures, given.output / "explanations.json")
    if given.set_thresholds:
        set_thresholds(found.subject.classifier.info.path, figures)
    _print(figures)
    return 0


def _explained(classifier: Classifier, layer: str | None) -> Classifier:
    """The classifier, its own method at another layer where one is asked for. Raises ModelError."""
    from BreastUSAILib.engine.explanations.registry import explainer_for

    if layer is None:
        return classifier
    explainer = explainer_for(classifier.network, classifier.explainer.method, layer)
    return replace(classifier, explainer=explainer)


def command_of(given: argparse.Namespace) -> str:
    """The command line that gives these figures again."""
    words = ["python", "-m", "Training", "explanations", *(str(path) for path in given.bundles)]
    for name in ("data", "fold", "duplicates", "part", "most", "layer"):
        value = getattr(given, name)
        words += [] if value is None else [f"--{name}", str(value)]
    words += ["--train-on", *given.train_on] if given.train_on else []
    words += ["--methods", *given.methods] if given.methods is not None else []
    return shlex.join(words)


def _print(figures: dict[str, Any]) -> None:
    from ..cards.card_figures import table
    from ..measure.explanations.figures import HEADINGS, PART, table_rows

    for dataset, found in figures[PART].items():
        images = next(iter(found["methods"].values()))["images"]
        print(f"{dataset}{', across data sets' if found['across'] else ''}: {images} lesions")
        print(*table(HEADINGS, table_rows(figures, dataset)), sep="\n")
    print("thresholds:", {name: value for name, value in figures["thresholds"].items() if name != "rule"})
    print("share of maps that fail:", figures["failing"])
