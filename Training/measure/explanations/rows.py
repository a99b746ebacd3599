"""One heat map of one held-out image: its grades against the true outline."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.checks.sector import detect_sector
from BreastUSAILib.engine.device import resolve_device
from BreastUSAILib.engine.explanations.explanation import Explainer
from BreastUSAILib.engine.explanations.grading.deletion import Areas, Predict, deletion_and_insertion, random_areas
from BreastUSAILib.engine.explanations.grading.energy import energy_share
from BreastUSAILib.engine.explanations.grading.grade import Ground, cheap_grades
from BreastUSAILib.engine.explanations.registry import METHODS
from BreastUSAILib.engine.findings.grades import HeatMapGrades
from BreastUSAILib.engine.images.letterbox import Letterbox
from BreastUSAILib.engine.models.classifier import Classifier
from BreastUSAILib.engine.options import AnalyzeOptions
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
        shuffled: energy over area in the lesion of maps with the same values in other places.
        milliseconds: how long the map took.
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


def explainers_of(classifier: Classifier, options: Sequence[str] | None = None) -> list[Explainer]:
    """The classifier's own explainer first, then the other methods that fit; `options` names those that are wanted."""
    made = [classifier.explainer]
    for method in METHODS:
        way = method.in_pass
        is_wanted = method.name != classifier.explainer.method and (options is None or method.option in options)
        if way is None or not is_wanted:
            continue
        layer = way.layer_of(classifier.network)
        if layer is not None:
            made.append(way.make(classifier.network, layer))
    return made


def map_rows(
    classifier: Classifier,
    explainers: Sequence[Explainer],
    examples: Sequence[Example],
    trained_on: Iterable[str],
    steps: int = STEPS,
) -> list[MapRow]:
    """A row for every outlined lesion and method, of the class that the product explains unless told otherwise.

    Raises InputError for an image or mask that cannot be read.
    """
    device = resolve_device("auto")
    classifier.network.to(device)
    grading = HeatMapGrading(classifier, AnalyzeOptions().explain_class, device)
    trained = frozenset(trained_on)
    rows: list[MapRow] = []
    for number, example in enumerate(show_progress(examples)):
        rows += _of_one(grading, explainers, example, example.dataset not in trained, steps, SEED + number)
    return rows


def _of_one(
    grading: HeatMapGrading, explainers: Sequence[Explainer], example: Example, across: bool, steps: int, seed: int
) -> list[MapRow]:
    frames = example.frames()
    gray = frames.gray(0)
    lesion = example.mask_array(gray.shape)
    region = detect_sector(gray) if frames.region is None else frames.region.rectangle
    if not lesion[region.slices].any():
        return []
    wanted = grading.classifier.preprocessing
    rows, columns = gray.shape
    box = wanted.letterbox(rows, columns, region)
    image, ground, predict = prepare(gray, box, wanted), Ground.of(gray, lesion, region), grading.predict(None)
    chance, pass_time = random_areas(image, image, predict, steps=steps), _seconds_of_a_pass(predict, image)
    rows = []
    for explainer in explainers:
        started = time.perf_counter()
        cells = explainer(grading.tensor(image[None], None), _TARGET)[1][0]
        taken = time.perf_counter() - started
        grades = cheap_grades(0, explainer.method, box.restore(cells), ground)
        square = grading.on_square(cells)
        rows.append(
            MapRow(
                example.dataset,
                example.group,
                example.name,
                across,
                grades,
                deletion_and_insertion(square, image, predict, steps=steps),
                chance,
                _shuffled(cells, box, ground, seed),
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
