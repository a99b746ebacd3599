"""The leak that published tables contain: the ground-truth mask given to the classifier at test time.

Here to show what it is worth, and for nothing else; every output of such a run says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.checks.sector import detect_sector
from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.engine.models.segmenter import Segmenter

from ...data.example import Example

LEAK = "ground-truth mask at test time"


@dataclass(frozen=True)
class OracleSegmenter(Segmenter):
    """A segmenter that looks nothing up in the image: it gives the true mask that it was shown last, ``[S, S]``."""

    shown: list[NDArray[np.float32]] = field(default_factory=list)

    @classmethod
    def over(cls, segmenter: Segmenter) -> OracleSegmenter:
        """One with the same input and rules."""
        known = {one.name: getattr(segmenter, one.name) for one in fields(Segmenter)}
        return cls(**{**known, "smallest_lesion": 0.0, "lesion_evidence": 0.0, "lesion_gap": math.inf})

    def show(self, example: Example) -> None:
        """Take over the true mask of the image that comes next, on the network's square."""
        frames = example.frames()
        gray = frames.gray(0)
        region = detect_sector(gray) if frames.region is None else frames.region.rectangle
        box = self.preprocessing.letterbox(frames.rows, frames.columns, region)
        truth = example.mask_array((frames.rows, frames.columns)).astype(np.float32)
        self.shown[:] = [(box.apply(truth) > 0.5).astype(np.float32)]

    def probabilities(self, batch: torch.Tensor, mirrored: bool = True) -> NDArray[np.float32]:
        """The mask last shown for every image ``[B, 1, S, S]``: ``[B, S, S]``, 0 or 1, mirrored or not."""
        return np.repeat(self.shown[0][None], len(batch), axis=0)


@dataclass(frozen=True)
class LeakingAnalyzer:
    """The product's analyzer, with the oracle in the segmenter's place."""

    analyzer: Analyzer
    oracle: OracleSegmenter

    @classmethod
    def over(cls, models: Models) -> LeakingAnalyzer:
        """One with the classifier of `models`."""
        oracle = OracleSegmenter.over(models.segmenter)
        return cls(Analyzer(replace(models, segmenter=oracle)), oracle)

    def analyze(self, example: Example) -> Analysis:
        """The analysis of an example whose truth the networks were told."""
        self.oracle.show(example)
        return self.analyzer.analyze(example.frames())
