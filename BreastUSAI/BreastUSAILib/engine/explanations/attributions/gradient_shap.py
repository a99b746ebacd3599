"""SHAP values by gradients at random places between the image and several baselines, by Captum."""

from __future__ import annotations

import torch
from captum.attr import GradientShap

from ..explanation import INPUT, Attribution, Subject
from .baseline import CELLS, blurred
from .counted_pass import CountedPass, drawing

SAMPLES = 48
BLURS = (1, CELLS // 2, CELLS, 2 * CELLS)
"""How many parts along each side the baselines are the means of."""


def gradient_shap(subject: Subject) -> Attribution:
    """Expected gradients (Lundberg and Lee 2017, arXiv:1705.07874; Erion et al. 2021, arXiv:1906.10670): ``[S, S]``.

    In logits: their sum is the class's logit for the image less its mean for the baselines, but for the chance of
    `SAMPLES` samples.
    """
    forward = CountedPass(subject)
    baselines = torch.cat([blurred(subject, cells) for cells in BLURS])
    method, total, left = GradientShap(forward), torch.zeros_like(subject.image), SAMPLES
    with drawing(subject.seed), forward.differentiable():
        while left:
            count = min(subject.at_once, left)
            found = method.attribute(subject.image, baselines, n_samples=count, stdevs=0.0, target=subject.target)
            total += count * found.detach()
            left -= count
    return Attribution((total / SAMPLES)[0, 0].float().cpu().numpy(), INPUT)
