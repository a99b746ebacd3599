"""Figures of retrieval have their known values on rankings made by hand, and shuffled labels give chance."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.findings.analysis import ModelIdentity
from BreastUSAILib.engine.similar.library import facts_of, read_signatures, verify_library
from BreastUSAILib.engine.similar.library_file import opened_for_reading
from BreastUSAILib.engine.similar.projection import ALL_FEATURES, principal_directions
from Training.measure.figures import intervals
from Training.similar.projections import compared, discriminant
from Training.similar.retrieval import (
    average_precision,
    birads_number,
    ndcg,
    nearest_distances,
    ranked,
    retrieval_figures,
)
from Training.similar.retrieval_table import markdown, table_rows
from Training.similar.shipped import HELD_OUT, write_shipped_library
from Training.similar.signed import Signed, _read, _write

LABELS = ("benign", "malignant")


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 20)


def signed_of(count: int = 120, spread: float = 0.2, seed: int = 0) -> Signed:
    """Made-up images of two classes, two a patient; a half is the library, a quarter calibrates, a quarter asks."""
    rng = np.random.default_rng(seed)
    patients = np.arange(count) // 2
    kinds = patients % 2
    centers = np.eye(20)[kinds]
    parts = np.array(["train", "train", "calibration", "test"])[patients // 2 % 4]
    return Signed(
        features=(centers + rng.normal(0, spread, (count, 20))).astype(np.float32),
        hashes=rng.integers(0, 256, (count, 32)).astype(np.uint8),
        pixels=rng.normal(size=(count, 16)).astype(np.float32),
        probabilities=np.column_stack([np.zeros(count), kinds == 0, kinds == 1]).astype(float),
        digests=np.array([hashlib.sha256(str(one).encode()).hexdigest()[:32] for one in range(count)], dtype=np.bytes_),
        names=np.array([f"secret name {one}" for one in range(count)]),
        datasets=np.array(["made-up"] * count),
        labels=np.array(LABELS)[kinds],
        groups=np.array([f"made-up patient-{one}" for one in patients]),
        parts=parts,
        birads=np.array(["3", "5"])[kinds],
        histologies=np.array(["cyst", "carcinoma"])[kinds],
        area_shares=np.where(patients % 5 == 0, np.nan, 0.1),
        classifier="a" * 64,
    )


def test_average_precision_is_that_of_the_textbook() -> None:
    same = np.array([[True, False, True, False], [False, False, True, True], [True, True, True, True], [False] * 4])

    np.testing.assert_allclose(average_precision(same), [(1 + 2 / 3) / 2, (1 / 3 + 2 / 4) / 2, 1, np.nan])


def test_ndcg_is_one_for_the_best_order_and_falls_with_the_distance_of_categories() -> None:
    there = np.array(["5", "5", "4", "3", "2", ""])

    best = ndcg(np.array([["5", "5", "4", "3", "2", ""]]), np.array(["5"]), there)
    worst = ndcg(np.array([["", "2", "3", "4", "5", "5"]]), np.array(["5"]), there)

    discounts = 1 / np.log2(np.arange(2, 8))
    assert best[0] == pytest.approx(1)
    assert worst[0] == pytest.approx(
        (np.array([0, 0, 1, 2, 3, 3]) @ discounts) / (np.array([3, 3, 2, 1, 0, 0]) @ discounts)
    )
    assert np.isnan(ndcg(np.array([["5"]]), np.array([""]), there)[0])


def test_categories_with_letters_count_as_their_number() -> None:
    np.testing.assert_array_equal(birads_number(np.array(["4A", "4c", "5", "", "x"])), [4, 4, 5, np.nan, np.nan])


def test_of_each_patient_the_nearest_case_alone_is_ranked() -> None:
    signed = signed_of(4)
    library = np.eye(4, dtype=np.float32)

    ranking = ranked(library, np.float32([[0.1, 0.9, 0.5, 0.6]]), signed)

    assert ranking.tolist() == [[1, 3]]  # rows 0 and 1 are one patient, 2 and 3 the other


def test_cases_of_clear_classes_are_found() -> None:
    signed = signed_of()
    figures = retrieval_figures(signed, ALL_FEATURES, {})["datasets"]["made-up"]

    assert figures["by"]["signatures"]["P@5"]["value"] > 0.95
    assert figures["by"]["signatures"]["vote"]["value"] > 0.95
    assert figures["by"]["pixels"]["P@5"]["value"] < 0.75
    assert figures["random"]["value"] == pytest.approx(0.5)
    assert figures["network"]["value"] == 1
    assert figures["by"]["signatures"]["nDCG"]["value"] > 0.9


def test_labels_that_mean_nothing_give_chance() -> None:
    signed = signed_of(400)
    shuffled = np.random.default_rng(1).permutation(np.unique(signed.groups))
    by_group = {group: LABELS[place % 2] for place, group in enumerate(shuffled.tolist())}
    wrong = dataclasses.replace(signed, labels=np.array([by_group[group] for group in signed.groups.tolist()]))

    measured = retrieval_figures(wrong, ALL_FEATURES, {})["datasets"]["made-up"]["by"]["signatures"]

    assert 0.35 < measured["P@5"]["value"] < 0.65


def test_no_image_that_asks_is_in_the_library() -> None:
    signed = signed_of()
    figures = retrieval_figures(signed, ALL_FEATURES, {})

    assert figures["library"] == (signed.parts == "train").sum()
    assert figures["datasets"]["made-up"]["images"] == (signed.parts == "test").sum()


def test_every_projection_that_is_compared_finds_clear_classes() -> None:
    signed = signed_of()
    train = signed.parts == "train"
    others = compared(signed.features[train], np.eye(3, 20, dtype=np.float32))

    found = retrieval_figures(signed, discriminant(signed.features[train], signed.labels[train], 8), others)

    by = found["datasets"]["made-up"]["by"]
    assert set(by) == {"signatures", "all features", "pixels", *others}
    assert all(by[name]["P@1"]["value"] > 0.9 for name in by if name != "pixels")


def test_whitening_takes_what_varies_within_a_class_out() -> None:
    rng = np.random.default_rng(0)
    kinds = np.arange(200) % 2
    features = np.column_stack([kinds * 0.5, *(rng.normal(0, 2, 200) for _ in range(3))]).astype(np.float32)
    features[:, 0] += 5

    projection = discriminant(features, np.array(LABELS)[kinds], 4)
    signatures = projection.signatures(features)

    within = signatures @ signatures.T
    same = kinds[:, None] == kinds[None]
    assert within[same].mean() > within[~same].mean()


def test_the_tables_have_every_way_and_every_baseline() -> None:
    figures = retrieval_figures(signed_of(), ALL_FEATURES, {})

    assert [row[2] for row in table_rows(figures)] == ["signatures", "all features", "pixels", "chance", "network"]
    assert all(line.startswith("| ") and line.endswith(" |") for line in markdown(figures))


def test_the_shipped_library_tells_nothing_of_names_and_patients(tmp_path: Path) -> None:
    signed = signed_of()
    projection = principal_directions(signed.features[signed.parts == "train"], 8)
    identity = ModelIdentity("classification", "made_up", "1", "a" * 64)

    for _ in range(2):  # a second one takes the place of the first
        count = write_shipped_library(tmp_path / "Similar", signed, identity, projection)

    with opened_for_reading(tmp_path / "Similar") as connection:
        stored = read_signatures(connection, tmp_path / "Similar")
        facts = facts_of(connection, [int(one) for one in stored.ids])
    data = (tmp_path / "Similar" / "library.sqlite").read_bytes()
    assert count == len(stored) == (signed.parts == "train").sum()
    assert b"secret name" not in data
    assert b"patient-" not in data
    assert len(set(stored.patients.tolist())) == count // 2
    assert {one.source for one in facts.values()} == {"made-up"}
    assert {one.proven for one in facts.values()} == {"as published"}
    assert stored.about.reference_of == HELD_OUT
    assert stored.about.near_within == pytest.approx(
        float(np.quantile(nearest_distances(signed, projection), 0.95)), abs=0.02
    )
    assert verify_library(tmp_path / "Similar") == []
    assert [path.name for path in tmp_path.iterdir()] == ["Similar"]


def test_features_are_kept_for_the_next_command_and_those_of_another_classifier_are_not_used(tmp_path: Path) -> None:
    signed, kept = signed_of(), tmp_path / "features.npz"
    _write(signed, kept)

    again = _read(kept, signed.classifier)

    assert again is not None
    np.testing.assert_array_equal(again.features, signed.features)
    assert again.groups.tolist() == signed.groups.tolist()
    assert _read(kept, "b" * 64) is None
    kept.write_bytes(b"nothing")
    with pytest.raises(InputError, match="no signatures"):
        _read(kept, signed.classifier)
