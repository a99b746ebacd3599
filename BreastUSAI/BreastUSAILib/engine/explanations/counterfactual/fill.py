"""A hole in a gray image made of its surroundings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse.linalg import spsolve

_MOST_UNKNOWN = 30_000  # pixels: a larger hole is solved on blocks, for it is smooth anyway
_LEAST_ROOM = 0.05  # of the width: a narrower strip beside the hole has too little texture for it
_BLUR = 0.015  # of the longer side: what is finer is texture


def harmonic_fill(image: NDArray[np.floating], hole: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The image ``[H, W]``, its hole filled by the smoothest surface that meets its edge: without any own extremum.

    Each pixel of the hole is the mean of its neighbors (Laplace's equation); the image's edge has no neighbor beyond.
    The image as it is where the hole is empty; raises ValueError for a hole without anything around it.
    """
    filled = image.astype(np.float64)
    count = int(np.count_nonzero(hole))
    if count == 0:
        return filled
    if count == hole.size:
        raise ValueError("the hole is the whole image")
    if count <= _MOST_UNKNOWN:
        filled[hole] = _solved(filled, hole)
        return filled
    step = int(np.ceil(np.sqrt(count / _MOST_UNKNOWN)))
    known = _blocks((~hole).astype(np.float64), step)
    means = _blocks(np.where(hole, 0, filled), step) / np.maximum(known, 1e-9)
    coarse = known == 0
    if coarse.any():
        means[coarse] = _solved(means, coarse)
    enlarged = means.repeat(step, axis=0).repeat(step, axis=1)[: image.shape[0], : image.shape[1]]
    smooth = ndimage.gaussian_filter(np.where(hole, enlarged, filled), step)
    filled[hole] = smooth[hole]
    return filled


def filled_like_tissue(
    image: NDArray[np.floating], hole: NDArray[np.bool_], tissue: NDArray[np.floating]
) -> NDArray[np.float64]:
    """The same with the speckle of the tissue beside the hole at the same depth laid over it.

    As in a mirror and, where there is less of it than the hole is wide, to and fro. Where there is hardly any on either
    side, the hole stays smooth. `tissue` is the image without what is no tissue, such as calipers. Raises what
    `harmonic_fill` raises.
    """
    filled = harmonic_fill(image, hole)
    columns = np.flatnonzero(hole.any(axis=0))
    if not columns.size:
        return filled
    first, last = int(columns[0]), int(columns[-1])
    room_left, room_right = first, hole.shape[1] - 1 - last
    room = max(room_left, room_right)
    if room < _LEAST_ROOM * hole.shape[1]:
        return filled
    texture = tissue - ndimage.gaussian_filter(tissue.astype(np.float64), _BLUR * max(image.shape))
    turn = np.arange(last - first + 1) % (2 * room)
    places = np.minimum(turn, 2 * room - 1 - turn)
    beside = first - 1 - places if room_left >= room_right else (last + 1 + places)[::-1]
    whole = np.arange(hole.shape[1])
    whole[first : last + 1] = beside
    filled[hole] += texture[:, whole][hole]
    return filled


def _solved(image: NDArray[np.float64], hole: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The values of the hole's pixels, in reading order."""
    numbers = np.full(hole.shape, -1)
    numbers[hole] = np.arange(np.count_nonzero(hole))
    rows, columns = np.nonzero(hole)
    count = len(rows)
    neighbors, right = np.zeros(count), np.zeros(count)
    entries: list[tuple[NDArray, NDArray]] = []
    for down, across in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        y, x = rows + down, columns + across
        inside = np.flatnonzero((y >= 0) & (y < hole.shape[0]) & (x >= 0) & (x < hole.shape[1]))
        neighbors[inside] += 1
        other = numbers[y[inside], x[inside]]
        unknown = other >= 0
        entries.append((inside[unknown], other[unknown]))
        right[inside[~unknown]] += image[y[inside], x[inside]][~unknown]
    first, second = (np.concatenate(part) for part in zip(*entries, strict=True))
    matrix = sparse.csc_matrix((-np.ones(len(first)), (first, second)), shape=(count, count)) + sparse.diags(neighbors)
    return np.asarray(spsolve(matrix.tocsc(), right))


def _blocks(values: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Sums of blocks of `step` x `step`; those at the end may be smaller."""
    rows = np.add.reduceat(values, np.arange(0, values.shape[0], step), axis=0)
    return np.add.reduceat(rows, np.arange(0, values.shape[1], step), axis=1)
