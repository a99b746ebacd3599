"""What a segmenter outlines in images with known lesions when every outline is shown, and what rules leave of it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.findings.analysis import Analysis, Probabilities
from BreastUSAILib.engine.images.frames import Frames, InputKind, Rectangle
from BreastUSAILib.engine.lesions.descriptors.evidence import all_measures, main_lesion
from BreastUSAILib.engine.lesions.withholding import WithholdingRule, found_outlines, shown_outlines
from BreastUSAILib.engine.models.calibration import log_odds, probability_of
from BreastUSAILib.engine.models.lesion_presence import LesionPresence
from BreastUSAILib.report.atomic import atomic_file

from ..augmentation.crops import tissue_crop
from ..data.example import Example
from ..data.reserved import reserved_name
from ..measure.rows.subject import without_normal

MOST = 700  # images of a left-out data set that rules are chosen on
LEFT_OUT = "collections left out of the training"
NEVER = math.inf  # what no probability reaches: JSON's null


@dataclass(frozen=True)
class Outline:
    """One outline.

    Args:
        evidence: its mean lesion probability, in [0, 1].
        area: its pixels.
        hit: those of them that are lesion in truth.
    """

    evidence: float
    area: int
    hit: int


@dataclass(frozen=True)
class Outlined:
    """What was outlined in one image without the rules that are chosen on the calibration part.

    Args:
        dataset: the image's.
        kind: ``normal``, ``part`` (lesion-free part of a lesion image) or ``lesion``.
        lesion: the image's probability of showing a lesion, in [0, 1], by the classifier alone.
        outlines: every one.
        lesion_area: pixels of the true lesion; 0 where there is none, or nobody outlined it.
        surest: mean log-odds of its surest tissue (`surest_tissue`), by the segmenter alone.
        malignant: whether its lesion is in truth; None where there is no lesion, or nobody knows.
        likelihood: of malignancy by the classifier alone, in [0, 1], as it is where both classes are as common.
        measures: `all_measures` of the main outline; None where there is no outline.
    """

    dataset: str
    kind: str
    lesion: float
    outlines: tuple[Outline, ...]
    lesion_area: int = 0
    surest: float = 0.0
    malignant: bool | None = None
    likelihood: float = 0.5
    measures: Mapping[str, float] | None = None

    @property
    def dice(self) -> float:
        """Dice overlap of all outlines together with the true lesion, in [0, 1]; 1 where there is neither."""
        total = sum(outline.area for outline in self.outlines) + self.lesion_area
        return 2 * sum(outline.hit for outline in self.outlines) / total if total else 1.0

    def within(self, gap: float) -> Outlined:
        """The same without the outlines that a ``lesion_gap`` drops.

        `gap`, in log-odds, is from 0 on; infinite: none are dropped.
        """
        return self._only(found_outlines(self._means, WithholdingRule(gap=gap)))

    def shown(self, rule: WithholdingRule) -> Outlined:
        """The same with the outlines alone that the product would show by that rule."""
        return self._only(shown_outlines(self._means, self.lesion, rule))

    @property
    def _means(self) -> list[float]:
        return [outline.evidence for outline in self.outlines]

    def _only(self, kept: NDArray[np.bool_]) -> Outlined:
        return replace(self, outlines=tuple(one for one, is_kept in zip(self.outlines, kept, strict=True) if is_kept))


def outline_images(analyzer: Analyzer, examples: Sequence[Example], *, parts: bool = True) -> Iterator[Outlined]:
    """Every example, and where `parts` every lesion image's lesion-free part, through the product's path without rules.

    `analyzer` must have a segmenter without them, see `without_rules`. Refused images are left out. Raises InputError
    for an image or mask that cannot be read.
    """
    presence = analyzer.models.segmenter.presence
    assert isinstance(presence, NotedPresence)
    prevalence = analyzer.models.classifier.calibration.prevalence
    for example in examples:
        frames = example.frames()
        analysis = analyzer.analyze(frames)
        truth = example.mask_array((frames.rows, frames.columns))
        if analysis.verdict.probabilities is None:
            continue
        kind = "normal" if example.label == "normal" else "lesion"
        found = _outlined(example, kind, analysis, truth, presence.noted[-1])
        yield _judged(found, example, analysis, prevalence)
        if not truth.any() or not parts:
            continue
        gray = frames.gray(0)
        crop = tissue_crop(gray, truth.astype(np.uint8))
        if crop is not None:
            part = gray[crop.top : crop.bottom, crop.left : crop.right]
            analysis = analyzer.analyze(_still(part))
            if analysis.verdict.probabilities is not None:
                nothing = np.zeros(part.shape, dtype=bool)
                yield _outlined(example, "part", analysis, nothing, presence.noted[-1])


def outline_left_out(models: Models, examples: Sequence[Example]) -> list[Outlined]:
    """What a pair outlines without rules on collections that it was not trained on, reserved ones left out.

    At most `MOST` images of each data set, evenly chosen, and no parts: the point that lesions reach is what is asked
    for. Raises InputError for an image that cannot be read.
    """
    by_dataset: dict[str, list[Example]] = {}
    for example in examples:
        if reserved_name(example) is None:
            by_dataset.setdefault(example.dataset, []).append(example)
    analyzer = without_rules(Analyzer(models))
    chosen = [one for members in by_dataset.values() for one in members[:: math.ceil(len(members) / MOST)]]
    return list(outline_images(analyzer, chosen, parts=False))


def without_rules(analyzer: Analyzer) -> Analyzer:
    """The same analyzer, with every outline shown that the segmenter's fixed rule, the smallest size, leaves."""
    models = without_normal(analyzer.models)
    noting = NotedPresence(models.classifier.identity.sha256, 0.0, 1.0, 0.0, normal_below=0.0)
    segmenter = replace(models.segmenter, lesion_evidence=0.0, lesion_gap=math.inf, presence=noting)
    return Analyzer(replace(models, segmenter=segmenter), analyzer.device.type)


@dataclass(frozen=True)
class NotedPresence(LesionPresence):
    """Leaves the classifier's word as it is, and notes the segmenter's of the frame that was looked at last."""

    noted: list[float] = field(default_factory=list)

    def composed(self, calibrated: Probabilities, surest: float) -> Probabilities:
        self.noted[:] = [surest]
        return calibrated


def _outlined(example: Example, kind: str, analysis: Analysis, truth: NDArray[np.bool_], surest: float) -> Outlined:
    labels = analysis.maps.labels(0)
    probabilities = analysis.verdict.probabilities
    assert probabilities is not None
    areas, hits = np.bincount(labels.ravel(), minlength=256), np.bincount(labels[truth], minlength=256)
    outlines = tuple(
        Outline(lesion.mean_probability, int(areas[lesion.number]), int(hits[lesion.number]))
        for lesion in analysis.lesions
    )
    return Outlined(example.dataset, kind, probabilities.lesion, outlines, int(truth.sum()), surest)


def _judged(found: Outlined, example: Example, analysis: Analysis, prevalence: float | None) -> Outlined:
    """The same with what its main outline looks like, and what is known and said of the malignancy of its lesion."""
    probabilities, main = analysis.verdict.probabilities, main_lesion(analysis.lesions)
    if main is not None:
        found = replace(found, measures=all_measures(main, Rectangle(*analysis.input.region_px)))
    if example.label == "normal" or probabilities is None:
        return found
    known = 0.0 if prevalence is None else log_odds(prevalence)
    likelihood = probability_of(log_odds(probabilities.likelihood) - known)
    return replace(found, malignant=example.label == "malignant", likelihood=likelihood)


def _still(gray: NDArray) -> Frames:
    part = np.ascontiguousarray(gray)
    return Frames("part", InputKind.STILL, 1, part.shape[0], part.shape[1], False, lambda index: part)


def write_outlined(found: Sequence[Outlined], path: Path) -> None:
    """Write what was found as JSON. Raises OutputError."""
    with atomic_file(path) as temporary:
        temporary.write_text(json.dumps([asdict(one) for one in found]) + "\n", encoding="utf-8")


def _needed(one: Mapping[str, Any]) -> dict[str, Any]:
    """What former files lack, so that nothing is chosen without it."""
    return {name: one[name] for name in ("surest", "malignant", "likelihood", "measures")}


def read_outlined(path: Path) -> list[Outlined]:
    """What `write_outlined` wrote. Raises InputError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return [
            Outlined(**{**one, **_needed(one), "outlines": tuple(Outline(**each) for each in one["outlines"])})
            for one in document
        ]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"what was found on a left-out collection cannot be read ({error})",
            where=path,
            remedy="Give an outlined.json that 'python -m Training loco' wrote",
        ) from error
