"""What the answer loses where a window of the image is blurred, by Captum."""

from __future__ import annotations

import torch
from captum.attr import Occlusion
from torch.nn.functional import adaptive_avg_pool2d

from ..explanation import INPUT, Attribution, Subject
from .baseline import blurred
from .counted_pass import CountedPass

WINDOWS = 8
"""Side by side, along each side of the square; they move on by half a window."""


def occlusion(subject: Subject) -> Attribution:
    """Occlusion (Zeiler and Fergus 2014, arXiv:1311.2901): the class's logit less that without the window.

    In logits, ``[2 WINDOWS, 2 WINDOWS]``: in each half of a window the mean over the windows that cover it, so that a
    map that is enlarged has no steps.
    """
    size = subject.image.shape[-1]
    window = max(2, size // WINDOWS)
    with torch.no_grad():
        values = Occlusion(CountedPass(subject)).attribute(
            subject.image,
            sliding_window_shapes=(1, window, window),
            strides=(1, window // 2, window // 2),
            baselines=blurred(subject),
            target=subject.target,
            perturbations_per_eval=subject.at_once,
        )
    halves = adaptive_avg_pool2d(values.detach()[0], 2 * WINDOWS)
    return Attribution(halves[0].float().cpu().numpy(), INPUT)
