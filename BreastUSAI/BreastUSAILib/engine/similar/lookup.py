"""The past cases nearest to a frame: of other patients, none of them the same picture, with their votes."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import LibraryError
from ..findings.analysis import ModelIdentity
from ..findings.similar_cases import LibrarySummary, Metric, Neighbor, SimilarCases, SimilarRequest, Vote
from .case import CaseFacts
from .library import HASH_BYTES, Signatures, digest_of, facts_of, read_signatures
from .library_file import database_in, opened_for_reading
from .signature import Asked, FrameSignatures, bits_that_differ

SHIPPED_LIBRARY = Path(__file__).resolve().parents[3] / "Resources" / "Similar"
"""The library that comes with the product; it may be absent."""

SAME_PICTURE_BITS = 32
"""Two pictures whose hashes differ in at most so many of 256 bits are the same frame.

Of 80 images of BUS-BRA, copies of lower JPEG quality or another size differ in at most 17 bits, those without a border
of 1 % in at most 30; different images in at least 55, two views of one patient in at least 48. A copy of changed
contrast can differ in more.
"""

SAME_SIGNATURE = 0.002
"""So are two whose signatures differ by rounding alone, as those of a picture and its mirror image do."""

_MARGIN = 64
"""So many more than were asked for are looked at first: some are left out, and each patient counts once."""


@dataclass
class SimilarSearch:
    """Asks libraries, each of which stays in memory until it changes on disk."""

    _known: dict[Path, Signatures] = field(default_factory=dict)

    def similar_or_why_not(
        self, signatures: FrameSignatures, frame: int, request: SimilarRequest, classifier: ModelIdentity
    ) -> SimilarCases:
        """As `similar`; a library that cannot be asked is told of in `SimilarCases.problem`, and costs nothing else."""
        try:
            return self.similar(signatures.of(frame), request, classifier)
        except LibraryError as error:
            return SimilarCases(frame, metric=request.metric, problem=str(error))

    def similar(self, asked: Asked, request: SimilarRequest, classifier: ModelIdentity) -> SimilarCases:
        """The nearest cases. Raises LibraryError for a library that is missing, damaged, or another classifier's."""
        folder = library_folder(request)
        with opened_for_reading(folder) as connection:
            library = self._read(connection, folder)
            library.about.check_made_for(classifier, len(asked.features), folder)
            rows, distances, left_out = nearest_of_others(library, asked, request)
            facts = facts_of(connection, [int(library.ids[row]) for row in rows])
        return _told(library, asked, request, list(zip(rows, distances, strict=True)), facts, left_out)

    def _read(self, connection: sqlite3.Connection, folder: Path) -> Signatures:
        now = connection.execute(
            "SELECT (SELECT value FROM about WHERE name = 'id'), (SELECT value FROM about WHERE name = 'generation')"
        ).fetchone()
        known = self._known.get(folder)
        if known is None or (known.about.id, known.about.generation) != now:
            self._known[folder] = known = read_signatures(connection, folder)
        return known


def library_folder(request: SimilarRequest) -> Path:
    """The library that is asked. Raises LibraryError where the product has none of its own."""
    if request.library:
        return Path(request.library)
    if not database_in(SHIPPED_LIBRARY).is_file():
        raise LibraryError(
            "no library of past cases comes with this version",
            remedy="Build your own with 'breastusai library build', and name it",
        )
    return SHIPPED_LIBRARY


def nearest_of_others(library: Signatures, asked: Asked, request: SimilarRequest) -> tuple[list[int], list[float], int]:
    """Rows and Euclidean distances of the nearest cases, one a patient, and how many were left out.

    Left out are cases of the patient that the request names, and those that show the very same picture, together with
    all other cases of their patients.
    """
    about, one = library.about, library.about.projection.signatures(asked.features[None])[0]
    excluded = {int.from_bytes(digest_of(request.patient, about.key), "little")} - {0}
    wanted = request.count + _MARGIN
    while True:
        rows, distances = library.searcher.nearest(one, wanted)
        same = [row for row, distance in zip(rows, distances, strict=True) if _is_same(library, row, distance, asked)]
        barred = excluded | ({int(library.patients[row]) for row in same} - {0})
        kept, left_out = _one_a_patient(library, rows, set(same), barred, request.count)
        if len(kept) == request.count or len(rows) == len(library):
            places = {int(row): float(distance) for row, distance in zip(rows, distances, strict=True)}
            return kept, [places[row] for row in kept], left_out
        wanted *= 4


def _one_a_patient(
    library: Signatures, rows: NDArray[np.intp], same: set[int], barred: set[int], count: int
) -> tuple[list[int], int]:
    kept: list[int] = []
    seen: set[int] = set()
    left_out = 0
    for row in (int(one) for one in rows):
        patient = int(library.patients[row])
        if row in same or patient in barred:
            left_out += 1
        elif patient == 0 or patient not in seen:
            seen.add(patient)
            kept.append(row)
            if len(kept) == count:
                break
    return kept, left_out


def _is_same(library: Signatures, row: int, distance: float, asked: Asked) -> bool:
    assert len(asked.picture_hash) == HASH_BYTES
    differing = bits_that_differ(library.hashes[row].tobytes(), asked.picture_hash)
    return bool(distance <= SAME_SIGNATURE) or differing <= SAME_PICTURE_BITS


def _told(
    library: Signatures,
    asked: Asked,
    request: SimilarRequest,
    found: list[tuple[int, float]],
    facts: dict[int, CaseFacts],
    left_out: int,
) -> SimilarCases:
    about = library.about
    neighbors = tuple(
        Neighbor(number, _stated(distance, request.metric), about.percentile(distance), **vars(facts[number]))
        for number, distance in ((int(library.ids[row]), distance) for row, distance in found)
    )
    told = SimilarCases(
        asked.frame,
        LibrarySummary(about.id, about.name, len(library), about.classifier.sha256),
        request.metric,
        _stated(about.near_within, request.metric),
        neighbors,
        left_out=left_out,
    )
    votes = Counter(one.label for one in told.close)  # a nearer case's label first where there are as many
    return replace(told, votes=tuple(Vote(label, cases) for label, cases in votes.most_common()))


def _stated(distance: float, metric: Metric) -> float:
    """Of signatures of length 1: 1 less the cosine is half the squared Euclidean distance."""
    return distance**2 / 2 if metric is Metric.COSINE else distance
