"""What to tell the reader about an input before its result: facts of the file, and the look of each frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import flag_sentences
from ..flags import Flag, FlagCode, Severity
from ..images.frames import Frames, Rectangle, RegionContent, luminance

MIN_SIDE_PX = 32
ADVISED_SIDE_PX = 100
SPACING_TOLERANCE = 0.05
SLICER_SPACING_TOLERANCE = 0.01

_SAMPLED_SIDE_PX = 350  # the shorter side is thinned to about this: speckle stays resolved, the cost bounded
_TILE_PX = 8
_TILE_ROW_STEP_PX = 16  # every second row of tiles is looked at
_MIN_TILES = 16

_BLANK_RANGE = 8
_LIT = 16
_BRIGHT = 232
_BRIGHT_SHARE = 0.6
_GRAPHIC_LEVELS = 3
_GRAPHIC_SHARE = 0.9
_MIN_LIT_SHARE = 0.05
_FLAT_ROUGHNESS = 1.75
_FLAT_SHARE = 0.7
_ISOTROPIC = (-0.09, 0.06)  # 2496 breast images: all above 0.10; 1875 of them turned: all below -0.13
_ISOTROPIC_IN_COLOR = (-0.12, 0.12)  # a photograph's colors are further evidence
_SOME_COLOR_SHARE = 0.15
_TEXTURE_LIT_SHARE = 0.3
_COLOR_MIN_LEVEL = 60
_STRONG_COLOR = 0.25
_STRONG_COLOR_SHARE = 0.6
_FLOW_COLOR = 0.35
_FLOW_SHARE = 0.001
_GREENER = 1.15
_MAP_SHARE = 0.06  # a color map covers an area; its scale beside it, or flow, less
_MAP_GREEN = 0.2  # of the colored pixels: flow is red and blue, elastography goes through green

_BLANK = Flag(FlagCode.BLANK_FRAME, Severity.REJECT, flag_sentences.BLANK)
_NOT_ULTRASOUND = Flag(FlagCode.NOT_ULTRASOUND, Severity.REJECT, flag_sentences.NOT_ULTRASOUND)
_SHOWS_TISSUE = {RegionContent.TISSUE, RegionContent.COLOR_FLOW}

_COLOR_MAP = Flag(FlagCode.ELASTOGRAPHY, Severity.WARNING, flag_sentences.ELASTOGRAPHY)
_DOPPLER_OVER_TISSUE = Flag(FlagCode.COLOR_DOPPLER, Severity.WARNING, flag_sentences.DOPPLER_OVER_TISSUE)


def check_input(frames: Frames) -> tuple[Flag, ...]:
    """Flags from the facts of the input alone; no frame is read."""
    candidates = (
        _pixel_size(frames),
        _regions(frames),
        _size(frames),
        _doppler_regions(frames),
        _m_mode_regions(frames),
        _unequal_spacing(frames),
        _slicer_spacing(frames),
    )
    return (*(flag for flag in candidates if flag is not None), *frames.remarks)


def check_pixels(pixels: NDArray, region: Rectangle) -> tuple[Flag, ...]:
    """Flags from the look of one frame inside its analyzed region.

    ``blank_frame`` (reject): hardly any gray level but one. ``colour_doppler`` (warning): saturated red or blue areas
    against the picture's own tint. ``elastography`` (warning): an area in all colors. ``not_ultrasound`` (reject), for
    any of: mostly strong colors; mostly white; only a few gray levels (graphics, a mask); no texture; or texture
    equally fine down and across. In B-mode the axial resolution is better than the lateral one, so its texture is
    finer along depth (or across it, in a frame turned by 90 degrees), while photographs, noise, CT and MR are mostly
    isotropic. What passes: pictures whose texture has a direction of its own (some CT and radiographs, grass, water),
    diagrams that are mostly dark, and isotropic pictures on a frame that is over 70 % black.

    Args:
        pixels: ``[H, W]`` gray or ``[H, W, 3]`` RGB. 0-255 where uint8; otherwise scaled by the region's maximum.
        region: the analyzed rectangle, inside the frame.
    """
    view = pixels[region.slices]
    step = max(1, round(min(view.shape[:2]) / _SAMPLED_SIDE_PX))
    thinned = view[::step, ::step]
    gray = eight_bit(luminance(_rows_of_tiles(thinned)))
    levels = np.bincount(gray.astype(np.uint8).ravel(), minlength=256) / gray.size
    if _level_range(levels) < _BLANK_RANGE:
        return (_BLANK,)
    colors = _colors(eight_bit(thinned[::2, ::2])) if view.ndim == 3 else _Colors(strong=0.0, flow=0.0)
    if _is_no_ultrasound(levels, _texture(gray), colors):
        return (_NOT_ULTRASOUND,)
    if colors.strong >= _MAP_SHARE and colors.green >= _MAP_GREEN * colors.strong:
        return (_COLOR_MAP,)
    return (_DOPPLER_OVER_TISSUE,) if colors.flow >= _FLOW_SHARE else ()


@dataclass(frozen=True)
class _Texture:
    """Local texture of a gray picture: number of tiles looked at, share without texture, and its direction.

    `anisotropy` is the median over the tiles of ln(mean absolute difference down / across): 0 is isotropic.
    """

    tiles: int
    flat_share: float
    anisotropy: float


@dataclass(frozen=True)
class _Colors:
    """Shares of a picture's pixels in [0, 1]: strongly colored ones, solid areas of Doppler red or blue, green ones."""

    strong: float
    flow: float
    green: float = 0.0


def _pixel_size(frames: Frames) -> Flag | None:
    if frames.pixel_spacing_mm is not None:
        return None
    return Flag(FlagCode.UNCALIBRATED, Severity.INFO, flag_sentences.UNCALIBRATED)


def _regions(frames: Frames) -> Flag | None:
    tissue = [region for region in frames.regions if region.content is RegionContent.TISSUE]
    if len(tissue) < 2:
        return None
    message = flag_sentences.SEVERAL_VIEWS.format(count=len(tissue))
    if frames.region is not None:
        box = frames.region.rectangle
        columns, rows = f"{box.x}-{box.x + box.width - 1}", f"{box.y}-{box.y + box.height - 1}"
        message = flag_sentences.ONE_VIEW_OF_SEVERAL.format(count=len(tissue), columns=columns, rows=rows)
    return Flag(FlagCode.MULTIPLE_REGIONS, Severity.INFO, message)


def _size(frames: Frames) -> Flag | None:
    area = Rectangle(0, 0, frames.columns, frames.rows) if frames.region is None else frames.region.rectangle
    shorter = min(area.width, area.height)
    if shorter >= ADVISED_SIDE_PX:
        return None
    severity, sentence = Severity.WARNING, flag_sentences.SMALL
    if shorter < MIN_SIDE_PX:
        severity, sentence = Severity.REJECT, flag_sentences.TOO_SMALL
    message = sentence.format(width=area.width, height=area.height, least=ADVISED_SIDE_PX)
    return Flag(FlagCode.IMAGE_TOO_SMALL, severity, message)


def _doppler_regions(frames: Frames) -> Flag | None:
    """Flow or a spectrum beside or over the tissue is warned of; a spectrum alone is none."""
    content = {region.content for region in frames.regions}
    if RegionContent.SPECTRAL_DOPPLER in content:
        if not content & _SHOWS_TISSUE:
            return Flag(FlagCode.SPECTRAL_DOPPLER, Severity.REJECT, flag_sentences.NO_TISSUE_SPECTRAL)
        if RegionContent.COLOR_FLOW not in content:
            return Flag(FlagCode.SPECTRAL_DOPPLER, Severity.WARNING, flag_sentences.SPECTRAL_REGION)
    if RegionContent.COLOR_FLOW in content:
        return Flag(FlagCode.COLOR_DOPPLER, Severity.WARNING, flag_sentences.DOPPLER_REGION)
    return None


def _m_mode_regions(frames: Frames) -> Flag | None:
    content = {region.content for region in frames.regions}
    if RegionContent.M_MODE not in content:
        return None
    if not content & _SHOWS_TISSUE:
        return Flag(FlagCode.M_MODE, Severity.REJECT, flag_sentences.NO_TISSUE_M_MODE)
    return Flag(FlagCode.M_MODE, Severity.INFO, flag_sentences.M_MODE_REGION)


def _unequal_spacing(frames: Frames) -> Flag | None:
    if frames.pixel_spacing_mm is None:
        return None
    row, column = frames.pixel_spacing_mm
    if max(row, column) <= (1 + SPACING_TOLERANCE) * min(row, column):
        return None
    message = flag_sentences.UNEQUAL_SPACING.format(height=f"{row:.4g}", width=f"{column:.4g}")
    return Flag(FlagCode.UNEQUAL_SPACING, Severity.INFO, message)


def _slicer_spacing(frames: Frames) -> Flag | None:
    """Whether Slicer's own loader gives the volume another in-plane scale than the calibration."""
    if frames.pixel_spacing_mm is None:
        return None
    row, column = frames.pixel_spacing_mm
    in_slicer = np.linalg.norm(frames.ijk_to_ras[:3, :2], axis=0)
    if np.allclose(in_slicer, (column, row), rtol=SLICER_SPACING_TOLERANCE, atol=0):
        return None
    return Flag(FlagCode.CALIBRATION_NOT_IN_SLICER, Severity.INFO, flag_sentences.CALIBRATION_NOT_IN_SLICER)


def _rows_of_tiles(view: NDArray) -> NDArray:
    """Every second row of tiles ``[n * 8, W, ...]``; all of a picture too small for that."""
    rows = view.shape[0] // _TILE_ROW_STEP_PX * _TILE_ROW_STEP_PX
    if rows == 0:
        return view
    grouped = view[:rows].reshape(-1, _TILE_ROW_STEP_PX, *view.shape[1:])
    return grouped[:, :_TILE_PX].reshape(-1, *view.shape[1:])


def eight_bit(values: NDArray) -> NDArray[np.float32]:
    """Values on a scale of 0-255; those of other than uint8 by their maximum."""
    scaled = values.astype(np.float32)
    if values.dtype == np.uint8 or not values.size:
        return scaled
    return np.clip(scaled * (255 / max(float(scaled.max()), 1e-30)), 0, 255)


def _level_range(levels: NDArray[np.float64]) -> int:
    """Gray levels between the 0.5 % and the 99.5 % quantile of a histogram."""
    low, high = np.searchsorted(np.cumsum(levels), (0.005, 0.995))
    return int(high - low)


def _texture(gray: NDArray[np.float32]) -> _Texture:
    """_Texture of the mid-gray 8 x 8 tiles of a picture ``[H, W]`` on a 0-255 scale."""
    rows, columns = (side // _TILE_PX for side in gray.shape)
    grid = gray[: rows * _TILE_PX, : columns * _TILE_PX].reshape(rows, _TILE_PX, columns, _TILE_PX)
    tiles = grid.transpose(0, 2, 1, 3).reshape(-1, _TILE_PX, _TILE_PX)
    means = tiles.mean(axis=(1, 2))
    tiles = tiles[(means > 30) & (means < 235)]
    if len(tiles) < _MIN_TILES:
        return _Texture(len(tiles), 0.0, np.inf)
    down, across = np.diff(tiles, axis=1), np.diff(tiles, axis=2)
    roughness = np.abs(np.diff(down, axis=1)).mean(axis=(1, 2)) + np.abs(np.diff(across, axis=2)).mean(axis=(1, 2))
    flat = roughness < _FLAT_ROUGHNESS
    if np.count_nonzero(~flat) < _MIN_TILES:
        return _Texture(len(tiles), float(flat.mean()), np.inf)
    ratio = (np.abs(down[~flat]).mean(axis=(1, 2)) + 0.2) / (np.abs(across[~flat]).mean(axis=(1, 2)) + 0.2)
    return _Texture(len(tiles), float(flat.mean()), float(np.log(np.median(ratio))))


def _colors(rgb: NDArray[np.float32]) -> _Colors:
    """Colors of ``[H, W, 3]`` on a 0-255 scale, against the median tint: a tinted gray scale is not color."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    level = np.maximum(np.maximum(red, green), blue)
    lit = level > _COLOR_MIN_LEVEL
    if not lit.any():
        return _Colors(strong=0.0, flow=0.0)
    level = np.maximum(level, 1)
    warm, cold = (red - green) / level, (blue - green) / level
    warm, cold = warm - np.median(warm[lit]), cold - np.median(cold[lit])
    strong = lit & (np.maximum(np.abs(warm), np.abs(cold)) > _STRONG_COLOR)
    # Yellow and green are left out: calipers and labels wear them, flow does so only next to red or blue.
    flow = lit & (np.maximum(warm, np.minimum(cold, cold - warm)) > _FLOW_COLOR)
    solid = flow[1:, 1:] & flow[1:, :-1] & flow[:-1, 1:] & flow[:-1, :-1]
    greens = strong & (green > _GREENER * np.maximum(red, blue))
    return _Colors(float(strong.mean()), float(solid.mean()) if solid.size else 0.0, float(greens.mean()))


def _is_no_ultrasound(levels: NDArray[np.float64], surface: _Texture, colors: _Colors) -> bool:
    lit = float(levels[_LIT:].sum())
    few_levels = float(np.sort(levels[_LIT:])[-_GRAPHIC_LEVELS:].sum())
    finest_across, finest_down = _ISOTROPIC_IN_COLOR if colors.strong > _SOME_COLOR_SHARE else _ISOTROPIC
    isotropic = finest_across < surface.anisotropy < finest_down
    return (
        colors.strong > _STRONG_COLOR_SHARE
        or float(levels[_BRIGHT:].sum()) > _BRIGHT_SHARE
        or (lit > _MIN_LIT_SHARE and few_levels > _GRAPHIC_SHARE * lit)
        or surface.flat_share > _FLAT_SHARE
        or (isotropic and lit > _TEXTURE_LIT_SHARE)
    )
