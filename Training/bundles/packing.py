"""A bundle's weights in eight bits: half the size of fp16, for the download and for the repository's history."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from BreastUSAILib.engine.bundles.bundle import read_weights, verify_bundle
from BreastUSAILib.engine.bundles.stored_weights import SCALE

from .writer import next_version, read_metadata, rewrite_bundle

_FEWEST = 1024  # weights of a tensor: below that there is nothing to save
_MOST = 127


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state dict with its large floating-point tensors in eight bits, as `unpacked` reads them back.

    Rounded to the nearest of 255 equal steps between minus and plus the largest absolute weight of the channel, which
    is a place of the first dimension: off by at most half a step, 1/254 of that largest one. Tensors of one dimension
    (biases, normalizations) and small ones stay as they are.
    """
    stored = {}
    for name, value in weights.items():
        if not value.is_floating_point() or value.ndim < 2 or value.numel() < _FEWEST:
            stored[name] = value
            continue
        largest = value.float().abs().flatten(1).amax(dim=1)
        scale = torch.where(largest > 0, largest / _MOST, 1.0)
        steps = (value.float() / scale.reshape(-1, *[1] * (value.ndim - 1))).round()
        stored[name], stored[name + SCALE] = steps.to(torch.int8), scale
    return stored


def pack_bundle(path: Path) -> str | None:
    """Store the weights of a bundle in eight bits and raise its version, which is returned; None if they are already.

    Its calibration was made with the weights as they were: calibrate and measure it again. The figures in its metadata
    go; its card stays until ``python -m Training card`` makes a new one. Raises ModelError, OutputError.
    """
    info, metadata = verify_bundle(path), read_metadata(path)
    if "weights" in metadata:
        return None
    version = next_version(info.version)
    metadata |= {"version": version, "weights": {"bits": 8, "packed_from_sha256": info.sha256}}
    metadata.pop("test_figures", None)
    rewrite_bundle(path, metadata=metadata, state=packed(read_weights(path)))
    return version
