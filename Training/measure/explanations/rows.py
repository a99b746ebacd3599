"""One heat map of one held-out image: its grades against the true outline."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.explanations.grading.deletion import Areas, Predict, deletion_and_insertion, random_areas
from BreastUSAILib.engine.explanations.grading.energy import energy_share
from BreastUSAILib.engine.explanations.grading.grade import Ground, cheap_grades
from BreastUSAILib.engine.explanations.registry import EXPLAIN_METHODS, METHODS, ExplanationMethod
from BreastUSAILib.engine.findings.grades import HeatMapGrades
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox
from BreastUSAILib.engine.options import AnalyzeOptions, ExplainOptions
from BreastUSAILib.engine.pipeline.heat_map_grading import HeatMapGrading
from BreastUSAILib.engine.preparing.prepare import prepare

from ...data.example import CLASS_NAMES, Example
from ..figures.intervals import SEED
from ..rows.run import show_progress

STEPS = 8
"""Parts into which the pixels are cut for deletion and insertion: each takes a pass for each method and image."""
SHUFFLES = 5
"""How many maps with the same values in other places each map is held against."""


@dataclass(frozen=True)
class MapRow:
    """The map of one image by one method.

    Args:
        dataset, group, name: whose.
        across: whether its collection was left out of the training.
        grades: against the true outline.
        areas: of deletion and insertion.
        by_chance: the same of orders that know nothing.
        shuffled: of the classifier's own method, energy over area in the lesion of maps with the same values in other
            places.
        milliseconds: how long the map took, as the product makes it on demand.
        pass_milliseconds: how long a pass through the network took without one.
    """

    dataset: str
    group: str
    name: str
    across: bool
    grades: HeatMapGrades
    areas: Areas
    by_chance: Areas
    shuffled: tuple[float, ...]
    milliseconds: float
    pass_milliseconds: float

    @property
    def gain(self) -> float:
        """As `CostlyGrades.gain`."""
        return (self.areas.insertion - self.areas.deletion) - (self.by_chance.insertion - self.by_chance.deletion)


def methods_of(models: Models, options: Sequence[str] | None = None) -> list[ExplanationMethod]:
    """The classifier's own method first, then the others that fit; `options` names those that are wanted.

    Raises OptionError for one that there is not.
    """
    known = {method.option for method in METHODS}
    for option in options or ():
        if option not in known:
            raise OptionError(f"there is no method {option!r}", remedy=f"Choose of {', '.join(EXPLAIN_METHODS)}")
    networks = models.classifier.network, models.segmenter.network
    own = [method for method in METHODS if method.name == models.classifier.explainer.method]
    others = [method for method in METHODS if method not in own and method.fits(*networks)]
    return own + [method for method in others if options is None or method.option in options]


def map_rows(
    analyzer: Analyzer,
    methods: Sequence[ExplanationMethod],
    examples: Sequence[Example],
    trained_on: Iterable[str],
    steps: int = STEPS,
) -> list[MapRow]:
    """A row for every outlined lesion and method, of the class that the product explains unless told otherwise.

    What explains the outline is asked of the product's own one; where it has none there is no row of such a method.
    Images that the product rejects have no row. Raises InputError for an image or mask that cannot be read.
    """
    trained = frozenset(trained_on)
    rows: list[MapRow] = []
    for number, example in enumerate(show_progress(examples)):
        rows += _of_one(analyzer, methods, example, example.dataset not in trained, steps, SEED + number)
    return rows


def _of_one(
    analyzer: Analyzer,
    methods: Sequence[ExplanationMethod],
    example: Example,
    across: bool,
    steps: int,
    seed: int,
) -> list[MapRow]:
    frames = example.frames()
    gray = frames.gray(0)
    lesion = example.mask_array(gray.shape)
    analysis = analyzer.analyze(frames)
    region = Rectangle(*analysis.input.region_px)
    if analysis.verdict.key_frame is None or not lesion[region.slices].any():
        return []
    classifier = analyzer.models.classifier
    grading = HeatMapGrading(classifier, AnalyzeOptions().explain_class, analyzer.device)
    wanted, outlines = classifier.preprocessing, analysis.maps.labels(0)
    box = wanted.letterbox(gray.shape[0], gray.shape[1], region)
    image, ground, predict = prepare(gray, box, wanted), Ground.of(gray, lesion, region), grading.predict(None)
    chance, pass_time = random_areas(image, image, predict, steps=steps), _seconds_of_a_pass(predict, image)
    cells = classifier.explainer(grading.tensor(image[None], None), _TARGET)[1][0]
    shuffled = _shuffled(cells, box, ground, seed)
    rows = []
    for method in methods:
        if method.needs_outline and not outlines.any():
            continue
        options = ExplainOptions((method.option,), analysis.input.region_px)
        started = time.perf_counter()
        heat = analyzer.explain(frames, {0: outlines}, options).maps[method.option].map(0)
        taken = time.perf_counter() - started
        rows.append(
            MapRow(
                example.dataset,
                example.group,
                example.name,
                across,
                cheap_grades(0, method.name, heat, ground),
                deletion_and_insertion(box.apply(heat), image, predict, steps=steps),
                chance,
                shuffled if method.name == classifier.explainer.method else (),
                1000 * taken,
                1000 * pass_time,
            )
        )
    return rows


_TARGET = CLASS_NAMES.index(AnalyzeOptions().explain_class.value)


def _seconds_of_a_pass(predict: Predict, image: NDArray[np.float32]) -> float:
    started = time.perf_counter()
    predict(image[None])
    return time.perf_counter() - started


def _shuffled(cells: NDArray[np.float32], box: Letterbox, ground: Ground, seed: int) -> tuple[float, ...]:
    """Energy over area of maps with the same values in other places."""
    generator, found = np.random.default_rng(seed), []
    for _ in range(SHUFFLES):
        other = generator.permutation(cells.ravel()).reshape(cells.shape)
        share = energy_share(box.restore(other), ground.lesion, ground.region)
        if share is not None and share.ratio is not None:
            found.append(share.ratio)
    return tuple(found)
