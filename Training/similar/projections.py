"""How features become signatures: what the shipped library uses, and what it was compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.similar.projection import Projection, principal_components, unit

COMPONENTS = 128
"""Principal components that the shipped library keeps: a hundred thousand such signatures are searched in time."""

_SHRINKAGE = 0.1


def discriminant(features: NDArray[np.float32], labels: NDArray[np.str_], count: int = COMPONENTS) -> Projection:
    """Principal components, each divided by how much it varies within a class (whitened discriminant analysis).

    Fitted on the library's own cases, features ``[N, F]`` and labels ``[N]``. The covariance within classes is shrunk
    towards a multiple of the identity.
    """
    first = principal_components(features, count)
    assert first.matrix is not None
    assert first.mean is not None
    rows = (unit(features) - first.mean) @ first.matrix.T
    centered = np.concatenate([rows[labels == name] - rows[labels == name].mean(axis=0) for name in np.unique(labels)])
    within = centered.T @ centered / max(len(centered) - 1, 1)
    even = np.trace(within) / len(within) * np.eye(len(within))
    values, vectors = np.linalg.eigh((1 - _SHRINKAGE) * within + _SHRINKAGE * even)
    whitening = vectors / np.sqrt(np.maximum(values, 1e-12)) @ vectors.T
    return Projection(
        f"{len(first.matrix)} principal components, whitened within classes",
        first.mean,
        (whitening @ first.matrix).astype(np.float32),
    )


def compared(features: NDArray[np.float32], labels: NDArray[np.str_]) -> dict[str, Projection]:
    """What stands beside the shipped projection in the figures, by name; all fitted on the library's cases alone."""
    return {
        "32 components": principal_components(features, 32),
        "64 components": principal_components(features, 64),
        "whitened": discriminant(features, labels),
    }
