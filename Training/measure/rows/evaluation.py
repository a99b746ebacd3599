"""Bundles measured on the held-out part of a data set: from paths to per-image rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from BreastUSAILib.engine.errors import InputError, OptionError

from ...data.example import Example, Part
from ...data.loading import load_examples
from .nearest_neighbour import NearestNeighbor
from .row import Row
from .run import Measurement, show_progress
from .subject import (
    Split,
    Subject,
    choose_split,
    find_subject,
    load_models,
    load_split,
    refuse_seen_examples,
    with_seen_groups,
)


@dataclass(frozen=True)
class Question:
    """What to measure.

    Args:
        bundles: one or two bundle folders; a missing partner is taken from the shipped pair.
        data: whatever `load_examples` accepts.
        fold, train_on: the split; None: that of the bundles' own training.
        duplicates: the list of near-duplicates, for BUSI's published layout.
        part: which part of the split.
        leak: give the classifier the ground-truth mask, to show what that is worth.
    """

    bundles: Sequence[Path]
    data: Path
    fold: int | None = None
    train_on: Collection[str] | None = None
    duplicates: Path | None = None
    part: Part = Part.TEST
    leak: bool = False


@dataclass(frozen=True)
class HeldOut:
    """What a question is about, once all that it must not be about is refused.

    Args:
        subject: the bundles, each with the groups that it has seen.
        split: which images are held out.
        everything: all examples of the data.
        examples: those of the part asked for.
    """

    subject: Subject
    split: Split
    everything: Sequence[Example]
    examples: Sequence[Example]

    @property
    def trained_on(self) -> tuple[str, ...]:
        """The data sets that the bundles were trained on, as they say, else those of the split's training part."""
        record = next((one.record for one in self.subject.both if one.given and one.record), None)
        if record is not None:
            return tuple(sorted(set().union(*(names for _, names in record.splits()))))
        return tuple(dict.fromkeys(one.dataset for one in self.everything if one.part is Part.TRAIN))


def measure_bundles(question: Question) -> list[Row]:
    """One row for every example of the part asked for.

    Raises what `held_out` raises, and OptionError where a leak is asked for that the classifier has no input for.
    """
    found = held_out(question)
    measurement = Measurement(found.subject, found.split, found.trained_on, _baseline(found.everything, question.part))
    return (_leaking_rows if question.leak else _rows)(measurement, found.examples)


def held_out(question: Question) -> HeldOut:
    """The examples of the part asked for, and the bundles that may be measured on them.

    Raises ModelError for a bundle that is refused, InputError for data that cannot be loaded or a part without
    examples, OptionError where a bundle was trained on what it would be measured on, or a leak is asked for that its
    classifier has no input for.
    """
    subject = find_subject(question.bundles)
    if question.leak and not subject.reads_mask:
        raise OptionError(
            "this classifier is given no lesion mask, so that none can leak into it",
            where=subject.classifier.info.path,
            remedy="Leave --leak-ground-truth-mask out, or give a classifier whose inputs name lesion_mask",
        )
    if question.train_on is not None:
        load_examples(  # refuses unknown names
            question.data, fold=question.fold or 1, train_on=question.train_on, duplicates=question.duplicates
        )
    split = choose_split(subject, question.fold, question.train_on)
    everything = load_split(question.data, split, question.duplicates)
    examples = [one for one in everything if one.part is question.part]
    if not examples:
        raise InputError(
            f"the {question.part.value} part is empty", where=question.data, remedy="Choose another --part"
        )
    subject = with_seen_groups(subject, question.data, question.part, question.duplicates)
    refuse_seen_examples(subject, examples, mask_is_predicted=not question.leak)
    return HeldOut(subject, split, everything, examples)


def _rows(measurement: Measurement, examples: Sequence[Example]) -> list[Row]:
    from BreastUSAILib.engine.analyzer import Analyzer

    return measurement.rows(Analyzer(load_models(measurement.subject, examples)), examples)


def _leaking_rows(measurement: Measurement, examples: Sequence[Example]) -> list[Row]:
    from .leak import LEAK, LeakingAnalyzer

    analyzer = LeakingAnalyzer.over(measurement.subject.load())
    return [measurement.row(one, analyzer.analyze(one), leak=LEAK) for one in show_progress(examples)]


def _baseline(everything: Sequence[Example], part: Part) -> NearestNeighbor | None:
    training = [one for one in everything if one.part is Part.TRAIN]
    return NearestNeighbor.fit(training) if training and part is not Part.TRAIN else None
