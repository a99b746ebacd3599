"""Explanations on demand: maps of frames that were analyzed before, one method after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from .. import flag_sentences
from ..bundles.bundle import Models
from ..checks.input_checks import check_input, check_pixels
from ..errors import Cancelled, InputError, OptionError
from ..explanations.explanation import Explains, Subject
from ..explanations.registry import EXPLAIN_METHODS, ExplanationMethod, method_asked_for
from ..findings.analysis import CLASSES, FurtherExplanation
from ..findings.explained import Explanations
from ..findings.maps import SquareMaps
from ..flags import Flag, FlagCode, Severity
from ..images.frames import Frames, InputKind, Rectangle
from ..images.letterbox import Letterbox
from ..models.chosen_explainer import chosen_explainer
from ..models.passes import Batch
from ..options import AnalyzeOptions, Cancelling, ExplainOptions, Progress
from ..preparing.lesion_channel import lesion_channel
from .rescoring import checked_masks
from .run import Equipment, Run

OUTLINE = Explains.OUTLINE.value
"""The `FurtherExplanation.target` of a method that explains no class."""


def check_methods(models: Models, options: Sequence[str]) -> None:
    """Raises OptionError for a method that these networks do not allow."""
    networks = models.classifier.network, models.segmenter.network
    for option in options:
        method = method_asked_for(option)
        is_own = method.name == models.classifier.explainer.method  # at the layer that the bundle names
        if not is_own and not method.fits(*networks):
            names = [other for other in EXPLAIN_METHODS if method_asked_for(other).fits(*networks)]
            part, identity = "feature map", models.classifier.identity
            if method.explains is Explains.OUTLINE:
                part, identity = "attention gate", models.segmenter.identity
            raise OptionError(
                f"the model '{identity.name}' has no {part} that {method.name} could explain",
                remedy=f"Choose of the explanation methods {', '.join(names)}",
            )


@dataclass
class Explaining:
    """Some frames, their outlines by frame, and the methods that are to explain them."""

    equipment: Equipment
    frames: Frames
    masks: Mapping[int, NDArray]
    options: ExplainOptions
    progress: Progress | None
    cancelled: Cancelling | None
    _squares: dict[str, dict[int, NDArray[np.float32]]] = field(default_factory=dict)
    _layers: dict[str, str] = field(default_factory=dict)
    _without: dict[str, int] = field(default_factory=dict)  # frames without an outline to explain
    _done: int = 0

    def result(self) -> Explanations:
        """Do it; there may be no map at all. Raises what `Analyzer.explain` raises for the input and its masks."""
        self._run = Run(self.equipment, self.frames, AnalyzeOptions(), None, None)
        self._run.region = self._region()
        self._methods = [method_asked_for(option) for option in self.options.methods]
        is_refused = any(flag.severity is Severity.REJECT for flag in check_input(self.frames))
        explained = 0
        for index in () if is_refused else sorted(self.masks):
            labels = checked_masks({index: self.masks[index]}, self.frames)[index]
            explained += self._frame(index, labels)
        return self._made(explained)

    def demanded(self) -> Explanations:
        """Do it, with one map at least. Raises what `Analyzer.explain` raises."""
        if not self.masks:
            raise OptionError("no frame was chosen to be explained", remedy="Give the mask of at least one frame")
        made = self.result()
        if not made.found and not made.flags:
            raise InputError(
                "the image was rejected, so that there is no answer to explain",
                where=self.frames.source or self.frames.name,
                remedy="Choose an image that has a verdict",
            )
        if not made.found:
            raise OptionError(
                "no lesion is outlined, so that there is no outline to explain",
                remedy="Outline the lesion first, or choose a method that explains the class",
            )
        return made

    def _region(self) -> Rectangle:
        region = Rectangle(*self.options.region_px)
        fits = min(region.x, region.y) >= 0 and min(region.width, region.height) > 0
        if not fits or region.x + region.width > self.frames.columns or region.y + region.height > self.frames.rows:
            raise OptionError(
                f"the region {list(self.options.region_px)} does not lie in the image of "
                f"{self.frames.columns}x{self.frames.rows} pixels",
                remedy="Give the region that the analysis states",
            )
        return region

    def _frame(self, index: int, labels: NDArray[np.uint8]) -> bool:
        """Explain one frame by every method; False where its pixels are no picture to be explained."""
        pixels = self.frames.read_frame(index)
        if any(flag.severity is Severity.REJECT for flag in check_pixels(pixels, self._run.region)):
            self._tick("", sum(method.passes for method in self._methods))
            return False
        batch = self._run.prepared([pixels])
        subject = self._subject(labels, batch)
        self._boxes = {Explains.CLASS: batch.classifier_box, Explains.OUTLINE: batch.segmenter_box}
        for method in self._methods:
            self._method(index, method, subject)
        return True

    def _method(self, index: int, method: ExplanationMethod, subject: Subject) -> None:
        from ..explanations.attributions.scaled import scaled

        if method.needs_outline and not subject.outline.any():
            self._without[method.option] = self._without.get(method.option, 0) + 1
            self._tick("", method.passes)
            return
        what = "slice" if self.frames.kind is InputKind.VOLUME else "frame"
        words = f"{method.name}, {what} {index + 1} of {self.frames.count}"
        end = self._done + method.passes
        self._stop_if_cancelled()
        found = method.explain(replace(subject, tick=partial(self._tick, words, end=end)))
        self._done = end
        square = scaled(found.values, method.is_signed, method.is_grainy)
        self._squares.setdefault(method.option, {})[index] = square
        self._layers[method.option] = found.layer

    def _subject(self, labels: NDArray[np.uint8], batch: Batch) -> Subject:
        classifier, segmenter = self.equipment.models.classifier, self.equipment.models.segmenter
        others = None
        if classifier.needs_lesion_mask:
            found = segmenter.probabilities(batch.for_segmenter)
            mask = lesion_channel(found, segmenter.threshold, batch.segmenter_box, batch.classifier_box)
            others = torch.from_numpy(mask[:, None]).to(batch.for_classifier)
        return Subject(
            image=batch.for_classifier,
            others=others,
            target=CLASSES.index(self.options.explain_class),
            classifier=classifier.network,
            content=batch.classifier_box.content.slices,
            outlined_image=batch.for_segmenter,
            outline=_on_square(labels, batch.segmenter_box),
            segmenter=segmenter.network,
            explainer=partial(chosen_explainer, classifier),
            at_once=min(classifier.frames_at_once, segmenter.frames_at_once),
            seed=self.options.seed,
        )

    def _tick(self, words: str, count: int, end: int | None = None) -> None:
        """Some images went through a network; a method never counts beyond the passes that it states."""
        self._done = self._done + count if end is None else min(self._done + count, end)
        self._stop_if_cancelled()
        if self.progress is not None:
            total = len(self.masks) * sum(method.passes for method in self._methods)
            self.progress(self._done, total, words)

    def _stop_if_cancelled(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled

    def _made(self, explained: int) -> Explanations:
        rows, maps = [], {}
        for method in self._methods:
            squares = self._squares.get(method.option)
            if not squares:
                continue
            of_class = method.explains is Explains.CLASS
            rows.append(
                FurtherExplanation(
                    option=method.option,
                    method=method.name,
                    target=self.options.explain_class.value if of_class else OUTLINE,
                    layer=self._layers[method.option],
                    signed=method.is_signed,
                    frames=tuple(sorted(squares)),
                    seed=self.options.seed,
                )
            )
            maps[method.option] = SquareMaps(self._boxes[method.explains], squares)
        flags = [self._nothing(method_asked_for(option), count, explained) for option, count in self._without.items()]
        return Explanations(tuple(rows), tuple(flags), maps)

    def _nothing(self, method: ExplanationMethod, count: int, explained: int) -> Flag:
        sentence = flag_sentences.NO_OUTLINE_TO_EXPLAIN
        if explained > 1:
            is_volume = self.frames.kind is InputKind.VOLUME
            sentence = flag_sentences.NO_OUTLINE_TO_EXPLAIN_ON
            if is_volume:
                sentence = flag_sentences.NO_OUTLINE_TO_EXPLAIN_ON_SLICES
        message = sentence.format(method=method.name, count=count, all=explained)
        return Flag(FlagCode.NOT_EXPLAINED, Severity.INFO, message)


def _on_square(labels: NDArray[np.uint8], box: Letterbox) -> NDArray[np.bool_]:
    """The lesions of a frame on a network's square; of those that cover half of no pixel the pixels they cover most."""
    covered = box.apply(labels > 0)
    return covered >= np.clip(covered.max(), 1e-3, 0.5)
