"""Neighbors are of other patients and other pictures, and the vote is that of the near ones alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.errors import LibraryError
from BreastUSAILib.engine.findings.similar_cases import Metric, SimilarCases, SimilarRequest, Vote
from BreastUSAILib.engine.similar import lookup
from BreastUSAILib.engine.similar.library import add_cases, build_library, remove_cases, state_reference
from BreastUSAILib.engine.similar.library_file import database_in
from BreastUSAILib.engine.similar.lookup import SimilarSearch
from BreastUSAILib.engine.similar.signature import Asked, bits_that_differ, picture_hash
from Testing.engine.similar.made_up_cases import (
    CLASSIFIER,
    FEATURES,
    OTHER_CLASSIFIER,
    asked_of,
    case_of,
    cases_of,
    features_of,
    hash_of,
)


def _similar(folder: Path, asked: Asked, **wanted: object) -> SimilarCases:
    return SimilarSearch().similar(asked, SimilarRequest(str(folder), **wanted), CLASSIFIER)


def test_the_nearest_cases_come_first_with_what_is_known_of_them(library: Path) -> None:
    (sure,) = add_cases(
        library, [case_of("malignant", 500, "x", proven="biopsy", birads="5", size_mm=21.0, source="ours")]
    ).ids

    found = _similar(library, Asked(0, features_of("malignant", 500) + np.float32(0.02), hash_of(501)))

    first = found.neighbors[0]
    assert (first.case, first.label, first.proven, first.birads, first.size_mm, first.source) == (
        sure, "malignant", "biopsy", "5", 21.0, "ours",
    )  # fmt: skip
    assert found.left_out == 0


def test_distances_ascend_and_stand_among_those_of_the_library(library: Path) -> None:
    found = _similar(library, asked_of("benign", 777), count=12)

    distances = [one.distance for one in found.neighbors]
    assert len(distances) == 12
    assert distances == sorted(distances)
    assert [one.percentile for one in found.neighbors] == sorted(one.percentile for one in found.neighbors)
    assert {one.label for one in found.neighbors[:5]} == {"benign"}
    assert (found.library.cases, found.library.classifier_sha256) == (40, CLASSIFIER.sha256)


def test_the_vote_is_that_of_the_near_cases(library: Path) -> None:
    state_reference(library, np.full(30, 0.9), "a test")

    found = _similar(library, asked_of("malignant", 777), count=30)

    labels = [one.label for one in found.neighbors if one.distance <= 0.9]
    assert len(labels) < 30
    assert {vote.label: vote.cases for vote in found.votes} == {name: labels.count(name) for name in set(labels)}
    assert found.votes[0].label == "malignant"


def test_no_case_is_close_to_what_the_library_has_never_seen(library: Path) -> None:
    strange = Asked(0, -features_of("normal", 1), hash_of(9999))

    found = _similar(library, strange)

    assert found.neighbors
    assert (found.close, found.votes) == ((), ())
    assert found.neighbors[0].percentile == 100


def test_the_same_picture_is_left_out_with_all_others_of_its_patient(library: Path) -> None:
    add_cases(library, [case_of("benign", 300, "p"), case_of("benign", 301, "p"), case_of("benign", 302, "other")])

    same_picture = Asked(0, features_of("benign", 555), hash_of(300))
    found = _similar(library, same_picture, count=40)

    assert found.left_out == 2
    assert not {41, 42} & {one.case for one in found.neighbors}


def test_a_picture_saved_again_is_the_same_picture(library: Path) -> None:
    bits = bytearray(hash_of(5))
    bits[0] ^= 0xFF
    found = _similar(library, Asked(0, features_of("malignant", 5, spread=0.3), bytes(bits)), count=40)

    assert 6 not in {one.case for one in found.neighbors}


def test_a_named_patients_cases_are_left_out(library: Path) -> None:
    mine = _similar(library, asked_of("benign", 777), count=1).neighbors[0].case

    found = _similar(library, asked_of("benign", 777), count=40, patient=f"patient {mine - 1}")

    assert found.left_out == 1
    assert mine not in {one.case for one in found.neighbors}
    assert len(found.neighbors) == 39


def test_each_patient_counts_once(tmp_path: Path) -> None:
    build_library(tmp_path, CLASSIFIER, FEATURES)
    crowd = [case_of("benign", seed, "the same") for seed in range(200)]
    add_cases(tmp_path, [*crowd, *(case_of("malignant", seed) for seed in range(300, 304))])

    found = _similar(tmp_path, asked_of("benign", 777), count=5)

    assert [one.label for one in found.neighbors].count("benign") == 1
    assert [one.label for one in found.neighbors].count("malignant") == 4  # of unknown patients each counts


def test_cosine_and_euclidean_distances_give_the_same_cases(library: Path) -> None:
    asked = asked_of("benign", 777)
    plain, cosine = _similar(library, asked), _similar(library, asked, metric=Metric.COSINE)

    assert [one.case for one in plain.neighbors] == [one.case for one in cosine.neighbors]
    assert plain.votes == cosine.votes
    np.testing.assert_allclose(
        [one.distance for one in cosine.neighbors], [one.distance**2 / 2 for one in plain.neighbors], rtol=1e-6
    )


@pytest.mark.parametrize("count", [0, 1])
def test_a_library_of_hardly_any_cases_has_no_close_one(tmp_path: Path, count: int) -> None:
    build_library(tmp_path, CLASSIFIER, FEATURES)
    add_cases(tmp_path, cases_of(count))

    found = _similar(tmp_path, asked_of("benign", 777))

    assert len(found.neighbors) == count
    assert (found.votes, found.close, found.problem) == ((), (), "")


def test_a_library_that_changed_is_read_again(library: Path) -> None:
    search, request = SimilarSearch(), SimilarRequest(str(library), count=50)
    before = search.similar(asked_of("benign", 777), request, CLASSIFIER)
    remove_cases(library, [before.neighbors[0].case])
    add_cases(library, [case_of("benign", 800)])

    after = search.similar(asked_of("benign", 777), request, CLASSIFIER)

    assert before.neighbors[0].case not in {one.case for one in after.neighbors}
    assert 41 in {one.case for one in after.neighbors}


PROBLEMS = {
    "missing": (lambda folder: folder.with_name("nowhere"), "no library of past cases"),
    "damaged": (lambda folder: _cut(folder), "damaged"),
}


def _cut(folder: Path) -> Path:
    path = database_in(folder)
    path.write_bytes(path.read_bytes()[:6000])
    return folder


class _Signatures:
    """What a run has of its frames."""

    def of(self, frame: int) -> Asked:
        return asked_of("benign", 777)


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_library_that_cannot_be_asked_is_told_of_in_the_result(library: Path, name: str) -> None:
    damage, words = PROBLEMS[name]

    found = SimilarSearch().similar_or_why_not(_Signatures(), 3, SimilarRequest(str(damage(library))), CLASSIFIER)

    assert words in found.problem
    assert (found.frame, found.neighbors, found.library) == (3, (), None)


def test_another_models_library_says_whose_it_is(library: Path) -> None:
    with pytest.raises(LibraryError, match=r"made with the classifier made_up 1\.0\.0 \(a+\).*other 2\.0\.0 \(b+\)"):
        SimilarSearch().similar(asked_of("benign", 1), SimilarRequest(str(library)), OTHER_CLASSIFIER)


def test_without_a_shipped_library_the_words_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "SHIPPED_LIBRARY", tmp_path)

    with pytest.raises(LibraryError, match=r"no library of past cases comes with this version.*library build"):
        SimilarSearch().similar(asked_of("benign", 1), SimilarRequest(), CLASSIFIER)


def test_a_vote_with_as_many_on_both_sides_names_the_nearer_first(tmp_path: Path) -> None:
    build_library(tmp_path, CLASSIFIER, FEATURES)
    add_cases(tmp_path, [case_of("benign", 1), case_of("malignant", 2)])
    state_reference(tmp_path, np.full(30, 2.0), "a test")

    assert _similar(tmp_path, asked_of("malignant", 9)).votes == (Vote("malignant", 1), Vote("benign", 1))


def test_a_picture_hash_outlasts_noise_and_tells_pictures_apart() -> None:
    rng = np.random.default_rng(0)
    pictures = [np.kron(rng.normal(size=(24, 24)), np.ones((8, 8))).astype(np.float32) for _ in range(8)]
    hashes = [picture_hash(one) for one in pictures]
    noisy = [picture_hash(one + 0.05 * rng.normal(size=one.shape).astype(np.float32)) for one in pictures]

    assert all(bits_that_differ(one, other) <= 8 for one, other in zip(hashes, noisy, strict=True))
    assert min(bits_that_differ(hashes[0], other) for other in hashes[1:]) > 64
    assert len(hashes[0]) == 32
