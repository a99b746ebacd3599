"""Slice views drawn by Slicer's own code: the image upright, heat and outline where they belong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.host.views.render import render_slice, why_no_rendering
from Testing.scene.analyses import MapsInMemory, analysis_of, marked_frames

pytestmark = [
    pytest.mark.render,
    pytest.mark.skipif(why_no_rendering() is not None, reason=str(why_no_rendering())),
]

ROWS, COLUMNS, VIEW = 120, 160, 480
LESION = (slice(20, 40), slice(100, 130))
"""Upper right of the image, as rows and columns."""


def exam(kind: InputKind, count: int, has_color: bool):
    frames = marked_frames(kind, count, has_color, spacing=(0.2, 0.2))

    def read_frame(index: int):
        pixels = np.full((ROWS, COLUMNS), 90, np.uint8)
        pixels[:10] = 230
        pixels[100:112] = 0  # a shadow, so that automatic contrast keeps tissue gray
        return np.stack([pixels] * 3, axis=-1) if has_color else pixels

    frames = dataclasses.replace(frames, rows=ROWS, columns=COLUMNS, read_frame=read_frame)
    masks, heat = np.zeros((count, ROWS, COLUMNS), np.uint8), np.zeros((count, ROWS, COLUMNS), np.float32)
    masks[:, LESION[0], LESION[1]] = 1
    heat[:, LESION[0], LESION[1]] = 1.0
    analysis = analysis_of(frames)
    return dataclasses.replace(analysis, maps=MapsInMemory(masks, heat, analysis.maps.frames)), frames


@pytest.mark.parametrize(
    ("kind", "count", "has_color"),
    [
        (InputKind.STILL, 1, False),
        (InputKind.STILL, 1, True),
        (InputKind.CINE, 3, False),
        (InputKind.VOLUME, 3, False),
    ],
    ids=["still", "color still", "cine", "volume"],
)
def test_image_heat_and_outline_are_upright_and_aligned(host, kind, count, has_color):
    analysis, frames = exam(kind, count, has_color)
    showAnalysis(analysis, frames, scene=host.scene)

    picture = render_slice(host, VIEW, VIEW).astype(int)

    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    shown = picture.max(axis=-1) > 20
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    scale = len(columns) / COLUMNS
    assert scale == pytest.approx(VIEW / COLUMNS, rel=0.1), "the image fills the view's width"
    assert (np.ptp(rows) + 1) / ROWS == pytest.approx(scale, rel=0.05), "square pixels stay square"

    skin = np.flatnonzero((red > 200).sum(axis=1) > 0.8 * len(columns))
    assert skin.min() - rows.min() <= 2, "the skin line is at the top"

    expected = [
        rows.min() + LESION[0].start * scale,
        rows.min() + LESION[0].stop * scale,
        columns.min() + LESION[1].start * scale,
        columns.min() + LESION[1].stop * scale,
    ]
    outline = (blue > 180) & (red < 100)
    heat = (red - blue > 60) & (red > 80)
    for what in (outline, heat):
        found = np.argwhere(what)
        box = [found[:, 0].min(), found[:, 0].max(), found[:, 1].min(), found[:, 1].max()]
        np.testing.assert_allclose(box, expected, atol=1.5 * scale)
    assert np.all(green[heat] < 255)
