"""The model card: what a bundle is for, what it was trained on, what it measures, and how to measure it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.engine.bundles.bundle import verify_bundle
from BreastUSAILib.engine.errors import InputError

from ..bundles.record import TrainingRecord
from ..bundles.writer import read_metadata, rewrite_bundle
from ..calibration.lesion_gap import gap_words
from ..calibration.outlined import LEFT_OUT
from ..data.example import CLASS_NAMES, Part
from ..measure.controls.control_figures import read_control_figures
from ..measure.explanations.figures import read_explanations
from ..measure.presentation.wording import NOT_MEASURED, with_interval
from . import card_figures
from .card_columns import Column, headline_values, read_columns
from .card_controls import controls
from .card_explanations import graded_maps, threshold_lines
from .sources import SOURCES

NOTES = Path(__file__).resolve().parent / "notes"
_POINTS = {"sensitivity_95": "95 % sensitivity", "specificity_90": "90 % specificity"}
_LIMITS = (
    "For research on B-mode breast ultrasound frames, one frame at a time. Not for screening, diagnosis or any "
    "decision about a patient. Scanners, settings and populations other than those below, the axilla, implants, male "
    "breasts and post-operative breasts are untested. Public collections hold chosen images: how it does on every "
    "frame of an unselected examination is not known."
)
_LIKELIHOOD = (
    "The likelihood of malignancy is the probability that the lesion is malignant, given that there is one: "
    "P(malignant) / (P(benign) + P(malignant)). The three probabilities are composed of it and of P(lesion) = "
    "P(benign) + P(malignant)."
)
_NORMALS = (
    "Its normals are BUSI's alone, a few dozen images of one hospital, so the class *normal* is the least reliable one."
)

_STARTED = {
    "trained_on": "trained on {}",
    "licence": "license {}",
    "sha256": "sha256 {}",
    "source_sha256": "made from a file of sha256 {}",
    "branch": "for its branch {} alone, the rest from random weights",
}


def write_card(
    bundle: Path,
    figures: Sequence[Path],
    notes: Path | None = None,
    controls_file: Path | None = None,
    explanations_file: Path | None = None,
) -> str:
    """Generate a bundle's card from its metadata and figures files, and put it in, with the figures' headlines.

    Args:
        bundle: the bundle's folder.
        figures: files that ``python -m Training evaluate`` wrote, in the order of the card's columns.
        notes: Markdown on what was tried; None: ``notes/<bundle>.md`` beside this file, where it exists.
        controls_file: what ``python -m Training controls`` wrote, or None.
        explanations_file: what ``python -m Training explanations`` wrote, or None.

    Returns the card. Raises ModelError, InputError, OutputError.
    """
    info, metadata = verify_bundle(bundle), read_metadata(bundle)
    words = f"{info.name} {info.version} {info.sha256[:12]}"
    columns = read_columns(figures, info.task, words)
    controlled = controls(read_control_figures(controls_file) if controls_file else None, info.task, words)
    own = NOTES / f"{info.name}.md"
    measured = read_explanations(explanations_file) if explanations_file else None
    maps = [*graded_maps(measured, words), *threshold_lines(metadata)]
    told = _read_notes(notes or (own if own.is_file() else None))
    text = card_text(metadata, columns, told, controlled, maps)
    headlines = {column.title: headline_values(column, info.task) for column in columns}
    rewrite_bundle(bundle, metadata={**metadata, "test_figures": headlines}, card=text)
    return text


def card_text(
    metadata: Mapping[str, Any],
    columns: Sequence[Column],
    notes: str | None,
    controlled: Sequence[str] = (),
    maps: Sequence[str] = (),
) -> str:
    """The whole card, Markdown; `controlled` is its section on controls, `maps` the end of that on heat maps."""
    task = metadata["breastusai"]["task"]
    record = TrainingRecord.from_metadata(metadata)
    lines = [
        f"# {metadata['name']} {metadata['version']}",
        "",
        f"**{RESEARCH_USE}**",
        "",
        metadata["description"],
        "",
        *_intended_use(record, metadata["breastusai"]),
        *_training_data(record, metadata.get("weights")),
        *card_figures.figures(columns, task),
    ]
    if task == "classification":
        lines += [
            *card_figures.baselines(columns),
            *card_figures.confusions(columns),
            *_operating_points(metadata, columns),
            *_calibration(metadata, columns),
            *card_figures.reliability(columns),
        ]
    else:
        lines += _rules(metadata)
    lines += [*card_figures.strata(columns, task), *card_figures.failure_gallery(columns, task)]
    if task == "classification":
        lines += [*card_figures.explanation(columns, metadata), *maps]
    lines += [
        *controlled,
        "## What was tried",
        "",
        notes.strip() if notes else "Not recorded.",
        "",
        *_again(metadata, columns, record),
    ]
    return "\n".join(lines)


def _read_notes(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the notes cannot be read ({error})", where=path, remedy="Give a Markdown file") from error


def _intended_use(record: TrainingRecord | None, own: Mapping[str, Any]) -> list[str]:
    sentences = _LIMITS
    trained = {} if record is None else record.counts.get("train", {})
    with_normals = [name for name, counts in trained.items() if counts.get("normal")]
    if with_normals == ["BUSI"]:
        sentences += f" {_NORMALS}"
    elif record is not None and not with_normals:
        sentences += " It has seen no normal breast at all."
    if own["task"] == "classification":
        sentences += " Its probabilities hold where malignant lesions are as frequent as in the calibration part"
        shifts = own["calibration"].get("prevalence") is not None
        sentences += "; the product shifts them to another prevalence on request." if shifts else "."
    return ["## Intended use and limits", "", *card_figures.wrapped(sentences), ""]


def _training_data(record: TrainingRecord | None, weights: Mapping[str, Any] | None) -> list[str]:
    lines = ["## Training", ""]
    if record is None:
        return [*lines, "The bundle does not say what it was trained on.", *_stored(weights), ""]
    rows = [
        [part.value, dataset, *(str(counts.get(name, 0)) for name in CLASS_NAMES)]
        for part in Part
        for dataset, counts in record.counts.get(part.value, {}).items()
    ]
    lines += [*card_figures.table(["part", "data set", *CLASS_NAMES], rows), ""]
    lines += [f"No patient or near-duplicate group is in two parts. Test is that of fold {record.fold}.", ""]
    for name in dict.fromkeys(row[1] for row in rows):
        source = SOURCES.get(name)
        if source is None:
            lines.append(f"- {name}: the owner's own table; source, license, population and scanners are not stated.")
            continue
        lines.append(
            f"- {name}: {source.population}. Scanners: {source.scanners}. Split by {source.split_by}. "
            f"{source.citation}; {source.license}."
        )
    start = record.initialisation
    origin = "random weights" if start.get("source") == "random" else f"`{start.get('source', 'unknown')}`"
    details = [words.format(start[key]) for key, words in _STARTED.items() if key in start]
    taught = [f"Half of its loss was what these said: {start['teachers']}."] if "teachers" in start else []
    facts = f"Recipe `{record.recipe}`, seed {record.seed}, code {record.revision or 'of unknown revision'}."
    started = f"Started from {', '.join([origin, *details])}."
    return [*lines, "", facts, started, *taught, *_earlier(record), *_stored(weights), ""]


def _earlier(record: TrainingRecord) -> list[str]:
    return [
        f"Before that, the weights or their teachers were trained on {' and '.join(one['train_on'])} without the test "
        f"part of fold {one['fold']}."
        for one in record.earlier
    ]


def _stored(weights: Mapping[str, Any] | None) -> list[str]:
    if weights is None:
        return []
    return [
        f"Its weights are stored in {weights['bits']} bits with a scale for each channel, rounded from those of sha256 "
        f"{weights['packed_from_sha256']}."
    ]


def _operating_points(metadata: Mapping[str, Any], columns: Sequence[Column]) -> list[str]:
    lines = ["## Operating points", ""]
    points = metadata["breastusai"].get("operating_points")
    if not points:
        return [*lines, f"{NOT_MEASURED.capitalize()}.", ""]
    rows = []
    for name, point in points.items():
        cells = [f"{point['sensitivity']:.3f} / {point['specificity']:.3f}"]
        for column in columns:
            found = (column.section("classification") or {}).get("operating_points", {}).get(name)
            cells.append(
                " / ".join(with_interval(found[key]) for key in ("sensitivity", "specificity"))
                if found
                else NOT_MEASURED
            )
        rows.append([_POINTS.get(name, name), f"{point['threshold']:.3f}", *cells])
    heading = ["chosen for", "threshold", "calibration part", *(column.title for column in columns)]
    words = (
        "Malignant from that likelihood of malignancy on, chosen on the calibration part. Sensitivity / specificity:"
    )
    return [*lines, words, "", *card_figures.table(heading, rows), ""]


def _calibration(metadata: Mapping[str, Any], columns: Sequence[Column]) -> list[str]:
    own, report = metadata["breastusai"]["calibration"], metadata.get("calibration_report")
    lines = ["## Calibration and the undetermined band", ""]
    if report is None:
        sentence = f"Temperature {own['temperature']}. How it was fitted is not recorded."
        return [*lines, sentence, f"Undetermined below a probability of {own['least_confidence']}.", ""]
    losses = ", ".join(f"{name} {loss:.4f}" for name, loss in report["held_out_loss"].items())
    classes = ", ".join(f"{count} {name}" for name, count in report["classes"].items())
    band = report["undetermined"]
    text = [
        f"Fitted on the calibration part: {report['images']} images of {report['groups']} patients or groups "
        f"({classes}). Chosen: {report['method']}, temperature {own['temperature']}, bias {list(own['bias'])}; loss in "
        f"nats on left-out groups: {losses}. Prevalence of malignant among its lesions: {own['prevalence']}.",
        "The interval of the likelihood is what a logistic recalibration varies by over bootstrap samples of the "
        "calibration patients: it tells how far the calibration set can be trusted, not how sure the network is of "
        "this image.",
        _LIKELIHOOD,
        _normal(own, report),
        f"Where the likelier of benign and malignant, given a lesion, has a probability below "
        f"{own['least_confidence']} the verdict is *undetermined*. Rule: {band['rule']} "
        f"{band['coverage']:.1%} of these lesions are decided, {band['accuracy']:.1%} of them rightly, against "
        f"{band['accuracy_of_all']:.1%} of all.",
        *_lesions(metadata),
    ]
    rows = []
    for column in columns:
        found = (column.section("classification") or {}).get("decided")
        if found:
            rows.append([column.title, *(with_interval(found[key]) for key in ("coverage", "accuracy"))])
    table = [*card_figures.table(["", "share decided", "accuracy where decided"], rows), ""] if rows else []
    return [*lines, *(line for part in text for line in (*card_figures.wrapped(part), "")), *table]


def _normal(own: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    normal = report.get("normal")
    if normal is None:
        return f"*Normal* is said where the probability of a lesion is below {own.get('normal_below', 0.0)}."
    return (
        f"{normal['rule']} That point is {own['normal_below']}, from {normal['lesions']} lesions of {normal['from']}. "
        "Where a lesion is less likely than none, but not below that point, the verdict is *undetermined*, and a "
        "remark says so. Outlines are withheld on what is called normal alone."
    )


def _lesions(metadata: Mapping[str, Any]) -> list[str]:
    own, report = metadata["breastusai"].get("lesion_recalibration"), metadata.get("lesion_recalibration_report")
    if own is None or report is None:
        return []
    return [
        f"The likelihood of a lesion whose outline a reader has corrected, from the whole frame and a closer view "
        f"together, is recalibrated by slope {own['slope']} and intercept {own['intercept']} on the log-odds, fitted "
        f"on {report['lesions']} outlined lesions of the calibration part, {report['malignant']} of them malignant."
    ]


def _rules(metadata: Mapping[str, Any]) -> list[str]:
    own = metadata["breastusai"]
    text = (
        f"A pixel is lesion from probability {own['threshold']} on; outlines below {own['smallest_lesion']:.2%} of the "
        f"analyzed area are dropped"
    )
    if own.get("lesion_evidence"):
        text += f", and those whose mean probability is below {own['lesion_evidence']}"
    if own.get("lesion_gap") is not None:
        text += (
            f"; beside the surest outline of a frame, those whose mean probability lies more than {own['lesion_gap']} "
            "below it in log-odds: a second lesion that the network is much less sure of is not shown"
        )
    presence = own.get("lesion_presence")
    if presence is not None:
        text += (
            f". {metadata['outline_rules_report']['presence_rule']} With the classifier {presence['classifier'][:12]} "
            f"beside it that is {presence['constant']} + {presence['classified']} times the first + "
            f"{presence['outlined']} times the second, in log-odds, and *normal* is said below "
            f"{presence['normal_below']}; with another classifier that one is asked alone"
        )
    evidence = own.get("descriptor_evidence")
    if evidence is not None:
        terms = ", ".join(f"{name} {term['per_unit']:+g}" for name, term in evidence["terms"].items())
        text += (
            f". {metadata['outline_rules_report']['evidence_rule']} With the classifier {evidence['classifier'][:12]} "
            f"beside it the descriptors' log-odds are {evidence['constant']:+g} and, per unit, {terms}; the weight is "
            f"{evidence['weight']}; with another classifier, and where nothing is outlined, its own likelihood stands"
        )
    text += ". On a frame that is called normal the outline is withheld"
    if own.get("withhold_below") is not None:
        text += f", unless its own mean probability is {own['withhold_below']} or more"
    text += (
        ". The figures include these rules, those of another bundle its own. HD95 is over lesions with an outline; a "
        "missed lesion has a Dice below 0.1."
    )
    if own.get("mirror"):
        text += " The mean of the image's and its mirror image's probability is taken."
    return ["## Rules of the outline", "", *card_figures.wrapped(text), "", *_choice_of_rules(metadata)]


def _choice_of_rules(metadata: Mapping[str, Any]) -> list[str]:
    """How the rules were chosen on the calibration part, where that is recorded."""
    report = metadata.get("outline_rules_report")
    if report is None:
        return []
    told = {"normals_outlined": "normals", "parts_outlined": "lesion-free parts", "lesions_lost": "found lesions lost"}
    shares = ", ".join(f"{words} {report[name]:.1%}" for name, words in told.items() if report.get(name) is not None)
    source = report.get("from", "the calibration part")
    text = f"{report['rule']} Chosen on {source}. There, share with an outline, or lost by the rules: {shares}."
    return [*card_figures.wrapped(text), "", *_choice_of_gap(report)]


def _choice_of_gap(report: Mapping[str, Any]) -> list[str]:
    """What each candidate gave on the calibration part; nothing where that is not recorded, or no lesion was."""
    if not report.get("gaps") or not report["gaps"][0]["dice"]:
        return []
    names = list(report["gaps"][0]["dice"])
    rows = [[gap_words(one["gap"]), *(f"{one['dice'][name]:.4f}" for name in names)] for one in report["gaps"]]
    source = report.get("from", "the calibration part")
    heading = ["gap in log-odds", *(f"Dice on {name}, {source}" for name in names)]
    return [*card_figures.wrapped(report["gap_rule"]), "", *card_figures.table(heading, rows), ""]


def _again(metadata: Mapping[str, Any], columns: Sequence[Column], record: TrainingRecord | None) -> list[str]:
    commands = list(dict.fromkeys(column.command for column in columns if column.command))
    lines = ["## Measure it again", ""]
    lines += ["```", *commands, "```", ""] if commands else [f"{NOT_MEASURED.capitalize()} by a recorded command.", ""]
    if record is None:
        return lines
    name = metadata["name"]
    split = f"--data DATA --fold {record.fold} --train-on {' '.join(record.train_on)}"
    words = record.command or f"train {record.recipe}"
    steps = [f"python -m Training {words} {split} --seed {record.seed} --work WORK"]
    rules = metadata.get("outline_rules_report") or metadata.get("calibration_report", {}).get("normal", {})
    left_out = ""
    if LEFT_OUT in rules.get("from", ""):
        from_others = any(name in rules["from"] for name in record.train_on)  # of other pairs, which loco trained
        left_out = " --left-out" + " WORK/without-*/outlined.json" * from_others
    if metadata["breastusai"]["task"] == "classification":
        pair = f"{name} SEGMENTER" if left_out else name
        steps.append(f"python -m Training calibrate {pair} {split}{left_out}")
    elif "outline_rules_report" in metadata:
        steps.append(f"python -m Training calibrate CLASSIFIER {name} {split}{left_out}")
    return [*lines, "Train it again:", "", "```", *steps, f"python -m Training card {name} --figures …", "```", ""]
