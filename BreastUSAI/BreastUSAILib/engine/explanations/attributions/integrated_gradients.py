"""Integrated gradients of the input, by Captum."""

from __future__ import annotations

from captum.attr import IntegratedGradients

from ..explanation import INPUT, Attribution, Subject
from .baseline import blurred
from .counted_pass import CountedPass

STEPS = 32


def integrated_gradients(subject: Subject) -> Attribution:
    """Integrated gradients (Sundararajan et al. 2017, arXiv:1703.01365) from the blurred image on: ``[S, S]``.

    In logits: their sum is the class's logit for the image less that for the blurred image, but for the error of
    `STEPS` steps.
    """
    forward = CountedPass(subject)
    with forward.differentiable():
        values = IntegratedGradients(forward).attribute(
            subject.image,
            baselines=blurred(subject),
            target=subject.target,
            n_steps=STEPS,
            internal_batch_size=subject.at_once,
        )
    return Attribution(values.detach()[0, 0].float().cpu().numpy(), INPUT)
