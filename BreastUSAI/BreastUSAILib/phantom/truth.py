"""The ground truth beside a phantom file: numbers as JSON, labels as NRRD."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.findings.analysis import Label
from ..report.atomic import atomic_file
from .frame import Phantom


def write_truth(path: Path, frames: Sequence[Phantom]) -> None:
    """Write ``<stem>.truth.json`` and ``<stem>.truth.seg.nrrd`` beside the image file `path`. Raises OutputError."""
    labels = np.stack([frame.lesion_labels for frame in frames])
    document = (json.dumps(describe(frames), indent=1) + "\n").encode()
    label_map = nrrd_bytes(labels, frames[0].pixel_spacing_mm)
    for ending, content in ((".truth.json", document), (".truth.seg.nrrd", label_map)):
        with atomic_file(path.with_name(path.stem + ending)) as partial:
            partial.write_bytes(content)


def describe(frames: Sequence[Phantom]) -> dict[str, Any]:
    """The truth as plain JSON types; the label of a cine is the worst of its frames'."""
    order = (Label.NORMAL, Label.BENIGN, Label.MALIGNANT)
    return {
        "label": max((frame.label for frame in frames), key=order.index).value,
        "seed": frames[0].spec.seed,
        "pixel_spacing_mm": [round(value, 6) for value in frames[0].pixel_spacing_mm],
        "frames": [
            {"index": index, "label": frame.label.value, "lesions": [_lesion(asdict(item)) for item in frame.lesions]}
            for index, frame in enumerate(frames)
        ],
    }


def nrrd_bytes(labels: NDArray[np.uint8], spacing_mm: tuple[float, float]) -> bytes:
    """Label map ``[T, H, W]`` as an NRRD file on the grid that Slicer gives the image (IJK to LPS = spacing, origin 0).

    The same labels give the same bytes (no time stamp in the gzip stream).
    """
    frames, rows, columns = labels.shape
    header = (
        "NRRD0004",
        "type: unsigned char",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {columns} {rows} {frames}",
        f"space directions: ({spacing_mm[1]:.9g},0,0) (0,{spacing_mm[0]:.9g},0) (0,0,1)",
        "kinds: domain domain domain",
        "encoding: gzip",
        "space origin: (0,0,0)",
    )
    return "\n".join((*header, "", "")).encode() + gzip.compress(labels.tobytes(), 9, mtime=0)


def _lesion(values: dict[str, Any]) -> dict[str, Any]:
    values["label"] = values["label"].value
    values["bbox_px"] = list(values["bbox_px"])
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}
