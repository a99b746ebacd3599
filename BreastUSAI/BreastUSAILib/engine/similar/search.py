"""The nearest signatures to one, exactly: in numpy, and by faiss where that is installed and they are very many."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

MANY = 100_000
"""From more signatures than this on, faiss is asked where it is installed."""

Found = tuple[NDArray[np.intp], NDArray[np.float32]]
"""Rows of signatures, nearest first, and their distances."""


@dataclass
class Searcher:
    """Looks among signatures ``[N, D]``, float32, all of length 1."""

    signatures: NDArray[np.float32]
    _index: Any = field(default=None, init=False, repr=False)

    def nearest(self, one: NDArray[np.float32], count: int) -> Found:
        """The `count` nearest to one ``[D]`` of length 1, by Euclidean distance; fewer where there are fewer.

        Of equally near ones the first comes first.
        """
        count = min(count, len(self.signatures))
        faiss = faiss_package() if len(self.signatures) > MANY else None
        if faiss is not None and count:
            return self._by_faiss(faiss, one, count)
        found = distances(self.signatures, one)
        rows: NDArray[np.intp] = np.arange(count, dtype=np.intp)
        if 0 < count < len(found):
            rows = np.argpartition(found, count - 1)[:count]
        rows = rows[np.lexsort((rows, found[rows]))]
        return rows, found[rows]

    def _by_faiss(self, faiss: Any, one: NDArray[np.float32], count: int) -> Found:
        if self._index is None:
            self._index = faiss.IndexFlatIP(self.signatures.shape[1])
            self._index.add(self.signatures)
        products, rows = self._index.search(one[None], count)
        return rows[0].astype(np.intp), np.sqrt(np.maximum(2 - 2 * products[0], 0)).astype(np.float32)


def distances(signatures: NDArray[np.float32], one: NDArray[np.float32]) -> NDArray[np.float32]:
    """Euclidean distances ``[N]`` of signatures ``[N, D]`` to one ``[D]``, all of length 1.

    By `einsum`, which reads each row once from memory and starts no threads: those of a linear algebra library wait for
    each other, and beside a busy processor core take twenty times as long.
    """
    found = np.einsum("nd,d->n", signatures, one)
    np.multiply(found, -2, out=found)
    np.add(found, 2, out=found)
    np.maximum(found, 0, out=found)
    return np.sqrt(found, out=found)


@lru_cache(maxsize=1)
def faiss_package() -> Any:
    """The package faiss, or None where it is not installed."""
    try:
        import faiss  # type: ignore[import-not-found]
    except ImportError:
        return None
    return faiss
