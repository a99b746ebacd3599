"""A library of past cases: made, extended, checked, and read into memory to be searched."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import LibraryError
from ..findings.analysis import ModelIdentity
from ..findings.similar_cases import SimilarCases
from .about import NONE_YET, OWN, LibraryAbout
from .case import CaseFacts, CasePicture, NewCase
from .library_file import create, opened_for_reading, opened_for_writing, state, structural_damage
from .projection import ALL_FEATURES, Projection
from .search import Searcher

PATIENT_BYTES, HASH_BYTES, PIXELS_BYTES = 8, 32, 16
LARGEST_THUMBNAIL = 64 * 1024
MOST_OWN = 500
"""Of so many of its own cases, evenly spread, a library measures how far the nearest one of another patient is."""

_INSERT = """
INSERT OR IGNORE INTO cases
  (pixels, patient, hash, signature, label, proven, birads, histology, size_mm, area_share, source, checksum)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_FACTS = "label, proven, birads, histology, size_mm, area_share, source"
_DAMAGED = "Build the library again"


@dataclass(frozen=True)
class Signatures:
    """All signatures of a library in memory, a row a case.

    Args:
        about: what the library says of itself.
        ids: ``[N]``, ascending.
        patients: ``[N]`` digests of patients; 0: not known.
        hashes: ``[N, 32]``, see `picture_hash`.
        searcher: the signatures ``[N, D]`` to be searched.
    """

    about: LibraryAbout
    ids: NDArray[np.int64]
    patients: NDArray[np.uint64]
    hashes: NDArray[np.uint8]
    searcher: Searcher

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Added:
    """What came of adding: numbers of the new cases, and how many were there before."""

    ids: tuple[int, ...]
    known: int


def build_library(
    folder: Path,
    classifier: ModelIdentity,
    features: int,
    name: str = "",
    like: LibraryAbout | None = None,
    projection: Projection = ALL_FEATURES,
) -> LibraryAbout:
    """Make an empty library for a classifier that gives so many features.

    Args:
        folder: where; it is made.
        classifier: whose features its cases will have.
        features: how many they are.
        name: how it is called; empty: as its folder.
        like: another library of the same classifier, whose projection and reference distances it takes.
        projection: how features become signatures, where there is no other library.

    Raises LibraryError where there is a library already, or the folder cannot be written to.
    """
    about = LibraryAbout(
        secrets.token_hex(8), name or folder.name, classifier, features, projection, secrets.token_bytes(32)
    )
    if like is not None and like.classifier.sha256 == classifier.sha256 and like.features == features:
        about = replace(
            about, projection=like.projection, reference=like.reference, reference_of=f"the library {like.name}"
        )
    create(folder, about.to_values())
    return about


def add_cases(folder: Path, cases: Sequence[NewCase], wait_s: float = 30.0) -> Added:
    """Put cases into a library, all of them or none; a picture that it holds already is passed over.

    Raises LibraryError, and then nothing was changed.
    """
    with opened_for_writing(folder, wait_s) as connection:
        about = LibraryAbout.read(connection, folder)
        ids = [number for case in cases if (number := _add(connection, about, case, folder)) is not None]
        _changed(connection, about, folder)
    return Added(tuple(ids), len(cases) - len(ids))


def remove_cases(folder: Path, ids: Sequence[int]) -> int:
    """Take cases out of a library with all that is known of them; how many there were. Raises LibraryError."""
    with opened_for_writing(folder) as connection:
        about = LibraryAbout.read(connection, folder)
        connection.execute("PRAGMA secure_delete = ON")
        removed = sum(
            connection.execute("DELETE FROM cases WHERE id = ?", (int(number),)).rowcount for number in set(ids)
        )
        _changed(connection, about, folder)
    return removed


def state_reference(folder: Path, distances: NDArray, of: str) -> None:
    """Keep how far the nearest case is from images that the library does not hold. Raises LibraryError."""
    with opened_for_writing(folder) as connection:
        about = LibraryAbout.read(connection, folder).with_reference(distances, of)
        state(connection, replace(about, generation=about.generation + 1).to_values())


def read_signatures(connection: sqlite3.Connection, folder: Path) -> Signatures:
    """Everything that a search needs, from an open library. Raises LibraryError where it is damaged."""
    about = LibraryAbout.read(connection, folder)
    rows = connection.execute("SELECT id, patient, hash, signature FROM cases ORDER BY id").fetchall()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    columns = [b"".join(row[place] for row in rows) for place in (1, 2, 3)]
    lengths = (PATIENT_BYTES, HASH_BYTES, 2 * about.length)
    if [len(column) for column in columns] != [length * len(rows) for length in lengths]:
        raise LibraryError("the library is damaged: its cases have other lengths", where=folder, remedy=_DAMAGED)
    signatures = np.frombuffer(columns[2], "<f2").astype(np.float32).reshape(len(rows), about.length)
    lengths_squared = np.einsum("nd,nd->n", signatures, signatures)
    if not np.all(np.abs(lengths_squared - 1) < 0.02):  # also where one is not finite
        raise LibraryError("the library is damaged: a signature is none", where=folder, remedy=_DAMAGED)
    return Signatures(
        about,
        ids,
        np.frombuffer(columns[0], "<u8"),
        np.frombuffer(columns[1], np.uint8).reshape(-1, HASH_BYTES),
        Searcher(signatures),
    )


def facts_of(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, CaseFacts]:
    """What is known of some cases, by number. Raises LibraryError for what cannot be."""
    found = {}
    for number in ids:
        row = connection.execute(f"SELECT {_FACTS} FROM cases WHERE id = ?", (int(number),)).fetchone()
        if row is not None:
            found[int(number)] = CaseFacts(*row)
    return found


def picture_of(folder: Path, case: int) -> CasePicture | None:
    """What a library knows of a case's picture; None where it knows nothing. Raises LibraryError."""
    with opened_for_reading(folder) as connection:
        return _picture(connection, case)


def pictures_of(folder: Path, similar: SimilarCases, cases: Sequence[int]) -> dict[int, CasePicture]:
    """What the library that gave `similar` knows of the pictures of some cases, by number.

    Raises LibraryError where `folder` holds another library, whose cases of these numbers are others.
    """
    with opened_for_reading(folder) as connection:
        about = LibraryAbout.read(connection, folder)
        if similar.library is None or similar.library.id != about.id:
            raise LibraryError(
                "these cases are of another library", where=folder, remedy="Choose the library that was asked"
            )
        found = {case: _picture(connection, case) for case in cases}
    return {case: picture for case, picture in found.items() if picture is not None}


def _picture(connection: sqlite3.Connection, case: int) -> CasePicture | None:
    row = connection.execute("SELECT file, frame, thumbnail FROM pictures WHERE id = ?", (int(case),)).fetchone()
    return None if row is None else CasePicture(str(row[0]), int(row[1]), bytes(row[2]))


@dataclass(frozen=True)
class LibraryCounts:
    """How many cases a library has by label and by source, and of how many it knows a picture."""

    labels: dict[str, int]
    sources: dict[str, int]
    pictures: int


def library_counts(connection: sqlite3.Connection) -> LibraryCounts:
    """What an open library holds."""
    by_label, by_source = (
        dict(connection.execute(f"SELECT {name}, count(*) FROM cases GROUP BY {name} ORDER BY 2 DESC, 1"))
        for name in ("label", "source")
    )
    pictures = connection.execute("SELECT count(*) FROM pictures").fetchone()[0]
    return LibraryCounts(by_label, by_source, int(pictures))


def pixels_known(folder: Path) -> frozenset[bytes]:
    """The digests of all pictures that a library holds. Raises LibraryError."""
    with opened_for_reading(folder) as connection:
        return frozenset(bytes(row[0]) for row in connection.execute("SELECT pixels FROM cases"))


def verify_library(folder: Path) -> list[str]:
    """Everything wrong with a library, a sentence each; nothing where it is whole. Raises LibraryError.

    Reads every byte: the file's structure, each case's checksum, its signature and its facts.
    """
    with opened_for_reading(folder) as connection:
        problems = [f"The file is damaged: {one}." for one in structural_damage(connection)]
        if problems:
            return problems
        read_signatures(connection, folder)
        rows = connection.execute(f"SELECT id, checksum, pixels, patient, hash, signature, {_FACTS} FROM cases")
        for number, checksum, *parts in rows:
            if checksum != _checksum(parts):
                problems.append(f"Case {number} was changed by something other than BreastUSAI.")
                continue
            try:
                CaseFacts(*parts[4:])
            except LibraryError as error:
                problems.append(f"Case {number}: {error.problem}.")
    return problems


def digest_of(patient: str, key: bytes) -> bytes:
    """A patient's name as 8 bytes that cannot be turned back without the library's key; zeros for no name."""
    if not patient:
        return bytes(PATIENT_BYTES)
    return hmac.new(key, patient.encode(), hashlib.sha256).digest()[:PATIENT_BYTES]


def own_distances(signatures: NDArray[np.float32], patients: NDArray[np.uint64]) -> NDArray[np.float32]:
    """How far the nearest case of another patient is, from at most `MOST_OWN` of the cases, evenly spread."""
    count = len(signatures)
    chosen = np.unique(np.linspace(0, count - 1, min(count, MOST_OWN)).astype(int)) if count else np.empty(0, int)
    nearest = np.full(len(chosen), np.inf, dtype=np.float32)
    for start in range(0, count, 16384):
        block = slice(start, min(start + 16384, count))
        squared = 2 - 2 * signatures[chosen] @ signatures[block].T
        same = chosen[:, None] == np.arange(block.start, block.stop)
        same |= (patients[chosen][:, None] == patients[block]) & (patients[chosen][:, None] != 0)
        squared[same] = np.inf
        np.minimum(nearest, squared.min(axis=1), out=nearest)
    found: NDArray[np.float32] = np.sqrt(np.maximum(nearest[np.isfinite(nearest)], 0))
    return found


def _add(connection: sqlite3.Connection, about: LibraryAbout, case: NewCase, folder: Path) -> int | None:
    """The number of the new case; None where its picture is there already."""
    signature = _signature(about, case, folder)
    parts = [
        case.pixels,
        digest_of(case.patient, about.key),
        case.picture_hash,
        signature,
        *(_stored(getattr(case.facts, name)) for name in _FACTS.split(", ")),
    ]
    cursor = connection.execute(_INSERT, (*parts, _checksum(parts)))
    if cursor.rowcount == 0:
        return None
    number = int(cursor.lastrowid or 0)
    if case.file or case.thumbnail:
        connection.execute("INSERT INTO pictures VALUES (?, ?, ?, ?)", (number, case.file, case.frame, case.thumbnail))
    return number


def _stored(fact: str | float | None) -> str | float | None:
    """As the database gives it back, so that its checksum stays the same."""
    return fact if fact is None or isinstance(fact, str) else float(fact)


def _signature(about: LibraryAbout, case: NewCase, folder: Path) -> bytes:
    if len(case.picture_hash) != HASH_BYTES or len(case.pixels) != PIXELS_BYTES:
        raise ValueError("a case without its digests")
    if len(case.thumbnail) > LARGEST_THUMBNAIL:
        raise LibraryError("a thumbnail is too large", where=folder, remedy=f"Keep it below {LARGEST_THUMBNAIL} bytes")
    if len(case.features) != about.features or not np.isfinite(case.features).all() or not case.features.any():
        raise LibraryError(
            "a case has no signature", where=folder, remedy=f"Use the classifier {about.classifier.name}"
        )
    return about.projection.signatures(case.features[None])[0].astype("<f2").tobytes()


def _changed(connection: sqlite3.Connection, about: LibraryAbout, folder: Path) -> None:
    """Count the change, and measure anew how far apart a library's own cases are, where it goes by these."""
    if about.reference_of in (OWN, NONE_YET):
        all_of_them = read_signatures(connection, folder)
        distances = own_distances(all_of_them.searcher.signatures, all_of_them.patients)
        about = about.with_reference(distances, OWN)
    state(connection, replace(about, generation=about.generation + 1).to_values())


def _checksum(parts: Sequence[object]) -> int:
    return zlib.crc32(repr(parts).encode())
