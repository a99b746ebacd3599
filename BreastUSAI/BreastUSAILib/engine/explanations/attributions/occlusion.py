"""What the answer loses where a window of the image is blurred, by Captum."""

from __future__ import annotations

import torch
from captum.attr import Occlusion

from ..explanation import INPUT, Attribution, Subject
from .baseline import blurred
from .counted_pass import CountedPass

WINDOWS = 8
"""Side by side, along each side of the square; they move on by half a window."""


def occlusion(subject: Subject) -> Attribution:
    """Occlusion (Zeiler and Fergus 2014, arXiv:1311.2901): the class's logit less that without the window ``[S, S]``.

    In logits; at each pixel the mean over the windows that cover it.
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
    return Attribution(values.detach()[0, 0].float().cpu().numpy(), INPUT)
