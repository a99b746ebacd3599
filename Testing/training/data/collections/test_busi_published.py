"""BUSI as it is downloaded, cleaned of the near-duplicates that leak from training into test."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from BreastUSAILib.engine.errors import InputError
from Testing.training.conftest import picture, save, write_table
from Training.data.checks import check_examples
from Training.data.collections.busi import load_busi
from Training.data.collections.busi_published import load_published_busi
from Training.data.collections.near_duplicates import near_duplicate_groups
from Training.data.example import Example
from Training.data.loading import load_examples
from Training.measure.rows.subject import Split, load_split

from ..conftest import smooth_picture

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "BUSI"
CLEAN = ["benign (2)", "benign (3)", "malignant (2)", "malignant (10)", "normal (1)"]


def names(examples: list[Example]) -> list[str]:
    return [example.name for example in examples]


def test_one_frame_of_each_group_stays_the_largest_and_none_of_two_classes(
    published_busi: Path, duplicates: Path
) -> None:
    examples = load_examples(published_busi, duplicates=duplicates)
    assert names(examples) == CLEAN
    check_examples(load_examples(published_busi, train_on=(), duplicates=duplicates), pixels=True)


def test_without_the_list_the_same_frames_are_found_in_the_pixels(published_busi: Path) -> None:
    assert names(load_examples(published_busi)) == CLEAN


def test_a_list_that_lies_in_the_folder_is_used(published_busi: Path, duplicates: Path) -> None:
    shutil.move(duplicates.parent, published_busi / "duplicates")
    write_table(published_busi / "duplicates" / duplicates.name, [{"dup_group": 1, "id": "benign (1)"}])
    assert len(load_examples(published_busi)) == 8


def test_masks_of_several_lesions_are_merged_and_normals_have_none(published_busi: Path, duplicates: Path) -> None:
    examples = {example.name: example for example in load_examples(published_busi, duplicates=duplicates)}
    assert len(examples["benign (3)"].masks) == 2
    assert examples["benign (3)"].mask_array((90, 110))[10, 10]
    assert examples["normal (1)"].mask is None


def test_groups_that_the_list_does_not_name_are_counted_on(published_busi: Path, duplicates: Path) -> None:
    examples = {example.name: example for example in load_examples(published_busi, duplicates=duplicates)}
    assert examples["benign (2)"].group == "BUSI 1"
    assert examples["benign (3)"].group == "BUSI 3"  # the first of the 780 that is in no group
    assert examples["malignant (2)"].group == f"BUSI {3 + (437 - 3)}"


def test_an_augmented_copy_is_refused(published_busi: Path, duplicates: Path) -> None:
    save(published_busi / "benign" / "benign (438).png", picture(1)[0])
    with pytest.raises(InputError, match=r"benign \(438\)\.png.*has no such image"):
        load_examples(published_busi, duplicates=duplicates)


def test_a_list_of_another_kind_is_refused(published_busi: Path, tmp_path: Path) -> None:
    write_table(tmp_path / "pairs.csv", [{"a": "benign (1)", "b": "benign (2)"}])
    with pytest.raises(InputError, match=r"pairs\.csv.*lacks the column id, dup_group"):
        load_examples(published_busi, duplicates=tmp_path / "pairs.csv")


def test_copies_of_other_size_brightness_and_compression_are_near_duplicates(tmp_path: Path) -> None:
    scans = [smooth_picture(seed) for seed in range(6)]
    paths = []
    for number, scan in enumerate(scans):
        copy = Image.fromarray((scan * 0.7 + 20).astype(np.uint8)).resize((150, 130))
        paths += [tmp_path / f"{number}.png", tmp_path / f"{number}.jpg"]
        save(paths[-2], scan)
        copy.save(paths[-1], quality=60)
    assert near_duplicate_groups(paths) == [[2 * number, 2 * number + 1] for number in range(len(scans))]


def test_blank_pictures_are_not_duplicates(tmp_path: Path) -> None:
    for name in "ab":
        save(tmp_path / f"{name}.png", np.zeros((20, 20), np.uint8))
    assert near_duplicate_groups([tmp_path / "a.png", tmp_path / "b.png"]) == [[0], [1]]
    assert near_duplicate_groups([]) == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="BUSI is not beside the repository (../shared/data)")
def test_with_the_real_list_the_groups_are_those_of_the_cleaned_copy(tmp_path: Path) -> None:
    """The dropped pictures are not at hand, so every published name that stayed stands for itself."""
    stored = {example.name: example for example in load_busi(SHARED, fold=1)}
    for name, example in stored.items():
        path = tmp_path / example.label / f"{name}.png"
        save(path, np.zeros((4, 4), np.uint8))
    found = load_published_busi(tmp_path, 1, SHARED / "duplicates")
    assert {e.name: (e.group, e.part, e.fold) for e in found} == {
        e.name: (e.group, e.part, e.fold) for e in stored.values()
    }


@pytest.mark.skipif(not SHARED.is_dir(), reason="BUSI is not beside the repository (../shared/data)")
def test_few_frames_that_the_list_calls_different_are_taken_for_one() -> None:
    groups = near_duplicate_groups([example.picture for example in load_busi(SHARED, fold=1)])
    joined = [group for group in groups if len(group) > 1]
    assert sum(map(len, joined)) == 8  # what near_duplicates.SAME_FRAME says; the missed ones cannot be counted here


def test_measuring_takes_the_same_list_as_training(published_busi: Path, duplicates: Path) -> None:
    write_table(duplicates, [{"dup_group": 1, "id": "benign (1)"}])  # joins nothing, unlike the pixels

    assert len(load_split(published_busi, Split(1, None), duplicates)) == 8
    assert len(load_split(published_busi, Split(1, None))) == 5
