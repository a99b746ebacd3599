"""The reader is warned of what limits a result, and pictures that are no ultrasound get none."""

from __future__ import annotations

import colorsys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from BreastUSAILib.engine.checks.input_checks import check_input, check_pixels
from BreastUSAILib.engine.checks.sector import detect_sector
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import Frames, InputKind, Rectangle, Region, RegionContent
from BreastUSAILib.engine.reading.dicom.reader import read_dicom

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
SHAPE = (360, 480)
LEFT, RIGHT = Rectangle(32, 24, 304, 392), Rectangle(336, 24, 304, 392)


def codes(flags: tuple[Flag, ...]) -> list[FlagCode]:
    return [flag.code for flag in flags]


def checked(pixels: NDArray) -> tuple[Flag, ...]:
    return check_pixels(pixels, Rectangle(0, 0, pixels.shape[1], pixels.shape[0]))


# --- facts of the file


def no_frame(index: int) -> NDArray:
    raise AssertionError(f"frame {index} was read")


@pytest.fixture
def calibrated() -> Frames:
    """A calibrated still with one tissue region, as Slicer loads it; reading a frame fails the test."""
    region = Region(Rectangle(20, 30, 500, 400), RegionContent.TISSUE, (0.1, 0.1))
    return Frames(
        name="still",
        kind=InputKind.STILL,
        count=1,
        rows=480,
        columns=640,
        has_color=False,
        read_frame=no_frame,
        ijk_to_ras=np.diag([-0.1, -0.1, 1.0, 1.0]),
        pixel_spacing_mm=(0.1, 0.1),
        regions=(region,),
        region=region,
    )


def test_a_calibrated_single_view_raises_no_flag(calibrated: Frames) -> None:
    assert check_input(calibrated) == ()


def test_an_input_without_pixel_size_is_uncalibrated(calibrated: Frames) -> None:
    (flag,) = check_input(replace(calibrated, pixel_spacing_mm=None))
    assert (flag.code, flag.severity) == (FlagCode.UNCALIBRATED, Severity.INFO)


def test_a_dual_view_says_how_many_views_there_are_and_which_was_analyzed(calibrated: Frames) -> None:
    views = tuple(Region(box, RegionContent.TISSUE, (0.1, 0.1)) for box in (LEFT, RIGHT))
    (flag,) = check_input(replace(calibrated, regions=views, region=views[1]))
    assert (flag.code, flag.severity) == (FlagCode.MULTIPLE_REGIONS, Severity.INFO)
    assert "2 tissue views" in flag.message
    assert "columns 336-639, rows 24-415" in flag.message


def test_graphics_beside_the_tissue_are_not_a_second_view(calibrated: Frames) -> None:
    graphics = Region(Rectangle(0, 0, 20, 64), RegionContent.GRAPHICS)
    assert check_input(replace(calibrated, regions=(*calibrated.regions, graphics))) == ()


@pytest.mark.parametrize(
    ("content", "code", "severity"),
    [
        (RegionContent.COLOR_FLOW, FlagCode.COLOR_DOPPLER, Severity.WARNING),
        (RegionContent.SPECTRAL_DOPPLER, FlagCode.SPECTRAL_DOPPLER, Severity.WARNING),
        (RegionContent.M_MODE, FlagCode.M_MODE, Severity.INFO),
    ],
)
def test_what_a_file_declares_besides_the_tissue_is_said(
    calibrated: Frames, content: RegionContent, code: FlagCode, severity: Severity
) -> None:
    other = Region(Rectangle(100, 100, 80, 80), content)
    (flag,) = check_input(replace(calibrated, regions=(*calibrated.regions, other)))
    assert (flag.code, flag.severity) == (code, severity)


@pytest.mark.parametrize("content", [RegionContent.SPECTRAL_DOPPLER, RegionContent.M_MODE])
def test_a_file_that_declares_no_tissue_at_all_is_rejected(calibrated: Frames, content: RegionContent) -> None:
    alone = Region(Rectangle(0, 0, 600, 400), content)
    (flag,) = check_input(replace(calibrated, regions=(alone,), region=None))
    assert flag.severity is Severity.REJECT


@pytest.mark.parametrize(
    ("side", "severity"), [(31, Severity.REJECT), (32, Severity.WARNING), (99, Severity.WARNING), (100, None)]
)
def test_a_small_analyzed_area_is_warned_of_and_a_tiny_one_rejected(
    calibrated: Frames, side: int, severity: Severity | None
) -> None:
    for box in (Rectangle(0, 0, side, 400), Rectangle(0, 0, 400, side)):
        flags = check_input(replace(calibrated, region=Region(box, RegionContent.TISSUE)))
        assert [flag.severity for flag in flags if flag.code is FlagCode.IMAGE_TOO_SMALL] == [severity] * bool(severity)


def test_without_a_region_the_whole_frame_must_be_large_enough(calibrated: Frames) -> None:
    (flag,) = check_input(replace(calibrated, rows=1, columns=1, regions=(), region=None))
    assert (flag.code, flag.severity) == (FlagCode.IMAGE_TOO_SMALL, Severity.REJECT)


@pytest.mark.parametrize(("row", "unequal"), [(0.104, False), (0.106, True), (0.096, False), (0.094, True)])
def test_pixels_more_than_5_percent_off_square_are_mentioned(calibrated: Frames, row: float, unequal: bool) -> None:
    frames = replace(calibrated, pixel_spacing_mm=(row, 0.1), ijk_to_ras=np.diag([-0.1, -row, 1.0, 1.0]))
    assert codes(check_input(frames)) == [FlagCode.UNEQUAL_SPACING] * unequal


def test_slicers_ruler_is_distrusted_where_slicer_does_not_know_the_calibration(calibrated: Frames) -> None:
    (flag,) = check_input(replace(calibrated, ijk_to_ras=np.diag([-1.0, -1.0, 1.0, 1.0])))
    assert (flag.code, flag.severity) == (FlagCode.CALIBRATION_NOT_IN_SLICER, Severity.INFO)
    assert check_input(replace(calibrated, ijk_to_ras=np.diag([0.1, 0.1, 5.0, 1.0]))) == ()


def test_slicers_scale_is_compared_column_with_column_and_row_with_row(calibrated: Frames) -> None:
    oblique = np.array([[0, -0.2, 0, 5], [0.1, 0, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1]])
    right = replace(calibrated, ijk_to_ras=oblique, pixel_spacing_mm=(0.2, 0.1))
    swapped = replace(calibrated, ijk_to_ras=oblique, pixel_spacing_mm=(0.1, 0.2))
    assert FlagCode.CALIBRATION_NOT_IN_SLICER not in codes(check_input(right))
    assert FlagCode.CALIBRATION_NOT_IN_SLICER in codes(check_input(swapped))


# --- the look of a frame


def speckle(seed: int = 5, shape: tuple[int, int] = SHAPE) -> NDArray[np.uint8]:
    """Log-compressed, fully developed speckle over layered tissue: finer along depth than across."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=shape) + 1j * rng.normal(size=shape), (1.0, 2.2))
    tissue = ndimage.gaussian_filter(rng.normal(size=shape), (6, 25))
    decibel = 20 * np.log10(np.abs(field) / np.abs(field).mean() + 1e-3) + 8 * tissue / tissue.std()
    return np.clip(100 + 4 * decibel, 0, 255).astype(np.uint8)


def rgb(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(gray[..., None], 3, axis=-1)


def test_a_color_map_is_not_taken_for_flow() -> None:
    pixels = rgb(speckle())
    rainbow = [colorsys.hsv_to_rgb(hue, 0.9, 0.8) for hue in np.linspace(0, 0.7, 160)]
    pixels[80:240, 100:300] = (255 * np.array(rainbow)[:, None]).astype(np.uint8)
    assert codes(checked(pixels)) == [FlagCode.ELASTOGRAPHY]


def with_doppler(share: float, color: tuple[int, int, int] = (210, 40, 10)) -> NDArray[np.uint8]:
    """Speckle with a solid flow area of that share of the frame."""
    pixels = rgb(speckle())
    side = round(np.sqrt(share * SHAPE[0] * SHAPE[1]))
    pixels[60 : 60 + side, 80 : 80 + side] = color
    return pixels


def natural_scene(seed: int) -> NDArray[np.uint8]:
    """Overlapping discs of many sizes and grays, the dead-leaves model of natural images, slightly out of focus."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(SHAPE)
    scene = np.zeros(SHAPE)
    for _ in range(600):
        radius = 6 / rng.uniform(0.08, 1) ** 1.0
        y, x = rng.uniform(0, SHAPE[0]), rng.uniform(0, SHAPE[1])
        scene[(rows - y) ** 2 + (columns - x) ** 2 < radius**2] = rng.uniform(20, 230)
    scene = ndimage.gaussian_filter(scene, 0.7) + rng.normal(scale=3, size=SHAPE)
    return np.clip(scene, 0, 255).astype(np.uint8)


def color_photo(seed: int) -> NDArray[np.uint8]:
    return np.stack([natural_scene(3 * seed + channel) for channel in range(3)], axis=-1)


def text_page() -> NDArray[np.uint8]:
    page = np.full(SHAPE, 250, dtype=np.uint8)
    letters = np.random.default_rng(2).random((SHAPE[0] // 12, SHAPE[1] // 4)) < 0.5
    lines = np.repeat(np.repeat(letters, 4, axis=0), 4, axis=1)
    for line in range(letters.shape[0]):
        page[12 * line : 12 * line + 4][lines[4 * line : 4 * line + 4]] = 20
    return page


def gradient(direction: tuple[float, float]) -> NDArray[np.uint8]:
    rows, columns = np.indices(SHAPE)
    ramp = direction[0] * rows / SHAPE[0] + direction[1] * columns / SHAPE[1]
    return (255 * ramp / sum(direction)).astype(np.uint8)


def checkerboard(square: int) -> NDArray[np.uint8]:
    rows, columns = np.indices(SHAPE)
    return ((rows // square + columns // square) % 2 * 255).astype(np.uint8)


NO_ULTRASOUND: dict[str, Callable[[], NDArray]] = {
    "color photograph": lambda: color_photo(1),
    "gray natural scene": lambda: natural_scene(1),
    "another gray scene": lambda: natural_scene(4),
    "text page": text_page,
    "text page in color": lambda: rgb(text_page()),
    "uniform noise": lambda: np.random.default_rng(0).integers(0, 256, SHAPE, dtype=np.uint8),
    "colored noise": lambda: np.random.default_rng(0).integers(0, 256, (*SHAPE, 3), dtype=np.uint8),
    "gradient along depth": lambda: gradient((1, 0)),
    "gradient across": lambda: gradient((0, 1)),
    "slanted gradient": lambda: gradient((1, 1)),
    "checkerboard of 2": lambda: checkerboard(2),
    "checkerboard of 8": lambda: checkerboard(8),
    "checkerboard of 40": lambda: checkerboard(40),
    "lesion mask": lambda: np.pad(np.full((120, 160), 255, dtype=np.uint8), 120),
    "float noise volume": lambda: np.random.default_rng(0).random(SHAPE, dtype=np.float32) * 3000,
}


@pytest.mark.parametrize("name", NO_ULTRASOUND)
def test_a_picture_that_is_not_ultrasound_is_rejected(name: str) -> None:
    flags = checked(NO_ULTRASOUND[name]())
    assert [(flag.code, flag.severity) for flag in flags] == [(FlagCode.NOT_ULTRASOUND, Severity.REJECT)]


@pytest.mark.parametrize("seed", range(6))
def test_speckle_of_b_mode_raises_no_flag(seed: int) -> None:
    gray = speckle(seed)
    assert checked(gray) == ()
    assert checked(rgb(gray)) == ()
    assert checked(np.rot90(gray)) == ()
    assert checked(gray.astype(np.uint16) * 16) == ()
    assert checked(gray.astype(np.float32) / 255) == ()


@pytest.mark.parametrize("value", [0, 7, 255])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_constant_frame_is_blank(value: int, dtype: type) -> None:
    (flag,) = checked(np.full(SHAPE, value, dtype=dtype))
    assert (flag.code, flag.severity) == (FlagCode.BLANK_FRAME, Severity.REJECT)


def test_a_black_frame_with_a_small_label_is_blank() -> None:
    frame = np.zeros(SHAPE, dtype=np.uint8)
    frame[10:20, 10:60] = 255
    assert codes(checked(frame)) == [FlagCode.BLANK_FRAME]


def test_a_single_pixel_is_blank() -> None:
    assert codes(checked(np.array([[130]], dtype=np.uint8))) == [FlagCode.BLANK_FRAME]


def test_only_the_analyzed_region_is_looked_at() -> None:
    frame = text_page()
    frame[40:340, 60:460] = speckle(shape=(300, 400))
    assert check_pixels(frame, Rectangle(60, 40, 400, 300)) == ()


@pytest.mark.parametrize("color", [(210, 40, 10), (20, 60, 220), (240, 120, 10), (30, 130, 250)])
@pytest.mark.parametrize("share", [0.003, 0.05, 0.4])
def test_flow_colors_over_tissue_are_warned_of(share: float, color: tuple[int, int, int]) -> None:
    (flag,) = checked(with_doppler(share, color))
    assert (flag.code, flag.severity) == (FlagCode.COLOR_DOPPLER, Severity.WARNING)


@pytest.mark.parametrize("color", [(240, 230, 20), (30, 230, 40), (255, 255, 255)])
def test_calipers_and_labels_in_yellow_green_or_white_are_not_doppler(color: tuple[int, int, int]) -> None:
    assert checked(with_doppler(0.01, color)) == ()


@pytest.mark.parametrize("tint", [(1.0, 0.85, 0.6), (0.75, 0.9, 1.0), (1.0, 0.8, 0.9)])
def test_a_tinted_gray_scale_is_not_doppler_and_doppler_shows_through_it(tint: tuple[float, float, float]) -> None:
    tinted = (rgb(speckle()) * np.array(tint)).astype(np.uint8)
    assert checked(tinted) == ()
    tinted[60:130, 80:150] = (220, 30, 10)
    assert codes(checked(tinted)) == [FlagCode.COLOR_DOPPLER]


def test_every_message_is_one_sentence(calibrated: Frames) -> None:
    views = tuple(Region(box, RegionContent.TISSUE) for box in (LEFT, RIGHT))
    flow = Region(Rectangle(0, 0, 60, 60), RegionContent.COLOR_FLOW)
    dual = replace(calibrated, regions=(*views, flow), region=flow, pixel_spacing_mm=(0.1, 0.3))
    tiny = replace(calibrated, rows=5, columns=5, regions=(), region=None, pixel_spacing_mm=None)
    flags = [*check_input(dual), *check_input(tiny), *checked(text_page()), *checked(with_doppler(0.1))]
    flags += checked(np.zeros(SHAPE, dtype=np.uint8))
    assert len({flag.code for flag in flags}) == 8
    for flag in flags:
        assert flag.message[0].isupper()
        assert flag.message.endswith(".")
        assert ". " not in flag.message


def test_a_color_frame_of_600_by_800_is_checked_within_milliseconds() -> None:
    frame = rgb(speckle(shape=(600, 800)))
    region = Rectangle(0, 0, 800, 600)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        check_pixels(frame, region)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.02, "3 ms on an idle core; the margin is for a busy machine"


# --- real images


def dataset_images(*patterns: str) -> list[Path]:
    found = [path for pattern in patterns for path in sorted(SHARED.glob(pattern))]
    if not found:
        pytest.skip("the data sets are not beside the repository (../shared/data)")
    return found[::20]


def test_no_breast_ultrasound_image_of_the_data_sets_is_rejected() -> None:
    images = dataset_images("BUS-BRA/images/*.png", "BUSI/images/*/*.jpg", "BUSI/images_256/*/*")
    found = Counter(flag.code for path in images for flag in checked(np.asarray(Image.open(path))))
    assert found[FlagCode.NOT_ULTRASOUND] == found[FlagCode.BLANK_FRAME] == 0


def test_no_real_ultrasound_dicom_is_rejected_and_doppler_is_seen() -> None:
    folder = SHARED / "dicom"
    if not folder.is_dir():
        pytest.skip("the project's shared DICOM files are not on this machine (../shared/data/dicom)")
    doppler = set()
    for path in sorted(folder.glob("*.dcm")):
        frames = read_dicom(path)
        region = detect_sector(frames.gray(0)) if frames.region is None else frames.region.rectangle
        found = codes(check_pixels(frames.read_frame(0), region))
        assert not {FlagCode.NOT_ULTRASOUND, FlagCode.BLANK_FRAME} & set(found), path.name
        doppler |= {path.stem for code in found if code is FlagCode.COLOR_DOPPLER}
    assert doppler == {"cine_palette_rle_uncalibrated", "still_rgb_jpeg2000"}
