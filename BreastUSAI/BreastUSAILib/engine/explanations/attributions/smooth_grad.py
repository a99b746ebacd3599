"""Saliency that is averaged over noisy copies of the image, by Captum."""

from __future__ import annotations

from captum.attr import NoiseTunnel, Saliency

from ..explanation import INPUT, Attribution, Subject
from .baseline import contrast
from .counted_pass import CountedPass, drawing

SAMPLES = 24
NOISE = 0.1
"""Standard deviation, as a share of the image's contrast."""


def smooth_grad(subject: Subject) -> Attribution:
    """SmoothGrad (Smilkov et al. 2017, arXiv:1706.03825) of the class's logit: values from 0 on, ``[S, S]``."""
    forward = CountedPass(subject)
    with drawing(subject.seed), forward.differentiable():
        values = NoiseTunnel(Saliency(forward)).attribute(
            subject.image,
            nt_type="smoothgrad",
            nt_samples=SAMPLES,
            nt_samples_batch_size=min(subject.at_once, SAMPLES),
            stdevs=NOISE * contrast(subject.image),
            target=subject.target,
            abs=True,
        )
    return Attribution(values.detach()[0, 0].float().cpu().numpy(), INPUT)
