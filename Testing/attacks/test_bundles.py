"""A bundle that asks for the impossible, or is another one by the time it is used."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundle_limits import MOST_FRAMES_AT_ONCE, MOST_MAP_VALUES
from BreastUSAILib.engine.bundles import bundle_files, network_size
from BreastUSAILib.engine.bundles.bundle import (
    CARD,
    INFERENCE,
    METADATA,
    SUMS,
    WEIGHTS,
    Models,
    find_bundles,
    load_classifier,
    load_segmenter,
    verified_card,
    verify_bundle,
)
from BreastUSAILib.engine.errors import ModelError
from Testing.engine.conftest import SEGMENTER, speckle_frames, write_untrained
from Testing.made_up import CALIBRATION

from .conftest import NETWORK, little_memory, rehash, with_network, with_own

UNET = {"_target_": "monai.networks.nets.UNet", "spatial_dims": 2, "in_channels": 1, "out_channels": 1}


def refused(bundle: Path, reason: str) -> None:
    with little_memory(), pytest.raises(ModelError, match=reason) as caught:
        load_classifier(bundle)
    assert "\n" not in str(caught.value)


def test_it_is_sound_before_it_is_attacked(bundle: Path) -> None:
    assert load_classifier(bundle).identity.name == "small"


@pytest.mark.parametrize(
    "calibration",
    [
        {"temperature": -1},
        {"temperature": 0},
        {"temperature": 1e-9},
        {"temperature": float("inf")},
        {"temperature": "1.5"},
        {"temperature": True},
        {"temperature": None},
        {"temperature": [1.0, 2.0, -3.0]},
        {"temperature": [1.0, 2.0, 3.0]},
        {"bias": [0.0, 0.0]},
        {"bias": []},
        {"slope_variance": float("nan")},
        {"slope_variance": -0.1},
        {"intercept_variance": float("inf")},
        {"covariance": float("nan")},
        {"covariance": -1e300},
        {"least_confidence": 7},
        {"least_confidence": -0.1},
        {"bias": [0.0, 0.0, float("inf")]},
        {"bias": [0, 0, 10**400]},
        {"bias": [0, 0, 1e9]},
        {"bias": "abc"},
        {"prevalence": 7},
        {"prevalence": 0},
        {"prevalence": 1},
        {"prevalence": float("nan")},
    ],
)
def test_a_calibration_that_would_turn_the_answer_round_is_refused(bundle: Path, calibration: dict[str, Any]) -> None:
    (name,) = calibration
    refused(with_own(bundle, calibration={**CALIBRATION, **calibration}), f"misstates {name} as")


@pytest.mark.parametrize("change", [{"slope": -1}, {"slope": 1e9}, {"intercept": float("nan")}, {"intercept": 1e9}])
def test_so_is_a_recalibration(bundle: Path, change: dict[str, float]) -> None:
    spread = {"slope_variance": 0.1, "intercept_variance": 0.1, "covariance": 0.0}
    refused(with_own(bundle, lesion_recalibration={**spread, "slope": 1.0, "intercept": 0.0, **change}), "misstates")


def test_what_is_not_a_number_is_refused_in_an_unknown_field(bundle: Path) -> None:
    refused(with_own(bundle, of_tomorrow={"deep": [1.0, [float("nan")]]}), "deep as nan, not as a finite number")


@pytest.mark.parametrize(
    "change",
    [
        {"size": 20_000},
        {"size": 0},
        {"size": True},
        {"size": 64.0},
        {"std": float("inf")},
        {"mean": float("nan")},
        {"centre_share": float("nan")},
        {"filters": ["gaussian"] * 100_000},
    ],
)
def test_a_preprocessing_beyond_all_use_is_refused(bundle: Path, change: dict[str, Any]) -> None:
    own = json.loads((bundle / METADATA).read_text())["breastusai"]["preprocessing"]
    refused(with_own(bundle, preprocessing={**own, **change}), "preprocessing|misstates")


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ({**NETWORK, "in_channels": 10**9}, "beyond 4096"),
        ({**NETWORK, "num_classes": 10**400}, "beyond 4096"),
        ({**NETWORK, "dropout": float("nan")}, "beyond 4096"),
        ({**NETWORK, "x": [1] * 100_000}, "256 values"),
        ({**NETWORK, "x": [[[[[[1]]]]]]}, "256 values"),
        ({**NETWORK, "x": "y" * 100_000}, "256 values"),
        ({**UNET, "channels": [4096] * 5, "strides": [1] * 4, "kernel_size": 4095}, "million weights"),
        ({**UNET, "channels": [4, 8], "strides": [2], "num_res_units": 4096, "kernel_size": 1}, "10000 layers"),
        ({**UNET, "channels": [2048, 2048, 8], "strides": [1, 1]}, "multiplications for one image"),
        ({**UNET, "spatial_dims": 3, "channels": [4, 8], "strides": [2]}, "its own input|do not fit"),
        ({"_target_": "monai.networks.nets.DenseNet121", "spatial_dims": 2, "in_channels": 1, "out_channels": 3,
          "block_config": [4096] * 4}, "10000 layers|million weights"),
        ({"_target_": "BreastUSAILib.engine.networks.row_lstm.RowLSTM", "image_size": 4096, "in_channels": 4096},
         "million|its own input"),
        ({"_target_": {"a": "b"}}, "not allowed"),
    ],
)  # fmt: skip
def test_a_network_beyond_all_use_is_refused_before_it_gets_memory(bundle: Path, definition: Any, reason: str) -> None:
    refused(with_network(bundle, definition), reason)


def test_a_way_through_the_network_beyond_all_use_is_refused(bundle: Path) -> None:
    own = json.loads((bundle / METADATA).read_text())["breastusai"]["preprocessing"]
    with_own(bundle, preprocessing={**own, "size": 1024})
    refused(with_network(bundle, {**UNET, "channels": [256, 8], "strides": [1]}), "values for one image")


def test_fewer_frames_at_once_go_through_a_network_that_one_image_fills(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A heat map from gradients keeps every feature map of the whole batch: eight of the largest took 6 GB."""
    assert load_classifier(bundle).frames_at_once == MOST_FRAMES_AT_ONCE
    monkeypatch.setattr(network_size, "MOST_VALUES_AT_ONCE", 3 * network_size.checked_size(NETWORK, 1, 64).map_values)
    classifier = load_classifier(bundle)
    monkeypatch.undo()
    assert classifier.frames_at_once == 3
    counts: list[int] = []
    classifier.network.register_forward_pre_hook(lambda _module, given: counts.append(len(given[0])))
    segmenter = load_segmenter(write_untrained(SEGMENTER, tmp_path))
    Analyzer(Models(classifier, segmenter)).analyze(speckle_frames(7))
    assert max(counts) == 3


def test_a_network_of_the_largest_size_allowed_gets_two_frames_at_once() -> None:
    assert network_size.NetworkSize({}, MOST_MAP_VALUES).frames_at_once == 2
    assert network_size.NetworkSize({}, 10 * MOST_MAP_VALUES).frames_at_once == 1


def test_a_file_that_is_swapped_after_its_hash_was_checked_changes_nothing(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attack: the very moment that all hashes are right, every file becomes another one."""
    verified = bundle_files.verified_files
    wanted = load_classifier(bundle)

    def swapped(path: Path, keep: frozenset[str]) -> Any:
        found = verified(path, keep)
        (path / METADATA).write_text("{}")
        (path / INFERENCE).write_text("{}")
        (path / WEIGHTS).write_bytes(b"other")
        return found

    monkeypatch.setattr("BreastUSAILib.engine.bundles.bundle.verified_files", swapped)
    loaded = load_classifier(bundle)
    assert loaded.identity == wanted.identity
    assert loaded.calibration == wanted.calibration
    own, right = loaded.network.state_dict(), wanted.network.state_dict()
    assert all(own[name].equal(right[name]) for name in right)


def test_each_file_is_opened_once(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, real = [], os.open

    def counted(path: Any, *rest: Any, **others: Any) -> int:
        opened.append(str(path))
        return real(path, *rest, **others)

    monkeypatch.setattr(os, "open", counted)
    load_classifier(bundle)
    mine = [path for path in opened if path.startswith(str(bundle))]
    assert sorted(mine) == sorted(str(bundle / name) for name in (SUMS, METADATA, INFERENCE, WEIGHTS, CARD))


def test_a_name_twice_in_a_json_file_is_refused(bundle: Path) -> None:
    text = (bundle / METADATA).read_text().replace('"temperature": 1.5', '"temperature": 1.5, "temperature": 9')
    (bundle / METADATA).write_text(text)
    rehash(bundle)
    refused(bundle, "'temperature' is there twice")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{'0' * 64}  {METADATA}\n", "lists a file twice"),
        ("no hash  x\n", "a line that is not a hash and a file name"),
        (f"{'0' * 64}  a\x00b\n", "a line that is not a hash and a file name"),
        (f"{'0' * 64}  C:\\x\n", "a line that is not a hash and a file name"),
        ("".join(f"{'0' * 64}  {n}\n" for n in range(2000)), "a line that is not a hash and a file name"),
    ],
)
def test_what_is_not_a_list_of_hashes_is_refused(bundle: Path, line: str, reason: str) -> None:
    with (bundle / SUMS).open("a") as sums:
        sums.write(line)
    refused(bundle, reason)


@pytest.mark.parametrize("name", [METADATA, INFERENCE])
@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, "9" * 100_000, "[]", "\ufeff{}", '{"name": 1', " " * (5 << 20), '{"x": 1e999}'],
    ids=["lists", "objects", "digits", "list", "mark", "cut", "long", "infinite"],
)
def test_json_that_means_harm_costs_one_line(bundle: Path, name: str, text: str) -> None:
    (bundle / name).write_text(text)
    rehash(bundle)
    refused(bundle, ".")


@pytest.mark.parametrize("field", ["name", "version"])
@pytest.mark.parametrize("value", ["\x1b[31mred", "a\nb", "", "x" * 5000, 7, None, "\u202eabc"])
def test_a_name_that_cannot_be_printed_is_refused(bundle: Path, field: str, value: object) -> None:
    document = json.loads((bundle / METADATA).read_text()) | {field: value}
    (bundle / METADATA).write_text(json.dumps(document))
    rehash(bundle)
    refused(bundle, "misstates")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", [SUMS, METADATA, WEIGHTS])
def test_a_pipe_in_the_folder_of_models_does_not_hang(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    os.mkfifo(bundle / name)
    assert find_bundles(bundle.parent) == [bundle]
    refused(bundle, "missing|not a plain file")


def test_a_link_out_of_the_bundle_is_refused(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "card.md").write_text((bundle / CARD).read_text())
    (bundle / CARD).unlink()
    (bundle / CARD).symlink_to(tmp_path / "card.md")
    refused(bundle, "outside the bundle")


def test_a_card_is_shown_from_a_bundle_that_verifies_alone(bundle: Path) -> None:
    assert verified_card(bundle) == "# Untrained\n"
    (bundle / CARD).write_text("# Another\n")
    with pytest.raises(ModelError, match="SHA-256"):
        verified_card(bundle)


def test_verifying_needs_no_weights_in_memory(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[frozenset[str]] = []
    verified = bundle_files.verified_files
    monkeypatch.setattr(
        "BreastUSAILib.engine.bundles.bundle.verified_files",
        lambda path, keep: (kept.append(keep), verified(path, keep))[1],
    )
    verify_bundle(bundle)
    assert WEIGHTS not in kept[0]
