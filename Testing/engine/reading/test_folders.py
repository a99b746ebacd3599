"""A folder gives each still, cine and volume in it, in a stable order, whatever lies beside them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.uid import generate_uid

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Frames, InputKind
from BreastUSAILib.engine.reading import read
from Testing.engine.reading.dicom.dicom_writing import dicom_dataset, ramp, save

UPRIGHT = [1, 0, 0, 0, 0, -1]


def instance(folder: Path, name: str, value: int = 0, **elements: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return save(dicom_dataset(ramp() // 2 + np.uint8(value), **elements), folder / name)


def names(folder: Path) -> list[str]:
    return [item.name if isinstance(item, Frames) else f"! {Path(str(item.where)).name}" for item in read(folder)]


def test_stills_of_a_series_come_by_instance_number(tmp_path: Path) -> None:
    first, second = generate_uid(), generate_uid()
    instance(tmp_path, "c.dcm", SeriesInstanceUID=first, InstanceNumber=1)
    instance(tmp_path, "a.dcm", SeriesInstanceUID=first, InstanceNumber=10)
    instance(tmp_path, "b.dcm", SeriesInstanceUID=second, InstanceNumber=5)
    instance(tmp_path / "deep" / "deeper", "d.dcm", SeriesInstanceUID=first, InstanceNumber=9)
    assert names(tmp_path) == ["c", "d", "a", "b"]


def test_unreadable_members_do_not_stop_the_others(tmp_path: Path) -> None:
    instance(tmp_path, "a.dcm")
    (tmp_path / "b.dcm").write_bytes(b"rubbish")
    Image.fromarray(ramp()).save(tmp_path / "c.png")
    instance(tmp_path, "d.dcm", SOPClassUID="1.2.840.10008.5.1.4.1.1.2", Modality="CT")
    assert names(tmp_path) == ["a", "! b.dcm", "c", "! d.dcm"]


def test_what_is_not_an_image_is_passed_over(tmp_path: Path) -> None:
    instance(tmp_path, "IM0001")
    instance(tmp_path / ".hidden", "x.dcm")
    for name in ("DICOMDIR", "notes.txt", "labels.csv", "a.json", ".DS_Store", "Thumbs.db", "LICENSE", "mask.seg.nrrd"):
        (tmp_path / name).write_text("x")
    assert names(tmp_path) == ["IM0001"]


def test_a_folder_without_anything_to_read(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (item,) = read(tmp_path)
    assert isinstance(item, InputError)
    assert "nothing to read" in item.problem


def slices(folder: Path, places: list[float], orientation: list[float] = UPRIGHT, **elements: Any) -> None:
    series = generate_uid()
    for number, place in enumerate(places):
        instance(
            folder,
            f"s{number}.dcm",
            int(place * 10),
            SeriesInstanceUID=series,
            InstanceNumber=number,
            ImagePositionPatient=[1.0, place, 3.0],
            ImageOrientationPatient=orientation,
            PixelSpacing=[0.2, 0.3],
            **elements,
        )


def test_parallel_slices_are_one_volume_sorted_by_position(tmp_path: Path) -> None:
    slices(tmp_path / "sweep", [1.0, 0.0, 0.5])
    (frames,) = read(tmp_path)
    assert isinstance(frames, Frames)
    assert (frames.kind, frames.count, frames.name) == (InputKind.VOLUME, 3, "sweep")
    assert frames.pixel_spacing_mm == (0.2, 0.3)
    assert [int(frames.read_frame(index)[0, 0]) for index in (0, 1, 2)] == [0, 5, 10]
    # LPS: columns along +x at 0.3 mm, rows along -z at 0.2 mm, slices along +y at 0.5 mm; RAS turns x and y
    expected = [[-0.3, 0, 0, -1], [0, 0, -0.5, 0], [0, -0.2, 0, 3], [0, 0, 0, 1]]
    assert np.allclose(frames.ijk_to_ras, expected)
    assert frames.slice_spacing_mm == pytest.approx(0.5)


def test_a_missing_slice_leaves_the_distance_unknown(tmp_path: Path) -> None:
    slices(tmp_path, [0.0, 0.5, 1.5, 2.0])
    (frames,) = read(tmp_path)
    assert isinstance(frames, Frames)
    assert (frames.kind, frames.slice_spacing_mm) == (InputKind.VOLUME, None)


@pytest.mark.parametrize("places", [[0.0, 0.0], [1.0]])
def test_frames_at_one_place_are_separate_stills(tmp_path: Path, places: list[float]) -> None:
    slices(tmp_path, places)
    assert [item.kind for item in read(tmp_path) if isinstance(item, Frames)] == [InputKind.STILL] * len(places)


def test_series_are_never_mixed(tmp_path: Path) -> None:
    slices(tmp_path / "a", [0.0, 0.5])
    slices(tmp_path / "b", [1.0, 1.5, 2.0])
    assert [item.count for item in read(tmp_path) if isinstance(item, Frames)] == [2, 3]


def test_a_slice_that_is_not_parallel_stays_a_still(tmp_path: Path) -> None:
    slices(tmp_path, [0.0, 0.5])
    series = next(item for item in read(tmp_path) if isinstance(item, Frames)).identity.series_instance_uid
    instance(
        tmp_path,
        "z.dcm",
        SeriesInstanceUID=series,
        ImagePositionPatient=[0, 9, 0],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
    )
    assert [item.kind for item in read(tmp_path) if isinstance(item, Frames)] == [InputKind.VOLUME, InputKind.STILL]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_in_a_circle_are_walked_once(tmp_path: Path) -> None:
    instance(tmp_path / "a", "x.dcm")
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    (tmp_path / "broken.dcm").symlink_to(tmp_path / "nowhere")
    assert names(tmp_path) == ["x", "! broken.dcm"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="folder permissions do not bind this user")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    (item,) = read(closed)
    assert isinstance(item, InputError)
    assert "permission" in item.problem
