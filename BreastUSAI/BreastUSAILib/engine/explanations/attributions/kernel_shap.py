"""SHAP values of the parts of an image, by Captum."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from captum.attr import KernelShap
from torch import Tensor

from ..explanation import INPUT, Attribution, Subject
from .baseline import blurred
from .counted_pass import CountedPass, drawing

PARTS = 8
"""Of the square, along each side."""

SAMPLES = 384
"""Coalitions of the parts; fewer than the parts would leave their values open."""


class WeightedLeastSquares:
    """The linear model that Captum fits to the coalitions, without the package that Captum's own needs."""

    def __init__(self) -> None:
        self._weights = torch.zeros(0)

    def fit(self, train_data: Iterable[list[Tensor]]) -> None:
        """From batches of coalitions ``[n, parts]`` of 0 and 1, what the network gave ``[n]``, and weights ``[n]``."""
        coalitions, outputs, weights = (torch.cat(column).double().cpu() for column in zip(*train_data, strict=True))
        root = weights.flatten().sqrt()[:, None]
        design = torch.cat([coalitions, torch.ones(len(coalitions), 1, dtype=torch.double)], dim=1)
        found = torch.linalg.lstsq(design * root, outputs.flatten()[:, None] * root, driver="gelsd")
        self._weights = found.solution[:-1, 0].float()

    def representation(self) -> Tensor:
        """The value of each part."""
        return self._weights


def kernel_shap(subject: Subject) -> Attribution:
    """Kernel SHAP (Lundberg and Lee 2017, arXiv:1705.07874) of `PARTS` by `PARTS` parts: ``[PARTS, PARTS]``.

    A part that is missing is blurred. In logits: the sum is the class's logit for the image less that for the blurred
    image.
    """
    forward = CountedPass(subject)
    size = subject.image.shape[-1]
    place = torch.arange(size) * PARTS // size
    parts = (place[:, None] * PARTS + place)[None, None].to(subject.image.device)
    method = KernelShap(forward)
    method.interpretable_model = WeightedLeastSquares()
    with drawing(subject.seed), torch.no_grad():
        values = method.attribute(
            subject.image,
            baselines=blurred(subject),
            target=subject.target,
            feature_mask=parts,
            n_samples=SAMPLES,
            perturbations_per_eval=subject.at_once,
            return_input_shape=False,
        )
    return Attribution(values.detach().reshape(PARTS, PARTS).float().cpu().numpy(), INPUT)
