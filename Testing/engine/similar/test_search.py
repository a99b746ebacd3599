"""The search is exact, whatever the number of signatures."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.engine.similar import search
from BreastUSAILib.engine.similar.projection import ALL_FEATURES, Projection, principal_directions, unit
from BreastUSAILib.engine.similar.search import Searcher, distances


def _signatures(count: int, length: int, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, length)).astype(np.float32))


@pytest.mark.parametrize("count", [8, 1000, 50_005])
def test_the_nearest_are_those_that_a_plain_comparison_finds(count: int) -> None:
    signatures, one = _signatures(count, 8), _signatures(1, 8, seed=1)[0]
    plain = np.linalg.norm(signatures.astype(np.float64) - one, axis=1)

    rows, found = Searcher(signatures).nearest(one, 7)

    assert list(rows) == list(np.argsort(plain, kind="stable")[:7])
    np.testing.assert_allclose(found, np.sort(plain)[:7], atol=1e-3)


def test_equally_near_ones_come_in_their_order() -> None:
    signatures = np.tile(np.float32([1, 0]), (50, 1))

    rows, found = Searcher(signatures).nearest(np.float32([0, 1]), 3)

    assert list(rows) == [0, 1, 2]
    np.testing.assert_allclose(found, np.sqrt(2), rtol=1e-6)


@pytest.mark.parametrize(("there", "asked", "given"), [(0, 5, 0), (1, 5, 1), (5, 5, 5), (6, 5, 5), (5, 0, 0)])
def test_fewer_are_given_where_there_are_fewer(there: int, asked: int, given: int) -> None:
    rows, found = Searcher(_signatures(there, 4)).nearest(_signatures(1, 4)[0], asked)

    assert (len(rows), len(found)) == (given, given)


def test_a_million_are_searched_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "faiss_package", lambda: None)
    signatures = _signatures(1_000_000, 4)

    rows, found = Searcher(signatures).nearest(signatures[765_432], 3)

    assert rows[0] == 765_432
    assert found[0] < 2e-3
    assert found[1] == np.sort(distances(signatures, signatures[765_432]))[1]


def test_faiss_is_asked_beyond_what_numpy_does_in_time_and_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class FlatIndex:
        """What faiss's exact index of inner products does."""

        def __init__(self, length: int) -> None:
            self.length = length

        def add(self, rows: np.ndarray) -> None:
            self.rows = rows

        def search(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
            asked.append(count)
            products = queries @ self.rows.T
            order = np.argsort(-products, axis=1)[:, :count]
            return np.take_along_axis(products, order, axis=1), order

    class Faiss:
        IndexFlatIP = FlatIndex

    signatures, one = _signatures(3000, 8), _signatures(1, 8, seed=1)[0]
    by_numpy = Searcher(signatures).nearest(one, 5)
    monkeypatch.setattr(search, "MANY", 2999)
    monkeypatch.setattr(search, "faiss_package", lambda: Faiss)

    by_faiss = Searcher(signatures).nearest(one, 5)

    assert asked == [5]
    np.testing.assert_array_equal(by_faiss[0], by_numpy[0])
    np.testing.assert_allclose(by_faiss[1], by_numpy[1], atol=1e-3)


def test_a_signature_has_length_one_whatever_the_features() -> None:
    features = np.random.default_rng(0).normal(3, 2, (30, 12)).astype(np.float32)

    for projection in (ALL_FEATURES, principal_directions(features, 5)):
        signatures = projection.signatures(features)
        np.testing.assert_allclose(np.linalg.norm(signatures, axis=1), 1, atol=1e-6)
        np.testing.assert_allclose(projection.signatures(7 * features), signatures, atol=1e-5)


def test_principal_directions_keep_the_distances_that_there_are() -> None:
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(60, 3)).astype(np.float32) @ rng.normal(size=(3, 12)).astype(np.float32)

    kept, all_features = principal_directions(flat, 4).signatures(flat), ALL_FEATURES.signatures(flat)

    assert kept.shape == (60, 4)
    np.testing.assert_allclose(
        np.linalg.norm(kept[:30] - kept[30:], axis=1),
        np.linalg.norm(all_features[:30] - all_features[30:], axis=1),
        atol=1e-4,
    )


@pytest.mark.parametrize(("features", "fits"), [(12, True), (11, False)])
def test_a_projection_knows_how_many_features_it_takes(features: int, fits: bool) -> None:
    projection = Projection("three", np.zeros((3, 12), np.float32))

    assert projection.fits(features) is fits
    assert projection.length(features) == 3
    assert ALL_FEATURES.length(features) == features
