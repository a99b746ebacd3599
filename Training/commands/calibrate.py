"""``python -m Training calibrate BUNDLE``: fit a classifier's calibration on its held-out calibration part."""

from __future__ import annotations

import argparse
from pathlib import Path

from BreastUSAILib.engine.errors import OptionError

from ..data.example import Part
from .split_arguments import add_split_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle, the data and their split."""
    parser.add_argument(
        "bundles",
        nargs="+",
        type=Path,
        metavar="BUNDLE",
        help="the classifier's folder; and its segmenter's: then the rules for showing outlines are chosen too, and "
        "the likelihood of a corrected outline is calibrated",
    )
    add_split_arguments(parser, data_needed=True)


def run(given: argparse.Namespace) -> int:
    """Calibrate the classifier, and say what was found."""
    from ..bundles.calibrate import calibrate_bundle
    from ..bundles.lesion_scores import calibrate_lesions
    from ..bundles.outline_rules import calibrate_outlines
    from ..measure.subject import choose_split, find_subject, load_split, refuse_seen_examples, with_seen_groups

    subject = find_subject(given.bundles)
    if not subject.classifier.given:
        raise OptionError("there is no classifier to calibrate", remedy="Give the classifier's bundle")
    everything = load_split(given.data, choose_split(subject, given.fold, given.train_on), given.duplicates)
    examples = [one for one in everything if one.part is Part.CALIBRATION]
    refuse_seen_examples(with_seen_groups(subject, given.data, Part.CALIBRATION, given.duplicates), examples)
    found = calibrate_bundle(given.bundles, examples)
    band = found.report["undetermined"]
    print(f"{subject.classifier.info.path}: calibrated on {found.report['images']} images")
    print(f"  {found.report['method']}: temperature {found.calibration.temperature}, bias {found.calibration.bias}")
    for name, loss in found.report["held_out_loss"].items():
        print(f"  held-out loss, {name}: {loss:.4f} nats")
    for name, point in found.operating_points.items():
        print(
            f"  {name}: threshold {point['threshold']:.4f}, sensitivity {point['sensitivity']:.3f}, "
            f"specificity {point['specificity']:.3f}"
        )
    print(
        f"  undetermined below {found.calibration.least_confidence}: {band['coverage']:.1%} decided, "
        f"{band['accuracy']:.1%} of them right ({band['accuracy_of_all']:.1%} of all)"
    )
    print(f"  prevalence among lesions: {found.calibration.prevalence}")
    if subject.segmenter.given:
        rules = calibrate_outlines(given.bundles, examples)
        print(f"{subject.segmenter.info.path}: withheld from a probability of normal of {rules.withhold_above}, and")
        print(f"  below a mean lesion probability of {rules.lesion_evidence}: {rules.normals_outlined:.1%} of normals,")
        print(f"  {rules.parts_outlined:.1%} of lesion-free parts outlined; {rules.lesions_lost:.1%} of lesions lost")
        lesions = calibrate_lesions(given.bundles, examples)
        told = "too few lesions" if lesions is None else f"slope {lesions.slope}, intercept {lesions.intercept}"
        print(f"{subject.classifier.info.path}: likelihood of corrected outlines: {told}")
    return 0
