"""What a library says of itself: for which classifier it was made, how signatures are made, and how far is far."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import LibraryError
from ..findings.analysis import ModelIdentity
from .library_file import stated
from .projection import ALL_FEATURES, Projection
from .signature import SIGNATURE_VERSION

QUANTILES = 101
NEAR_PERCENTILE = 95
"""A case is near where it lies within the distance at which 95 of 100 images find their nearest case."""

OWN, NONE_YET = "its own cases", "none yet"
FEWEST_FOR_REFERENCE = 20
_MOST_FEATURES = 65536


@dataclass(frozen=True)
class LibraryAbout:
    """See the module.

    Args:
        id: random, given once.
        name: how it is called.
        classifier: whose features its signatures are made of.
        features: how many there are.
        projection: how they become signatures.
        key: random bytes with which patients' names become digests.
        reference: ascending, 101 quantiles of the distance to the nearest case of another patient; empty: not known.
        reference_of: of which images.
        generation: raised by every change.
    """

    id: str
    name: str
    classifier: ModelIdentity
    features: int
    projection: Projection = ALL_FEATURES
    key: bytes = field(default=b"", repr=False)
    reference: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32), repr=False)
    reference_of: str = NONE_YET
    generation: int = 0

    @property
    def length(self) -> int:
        """How many numbers a signature has."""
        return self.projection.length(self.features)

    @property
    def near_within(self) -> float:
        """The distance within which a case is near; 0 where nothing is known of distances."""
        return float(self.reference[NEAR_PERCENTILE]) if len(self.reference) else 0.0

    def percentile(self, distance: float) -> float:
        """Where a distance stands among those of the reference, 0 to 100; 100 where there are none."""
        if not len(self.reference):
            return 100.0
        return float(np.interp(distance, self.reference, np.arange(QUANTILES)))

    def check_made_for(self, classifier: ModelIdentity, features: int, where: Path) -> None:
        """Raises LibraryError where the signatures are another classifier's."""
        if self.classifier.sha256 != classifier.sha256 or self.features != features:
            mine, asked = self.classifier, classifier
            raise LibraryError(
                f"the library was made with the classifier {mine.name} {mine.version} ({mine.sha256[:12]}), and "
                f"{asked.name} {asked.version} ({asked.sha256[:12]}) is in use",
                where=where,
                remedy="Build it again with this classifier, or choose that one",
            )

    def with_reference(self, distances: NDArray, of: str) -> LibraryAbout:
        """The same, with the quantiles of these distances; none of fewer than `FEWEST_FOR_REFERENCE`."""
        if len(distances) < FEWEST_FOR_REFERENCE:
            return replace(self, reference=np.empty(0, np.float32), reference_of=NONE_YET)
        quantiles = np.quantile(np.asarray(distances, np.float64), np.linspace(0, 1, QUANTILES))
        return replace(self, reference=quantiles.astype(np.float32), reference_of=of)

    def to_values(self) -> dict[str, Any]:
        """As a library keeps it."""
        matrix = self.projection.matrix
        return {
            "id": self.id,
            "name": self.name,
            "classifier_name": self.classifier.name,
            "classifier_version": self.classifier.version,
            "classifier_sha256": self.classifier.sha256,
            "signature_version": SIGNATURE_VERSION,
            "features": self.features,
            "projection": self.projection.name,
            "matrix": None if matrix is None else matrix.astype("<f2").tobytes(),
            "key": self.key,
            "reference": self.reference.astype("<f4").tobytes(),
            "reference_of": self.reference_of,
            "generation": self.generation,
        }

    @classmethod
    def read(cls, connection: sqlite3.Connection, folder: Path) -> LibraryAbout:
        """What an open library states. Raises LibraryError for another version's, and for what cannot be."""
        values = stated(connection)
        version = values.get("signature_version")
        if version != SIGNATURE_VERSION:
            raise LibraryError(
                f"the library holds signatures of version {version}, and this BreastUSAI makes version "
                f"{SIGNATURE_VERSION}",
                where=folder,
                remedy="Build the library again",
            )
        try:
            return cls._of(values)
        except (KeyError, TypeError, ValueError) as error:
            raise LibraryError(
                f"the library is damaged: what it says of itself cannot be ({error})",
                where=folder,
                remedy="Build the library again",
            ) from error

    @classmethod
    def _of(cls, values: Mapping[str, Any]) -> LibraryAbout:
        features = values["features"]
        if not isinstance(features, int) or not 0 < features <= _MOST_FEATURES:
            raise ValueError("the number of features")
        words = ("id", "name", "classifier_name", "classifier_version", "classifier_sha256", "projection")
        if not all(isinstance(values[name], str) for name in (*words, "reference_of")):
            raise TypeError("a name")
        reference = _numbers(values["reference"], "<f4")
        if len(reference) not in (0, QUANTILES) or np.any(np.diff(reference) < 0):
            raise ValueError("the reference distances")
        identity = ModelIdentity(
            "classification", values["classifier_name"], values["classifier_version"], values["classifier_sha256"]
        )
        return cls(
            values["id"],
            values["name"],
            identity,
            features,
            _projection(values, features),
            bytes(values["key"]),
            reference,
            values["reference_of"],
            int(values["generation"]),
        )


def _projection(values: Mapping[str, Any], features: int) -> Projection:
    matrix = None if values["matrix"] is None else _numbers(values["matrix"], "<f2").reshape(-1, features)
    found = Projection(values["projection"], matrix)
    if not found.fits(features) or (matrix is not None and not len(matrix)):
        raise ValueError("the projection")
    return found


def _numbers(data: bytes, kind: str) -> NDArray[np.float32]:
    found = np.frombuffer(data, dtype=kind).astype(np.float32)
    if not np.isfinite(found).all():
        raise ValueError("a number that is none")
    return found
