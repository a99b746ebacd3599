"""Writing a model bundle: MONAI's layout, its weights, the card, and the hashes of all of it."""

from __future__ import annotations

import io
import json
import math
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import monai
import numpy as np
import torch

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.engine.bundles.bundle import (
    CARD,
    GATE,
    INFERENCE,
    METADATA,
    SUMS,
    WEIGHTS,
    file_sha256,
    verify_bundle,
)
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.preparing.prepare import Preprocessing
from BreastUSAILib.report.atomic import atomic_folder

from .record import TrainingRecord

_OWNED = frozenset(Path(name).parts[0] for name in (METADATA, INFERENCE, WEIGHTS, CARD, SUMS))
_OUTPUTS = {"classification": "class logits: normal, benign, malignant", "segmentation": "lesion logit per pixel"}
_INPUTS = {"image": "B-mode luminance", "lesion_mask": "0 or 1, the lesions that the segmentation bundle outlines"}


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
        inputs: what the network is given: ``image``, or ``image`` and ``lesion_mask``.
        explanation: ``method`` and ``layer`` of a classifier's explanation; empty for a segmenter.
        training: how the weights came to be, or None where that is not known.
        facts: further top-level values of the metadata.
    """

    name: str
    version: str
    task: str
    description: str
    network: Mapping[str, Any]
    preprocessing: Preprocessing
    card: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("image",)
    explanation: Mapping[str, str] = field(default_factory=dict)
    training: TrainingRecord | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def half_precision(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A state dict with its floating-point tensors as fp16, on the CPU.

    Raises ModelError where a weight is not finite, or too large for fp16: a training that diverged gives no bundle.
    """
    halves = {}
    for name, value in state.items():
        half = (value.half() if value.is_floating_point() else value).detach().cpu().contiguous()
        if half.is_floating_point() and not bool(torch.isfinite(half).all()):
            raise ModelError(
                f"the weight '{name}' is not finite in half precision",
                remedy="Train again with a lower learning rate",
            )
        halves[name] = half
    return halves


def write_bundle(content: BundleContent, state: Mapping[str, torch.Tensor], folder: Path) -> Path:
    """Write the bundle to ``folder/name``, replacing an older one whole; returns its path.

    Raises OutputError where it cannot be written (an older bundle then stays), ModelError for weights that are not
    finite.
    """
    files = {
        METADATA: _json(_metadata(content)),
        INFERENCE: _json({"network_def": dict(content.network)}),
        WEIGHTS: _saved(half_precision(state)),
        CARD: content.card.encode(),
    }
    target = folder / content.name
    with atomic_folder(target, _OWNED) as partial:
        _write(partial, files)
    return target


def rewrite_bundle(
    path: Path,
    *,
    metadata: Mapping[str, Any] | None = None,
    card: str | None = None,
    state: Mapping[str, torch.Tensor] | None = None,
    gate: Mapping[str, Any] | None = None,
) -> None:
    """Replace what is given of a bundle's metadata, card, weights and gate; its hashes are made anew.

    It is swapped whole.

    Args:
        state: the weights as they shall be stored; a gate of the former ones goes.
        gate: what `Gate.to_document` gives.

    Raises ModelError where the bundle does not verify, OutputError where it cannot be written (it then stays as it
    was).
    """
    verify_bundle(path)
    files = {
        METADATA: None if metadata is None else _json(metadata),
        CARD: None if card is None else card.encode(),
        WEIGHTS: None if state is None else _saved(state),
        GATE: None if gate is None else _short_json(gate),
    }
    with atomic_folder(path.resolve(), _OWNED) as partial:
        for name in sorted(_OWNED - {SUMS}):
            shutil.copytree(path / name, partial / name)
        if state is not None:
            (partial / GATE).unlink(missing_ok=True)
        _write(partial, {name: text for name, text in files.items() if text is not None})


def read_metadata(path: Path) -> dict[str, Any]:
    """The metadata of a bundle that verifies. Raises ModelError."""
    verify_bundle(path)
    document: dict[str, Any] = json.loads((path / METADATA).read_text(encoding="utf-8"))
    return document


def raise_version(path: Path, before: Mapping[str, Any]) -> str | None:
    """Give a bundle whose rules or calibration are no longer those of its metadata `before` the next version.

    Figures name a bundle by its version and its weights' hash, which both would say nothing of the change. Returns the
    new version; None, and nothing is written, where nothing changed. Raises ModelError, OutputError.
    """
    metadata = read_metadata(path)
    if metadata["breastusai"] == before["breastusai"]:
        return None
    version = next_version(str(before["version"]))
    rewrite_bundle(path, metadata={**metadata, "version": version})
    return version


def next_version(version: str) -> str:
    """With the last number one higher, or with a number more where it ends in none."""
    head, dot, last = version.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isdecimal() else f"{version}.1"


def _saved(state: Mapping[str, torch.Tensor]) -> bytes:
    content = io.BytesIO()  # torch reports a full disk as RuntimeError; plain bytes give an OSError
    torch.save(dict(state), content)
    return content.getvalue()


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """The files, then the hashes of all that a bundle has: a folder without them is not a bundle."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    listed = (METADATA, INFERENCE, WEIGHTS, CARD, *([GATE] if (folder / GATE).is_file() else []))
    sums = "".join(f"{file_sha256(folder / name)}  {name}\n" for name in listed)
    (folder / SUMS).write_text(sums, encoding="utf-8")


def _metadata(content: BundleContent) -> dict[str, Any]:
    side = content.preprocessing.size
    shape = {"type": "image", "num_channels": 1, "spatial_shape": [side, side], "dtype": "float32"}
    return {
        "name": content.name,
        "version": content.version,
        "task": f"breast-ultrasound {content.task}",
        "description": content.description,
        "intended_use": RESEARCH_USE,
        "authors": "BreastUSAI",
        "copyright": "Apache-2.0",
        "monai_version": monai.__version__,
        "pytorch_version": torch.__version__.partition("+")[0],
        "numpy_version": np.__version__,
        "network_data_format": {
            "inputs": {name: {**shape, "format": _INPUTS[name]} for name in content.inputs},
            "outputs": {"pred": {"type": "logits", "format": _OUTPUTS[content.task]}},
        },
        "breastusai": {
            "task": content.task,
            "inputs": list(content.inputs),
            "preprocessing": asdict(content.preprocessing),
            **({"explanation": dict(content.explanation)} if content.explanation else {}),
            **content.settings,
        },
        **(content.training.to_metadata() if content.training else {}),
        **content.facts,
    }


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(_finite(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _short_json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(_finite(document), separators=(",", ":"), allow_nan=False) + "\n").encode()


def _finite(value: Any) -> Any:
    """The same with null for every number that is not finite, which JSON lacks: *not known*, and of a limit *none*."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
