"""No photometric interpretation or transfer syntax changes what the image shows."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from BreastUSAILib.engine.reading import read
from BreastUSAILib.engine.reading.dicom.pixels.palette import expand_segments
from BreastUSAILib.engine.reading.dicom.pydicom_versions import compress
from Testing.engine.reading.dicom.dicom_writing import (
    CAPTURE,
    color_bars,
    dicom_dataset,
    example,
    ramp,
    save,
    to_ybr,
)

TEST_CARD = [[255, 0, 0], [255, 128, 128], [0, 255, 0], [128, 255, 128], [0, 0, 255], [128, 128, 255]]
TEST_CARD += [[0, 0, 0], [64, 64, 64], [192, 192, 192], [255, 255, 255]]


def shown(path: Path, frame: int = 0) -> NDArray:
    (item,) = read(path)
    assert not isinstance(item, Exception), item
    return item.read_frame(frame)


def test_monochrome2_is_shown_as_stored(tmp_path: Path) -> None:
    assert np.array_equal(shown(save(dicom_dataset(ramp()), tmp_path / "a.dcm")), ramp())


def test_monochrome1_is_inverted(tmp_path: Path) -> None:
    path = save(dicom_dataset(ramp(), "MONOCHROME1"), tmp_path / "a.dcm")
    assert np.array_equal(shown(path), 255 - ramp())


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_uncompressed_transfer_syntaxes_agree(tmp_path: Path, syntax: str) -> None:
    assert np.array_equal(shown(save(dicom_dataset(ramp()), tmp_path / "a.dcm", syntax)), ramp())
    assert np.array_equal(shown(save(dicom_dataset(color_bars(), "RGB"), tmp_path / "b.dcm", syntax)), color_bars())


def test_frames_of_an_odd_number_of_bytes_stay_apart(tmp_path: Path) -> None:
    cine = np.stack([ramp(3, 5), 255 - ramp(3, 5), ramp(3, 5) // 2])
    path = save(dicom_dataset(cine), tmp_path / "a.dcm")
    assert np.array_equal([shown(path, index) for index in (0, 1, 2)], cine)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
@pytest.mark.parametrize("colors", ["MONOCHROME2", "RGB", "YBR_FULL"])
def test_lossless_compression_shows_the_same(tmp_path: Path, syntax: UID, colors: str) -> None:
    expected = ramp(64, 64) if colors == "MONOCHROME2" else color_bars(64, 64)
    stored = to_ybr(expected) if colors == "YBR_FULL" else expected
    dataset = dicom_dataset(stored, colors)
    path = save(dataset, tmp_path / "a.dcm")
    if syntax == JPEG2000Lossless and colors == "RGB":
        dataset.PhotometricInterpretation = "YBR_RCT"
    compress(dataset, syntax, stored)
    save(dataset, path, syntax)
    tolerance = 2 if colors == "YBR_FULL" else 0  # rounding of the conversion to YBR and back
    assert np.abs(shown(path).astype(int) - expected).max() <= tolerance


def test_planar_colors_are_put_together(tmp_path: Path) -> None:
    planes = np.ascontiguousarray(color_bars().transpose(2, 0, 1))
    dataset = dicom_dataset(color_bars(), "RGB", PlanarConfiguration=1, PixelData=planes.tobytes())
    assert np.array_equal(shown(save(dataset, tmp_path / "a.dcm")), color_bars())


def ybr_422(rgb: NDArray) -> bytes:
    ybr = to_ybr(rgb).reshape(-1, 2, 3)
    return np.stack([ybr[:, 0, 0], ybr[:, 1, 0], ybr[:, 0, 1], ybr[:, 0, 2]], axis=1).astype(np.uint8).tobytes()


def test_uncompressed_422_comes_back_in_color(tmp_path: Path) -> None:
    bars = color_bars(8, 16)  # bars four pixels wide: no pair of pixels shares two colors
    dataset = dicom_dataset(bars, "YBR_FULL_422", PixelData=ybr_422(bars))
    assert np.abs(shown(save(dataset, tmp_path / "a.dcm")).astype(int) - bars).max() <= 2


@pytest.mark.parametrize("truth", ["RGB", "YBR_FULL"])
def test_full_resolution_under_a_422_header_does_not_go_green(tmp_path: Path, truth: str) -> None:
    image = np.repeat(ramp(8, 16)[..., None], 3, axis=2)
    image[0, 0] = (250, 10, 20)
    stored = image if truth == "RGB" else to_ybr(image)
    dataset = dicom_dataset(stored, "YBR_FULL_422")
    assert np.abs(shown(save(dataset, tmp_path / "a.dcm")).astype(int) - image).max() <= 2


def test_partial_range_ybr_uses_its_own_matrix(tmp_path: Path) -> None:
    white, black, red = (235, 128, 128), (16, 128, 128), (81, 90, 240)
    pairs = np.array([[(y, y, b, r) for y, b, r in (white, black, red)]], np.uint8)
    dataset = dicom_dataset(np.zeros((1, 6, 3), np.uint8), "YBR_PARTIAL_422", PixelData=pairs.tobytes())
    colors = shown(save(dataset, tmp_path / "a.dcm"))[0, ::2].astype(int)
    assert np.abs(colors - [(255, 255, 255), (0, 0, 0), (255, 0, 0)]).max() <= 2


def jpeg_file(path: Path, stream: bytes, rows: int, columns: int, colors: str) -> Path:
    dataset = dicom_dataset(np.zeros((rows, columns, 3), np.uint8), colors, PixelData=encapsulate([stream]))
    return save(dataset, path, JPEGBaseline8Bit)


@pytest.mark.parametrize("header", ["RGB", "YBR_FULL_422", "YBR_FULL"])
def test_jfif_pixels_are_ybr_whatever_the_header_says(tmp_path: Path, header: str) -> None:
    bars, stream = color_bars(32, 64), io.BytesIO()
    Image.fromarray(bars).save(stream, "JPEG", quality=98, subsampling=0)
    assert np.abs(shown(jpeg_file(tmp_path / "a.dcm", stream.getvalue(), 32, 64, header)).astype(int) - bars).max() < 12


@pytest.mark.parametrize("header", ["RGB", "YBR_FULL_422"])
def test_rgb_components_are_rgb_whatever_the_header_says(tmp_path: Path, header: str) -> None:
    bars, stream = color_bars(32, 64), io.BytesIO()
    Image.fromarray(bars).save(stream, "JPEG", quality=98, keep_rgb=True)
    assert np.abs(shown(jpeg_file(tmp_path / "a.dcm", stream.getvalue(), 32, 64, header)).astype(int) - bars).max() < 12


@pytest.mark.parametrize(
    "name",
    [
        *("SC_rgb_dcmtk_+eb+cr.dcm", "SC_rgb_dcmtk_+eb+cy+np.dcm", "SC_rgb_dcmtk_+eb+cy+n2.dcm"),
        *(
            "SC_rgb_dcmtk_+eb+cy+s4.dcm",
            "SC_rgb_gdcm_KY.dcm",
            "SC_rgb_jls_lossy_line.dcm",
        ),
        *("SC_rgb_jls_lossy_sample.dcm", "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_rle_32bit.dcm"),
        *("SC_rgb_jpeg_lossy_gdcm.dcm", "SC_rgb_rle.dcm", "SC_rgb_rle_16bit_2frame.dcm"),
        "SC_ybr_full_422_uncompressed.dcm",
    ],
)
def test_the_same_test_card_from_every_toolkit(name: str) -> None:
    image = shown(example(name))
    rows = [image[row, 50].astype(int) for row in range(5, 100, 10)]
    assert np.abs(np.array(rows) - TEST_CARD).max() <= 5  # lossy JPEG and near-lossless JPEG-LS


def test_elements_encoded_otherwise_than_the_transfer_syntax_says_are_found() -> None:
    explicit_by_name, plain = (shown(example(name)) for name in ("SC_rgb_jpeg.dcm", "SC_rgb_jpeg_dcmd.dcm"))
    assert np.array_equal(explicit_by_name, plain)


def test_floating_point_pixels_must_be_numbers(tmp_path: Path) -> None:
    values = np.array([[1.5, np.nan]], np.float32)
    dataset = dicom_dataset(values.view(np.int32), PixelData=None, FloatPixelData=values.tobytes())
    (item,) = read(save(dataset, tmp_path / "a.dcm"))
    assert "not numbers" in str(item)


def palette_elements(table: NDArray, bits: int) -> dict[str, Any]:
    kind = np.uint8 if bits == 8 else np.uint16
    elements: dict[str, Any] = {}
    for channel, color in enumerate(("Red", "Green", "Blue")):
        elements[f"{color}PaletteColorLookupTableDescriptor"] = [len(table), 0, bits]
        elements[f"{color}PaletteColorLookupTableData"] = table[:, channel].astype(kind).tobytes()
    return elements


@pytest.mark.parametrize("bits", [8, 16])
def test_palette_entries_become_eight_bit_colors(tmp_path: Path, bits: int) -> None:
    colors = np.array([(0, 0, 0), (200, 10, 30), (10, 180, 60), (90, 91, 240)], np.uint16)
    stored = np.arange(32, dtype=np.uint8).reshape(4, 8) % 4
    dataset = dicom_dataset(stored, "PALETTE COLOR", **palette_elements(colors << (bits - 8), bits))
    assert np.array_equal(shown(save(dataset, tmp_path / "a.dcm")), colors[stored])


def test_eight_bit_entries_may_sit_in_sixteen_bit_words(tmp_path: Path) -> None:
    colors = np.array([(0, 0, 0), (200, 10, 30), (10, 180, 60), (90, 91, 240)], np.uint16)
    stored = np.arange(32, dtype=np.uint8).reshape(4, 8) % 4
    elements = {**palette_elements(colors, 16), "RedPaletteColorLookupTableDescriptor": [4, 0, 8]}
    dataset = dicom_dataset(stored, "PALETTE COLOR", **elements)
    assert np.array_equal(shown(save(dataset, tmp_path / "a.dcm")), colors[stored])


def test_a_palette_of_grays_is_a_gray_image(tmp_path: Path) -> None:
    grays = np.repeat(np.arange(256)[::-1, None], 3, axis=1)
    image = shown(save(dicom_dataset(ramp(), "PALETTE COLOR", **palette_elements(grays, 8)), tmp_path / "a.dcm"))
    assert np.array_equal(image, 255 - ramp())


def test_segmented_palettes_expand() -> None:
    # discrete 0 and 10; linear 4 steps to 50; then both once more (byte offset 0, low word first)
    codes = [0, 2, 0, 10, 1, 4, 50, 2, 2, 0, 0]
    assert expand_segments(codes, wide=True).tolist() == [0, 10, 20, 30, 40, 50] * 2


def test_a_palette_segment_that_refers_to_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="refers to one that follows"):
        expand_segments([0, 1, 5, 2, 1, 6, 0], wide=True)


def test_color_in_any_of_three_frames_makes_a_color_cine(tmp_path: Path) -> None:
    cine = np.repeat(np.stack([ramp()] * 4)[..., None], 3, axis=3)
    (gray,) = read(save(dicom_dataset(cine, "RGB"), tmp_path / "gray.dcm"))
    cine[3, 0, 0] = (200, 0, 0)
    (color,) = read(save(dicom_dataset(cine, "RGB"), tmp_path / "color.dcm"))
    assert not isinstance(gray, Exception)
    assert not isinstance(color, Exception)
    assert (gray.has_color, gray.read_frame(0).shape) == (False, (8, 10))
    assert (color.has_color, color.read_frame(0).shape) == (True, (8, 10, 3))


def sixteen_bits(**elements: Any) -> Dataset:
    stored = np.array([[0, 500, 1000, 2000, 4000, 4095]], np.uint16)
    return dicom_dataset(stored, BitsStored=12, HighBit=11, **elements)


def test_a_window_maps_deep_pixels_to_what_is_displayed(tmp_path: Path) -> None:
    image = shown(save(sixteen_bits(WindowCenter=1000, WindowWidth=1001), tmp_path / "a.dcm"))
    assert image.dtype == np.uint8
    assert image[0].tolist() == [0, 0, 128, 255, 255, 255]


def test_deep_pixels_without_a_window_stay_deep(tmp_path: Path) -> None:
    image = shown(save(sixteen_bits(), tmp_path / "a.dcm"))
    assert image.dtype == np.uint16
    assert image[0].tolist() == [0, 500, 1000, 2000, 4000, 4095]


def test_inverted_deep_pixels_stay_within_their_bits(tmp_path: Path) -> None:
    image = shown(save(sixteen_bits(PhotometricInterpretation="MONOCHROME1"), tmp_path / "a.dcm"))
    assert image[0].tolist() == [4095, 3595, 3095, 2095, 95, 0]


def test_big_endian_words_are_turned(tmp_path: Path) -> None:
    image = shown(save(sixteen_bits(), tmp_path / "a.dcm", ExplicitVRBigEndian))
    assert image[0].tolist() == [0, 500, 1000, 2000, 4000, 4095]


def test_signed_pixels_keep_their_order(tmp_path: Path) -> None:
    image = shown(save(dicom_dataset(np.array([[-300, 0, 300]], np.int16)), tmp_path / "a.dcm"))
    assert image.dtype == np.float32
    assert image[0].tolist() == [-300, 0, 300]


def test_secondary_capture_of_unknown_modality_is_read(tmp_path: Path) -> None:
    assert np.array_equal(
        shown(save(dicom_dataset(ramp(), SOPClassUID=CAPTURE, Modality="OT"), tmp_path / "a")), ramp()
    )
