"""What is measured: a pair of bundles, of which each may be judged only on images that it was not trained on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from BreastUSAILib.engine.bundles.bundle import (
    METADATA,
    SHIPPED,
    BundleInfo,
    Models,
    find_bundles,
    load_classifier,
    load_segmenter,
    verify_bundle,
)
from BreastUSAILib.engine.errors import ModelError, OptionError

from ...bundles.record import TrainingRecord
from ...data.example import Example, Part
from ...data.loading import load_examples


@dataclass(frozen=True)
class Measured:
    """One bundle of the pair.

    Args:
        info: what the verified bundle says of itself.
        metadata: its whole metadata.
        given: whether it was asked for by path; else it is the shipped partner.
        seen: groups (patients, near-duplicate groups) that it was trained or calibrated on, as far as it says.
    """

    info: BundleInfo
    metadata: Mapping[str, Any]
    given: bool
    seen: frozenset[str] = frozenset()

    @property
    def record(self) -> TrainingRecord | None:
        """How it was trained, where it says."""
        return TrainingRecord.from_metadata(self.metadata)

    @property
    def words(self) -> str:
        """``name version sha256[:12]``."""
        return f"{self.info.name} {self.info.version} {self.info.sha256[:12]}"

    def may_judge(self, example: Example) -> bool:
        """Whether its result on this example is one on an image that it has not seen.

        A bundle given by path without a record is believed; a partner without one is not.
        """
        return example.group not in self.seen and (self.given or self.record is not None)


@dataclass(frozen=True)
class Subject:
    """The pair that is measured."""

    classifier: Measured
    segmenter: Measured

    @property
    def both(self) -> tuple[Measured, Measured]:
        """Classifier and segmenter."""
        return self.classifier, self.segmenter

    @property
    def reads_mask(self) -> bool:
        """Whether the classifier is given the segmenter's mask."""
        return "lesion_mask" in self.classifier.metadata["breastusai"].get("inputs", ())

    def thresholds(self) -> dict[str, float]:
        """The classifier's operating points by name; empty where it states none."""
        points = self.classifier.metadata["breastusai"].get("operating_points", {})
        return {name: float(point["threshold"]) for name, point in points.items()}

    def load(self) -> Models:
        """Both networks. Raises ModelError."""
        return Models(load_classifier(self.classifier.info.path), load_segmenter(self.segmenter.info.path))


def find_subject(bundles: Sequence[Path], shipped: Path = SHIPPED) -> Subject:
    """The bundles given, completed from the shipped pair.

    Raises ModelError where a bundle is refused, OptionError for two of one task or none at all.
    """
    by_task: dict[str, Measured] = {}
    for path in bundles:
        info = verify_bundle(path)
        if info.task in by_task:
            raise OptionError(f"two {info.task} bundles were given", where=path, remedy="Give one bundle of each task")
        by_task[info.task] = Measured(info, _metadata(path), given=True)
    for path in find_bundles(shipped) if len(by_task) < 2 else []:
        info = verify_bundle(path)
        by_task.setdefault(info.task, Measured(info, _metadata(path), given=False))
    for task in ("classification", "segmentation"):
        if task not in by_task:
            raise ModelError(f"there is no {task} bundle", where=shipped, remedy="Give one by path")
    return Subject(by_task["classification"], by_task["segmentation"])


@dataclass(frozen=True)
class Split:
    """Which examples are held out: the fold, and the data sets trained on (None: all that are there)."""

    fold: int
    train_on: frozenset[str] | None


def choose_split(subject: Subject, fold: int | None, train_on: Iterable[str] | None) -> Split:
    """The split asked for, else that of the first given bundle that states one, else fold 1 of everything."""
    records = [one.record for one in subject.both if one.given]
    record = next((one for one in records if one is not None), None)
    if fold is None:
        fold = 1 if record is None else record.fold
    if train_on is not None:
        return Split(fold, frozenset(train_on))
    return Split(fold, None if record is None else frozenset(record.train_on))


def load_split(data: Path, split: Split, duplicates: Path | None = None) -> list[Example]:
    """The examples of `data` with the parts of that split. A data set that the split does not name is test as a whole.

    `duplicates` is the list of near-duplicates for BUSI's published layout, as `load_examples` takes it.
    Raises InputError where the data cannot be loaded.
    """
    return load_examples(data, fold=split.fold, train_on=split.train_on, duplicates=duplicates)


def with_seen_groups(subject: Subject, data: Path, part: Part, duplicates: Path | None = None) -> Subject:
    """The subject, each bundle with the groups of `data` that its own split gave to its training.

    Patients it was calibrated on count too, unless the calibration part is the one that is looked at. Raises
    InputError where the data cannot be loaded.
    """
    return Subject(*(replace(one, seen=_seen(one.record, data, part, duplicates)) for one in subject.both))


def _seen(record: TrainingRecord | None, data: Path, part: Part, duplicates: Path | None) -> frozenset[str]:
    if record is None or part is Part.TRAIN:
        return frozenset()
    unseen = {Part.TEST, part}
    examples = [one for split in record.splits() for one in load_split(data, Split(*split), duplicates)]
    return frozenset(example.group for example in examples if example.part not in unseen)


def refuse_seen_examples(subject: Subject, examples: Sequence[Example], *, mask_is_predicted: bool = True) -> None:
    """Raises OptionError where a given bundle was trained on one of the examples that it is to be measured on.

    So was a classifier that reads the mask of a segmenter that was; `mask_is_predicted` says whether it does here.
    """
    for one in subject.both:
        seen = [example for example in examples if example.group in one.seen]
        if one.given and seen:
            assert one.record is not None
            raise OptionError(
                f"{len(seen)} of {len(examples)} images are of patients that this bundle was trained or calibrated on",
                where=one.info.path,
                remedy=f"Leave --fold and --train-on out, or give those of its training: --fold {one.record.fold} "
                f"--train-on {' '.join(one.record.train_on)}",
            )
        reads_it = mask_is_predicted and subject.reads_mask and one is subject.segmenter
        if reads_it and not all(one.may_judge(each) for each in examples):
            raise OptionError(
                "the classifier reads the lesion mask, but the segmenter beside it may have seen these images",
                where=one.info.path,
                remedy="Give the segmenter that was trained on the same split as a second bundle",
            )


def load_models(subject: Subject, examples: Sequence[Example]) -> Models:
    """Both networks, independent of each other where one may not be judged on these examples.

    Outlines are withheld where the classifier calls a frame normal; a partner classifier that has seen the images
    would know too well, so that then nothing is withheld. Raises ModelError.
    """
    models = subject.load()
    if all(subject.classifier.may_judge(example) for example in examples):
        return models
    return without_normal(models)


def without_normal(models: Models) -> Models:
    """The same models, by which no frame is called normal and no outline withheld."""
    models = each_alone(models)
    calibration = replace(models.classifier.calibration, normal_below=0.0)
    return replace(models, classifier=replace(models.classifier, calibration=calibration))


def each_alone(models: Models) -> Models:
    """The same models, whose probabilities are the classifier's alone."""
    return replace(models, segmenter=replace(models.segmenter, presence=None, evidence=None))


def _metadata(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((path / METADATA).read_text(encoding="utf-8"))
    return document
