"""Grad-CAM of the outline that a segmenter draws, by Captum."""

from __future__ import annotations

import torch
from captum.attr import LayerGradientXActivation
from torch import Tensor, nn

from ..explanation import Attribution, Subject
from .gates import gates_of


class _InsideOutline(nn.Module):
    """A segmenter's mean lesion logit ``[B]`` within one outline."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.network, self._subject = subject.segmenter, subject
        inside = torch.from_numpy(subject.outline).to(subject.outlined_image)
        self.inside = inside / inside.sum()

    def forward(self, images: Tensor) -> Tensor:
        logits = self.network(images)
        self._subject.tick(len(images))
        return (logits[:, 0] * self.inside).sum(dim=(1, 2))


def outline_grad_cam(subject: Subject) -> Attribution:
    """Grad-CAM of the outline, element by element (Draelos and Carin 2020, arXiv:2011.08891): ``[n, n]`` from 0 on.

    It is made at the last attention stage: the part of the network that the last gate belongs to, whose output is what
    the gate lets pass, joined with the decoder's own. So near to the output, gradients averaged over the image, as
    Grad-CAM has them for classes, would give the same map for every outline. What is explained is the mean lesion logit
    within the subject's outline, which has a pixel at least.
    """
    gate = gates_of(subject.segmenter, subject.outlined_image)[-1]
    subject.tick(1)
    layer = gate.name.rpartition(".")[0] or gate.name
    method = LayerGradientXActivation(_InsideOutline(subject), subject.segmenter.get_submodule(layer))
    found = method.attribute(subject.outlined_image).detach().sum(dim=1).clamp(min=0)
    return Attribution(found[0].float().cpu().numpy(), layer)
