"""``python -m Training calibrate BUNDLE``: all that is fitted and chosen on the held-out calibration part."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from BreastUSAILib.engine.errors import OptionError

from ..data.example import Example, Part
from .arguments import add_bundles_argument, add_split_arguments

if TYPE_CHECKING:
    from ..calibration.calibrate import Calibrated
    from ..calibration.outlined import Outlined
    from ..measure.rows.subject import Subject


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle, the data and their split."""
    add_bundles_argument(
        parser,
        "the classifier's folder: its probabilities are calibrated, and the stage that Grad-CAM explains is "
        "chosen; and its segmenter's: then the rules for showing outlines are chosen too, and the likelihood of a "
        "corrected outline is calibrated",
    )
    add_split_arguments(parser, data_needed=True)
    parser.add_argument(
        "--left-out",
        nargs="*",
        type=Path,
        metavar="JSON",
        help="choose what is called normal, and the rules for showing outlines, on collections left out: on the "
        "outlined.json that `loco` wrote, or without a name on all data sets of --data that the pair was not trained "
        "on (never on a reserved one)",
    )


def run(given: argparse.Namespace) -> int:
    """Calibrate the classifier, and its segmenter where it is given, and say what was found."""
    from ..bundles.writer import raise_version, read_metadata
    from ..calibration.calibrate import calibrate_bundle, check_calibration_part
    from ..measure.rows.subject import choose_split, find_subject, load_split, refuse_seen_examples, with_seen_groups

    subject = find_subject(given.bundles)
    if not subject.classifier.given:
        raise OptionError("there is no classifier to calibrate", remedy="Give the classifier's bundle")
    everything = load_split(given.data, choose_split(subject, given.fold, given.train_on), given.duplicates)
    examples = [one for one in everything if one.part is Part.CALIBRATION]
    check_calibration_part([one.label for one in examples], given.data)
    refuse_seen_examples(with_seen_groups(subject, given.data, Part.CALIBRATION, given.duplicates), examples)
    left_out = _left_out(given, subject, everything)
    classifier = subject.classifier.info.path
    before = {path: read_metadata(path) for path in given.bundles}
    _tell_calibration(classifier, calibrate_bundle(given.bundles, examples))
    if subject.segmenter.given:
        _calibrate_pair(given.bundles, classifier, subject.segmenter.info.path, examples, left_out)
    _choose_stage(classifier, examples)
    for path in given.bundles:
        version = raise_version(path, before[path])
        print(f"{path}: version {version}" if version else f"{path}: as it was")
    return 0


def _left_out(given: argparse.Namespace, subject: Subject, everything: Sequence[Example]) -> list[Outlined]:
    """What is known of collections that the pair was not trained on; nothing where that was not asked for."""
    from ..calibration.outlined import LEFT_OUT, outline_left_out, read_outlined

    report = subject.classifier.metadata.get("calibration_report", {}).get("normal", {})
    if given.left_out is None and LEFT_OUT in report.get("from", ""):
        raise OptionError(
            f"what this bundle calls normal was chosen on {report['from']}, and would not be any more",
            where=subject.classifier.info.path,
            remedy="Give --left-out, with the files that `loco` wrote, or without a name on collections in --data",
        )
    if given.left_out is not None and not subject.segmenter.given:
        raise OptionError("--left-out is for a pair", where="--left-out", remedy="Give the segmenter's bundle too")
    if given.left_out:
        return [one for path in given.left_out for one in read_outlined(path)]
    if given.left_out is None:
        return []
    records = [one.record for one in subject.both]
    if None in records:
        raise OptionError(
            "a bundle does not say what it was trained on, so that nothing is known to be left out",
            where="--left-out",
            remedy="Give the files that `loco` wrote",
        )
    trained_on = {name for record in records if record for _, names in record.splits() for name in names}
    others = [one for one in everything if one.dataset not in trained_on]
    found = outline_left_out(subject.load(), others)
    if not found:
        raise OptionError(
            "no data set here was left out of the pair's training",
            where="--left-out",
            remedy="Give --data with a collection that it does not know, or the files that `loco` wrote",
        )
    return found


def _tell_calibration(classifier: Path, found: Calibrated) -> None:
    print(f"{classifier}: calibrated on {found.report['images']} images")
    print(f"  {found.report['method']}: temperature {found.calibration.temperature}, bias {found.calibration.bias}")
    for name, loss in found.report["held_out_loss"].items():
        print(f"  held-out loss, {name}: {loss:.4f} nats")
    _tell_points(found)
    print(f"  prevalence among lesions: {found.calibration.prevalence}")
    print(f"  normal below a probability of a lesion of {found.calibration.normal_below}, by the calibration part")


def _tell_points(found: Calibrated) -> None:
    band = found.report["undetermined"]
    for name, point in found.operating_points.items():
        print(
            f"  {name}: threshold {point['threshold']:.4f}, sensitivity {point['sensitivity']:.3f}, "
            f"specificity {point['specificity']:.3f}"
        )
    print(
        f"  undetermined below {found.calibration.least_confidence}: {band['coverage']:.1%} decided, "
        f"{band['accuracy']:.1%} of them right ({band['accuracy_of_all']:.1%} of all)"
    )


def _calibrate_pair(
    bundles: Sequence[Path],
    classifier: Path,
    segmenter: Path,
    examples: Sequence[Example],
    left_out: Sequence[Outlined],
) -> None:
    from ..bundles.writer import read_metadata
    from ..calibration.calibrate import calibrate_together
    from ..calibration.lesion_gap import gap_words
    from ..calibration.lesion_scores import calibrate_lesions
    from ..calibration.outline_rules import calibrate_outlines

    gap, rules = calibrate_outlines(bundles, examples, left_out)
    print(f"{segmenter}: gap below the surest outline: {gap_words(gap.gap)}, chosen from", *gap.lines(), sep="\n  ")
    print(f"{segmenter}: {rules.words}:")
    for share, what in ((rules.normals_outlined, "normals"), (rules.parts_outlined, "lesion-free parts")):
        if share is not None:
            print(f"  {share:.1%} of {what} outlined")
    print(f"  {rules.lesions_lost:.1%} of found lesions lost")
    if read_metadata(segmenter)["breastusai"].get("descriptor_evidence") is not None:
        print(f"{classifier}: with what the descriptors of outlines say:")
        _tell_points(calibrate_together(bundles, examples))
    lesions = calibrate_lesions(bundles, examples)
    told = "too few lesions" if lesions is None else f"slope {lesions.slope}, intercept {lesions.intercept}"
    print(f"{classifier}: likelihood of corrected outlines: {told}")


def _choose_stage(classifier: Path, examples: Sequence[Example]) -> None:
    from ..calibration.explained_stage import calibrate_stage

    found = calibrate_stage(classifier, examples)
    if found is None:
        print(f"{classifier}: explained as before, there is nothing to choose the stage from or by")
    else:
        stage, pointing = found
        print(f"{classifier}: Grad-CAM explains {stage}, chosen from", *pointing.lines(), sep="\n  ")
