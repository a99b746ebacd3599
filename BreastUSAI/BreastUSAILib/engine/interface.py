"""What an engine is to everybody who asks it. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .findings.analysis import Analysis
from .findings.counterfactual.counterfactuals import Counterfactuals
from .findings.explained import Explanations
from .images.frames import Frames
from .options import AnalyzeOptions, Cancelling, ExplainOptions, Progress

Masks = Mapping[int, NDArray[np.uint8]]
"""By frame, ``[H, W]`` of whole numbers: 0 background, n lesion number n."""


class Engine(Protocol):
    """Frames in, everything found out; every call returns when it is done.

    `engine.analyzer.Analyzer` is one, in this process; `client.process.engine_process.EngineProcess` is one for
    Slicer, where the networks run in a process of their own. The same input and options give the same analysis in
    either. All raise InputError for pixels that cannot be read, OptionError for an option that does not fit the input
    or the models, and Cancelled when `cancelled` says so; the process also raises EngineError, DependencyError and
    ModelError, as it loads the models at the first call.
    """

    def analyze(
        self,
        frames: Frames,
        options: AnalyzeOptions = ...,
        progress: Progress | None = ...,
        cancelled: Cancelling | None = ...,
    ) -> Analysis:
        """Look for lesions. `progress` hears of frames done and to do; `cancelled` is asked between batches."""
        ...

    def rescore(
        self,
        frames: Frames,
        masks: Masks,
        options: AnalyzeOptions = ...,
        progress: Progress | None = ...,
        cancelled: Cancelling | None = ...,
    ) -> Analysis:
        """Measure and score the lesions that `masks` outline, instead of looking for any."""
        ...

    def counterfactuals(
        self,
        frames: Frames,
        masks: Masks,
        options: AnalyzeOptions = ...,
        progress: Progress | None = ...,
        cancelled: Cancelling | None = ...,
    ) -> Counterfactuals:
        """What becomes of the likelihood of the one frame in `masks` where something in it is changed."""
        ...

    def explain(
        self,
        frames: Frames,
        masks: Masks,
        options: ExplainOptions,
        progress: Progress | None = ...,
        cancelled: Cancelling | None = ...,
    ) -> Explanations:
        """Explain the frames of `masks`, which were analyzed before, without analyzing them again."""
        ...
