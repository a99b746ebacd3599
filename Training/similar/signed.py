"""Signatures of labeled images, through the product's own path, kept in a file so that they are made once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.similar.signature import PooledFeatures
from BreastUSAILib.report.atomic import atomic_file

from ..data.example import Example, Part
from ..measure.rows.nearest_neighbour import pixel_features
from ..measure.rows.run import show_progress

EVERY = 200  # so many images are signed between two writings of the file


@dataclass(frozen=True)
class Signed:
    """Labeled images, a row each; all arrays of the same length N.

    Args:
        features: ``[N, F]`` pooled features.
        hashes: ``[N, 32]`` of uint8, see `picture_hash`.
        pixels: ``[N, 1024]``, see `pixel_features`.
        probabilities: ``[N, 3]`` of normal, benign, malignant, calibrated.
        digests: ``[N]`` of 16 bytes that no other picture has.
        names, datasets, labels, groups, parts, birads, histologies: ``[N]`` texts.
        area_shares: ``[N]`` the share of the image that is lesion; NaN where nobody outlined it.
        classifier: the SHA-256 of the weights.
    """

    features: NDArray[np.float32]
    hashes: NDArray[np.uint8]
    pixels: NDArray[np.float32]
    probabilities: NDArray[np.float64]
    digests: NDArray[np.bytes_]
    names: NDArray[np.str_]
    datasets: NDArray[np.str_]
    labels: NDArray[np.str_]
    groups: NDArray[np.str_]
    parts: NDArray[np.str_]
    birads: NDArray[np.str_]
    histologies: NDArray[np.str_]
    area_shares: NDArray[np.float64]
    classifier: str

    def __len__(self) -> int:
        return len(self.labels)

    def chosen(self, where: NDArray) -> Signed:
        """Some of the rows."""
        rows = {one.name: getattr(self, one.name)[where] for one in fields(self) if one.name != "classifier"}
        return Signed(**rows, classifier=self.classifier)

    def part(self, part: Part) -> Signed:
        """The rows of one part of the split."""
        return self.chosen(self.parts == part.value)


def signed_examples(analyzer: Analyzer, examples: Sequence[Example], kept: Path | None = None) -> Signed:
    """Sign every example that is not refused; what the file `kept` holds of them is not computed again.

    The file holds names and groups of the data set: it is for this computer alone. Raises InputError for an image that
    cannot be read, and for a file that is none.
    """
    classifier = analyzer.models.classifier.identity.sha256
    before = _read(kept, classifier) if kept is not None and kept.is_file() else None
    known = {} if before is None else {_key(*pair): row for row, pair in enumerate(_pairs(before))}
    rows: list[dict[str, object]] = []
    for example in show_progress(examples):
        place = known.get(_key(example.dataset, example.name))
        if before is not None and place is not None:
            rows.append({one.name: getattr(before, one.name)[place] for one in fields(before)[:-1]})
        elif (row := _row(analyzer, example)) is not None:
            rows.append(row)
            if kept is not None and len(rows) % EVERY == 0:
                _write(_stacked(rows, classifier), kept)
        if rows and rows[-1]["names"] == example.name:
            rows[-1]["parts"] = example.part.value  # of another split than the one that was kept
    if not rows:
        raise InputError("none of the images gives a signature", remedy="Give ultrasound images")
    signed = _stacked(rows, classifier)
    if kept is not None:
        _write(signed, kept)
    return signed


def _row(analyzer: Analyzer, example: Example) -> dict[str, object] | None:
    frames = example.frames()
    signed = analyzer.sign(frames)
    if signed is None:
        return None
    gray = example.gray()
    share = float(example.mask_array(gray.shape).mean()) if example.masks else float("nan")
    return {
        "features": signed.features,
        "hashes": np.frombuffer(signed.picture_hash, np.uint8),
        "pixels": pixel_features(gray),
        "probabilities": _probabilities(analyzer, signed.features),
        "digests": np.bytes_(hashlib.sha256(repr(gray.shape).encode() + gray.tobytes()).hexdigest()[:32]),
        "names": example.name,
        "datasets": example.dataset,
        "labels": example.label,
        "groups": example.group,
        "parts": example.part.value,
        "birads": example.strata.get("birads", ""),
        "histologies": example.strata.get("histology", ""),
        "area_shares": share,
    }


def _probabilities(analyzer: Analyzer, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """The classifier's calibrated class probabilities ``[3]``, which follow from the features."""
    classifier = analyzer.models.classifier
    (found,) = classifier.calibration.probabilities(PooledFeatures(classifier).logits(features[None]))
    return found


def _stacked(rows: Sequence[dict[str, object]], classifier: str) -> Signed:
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Signed(**columns, classifier=classifier)  # type: ignore[arg-type]


def _pairs(signed: Signed) -> list[tuple[str, str]]:
    return list(zip(signed.datasets.tolist(), signed.names.tolist(), strict=True))


def _key(dataset: str, name: str) -> str:
    return f"{dataset}/{name}"


def _write(signed: Signed, path: Path) -> None:
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        columns: Any = {one.name: np.asarray(getattr(signed, one.name)) for one in fields(signed)}
        np.savez(file, **columns)


def _read(path: Path, classifier: str) -> Signed | None:
    """The file's rows; None where they are another classifier's."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            values = {name: stored[name] for name in stored.files}
            signed = Signed(**{**values, "classifier": str(values["classifier"])})  # type: ignore[arg-type]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"the file holds no signatures ({error})", where=path, remedy="Name another file, or delete this one"
        ) from error
    return signed if signed.classifier == classifier else None
