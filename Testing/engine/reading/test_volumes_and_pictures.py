"""Volume files and pictures: what they hold, how they lie, and that nobody invents their spacing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray
from PIL import Image

from BreastUSAILib.engine.images.frames import Frames, InputKind, SpacingSource
from BreastUSAILib.engine.reading import read
from BreastUSAILib.engine.reading.volumes import volume_file

VOXELS = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
TILTED = (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)


def frames_of(path: Path) -> Frames:
    (item,) = read(path)
    assert isinstance(item, Frames), item
    return item


def volume(path: Path, voxels: NDArray, **geometry: Any) -> Frames:
    image = sitk.GetImageFromArray(voxels, isVector=voxels.ndim == 4 and voxels.shape[-1] in (3, 4))
    for name, value in geometry.items():
        getattr(image, f"Set{name}")(value)
    sitk.WriteImage(image, str(path))
    return frames_of(path)


@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".nii.gz", ".mha", ".mhd"])
def test_a_volume_lies_where_slicer_puts_it(tmp_path: Path, suffix: str) -> None:
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
    vtk = pytest.importorskip("vtk", reason="VTK is not installed")
    path = tmp_path / f"scan{suffix}"
    frames = volume(path, VOXELS, Spacing=(0.2, 0.3, 0.5), Origin=(7.0, 8.0, 9.0), Direction=TILTED)
    assert (frames.kind, frames.count, frames.rows, frames.columns) == (InputKind.VOLUME, 3, 4, 5)
    assert frames.name == "scan"
    assert frames.pixel_spacing_mm == pytest.approx((0.3, 0.2))
    assert frames.spacing_source is SpacingSource.VOLUME_HEADER
    assert frames.slice_spacing_mm == pytest.approx(0.5)
    assert np.array_equal([frames.read_frame(index) for index in (0, 1, 2)], VOXELS)
    node, storage = slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLVolumeArchetypeStorageNode()
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    expected = [[matrix.GetElement(row, column) for column in range(4)] for row in range(4)]
    assert np.allclose(frames.ijk_to_ras, expected, atol=1e-5)


def test_a_spacing_of_one_is_what_formats_say_when_nobody_gave_one(tmp_path: Path) -> None:
    frames = volume(tmp_path / "a.nrrd", VOXELS)
    assert (frames.pixel_spacing_mm, frames.spacing_source) == (None, SpacingSource.NONE)
    assert frames.slice_spacing_mm is None
    assert np.array_equal(frames.ijk_to_ras, np.diag([-1, -1, 1, 1]))


def test_slices_one_millimeter_apart_may_be_slices_whose_distance_nobody_gave(tmp_path: Path) -> None:
    frames = volume(tmp_path / "a.nrrd", VOXELS, Spacing=(0.2, 0.3, 1.0))
    assert frames.pixel_spacing_mm == pytest.approx((0.3, 0.2))
    assert frames.slice_spacing_mm is None


def test_the_distance_of_slices_is_known_without_the_pixel_size(tmp_path: Path) -> None:
    assert volume(tmp_path / "a.nrrd", VOXELS, Spacing=(1.0, 1.0, 0.4)).slice_spacing_mm == pytest.approx(0.4)


@pytest.mark.parametrize("apart_mm", [1e-5, 400.0])
def test_an_implausible_distance_of_slices_is_ignored(tmp_path: Path, apart_mm: float) -> None:
    assert volume(tmp_path / "a.nrrd", VOXELS, Spacing=(0.2, 0.2, apart_mm)).slice_spacing_mm is None


def test_a_still_and_a_cine_have_no_distance_of_slices(tmp_path: Path) -> None:
    assert volume(tmp_path / "flat.mha", VOXELS[:1], Spacing=(0.2, 0.3, 0.5)).slice_spacing_mm is None
    cine = sitk.GetImageFromArray(VOXELS[:, None], isVector=False)
    cine.SetSpacing((0.2, 0.3, 0.5, 0.04))
    sitk.WriteImage(cine, str(tmp_path / "cine.nrrd"))
    frames = frames_of(tmp_path / "cine.nrrd")
    assert frames.kind is InputKind.CINE
    assert frames.slice_spacing_mm is None


@pytest.mark.parametrize(
    ("stored", "shown"),
    [(np.uint8, np.uint8), (np.uint16, np.uint16), (np.int16, np.float32), (np.float64, np.float32)],
)
def test_values_keep_their_meaning(tmp_path: Path, stored: type, shown: type) -> None:
    frame = volume(tmp_path / "a.nrrd", VOXELS.astype(stored)).read_frame(1)
    assert frame.dtype == shown
    assert np.array_equal(frame, VOXELS[1])


def test_color_volumes_lose_their_transparency(tmp_path: Path) -> None:
    color = np.random.default_rng(0).integers(0, 255, (2, 4, 5, 4), np.uint8)
    frames = volume(tmp_path / "a.nrrd", color)
    assert frames.has_color
    assert np.array_equal(frames.read_frame(1), color[1, ..., :3])


def test_one_slice_is_a_still(tmp_path: Path) -> None:
    assert volume(tmp_path / "flat.mha", VOXELS[:1]).kind is InputKind.STILL
    assert volume(tmp_path / "two.nrrd", VOXELS[0]).kind is InputKind.STILL


def test_one_slice_over_time_is_a_cine(tmp_path: Path) -> None:
    frames = volume(tmp_path / "a.nii", VOXELS[:, None], Spacing=(0.2, 0.2, 1.0, 0.5))
    assert (frames.kind, frames.count) == (InputKind.CINE, 3)
    assert frames.frame_times_s == pytest.approx((0, 0.5, 1.0))
    assert np.array_equal(frames.read_frame(2), VOXELS[2])


def test_tracked_frames_are_a_cine_with_their_time_stamps(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(VOXELS)
    for index, stamp in enumerate((12.0, 12.1, 12.3)):
        image.SetMetaData(f"Seq_Frame{index:04d}_Timestamp", str(stamp))
    sitk.WriteImage(image, str(tmp_path / "a.igs.nrrd"))
    frames = frames_of(tmp_path / "a.igs.nrrd")
    assert (frames.kind, frames.name) == (InputKind.CINE, "a")
    assert frames.frame_times_s == pytest.approx((0, 0.1, 0.3))


def test_large_metaimage_files_are_read_slice_by_slice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_file, "_STREAM_ABOVE_BYTES", 0)
    frames = volume(tmp_path / "a.mha", VOXELS)
    assert np.array_equal([frames.read_frame(index) for index in (2, 0, 1)], VOXELS[[2, 0, 1]])


def picture(path: Path, pixels: NDArray, mode: str | None = None, **options: Any) -> Frames:
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(path, **options)
    return frames_of(path)


GRAY = VOXELS[0] * 4
COLOR = np.random.default_rng(0).integers(0, 255, (4, 5, 3), np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".tiff"])
def test_pictures_show_what_was_saved(tmp_path: Path, suffix: str) -> None:
    gray = picture(tmp_path / f"gray{suffix}", GRAY)
    assert (gray.kind, gray.count, gray.has_color, gray.name) == (InputKind.STILL, 1, False, "gray")
    assert np.array_equal(gray.read_frame(0), GRAY)
    color = picture(tmp_path / f"color{suffix}", COLOR)
    assert color.has_color
    assert np.array_equal(color.read_frame(0), COLOR)


@pytest.mark.parametrize("mode", ["RGB", "P", "LA", "RGBA"])
def test_gray_pictures_are_gray_however_they_are_stored(tmp_path: Path, mode: str) -> None:
    frames = picture(tmp_path / "a.png", GRAY, mode)
    assert not frames.has_color
    assert np.array_equal(frames.read_frame(0), GRAY)


def test_transparency_is_dropped(tmp_path: Path) -> None:
    frames = picture(tmp_path / "a.png", np.dstack([COLOR, np.full((4, 5), 7, np.uint8)]))
    assert np.array_equal(frames.read_frame(0), COLOR)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bit_gray_stays_deep(tmp_path: Path, suffix: str) -> None:
    deep = GRAY.astype(np.uint16) * 257
    frame = picture(tmp_path / f"a{suffix}", deep).read_frame(0)
    assert frame.dtype == np.uint16
    assert np.array_equal(frame, deep)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
@pytest.mark.parametrize("orientation", [1, 2, 6, 8])
def test_a_picture_that_is_stored_turned_is_refused(tmp_path: Path, suffix: str, orientation: int) -> None:
    """Slicer shows it as it is stored: a result of the turned picture would not lie on it."""
    exif = Image.Exif()
    exif[0x0112] = orientation  # 6: turn a quarter clockwise to show
    Image.fromarray(COLOR).save(tmp_path / f"a{suffix}", exif=exif)
    (item,) = read(tmp_path / f"a{suffix}")
    assert isinstance(item, Frames) == (orientation == 1)
    assert orientation == 1 or f"EXIF orientation {orientation}" in str(item)


def test_the_pages_of_a_tiff_are_a_cine(tmp_path: Path) -> None:
    pages = [Image.fromarray(page) for page in VOXELS]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    frames = frames_of(tmp_path / "a.tif")
    assert (frames.kind, frames.count, frames.frame_times_s) == (InputKind.CINE, 3, None)
    assert np.array_equal([frames.read_frame(index) for index in (0, 1, 2)], VOXELS)


def test_color_on_a_later_page_is_color(tmp_path: Path) -> None:
    pages = [Image.fromarray(GRAY), Image.fromarray(COLOR)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    frames = frames_of(tmp_path / "a.tif")
    assert frames.has_color
    assert frames.read_frame(0).shape == (4, 5, 3)
    assert np.array_equal(frames.read_frame(1), COLOR)


def test_colors_of_sixteen_bits_come_through_itk(tmp_path: Path) -> None:
    deep = sitk.GetImageFromArray(COLOR.astype(np.uint16) * 257, isVector=True)
    sitk.WriteImage(deep, str(tmp_path / "a.tif"))
    assert np.array_equal(frames_of(tmp_path / "a.tif").read_frame(0), COLOR)


def test_a_misnamed_picture_is_read_by_its_content(tmp_path: Path) -> None:
    Image.fromarray(GRAY).save(tmp_path / "a", format="PNG")
    Image.fromarray(GRAY).save(tmp_path / "b.jpg", format="PNG")
    assert np.array_equal(frames_of(tmp_path / "a").read_frame(0), GRAY)
    assert np.array_equal(frames_of(tmp_path / "b.jpg").read_frame(0), GRAY)


def test_itk_takes_a_printing_resolution_for_a_spacing_and_slicer_with_it(tmp_path: Path) -> None:
    frames = picture(tmp_path / "a.jpg", GRAY, dpi=(72, 72))
    millimeters = 25.4 / 72
    assert np.allclose(frames.ijk_to_ras, np.diag([-millimeters, -millimeters, 1, 1]), atol=1e-4)
    assert frames.pixel_spacing_mm is None
