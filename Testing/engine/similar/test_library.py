"""A library keeps what was put in, whole, whatever is done to the programs that write to it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.errors import LibraryError
from BreastUSAILib.engine.findings.analysis import ModelIdentity
from BreastUSAILib.engine.similar import about as about_module
from BreastUSAILib.engine.similar.about import LibraryAbout
from BreastUSAILib.engine.similar.case import CaseFacts, CasePicture, NewCase
from BreastUSAILib.engine.similar.library import (
    add_cases,
    build_library,
    facts_of,
    picture_of,
    read_signatures,
    remove_cases,
    state_reference,
    verify_library,
)
from BreastUSAILib.engine.similar.library_file import database_in, make_portable, opened_for_reading, opened_for_writing
from BreastUSAILib.engine.similar.projection import principal_directions, unit
from Testing.engine.similar.made_up_cases import CLASSIFIER, FEATURES, case_of, cases_of, features_of


def _count(folder: Path) -> int:
    with opened_for_reading(folder) as connection:
        return len(read_signatures(connection, folder))


def _about(folder: Path) -> LibraryAbout:
    with opened_for_reading(folder) as connection:
        return LibraryAbout.read(connection, folder)


def test_what_was_put_in_is_read_again(tmp_path: Path) -> None:
    facts = CaseFacts("malignant", "biopsy", "4C", "invasive ductal carcinoma", 14.5, 0.08, "made up")
    features = features_of("malignant", 3)
    build_library(tmp_path, CLASSIFIER, FEATURES, "ours")

    added = add_cases(tmp_path, [NewCase(facts, features, bytes(32), b"p" * 16, "patient 7", "exam.dcm", 12, b"jpeg")])

    with opened_for_reading(tmp_path) as connection:
        stored = read_signatures(connection, tmp_path)
        assert facts_of(connection, added.ids) == {1: facts}
    np.testing.assert_allclose(stored.searcher.signatures[0], unit(features[None])[0], atol=1e-3)
    assert picture_of(tmp_path, 1) == CasePicture("exam.dcm", 12, b"jpeg")
    assert picture_of(tmp_path, 2) is None
    assert (stored.about.name, stored.about.classifier) == ("ours", CLASSIFIER)
    assert verify_library(tmp_path) == []


def test_a_patients_name_is_nowhere_in_the_file(tmp_path: Path) -> None:
    build_library(tmp_path, CLASSIFIER, FEATURES)
    add_cases(tmp_path, [case_of("benign", 1, "Doe^Jane 4711"), case_of("benign", 2, "Doe^Jane 4711")])

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    with opened_for_reading(tmp_path) as connection:
        patients = read_signatures(connection, tmp_path).patients

    assert b"Doe" not in stored
    assert b"4711" not in stored
    assert patients[0] == patients[1] != 0


def test_the_same_picture_is_kept_once(library: Path) -> None:
    added = add_cases(library, cases_of(5, first_seed=38))

    assert (added.known, len(added.ids)) == (2, 3)
    assert _count(library) == 43


def test_removed_cases_are_gone_from_the_file_and_their_numbers_are_never_given_again(library: Path) -> None:
    secret_case = case_of("benign", 99, histology="a very rare finding")
    (secret,) = add_cases(library, [replace(secret_case, file="their-exam.dcm", thumbnail=b"picture")]).ids

    assert remove_cases(library, [secret, secret, 12345]) == 1

    assert _count(library) == 40
    assert picture_of(library, secret) is None
    for words in (b"a very rare finding", b"their-exam.dcm"):
        assert words not in b"".join(path.read_bytes() for path in library.iterdir())
    assert add_cases(library, [case_of("benign", 100)]).ids == (secret + 1,)
    assert verify_library(library) == []


def test_nothing_of_a_batch_is_kept_where_one_of_it_is_refused(library: Path) -> None:
    bad = NewCase(CaseFacts(), np.zeros(FEATURES, np.float32), bytes(32), b"q" * 16)

    with pytest.raises(LibraryError, match="no signature"):
        add_cases(library, [*cases_of(3, first_seed=50), bad])

    assert _count(library) == 40


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_library_of_hardly_any_cases_is_whole_and_knows_no_distances(tmp_path: Path, count: int) -> None:
    build_library(tmp_path, CLASSIFIER, FEATURES)
    add_cases(tmp_path, cases_of(count))

    assert _count(tmp_path) == count
    assert _about(tmp_path).near_within == 0
    assert _about(tmp_path).percentile(0.1) == 100
    assert verify_library(tmp_path) == []


def test_a_library_goes_by_the_distances_of_its_own_cases_to_other_patients(tmp_path: Path) -> None:
    build_library(tmp_path, CLASSIFIER, FEATURES)
    twins = [case_of("benign", seed // 2 * 2, f"patient {seed // 2}") for seed in range(60)]
    twins = [NewCase(one.facts, one.features, one.picture_hash, bytes([place] * 16), one.patient)
             for place, one in enumerate(twins)]  # fmt: skip
    add_cases(tmp_path, twins)

    about = _about(tmp_path)

    assert about.reference_of == "its own cases"
    assert about.reference[0] > 0.05  # the other picture of the same patient, at distance 0, does not count
    assert about.percentile(0.0) == 0
    assert about.percentile(about.near_within) == pytest.approx(95, abs=2)


def test_stated_distances_outlast_what_is_added(library: Path) -> None:
    state_reference(library, np.linspace(0.4, 0.6, 50), "held-out images")
    add_cases(library, cases_of(10, first_seed=60))

    assert _about(library).reference_of == "held-out images"
    assert _about(library).near_within == pytest.approx(0.59, abs=1e-4)


def test_a_local_library_takes_projection_and_distances_of_another_of_its_classifier(library: Path) -> None:
    projection = principal_directions(np.stack([one.features for one in cases_of(30)]), 4)
    shipped, local = library.with_name("shipped"), library.with_name("local")
    build_library(shipped, CLASSIFIER, FEATURES, "shipped", projection=projection)
    add_cases(shipped, cases_of(40))
    like = _about(shipped)

    build_library(local, CLASSIFIER, FEATURES, like=like)
    add_cases(local, cases_of(1, first_seed=3))

    assert _about(local).length == 4
    assert _about(local).near_within == like.near_within > 0
    with opened_for_reading(local) as connection, opened_for_reading(shipped) as other:
        mine = read_signatures(connection, local).searcher.signatures[0]
        theirs = read_signatures(other, shipped).searcher.signatures[3]
    np.testing.assert_allclose(mine, theirs, atol=2e-3)


def test_another_classifiers_library_lends_nothing(library: Path) -> None:
    like = _about(library)
    other = ModelIdentity("classification", "other", "1", "c" * 64)

    build_library(library.with_name("local"), other, FEATURES, like=like)

    assert _about(library.with_name("local")).near_within == 0


def test_what_was_kept_before_the_kill_is_there_after_it(library: Path, start_writer) -> None:
    writer = start_writer(library, 100, 100_000)
    kept = [int(writer.stdout.readline()) for _ in range(5)]
    writer.kill()  # in the midst of its writing: SIGKILL, which no program survives
    rest = [int(line) for line in writer.stdout if line.strip()]

    with opened_for_reading(library) as connection:
        stored = read_signatures(connection, library)
    assert {*kept, *rest} <= {int(one) for one in stored.ids}
    assert verify_library(library) == []
    assert len(add_cases(library, cases_of(1, first_seed=90)).ids) == 1  # and goes on


def test_two_programs_write_at_once_and_nothing_is_lost(library: Path, start_writer) -> None:
    writers = [start_writer(library, first, 8) for first in (1000, 2000)]
    ids = [int(number) for writer in writers for number in writer.communicate()[0].split()]

    assert [writer.returncode for writer in writers] == [0, 0]
    assert len(set(ids)) == 16
    assert _count(library) == 56
    assert verify_library(library) == []


def test_a_writer_that_waits_too_long_says_why_and_changes_nothing(library: Path) -> None:
    with opened_for_writing(library), pytest.raises(LibraryError, match="another program is writing"):
        add_cases(library, cases_of(1, first_seed=70), wait_s=0.05)

    assert _count(library) == 40


def test_who_reads_sees_the_library_as_it_was_while_another_writes(library: Path) -> None:
    with opened_for_reading(library) as connection:
        before = len(read_signatures(connection, library))
        add_cases(library, cases_of(3, first_seed=80))
        assert len(read_signatures(connection, library)) == before == 40
    assert _count(library) == 43


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_library_is_read_where_nothing_may_be_written(library: Path) -> None:
    library.chmod(0o500)
    try:
        assert _count(library) == 40
        with pytest.raises(LibraryError, match="opened"):
            add_cases(library, cases_of(1, first_seed=70))
    finally:
        library.chmod(0o700)


def test_a_portable_library_is_one_file(library: Path, tmp_path: Path) -> None:
    make_portable(library)
    copied = tmp_path / "copied"
    copied.mkdir()
    shutil.copy(database_in(library), copied)

    assert [path.name for path in library.iterdir()] == ["library.sqlite"]
    assert _count(copied) == 40


DAMAGES = {
    "cut off": lambda data: data[: len(data) // 2],
    "overwritten": lambda data: data[:5000] + b"\xff" * 3000 + data[8000:],
    "no database at all": lambda data: b"hello " * 1000,
    "empty": lambda data: b"",
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_library_is_said_to_be_one(library: Path, name: str) -> None:
    make_portable(library)
    path = database_in(library)
    path.write_bytes(DAMAGES[name](path.read_bytes()))

    try:
        problems = verify_library(library)
    except LibraryError as error:
        problems = [str(error)]

    assert problems
    assert all(("damaged" in one or "not a library" in one or "changed" in one) for one in problems)


def test_a_signature_that_was_tampered_with_is_found(library: Path) -> None:
    with opened_for_writing(library) as connection:
        connection.execute("UPDATE cases SET label = 'malignant' WHERE id = 1")

    assert verify_library(library) == ["Case 1 was changed by something other than BreastUSAI."]

    with opened_for_writing(library) as connection:
        connection.execute("UPDATE cases SET signature = zeroblob(24) WHERE id = 2")
    with pytest.raises(LibraryError, match="damaged"):
        _count(library)


def test_another_programs_database_is_not_taken_for_a_library(tmp_path: Path) -> None:
    connection = sqlite3.connect(database_in(tmp_path))
    connection.execute("CREATE TABLE cases (id INTEGER)")
    connection.commit()
    connection.close()

    with pytest.raises(LibraryError, match="not a library"):
        _count(tmp_path)


@pytest.mark.parametrize(("version", "remedy"), [(2, "Update BreastUSAI"), (0, "Build the library again")])
def test_a_library_of_another_format_says_which(library: Path, version: int, remedy: str) -> None:
    connection = sqlite3.connect(database_in(library))
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()

    with pytest.raises(LibraryError, match=f"has format {version}.*{remedy}"):
        _count(library)


def test_signatures_of_another_version_are_refused(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(about_module, "SIGNATURE_VERSION", 2)

    with pytest.raises(LibraryError, match="signatures of version 1, and this BreastUSAI makes version 2"):
        _count(library)


def test_no_library_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"no library of past cases.*breastusai library build"):
        _count(tmp_path)


def test_a_library_is_not_built_over_another(library: Path) -> None:
    with pytest.raises(LibraryError, match="a library already"):
        build_library(library, CLASSIFIER, FEATURES)

    assert _count(library) == 40


WRONG_FACTS = {
    "a label that there is not": {"label": "suspicious"},
    "a size below nothing": {"size_mm": -1.0},
    "a size that is none": {"size_mm": float("nan")},
    "more lesion than image": {"area_share": 1.5},
    "a novel": {"histology": "x" * 201},
}


@pytest.mark.parametrize("name", WRONG_FACTS)
def test_facts_that_cannot_be_are_refused(name: str) -> None:
    with pytest.raises(LibraryError):
        CaseFacts(**WRONG_FACTS[name])


def test_a_tables_row_becomes_facts() -> None:
    row = {"image": "a.png", "label": " Benign ", "birads": "3", "size_mm": "12.5", "histology": "", "patient": "7"}

    assert CaseFacts.from_texts(row) == CaseFacts("benign", birads="3", size_mm=12.5)
    with pytest.raises(LibraryError, match="size_mm"):
        CaseFacts.from_texts({"size_mm": "large"})
