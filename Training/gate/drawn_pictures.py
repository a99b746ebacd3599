"""Pictures that are no ultrasound, drawn by rule: what a gate is fitted on where few real ones may be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

SIDES = (256, 384)
_WORDS = ("patient", "report", "lesion", "upper", "outer", "quadrant", "left", "views", "of", "the", "12", "mm", "2019")


def drawn_pictures(count: int, seed: int = 0) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """`count` gray pictures ``[H, W]`` of each kind, with the kind's name. The same seed gives the same pictures."""
    for kind, draw in KINDS.items():
        for number in range(count):
            rng = np.random.default_rng([seed, number, *kind.encode()])
            rows, columns = (int(side) for side in rng.integers(*SIDES, 2))
            yield kind, np.clip(draw(rng, rows, columns), 0, 255).astype(np.uint8)


def _noise(rng: np.random.Generator, rows: int, columns: int) -> NDArray:
    """White noise, or noise that is as coarse along both axes."""
    noise = ndimage.gaussian_filter(rng.normal(size=(rows, columns)), rng.choice([0.0, 0.7, 1.5, 3.0]))
    return 128 + rng.uniform(20, 70) * noise / noise.std()


def _clouds(rng: np.random.Generator, rows: int, columns: int) -> NDArray:
    """Noise whose power falls with the frequency, as that of photographs does."""
    down, across = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None]
    power = np.maximum(np.hypot(down, across), 1 / max(rows, columns)) ** -rng.uniform(0.9, 1.6)
    phase = rng.normal(size=power.shape) + 1j * rng.normal(size=power.shape)
    clouds = np.fft.irfft2(power * phase, s=(rows, columns))
    return 128 + 55 * clouds / clouds.std()


def _leaves(rng: np.random.Generator, rows: int, columns: int) -> NDArray:
    """Overlapping shapes of all sizes with edges and a little texture: the plainest model of a photograph."""
    picture = Image.new("L", (columns, rows), int(rng.integers(60, 200)))
    pen = ImageDraw.Draw(picture)
    for radius in np.sort(rng.pareto(1.6, 260) * 6 + 4)[::-1]:
        x, y, gray = rng.uniform(0, columns), rng.uniform(0, rows), int(rng.integers(0, 256))
        radius = min(radius, columns / 3)
        box = (x - radius, y - radius * rng.uniform(0.4, 1), x + radius, y + radius * rng.uniform(0.4, 1))
        (pen.ellipse if rng.random() < 0.6 else pen.rectangle)(box, fill=gray)
    soft = ndimage.gaussian_filter(np.asarray(picture, dtype=np.float32), rng.uniform(0.3, 1.2))
    return soft + rng.normal(scale=rng.uniform(1, 8), size=soft.shape)


def _page(rng: np.random.Generator, rows: int, columns: int) -> NDArray:
    """Lines of print, dark on light or light on dark, perhaps under an uneven light."""
    picture = Image.new("L", (columns, rows), 255)
    pen, size = ImageDraw.Draw(picture), int(rng.integers(9, 22))
    font, y = ImageFont.load_default(size), int(rng.integers(2, 20))
    while y < rows:
        pen.text((int(rng.integers(2, 30)), y), " ".join(rng.choice(_WORDS, columns // size)), fill=0, font=font)
        y += int(size * rng.uniform(1.1, 2.2))
    page: NDArray = np.asarray(picture, dtype=np.float32)
    light = 1 - rng.uniform(0, 0.5) * np.linspace(0, 1, columns)[None] * np.linspace(0.3, 1, rows)[:, None]
    page = page * light if rng.random() < 0.7 else 255 - page
    return ndimage.gaussian_filter(page, rng.uniform(0, 0.9)) + rng.normal(scale=rng.uniform(0, 6), size=page.shape)


def _slice(rng: np.random.Generator, rows: int, columns: int) -> NDArray:
    """A cross-section as CT and MR show it: an oval body on black, organs in it, noise alike along both axes."""
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    body = _oval(x, y, 0.0, 0.0, rng.uniform(0.6, 0.95), rng.uniform(0.6, 0.95), 0.0)
    picture = body * rng.uniform(70, 150)
    shell = body & ~_oval(x, y, 0.0, 0.0, 0.55, 0.55, 0.0)
    picture = np.where(shell, rng.uniform(40, 230), picture).astype(np.float64)
    for _number in range(int(rng.integers(6, 25))):
        (left, top), (width, height) = rng.uniform(-0.5, 0.5, 2), rng.uniform(0.03, 0.3, 2)
        for side in (1, -1) if rng.random() < 0.5 else (1,):
            inside = _oval(x, y, side * left, top, width, height, side * rng.uniform(0, 0.2)) & body
            picture[inside] = rng.uniform(10, 240)
    folds = ndimage.gaussian_filter(rng.normal(size=picture.shape), rng.uniform(2, 5))
    picture += body * rng.uniform(0, 45) * folds / folds.std()
    soft = ndimage.gaussian_filter(picture, rng.uniform(0.6, 1.6))
    return soft + rng.uniform(1, 9) * ndimage.gaussian_filter(rng.normal(size=picture.shape), 0.6)


def _radiograph(rng: np.random.Generator, rows: int, columns: int) -> NDArray:
    """Soft shadows over each other with fine noise, as radiographs and mammograms have."""
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    picture = np.zeros((rows, columns))
    for _number in range(int(rng.integers(6, 16))):
        (left, top), (width, height) = rng.uniform(-0.9, 0.9, 2), rng.uniform(0.08, 0.9, 2)
        picture += rng.uniform(10, 60) * _oval(x, y, left, top, width, height, rng.uniform(-1.5, 1.5))
    soft = ndimage.gaussian_filter(picture, rng.uniform(2, 7))
    return 20 + 200 * soft / max(soft.max(), 1) + rng.normal(scale=rng.uniform(2, 7), size=soft.shape)


def _cells(rng: np.random.Generator, rows: int, columns: int) -> NDArray:
    """Round things of one size, scattered, as a microscope shows them."""
    seeds = np.zeros((rows, columns))
    seeds.ravel()[rng.choice(seeds.size, int(rng.integers(80, 500)), replace=False)] = rng.uniform(0.5, 1.5)
    blobs = ndimage.gaussian_filter(seeds, rng.uniform(2, 7))
    ground = ndimage.gaussian_filter(rng.normal(size=seeds.shape), 12)
    picture = rng.uniform(120, 220) - rng.choice([-1, 1]) * 130 * blobs / blobs.max() + 12 * ground / ground.std()
    return picture + rng.normal(scale=rng.uniform(1, 8), size=seeds.shape)


def _weave(rng: np.random.Generator, rows: int, columns: int) -> NDArray:
    """A pattern that repeats: bricks, cloth, tiles."""
    y, x = np.mgrid[:rows, :columns]
    turned = rng.uniform(-0.6, 0.6)
    along, across = x * np.cos(turned) + y * np.sin(turned), y * np.cos(turned) - x * np.sin(turned)
    first, second = rng.uniform(8, 40, 2)
    joints = (np.abs(np.sin(np.pi * along / first)) < 0.15) | (np.abs(np.sin(np.pi * across / second)) < 0.15)
    grain = ndimage.gaussian_filter(rng.normal(size=(rows, columns)), rng.uniform(0, 1.2))
    return np.where(joints, rng.uniform(40, 200), rng.uniform(60, 220)) + rng.uniform(5, 30) * grain / grain.std()


def _oval(x: NDArray, y: NDArray, left: float, top: float, width: float, height: float, turned: float) -> NDArray:
    along = (x - left) * np.cos(turned) + (y - top) * np.sin(turned)
    across = (y - top) * np.cos(turned) - (x - left) * np.sin(turned)
    return (along / width) ** 2 + (across / height) ** 2 < 1


KINDS: dict[str, Callable[[np.random.Generator, int, int], NDArray]] = {
    "noise": _noise,
    "clouds": _clouds,
    "leaves": _leaves,
    "page": _page,
    "slice": _slice,
    "radiograph": _radiograph,
    "cells": _cells,
    "weave": _weave,
}
