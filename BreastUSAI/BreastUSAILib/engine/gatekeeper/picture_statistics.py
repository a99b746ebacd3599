"""Plain figures of a picture that tell B-mode ultrasound from photographs, documents, CT, MR and noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

STATISTICS = (
    *("mean", "spread", "skewness", "dark_share", "bright_share", "entropy", "few_levels"),
    *("direction", "direction_of_tiles", "rough_down", "rough_across", "sparse_down", "sparse_across"),
    *("coherence", "layering"),
    *("like_1_down", "like_2_down", "like_4_down", "like_8_down"),
    *("like_1_across", "like_2_across", "like_4_across", "like_8_across"),
    *("speckle", "speckle_with_level", "flat_share"),
    *("trend_down", "rows_spread", "columns_spread", "border", "corners", "symmetry", "top"),
)
"""Names of the figures, in their order."""

_SMALLEST = 1e-3
_TILE = 8
_LAGS = (1, 2, 4, 8)


def picture_statistics(picture: NDArray[np.float32]) -> NDArray[np.float64]:
    """The figures `STATISTICS` ``[K]`` of a picture ``[H, W]`` with at least 32 pixels a side.

    They are made on a network's input, where every picture has the same size and contrast: `picture` is the analyzed
    region there, 0 black and 1 white. Speckle is finer along depth than across, grows with the local level and has
    neither edges nor flat areas; tissue lies in layers and darkens with depth. Photographs, slices of CT and MR, pages
    and noise each lack some of that.
    """
    gray = np.clip(picture, 0, 1).astype(np.float32)
    down, across = np.diff(gray, axis=0), np.diff(gray, axis=1)
    values = (*_levels(gray), *_edges(gray, down, across), *_layers(gray), *_likeness(gray), *_speckle(gray))
    return np.nan_to_num(np.array((*values, *_layout(gray)), dtype=np.float64), nan=0.0, posinf=9.0, neginf=-9.0)


def _levels(gray: NDArray[np.float32]) -> tuple[float, ...]:
    """How gray levels are spread."""
    mean, spread = float(gray.mean()), float(gray.std())
    counts = np.bincount((gray * 63.99).astype(np.uint8).ravel(), minlength=64) / gray.size
    seen = counts[counts > 0]
    skewness = float(((gray - mean) ** 3).mean()) / max(spread, _SMALLEST) ** 3
    few = float(np.sort(counts)[-3:].sum())
    dark, bright = float(counts[:4].sum()), float(counts[57:].sum())
    return mean, spread, skewness, dark, bright, float(-(seen * np.log(seen)).sum()), few


def _edges(gray: NDArray[np.float32], down: NDArray[np.float32], across: NDArray[np.float32]) -> tuple[float, ...]:
    """How rough the picture is along each axis, and whether that comes from few places (edges) or from everywhere."""
    spread = max(float(gray.std()), _SMALLEST)
    each = [(float(np.abs(step).mean()), float((step**2).mean())) for step in (down, across)]
    (flat_down, _), (flat_across, _) = each
    direction = np.log((flat_down + _SMALLEST) / (flat_across + _SMALLEST))
    sparse = [np.log((square + _SMALLEST**2) / (flat**2 + _SMALLEST**2)) for flat, square in each]
    tile_down, tile_across = _tiles(np.abs(down[:, :-1])).mean(axis=1), _tiles(np.abs(across[:-1])).mean(axis=1)
    of_tiles = np.median(np.log((tile_down + 0.004) / (tile_across + 0.004)))
    return direction, of_tiles, flat_down / spread, flat_across / spread, *sparse


def _layers(gray: NDArray[np.float32]) -> tuple[float, float]:
    """How far edges have one direction where they are, and how far that is the direction of layers."""
    smooth = ndimage.uniform_filter(gray, 3)
    down, across = np.gradient(smooth)
    products = down * down, across * across, down * across
    dd, aa, da = (ndimage.uniform_filter(product, 9)[::4, ::4] for product in products)
    energy = dd + aa
    strong = energy > np.median(energy)
    if not strong.any():
        return 0.0, 0.0
    coherence = np.sqrt((dd - aa) ** 2 + 4 * da**2)[strong] / np.maximum(energy[strong], 1e-9)
    layering = (dd - aa)[strong] / np.maximum(energy[strong], 1e-9)
    return float(coherence.mean()), float(layering.mean())


def _likeness(gray: NDArray[np.float32]) -> tuple[float, ...]:
    """Correlation of the texture with itself some pixels further down, then across."""
    texture = gray - ndimage.uniform_filter(gray, 15)
    power = max(float((texture**2).mean()), 1e-6)
    down = [float((texture[lag:] * texture[:-lag]).mean()) / power for lag in _LAGS]
    across = [float((texture[:, lag:] * texture[:, :-lag]).mean()) / power for lag in _LAGS]
    return (*down, *across)


def _speckle(gray: NDArray[np.float32]) -> tuple[float, float, float]:
    """Spread over level of small tiles, how it goes with the level, and the share of tiles without texture."""
    tiles = _tiles(gray)
    level, spread = tiles.mean(axis=1), tiles.std(axis=1)
    lit = level > 0.08
    if np.count_nonzero(lit) < 8:
        return 0.0, 0.0, 1.0
    level, spread = level[lit], spread[lit]
    going = np.corrcoef(level, np.log(spread + 0.005))[0, 1] if level.std() > 0 else 0.0
    return float(np.median(spread / level)), float(going), float((spread < 0.015).mean())


def _layout(gray: NDArray[np.float32]) -> tuple[float, ...]:
    """How light is spread over the picture: with depth, at its border and corners, and left against right."""
    rows, columns = gray.mean(axis=1), gray.mean(axis=0)
    depth = np.linspace(-1, 1, len(rows))
    trend = float((rows * depth).mean() / (depth**2).mean())
    height, width = (max(1, side // 12) for side in gray.shape)
    inner = max(float(gray[height:-height, width:-width].mean()), 0.02)
    edge = np.concatenate([gray[:height].ravel(), gray[-height:].ravel(), gray[:, :width].ravel()])
    corner = np.stack([strip[:, side] for strip in (gray[:height], gray[-height:]) for side in _sides(width)])
    coarse = ndimage.zoom(gray, (16 / gray.shape[0], 16 / gray.shape[1]), order=1)
    symmetry = np.corrcoef(coarse.ravel(), coarse[:, ::-1].ravel())[0, 1] if coarse.std() > 0 else 1.0
    top = float(gray[:height].mean()) / inner
    corners = float(corner.mean()) / inner
    return trend, float(rows.std()), float(columns.std()), float(edge.mean()) / inner, corners, float(symmetry), top


def _sides(width: int) -> tuple[slice, slice]:
    """The columns at the left and at the right edge."""
    return slice(width), slice(-width, None)


def _tiles(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Square tiles as rows ``[N, pixels]``."""
    rows, columns = (side // _TILE for side in values.shape)
    grid = values[: rows * _TILE, : columns * _TILE].reshape(rows, _TILE, columns, _TILE)
    return grid.transpose(0, 2, 1, 3).reshape(rows * columns, -1)
