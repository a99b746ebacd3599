"""What a segmenter's attention gates let pass."""

from __future__ import annotations

import torch
from torch.nn.functional import interpolate

from ..explanation import Attribution, Subject
from .gates import gates_of


def attention_gates(subject: Subject) -> Attribution:
    """The mean of all gates (Oktay et al. 2018, arXiv:1804.03999), of each what it lets pass beyond its median.

    The shares that a gate lets pass have a level of their own, which says nothing of places: 0 is that level, 1 the
    gate's greatest share. Values ``[n, n]`` in [0, 1], at the finest gate's resolution.
    """
    gates = gates_of(subject.segmenter, subject.outlined_image)
    subject.tick(1)
    size = gates[-1].shares.shape
    stretched = []
    for gate in gates:
        shares = interpolate(gate.shares[None, None], size, mode="bilinear", align_corners=False)[0, 0]
        level, most = shares.median(), shares.max()
        stretched.append(((shares - level) / (most - level).clamp(min=1e-6)).clamp(min=0))
    return Attribution(torch.stack(stretched).mean(dim=0).cpu().numpy(), ", ".join(gate.name for gate in gates))
