"""Writing a model bundle: MONAI's layout, half-precision weights, the card, and the hashes of all of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import monai
import numpy as np
import torch

from BreastUSAILib.engine.bundle import CARD, INFERENCE, METADATA, SUMS, WEIGHTS, file_sha256
from BreastUSAILib.engine.prepare import Preprocessing


@dataclass(frozen=True)
class BundleContent:
    """What goes into a bundle beside its weights.

    Args:
        name: folder name and bundle name.
        version: of the weights, ``major.minor.patch``.
        task: ``classification`` or ``segmentation``.
        description: one sentence.
        network: the ``network_def``.
        preprocessing: how the input is made.
        card: the model card, Markdown.
        settings: task-specific values below ``breastusai`` in the metadata.
        facts: training data, metrics and other provenance for the metadata.
    """

    name: str
    version: str
    task: str
    description: str
    network: Mapping[str, Any]
    preprocessing: Preprocessing
    card: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def half_precision(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A state dict with its floating-point tensors as fp16, on the CPU."""
    return {
        name: (value.half() if value.is_floating_point() else value).detach().cpu().contiguous()
        for name, value in state.items()
    }


def write_bundle(content: BundleContent, state: Mapping[str, torch.Tensor], folder: Path) -> Path:
    """Write the bundle to ``folder/name``, replacing an older one whole; returns its path."""
    target = folder / content.name
    partial = folder / f".{content.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    for part in ("configs", "models", "docs"):
        (partial / part).mkdir(parents=True)
    _write_json(partial / METADATA, _metadata(content))
    _write_json(partial / INFERENCE, {"network_def": dict(content.network)})
    (partial / CARD).write_text(content.card, encoding="utf-8")
    torch.save(half_precision(state), partial / WEIGHTS)
    sums = [f"{file_sha256(partial / name)}  {name}\n" for name in (METADATA, INFERENCE, WEIGHTS, CARD)]
    (partial / SUMS).write_text("".join(sums), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    os.replace(partial, target)
    return target


def _metadata(content: BundleContent) -> dict[str, Any]:
    channels = {"classification": "class logits: normal, benign, malignant", "segmentation": "lesion logit per pixel"}
    return {
        "name": content.name,
        "version": content.version,
        "task": f"breast-ultrasound {content.task}",
        "description": content.description,
        "intended_use": "Research use only. Not a medical device.",
        "authors": "BreastUSAI",
        "copyright": "Apache-2.0",
        "monai_version": monai.__version__,
        "pytorch_version": torch.__version__.partition("+")[0],
        "numpy_version": np.__version__,
        "network_data_format": {
            "inputs": {
                "image": {
                    "type": "image",
                    "format": "B-mode luminance",
                    "num_channels": 1,
                    "spatial_shape": [content.preprocessing.size, content.preprocessing.size],
                    "dtype": "float32",
                }
            },
            "outputs": {"pred": {"type": "logits", "format": channels[content.task]}},
        },
        "breastusai": {
            "task": content.task,
            "preprocessing": asdict(content.preprocessing),
            **content.settings,
        },
        **content.facts,
    }


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
