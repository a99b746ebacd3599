"""From pooled features to a signature of length 1, by a linear map that a library keeps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_LEAST_LENGTH = 1e-12


@dataclass(frozen=True)
class Projection:
    """A linear map of features of length 1, whose result is brought to length 1 again.

    Args:
        name: what it is, in words: a library states it.
        matrix: ``[D, F]``, D the length of the signatures; None: they have all F numbers.
    """

    name: str = "all features"
    matrix: NDArray[np.float32] | None = field(default=None, repr=False)

    def signatures(self, features: NDArray) -> NDArray[np.float32]:
        """Features ``[N, F]`` as signatures ``[N, D]`` of length 1; features of zeros give zeros."""
        found = unit(np.asarray(features, dtype=np.float32))
        return found if self.matrix is None else unit(found @ self.matrix.T)

    def fits(self, features: int) -> bool:
        """Whether it takes so many features."""
        return self.matrix is None or self.matrix.shape[1] == features

    def length(self, features: int) -> int:
        """How many numbers a signature of so many features has."""
        return features if self.matrix is None else len(self.matrix)


ALL_FEATURES = Projection()


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows ``[N, D]`` divided by their Euclidean length; a row of zeros stays one."""
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows, dtype=np.float64))[:, None]
    return (rows / np.maximum(lengths, _LEAST_LENGTH)).astype(np.float32)


def principal_directions(features: NDArray[np.float32], count: int) -> Projection:
    """The map onto the directions that hold most of features ``[N, F]`` of length 1, at most N of them.

    No mean is taken from them, so that the distances stay those of all features. Nothing is known of their labels.
    """
    _, _, directions = np.linalg.svd(unit(features), full_matrices=False)
    kept = directions[:count].astype(np.float32)
    return Projection(f"{len(kept)} principal directions", kept)
