"""Grad-CAM of the outline that a segmenter draws, by Captum."""

from __future__ import annotations

import torch
from captum.attr import LayerGradCam
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
    """Grad-CAM for segmentation (Vinogradova et al. 2020, arXiv:2002.11434) at the last attention stage: ``[n, n]``.

    The stage is the part of the network that the last gate belongs to, and what is looked at is its output: what the
    gate lets pass, joined with the decoder's own. The gate's output alone points elsewhere. What is explained is the
    mean lesion logit within the subject's outline, which has a pixel at least. Values from 0 on.
    """
    gate = gates_of(subject.segmenter, subject.outlined_image)[-1]
    subject.tick(1)
    layer = gate.name.rpartition(".")[0] or gate.name
    found = LayerGradCam(_InsideOutline(subject), subject.segmenter.get_submodule(layer)).attribute(
        subject.outlined_image, relu_attributions=True
    )
    return Attribution(found.detach()[0, 0].float().cpu().numpy(), layer)
