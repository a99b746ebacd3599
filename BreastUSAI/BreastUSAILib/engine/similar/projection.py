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
        mean: ``[F]``, taken from the features first; None: nothing is.
        matrix: ``[D, F]``, D the length of the signatures; None: they have all F numbers.
    """

    name: str = "all features"
    mean: NDArray[np.float32] | None = field(default=None, repr=False)
    matrix: NDArray[np.float32] | None = field(default=None, repr=False)

    def signatures(self, features: NDArray) -> NDArray[np.float32]:
        """Features ``[N, F]`` as signatures ``[N, D]`` of length 1; features of zeros give zeros."""
        found = unit(np.asarray(features, dtype=np.float32))
        if self.mean is not None:
            found = found - self.mean
        if self.matrix is not None:
            found = found @ self.matrix.T
        return unit(found)

    def fits(self, features: int) -> bool:
        """Whether it takes so many features."""
        sizes = {len(self.mean)} if self.mean is not None else set()
        if self.matrix is not None:
            sizes.add(self.matrix.shape[1])
        return not sizes or sizes == {features}

    def length(self, features: int) -> int:
        """How many numbers a signature of so many features has."""
        return features if self.matrix is None else len(self.matrix)


ALL_FEATURES = Projection()


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows ``[N, D]`` divided by their Euclidean length; a row of zeros stays one."""
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows, dtype=np.float64))[:, None]
    return (rows / np.maximum(lengths, _LEAST_LENGTH)).astype(np.float32)


def principal_components(features: NDArray[np.float32], count: int) -> Projection:
    """The map onto the directions in which features ``[N, F]`` of length 1 vary most, at most N - 1 of them.

    Nothing is known of their labels.
    """
    rows = unit(features)
    mean = rows.mean(axis=0)
    _, _, directions = np.linalg.svd(rows - mean, full_matrices=False)
    kept = directions[: min(count, max(len(rows) - 1, 1))]
    return Projection(f"{len(kept)} principal components", mean, kept.astype(np.float32))
