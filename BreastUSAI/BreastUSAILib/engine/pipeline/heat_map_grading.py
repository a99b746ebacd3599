"""The grades of a frame's heat map within one analysis: what was found there, held against the map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..explanations.explanation import Explainer
from ..explanations.grading.deletion import Predict
from ..explanations.grading.grade import Ground, cheap_grades, costly_grades
from ..explanations.grading.stability import Explain
from ..explanations.registry import METHODS
from ..findings.analysis import CLASSES, Label
from ..findings.grades import CostlyGrades, HeatMapGrades
from ..images.frames import Rectangle
from ..images.letterbox import Letterbox
from ..models.classifier import Classifier
from ..preparing.closer_view import view_of_mask
from ..preparing.prepare import prepare

MOST_PASSES = 4
"""A method that takes more passes than this is not asked for its map only to compare it."""


@dataclass(frozen=True)
class GradedFrame:
    """One frame whose heat map is graded.

    Args:
        index: its place in the input.
        gray: its pixels ``[H, W]``.
        labels: its outlines ``[H, W]``, 0 background.
        region: the analyzed rectangle.
    """

    index: int
    gray: NDArray
    labels: NDArray[np.uint8]
    region: Rectangle


@dataclass(frozen=True)
class HeatMapGrading:
    """Grades heat maps of one class by one classifier.

    Args:
        classifier: what was explained; its bundle says what a map must reach.
        explained: the class.
        device: where it runs.
        stop_if_cancelled: raises Cancelled; asked between passes.
    """

    classifier: Classifier
    explained: Label
    device: torch.device
    stop_if_cancelled: Callable[[], None] = lambda: None

    def grades(self, frame: GradedFrame, method: str, heat: NDArray[np.floating], *, costly: bool) -> HeatMapGrades:
        """The grades of a map ``[H, W]`` by that method, and what it fails; with `costly`, those by passes too."""
        found = cheap_grades(frame.index, method, heat, Ground.of(frame.gray, frame.labels > 0, frame.region))
        if costly and not found.is_empty:
            found = replace(found, costly=self.costly(frame))
        return replace(found, failed=self.classifier.grade_thresholds.failed(found))

    def costly(self, frame: GradedFrame) -> CostlyGrades | None:
        """The grades of the map by the classifier's own explainer that take passes; None where the map is empty."""
        from ..explanations.grading.captum_grades import infidelity_of, sensitivity_of

        image, mask = self._input(frame)
        explainer, predict = self.classifier.explainer, self.predict(mask)
        explain = self.explain(explainer, mask)
        return costly_grades(
            image,
            explainer.method,
            explain,
            predict,
            {other.method: self.explain(other, mask)(image) for other in self._others()},
            infidelity=infidelity_of(image, explain(image), predict),
            sensitivity=sensitivity_of(image, explain),
        )

    def predict(self, mask: NDArray[np.float32] | None) -> Predict:
        """Prepared images ``[N, S, S]`` to the probability of the class; a lesion mask that is read stays the same."""
        target = CLASSES.index(self.explained)

        def probabilities(images: NDArray[np.float32]) -> NDArray[np.float32]:
            found = []
            for start in range(0, len(images), self.classifier.frames_at_once):
                self.stop_if_cancelled()
                batch = self.tensor(images[start : start + self.classifier.frames_at_once], mask)
                with torch.inference_mode():
                    found.append(self.classifier.network(batch).float().softmax(dim=1)[:, target].cpu().numpy())
            return np.concatenate(found)

        return probabilities

    def explain(self, explainer: Explainer, mask: NDArray[np.float32] | None) -> Explain:
        """A prepared image ``[S, S]`` to its map by that explainer on the same square."""
        target = CLASSES.index(self.explained)

        def heat(image: NDArray[np.float32]) -> NDArray[np.float32]:
            self.stop_if_cancelled()
            return self.on_square(explainer(self.tensor(image[None], mask), target)[1][0])

        return heat

    def on_square(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """A map ``[h, w]`` on every pixel of the network's square ``[S, S]``."""
        size = self.classifier.preprocessing.size
        return Letterbox(size, size, Rectangle(0, 0, size, size), size).restore(cells)

    def _input(self, frame: GradedFrame) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """The prepared image ``[S, S]``, and the lesion mask that a classifier may read beside it."""
        wanted = self.classifier.preprocessing
        rows, columns = frame.gray.shape
        box = wanted.letterbox(rows, columns, frame.region)
        mask = None
        if self.classifier.needs_lesion_mask:
            mask = view_of_mask(frame.labels > 0, frame.region, wanted)
        return prepare(frame.gray, box, wanted), mask

    def _others(self) -> list[Explainer]:
        """Other methods that explain this network, and cost little."""
        network, made = self.classifier.network, []
        for method in METHODS:
            way = method.in_pass
            if way is None or method.name == self.classifier.explainer.method or way.passes > MOST_PASSES:
                continue
            layer = way.layer_of(network)
            if layer is not None:
                made.append(way.make(network, layer))
        return made

    def tensor(self, images: NDArray[np.float32], mask: NDArray[np.float32] | None) -> torch.Tensor:
        """``[N, C, S, S]`` of images ``[N, S, S]``."""
        planes = [images] if mask is None else [images, np.broadcast_to(mask, images.shape)]
        batch = torch.from_numpy(np.ascontiguousarray(np.stack(planes, axis=1), dtype=np.float32))
        return batch.to(self.device, memory_format=torch.channels_last)
