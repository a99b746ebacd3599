"""Features of an EfficientNet encoder at two depths, from the pass that is made anyway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from monai.networks.nets import EfficientNetBN
from numpy.typing import NDArray
from torch import Tensor, nn

from ..images.letterbox import Letterbox

STAGES = (2, 6)
"""Of an EfficientNet, counted from 0: at an eighth of the resolution, where texture is seen, and the last."""

OF_ENCODER = (2, 4)
"""Where these two stand in what the encoder of an `EfficientAttentionUNet` gives."""


@contextmanager
def noted_features(network: nn.Module) -> Iterator[list[Tensor]]:
    """The outputs ``[B, C, h, w]`` of the `STAGES` in the first pass inside the block; none of other networks."""
    noted: list[Tensor] = []
    hooks = []
    if isinstance(network, EfficientNetBN) and len(network._blocks) > max(STAGES):

        def note(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            if len(noted) < len(STAGES):
                noted.append(output.detach())

        hooks = [network._blocks[stage].register_forward_hook(note) for stage in STAGES]
    try:
        yield noted
    finally:
        for hook in hooks:
            hook.remove()


def region_means(maps: Sequence[Tensor], box: Letterbox) -> tuple[NDArray[np.float32], ...] | None:
    """Means ``[B, C]`` of feature maps ``[B, C, h, w]`` over the analyzed region in the square; None without maps."""
    if not maps:
        return None
    place, means = box.content, []
    for features in maps:
        cell = box.size / features.shape[-1]
        rows = slice(int(place.y / cell), max(int(place.y / cell) + 1, round((place.y + place.height) / cell)))
        columns = slice(int(place.x / cell), max(int(place.x / cell) + 1, round((place.x + place.width) / cell)))
        means.append(features[:, :, rows, columns].mean(dim=(2, 3)).float().cpu().numpy())
    return tuple(means)
