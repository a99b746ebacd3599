"""Every example through the product's own path: `Analyzer`, given the image and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.findings.analysis import Analysis, Label

from ...data.example import Example
from .nearest_neighbour import NearestNeighbor
from .overlap import dice, hd95, iou
from .pointing import hit_and_share
from .row import Row
from .subject import Split, Subject


@dataclass(frozen=True)
class Measurement:
    """What stays the same from image to image.

    Args:
        subject: the bundles that the analyzer has.
        split: which images are held out.
        trained_on: names of the data sets of the training part.
        neighbor: the baseline, or None without training images.
    """

    subject: Subject
    split: Split
    trained_on: tuple[str, ...]
    neighbor: NearestNeighbor | None

    def rows(self, analyzer: Analyzer, examples: Sequence[Example]) -> list[Row]:
        """One row an example, in their order. Raises InputError for one that cannot be read."""
        return [self.row(example, analyzer.analyze(example.frames())) for example in show_progress(examples)]

    def row(self, example: Example, analysis: Analysis, *, leak: str = "") -> Row:
        """What the analysis of an example is worth. The label and the mask are looked at here, and not before.

        A leaking run has no outlines of its own to judge.
        """
        shape = analysis.input.rows, analysis.input.columns
        truth = example.mask_array(shape)
        values: dict[str, Any] = {"classifier": "", "segmenter": ""}
        given = analysis.verdict.probabilities is not None
        if self.subject.classifier.may_judge(example):
            values["classifier"] = self.subject.classifier.words
            values |= self._classified(analysis) | _explained(analysis, truth) if given else {}
        if not leak and self.subject.segmenter.may_judge(example):
            values["segmenter"] = self.subject.segmenter.words
            values |= _outlined(analysis, truth) if given else {}
        return Row(
            name=example.name,
            dataset=example.dataset,
            group=example.group,
            label=example.label,
            part=example.part.value,
            fold=self.split.fold,
            trained_on="+".join(self.trained_on),
            verdict=analysis.verdict.label.value,
            refused=analysis.verdict.label is Label.REJECTED,
            true_area_px=int(truth.sum()) if example.is_outlined else None,
            image_area_px=truth.size,
            leak=leak,
            strata=dict(example.strata),
            flags=";".join(flag.code.value for flag in analysis.flags),
            nearest_neighbour="" if self.neighbor is None else self.neighbor.label(example),
            **values,
        )

    def _classified(self, analysis: Analysis) -> dict[str, Any]:
        found, likelihood = analysis.verdict.probabilities, analysis.verdict.malignancy
        assert found is not None
        assert likelihood is not None
        thresholds = self.subject.thresholds()
        return {
            "normal": found.normal,
            "benign": found.benign,
            "malignant": found.malignant,
            "malignancy_low": likelihood.low,
            "malignancy_high": likelihood.high,
            **{f"above_{name}": likelihood.probability >= threshold for name, threshold in thresholds.items()},
        }


def show_progress(examples: Sequence[Example]) -> Iterable[Example]:
    """The examples, with a progress bar on a terminal."""
    return track(examples, "Analyzing", console=Console(stderr=True), disable=not sys.stderr.isatty())


def _outlined(analysis: Analysis, truth: NDArray[np.bool_]) -> dict[str, Any]:
    outline = analysis.maps.labels(0) > 0
    values: dict[str, Any] = {"predicted_area_px": int(outline.sum())}
    if truth.any():
        spacing = analysis.input.pixel_spacing_mm
        distance = hd95(outline, truth, spacing)
        values |= {"dice": dice(outline, truth), "iou": iou(outline, truth), "hd95": distance}
        values["hd95_unit"] = "px" if spacing is None else "mm"
    return values


def _explained(analysis: Analysis, truth: NDArray[np.bool_]) -> dict[str, Any]:
    if not truth.any():
        return {}
    hit, share = hit_and_share(analysis.maps.heat_map(0), truth)
    return {"heat_peak_in_lesion": hit, "heat_share_in_lesion": share}
