"""How features become signatures: what the shipped library uses, and what it was compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.similar.projection import Projection, principal_directions, unit

COMPONENTS = 64
"""Principal directions that the shipped library keeps: what is left out of the shipped classifier's features is below a
ten-thousandth of them, and a hundred thousand such signatures are searched in a few milliseconds."""

_SHRINKAGE = 0.1


def discriminant(features: NDArray[np.float32], labels: NDArray[np.str_], count: int = COMPONENTS) -> Projection:
    """Principal directions, each divided by how much it varies within a class (whitened discriminant analysis).

    Fitted on the library's own cases, features ``[N, F]`` and labels ``[N]``. The covariance within classes is shrunk
    towards a multiple of the identity.
    """
    first = principal_directions(features, count)
    assert first.matrix is not None
    rows = unit(features) @ first.matrix.T
    centered = np.concatenate([rows[labels == name] - rows[labels == name].mean(axis=0) for name in np.unique(labels)])
    within = centered.T @ centered / max(len(centered) - 1, 1)
    even = np.trace(within) / len(within) * np.eye(len(within))
    values, vectors = np.linalg.eigh((1 - _SHRINKAGE) * within + _SHRINKAGE * even)
    whitening = vectors / np.sqrt(np.maximum(values, 1e-12)) @ vectors.T
    whitened = (whitening @ first.matrix).astype(np.float32)
    return Projection(f"{len(first.matrix)} principal directions, whitened within classes", whitened)


def with_answer(features: NDArray[np.float32], answer: NDArray[np.float32], count: int = COMPONENTS) -> Projection:
    """Principal directions beside the network's answer, which counts as much as all of them together.

    Args:
        features: ``[N, F]``, the library's own cases.
        answer: weights ``[3, F]`` of the classifier's last layer.
        count: of directions.
    """
    first = principal_directions(features, count)
    assert first.matrix is not None
    rows = unit(features)
    spread, of_answer = ((rows @ matrix.T).var(axis=0).sum() for matrix in (first.matrix, answer))
    scaled = answer * np.sqrt(spread / max(float(of_answer), 1e-12))
    matrix = np.concatenate([first.matrix, scaled]).astype(np.float32)
    return Projection(f"{len(first.matrix)} principal directions and the logits", matrix)


def compared(features: NDArray[np.float32], answer: NDArray[np.float32]) -> dict[str, Projection]:
    """What stands beside the shipped projection in the figures, by name; all fitted on the library's cases alone.

    `answer` are the weights ``[3, F]`` of the classifier's last layer.
    """
    return {
        "8 directions": principal_directions(features, 8),
        "32 directions": principal_directions(features, 32),
        "not whitened": principal_directions(features, COMPONENTS),
        "with logits": with_answer(features, answer),
    }
