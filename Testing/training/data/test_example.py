"""An image, its outline, and what the product sees of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import SpacingSource
from Testing.engine.reading.dicom.dicom_writing import dicom_dataset
from Testing.engine.reading.dicom.dicom_writing import save as save_dicom
from Testing.training.conftest import picture, save
from Training.data.example import Example, Part


def lesion(image: Path, *masks: Path, spacing: tuple[float, float] | None = None) -> Example:
    return Example("scan", "mine", "benign", "mine P1", Part.TEST, image, None, masks[0] if masks else None, masks[1:],
                   pixel_spacing_mm=spacing)  # fmt: skip


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    save(tmp_path / "scan.png", picture(1)[0])
    return tmp_path / "scan.png"


def test_the_network_is_shown_the_image_alone(scan: Path, tmp_path: Path) -> None:
    save(tmp_path / "mask.png", picture(1)[1])
    outlined = lesion(scan, tmp_path / "mask.png")
    assert np.array_equal(outlined.frames().gray(0), picture(1)[0])
    assert outlined.frames().name == "scan"


def test_a_pixel_size_of_the_table_reaches_the_product(scan: Path) -> None:
    frames = lesion(scan, spacing=(0.07, 0.08)).frames()
    assert frames.pixel_spacing_mm == (0.07, 0.08)
    assert frames.spacing_source is SpacingSource.MANUAL


def test_without_one_nothing_is_made_up(scan: Path) -> None:
    assert lesion(scan).frames().pixel_spacing_mm is None


def test_a_dicom_image_brings_its_region_and_its_own_pixel_size(dicom_scan: Path) -> None:
    frames = lesion(dicom_scan, spacing=(9.0, 9.0)).frames()
    assert frames.region is not None
    assert (frames.region.rectangle.width, frames.region.rectangle.height) == (60, 50)
    assert frames.pixel_spacing_mm == pytest.approx((0.5, 0.5))
    assert np.array_equal(lesion(dicom_scan).gray(), picture(1)[0])


def test_a_cine_has_no_single_label(tmp_path: Path) -> None:
    cine = save_dicom(dicom_dataset(np.stack([picture(1)[0]] * 3)), tmp_path / "cine.dcm")
    with pytest.raises(InputError, match=r"cine\.dcm.*3 frames.*one"):
        lesion(cine).frames()


def test_a_picture_of_16_bits_keeps_its_contrast(tmp_path: Path) -> None:
    deep = picture(1)[0].astype(np.uint16) * 40 + 1000
    save(tmp_path / "deep.png", deep)
    example = lesion(tmp_path / "deep.png")
    assert np.array_equal(example.frames().gray(0), deep)
    assert (example.gray().min(), example.gray().max()) == (0, 255)


def test_all_lesions_of_an_image_are_one_mask(scan: Path, tmp_path: Path) -> None:
    _, first = picture(1)
    second = np.zeros_like(first)
    second[:5, :5] = 255
    save(tmp_path / "1.png", first)
    save(tmp_path / "2.png", second)
    merged = lesion(scan, tmp_path / "1.png", tmp_path / "2.png").mask_array(first.shape)
    assert np.array_equal(merged, (first > 0) | (second > 0))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_masks_of_any_color_mode_read_alike(scan: Path, tmp_path: Path, mode: str) -> None:
    _, mask = picture(1)
    Image.fromarray(mask).convert(mode).save(tmp_path / "mask.png")
    assert np.array_equal(lesion(scan, tmp_path / "mask.png").mask_array(mask.shape), mask > 0)


def test_a_mask_of_zeros_and_ones_is_a_mask(scan: Path, tmp_path: Path) -> None:
    _, mask = picture(1)
    save(tmp_path / "mask.png", mask // 255)
    assert np.array_equal(lesion(scan, tmp_path / "mask.png").mask_array(mask.shape), mask > 0)


def test_a_mask_drawn_on_a_transparent_ground_is_what_is_not_transparent(scan: Path, tmp_path: Path) -> None:
    _, mask = picture(1)
    save(tmp_path / "mask.png", np.dstack([np.zeros((*mask.shape, 3), np.uint8), mask]))
    assert np.array_equal(lesion(scan, tmp_path / "mask.png").mask_array(mask.shape), mask > 0)


def test_an_opaque_mask_with_an_alpha_channel_is_what_is_bright(scan: Path, tmp_path: Path) -> None:
    _, mask = picture(1)
    save(tmp_path / "mask.png", np.dstack([mask, mask, mask, np.full_like(mask, 255)]))
    assert np.array_equal(lesion(scan, tmp_path / "mask.png").mask_array(mask.shape), mask > 0)


def test_a_mask_of_another_size_is_named(scan: Path, tmp_path: Path) -> None:
    save(tmp_path / "mask.png", np.zeros((5, 7), dtype=np.uint8))
    with pytest.raises(InputError, match=r"mask\.png: the mask is 7x5 pixels, its image 110x90"):
        lesion(scan, tmp_path / "mask.png").mask_array((90, 110))


def test_a_lesion_that_nobody_outlined_is_not_a_normal_image(scan: Path) -> None:
    assert not lesion(scan).is_outlined
    assert not lesion(scan).mask_array((90, 110)).any()


def test_a_missing_image_and_a_damaged_one_are_named(tmp_path: Path, scan: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.png: there is no such file"):
        lesion(tmp_path / "gone.png").gray()
    (tmp_path / "cut.png").write_bytes(scan.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"cut\.png: cannot be read"):
        lesion(tmp_path / "cut.png").gray()
