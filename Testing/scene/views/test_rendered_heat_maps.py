"""Heat as slice views draw it: it fades out without an edge, its hottest place is the lightest, its scale is beside."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.views.heat_map_views import ForegroundWatch
from BreastUSAILib.scene.views.overlay import setOverlaysVisible
from Testing.host.views.render import render_slice, why_no_rendering
from Testing.scene.analyses import MapsInMemory, analysis_of, marked_frames

pytestmark = [
    pytest.mark.render,
    pytest.mark.skipif(why_no_rendering() is not None, reason=str(why_no_rendering())),
]

SIDE, VIEW = 100, 400
TISSUE, LESION = 110, 20
MIDDLE = (slice(VIEW // 2, VIEW // 2 + 1), slice(0, VIEW))
"""The row of the picture through the middle, which is the hottest place."""


def exam(kind: InputKind = InputKind.STILL, count: int = 1, on_flow: bool = False):
    """A dark lesion in gray tissue, with heat that falls off from the middle of both to nothing."""
    frames = marked_frames(kind, count, spacing=(0.2, 0.2))
    row, column = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    away = np.hypot(row, column)
    pixels = np.where(away < 15, LESION, TISSUE).astype(np.uint8)
    pixels[:4], pixels[-4:] = 0, 255  # so that automatic contrast keeps the grays
    frames = dataclasses.replace(frames, rows=SIDE, columns=SIDE, read_frame=lambda _index: pixels)
    heat = np.clip(1 - away / 40, 0, 1).astype(np.float32)
    flags = (Flag(FlagCode.COLOR_DOPPLER, Severity.WARNING, "Color Doppler."),) if on_flow else ()
    maps = MapsInMemory(np.zeros((count, SIDE, SIDE), np.uint8), np.stack([heat] * count), tuple(range(count)))
    return dataclasses.replace(analysis_of(frames), maps=maps, flags=flags), frames


def picture_of(host, legends=False):
    return render_slice(host, VIEW, VIEW, legends=legends).astype(float)


def light(picture):
    return picture @ np.array([0.2126, 0.7152, 0.0722])


def without_heat(host, nodes, legends=False):
    setOverlaysVisible(nodes, False)
    picture = picture_of(host, legends)
    setOverlaysVisible(nodes, True)
    return picture


@pytest.mark.parametrize(("kind", "count"), [(InputKind.STILL, 1), (InputKind.CINE, 3)], ids=["still", "cine"])
def test_heat_fades_out_without_an_edge(host, kind, count):
    analysis, frames = exam(kind, count)
    nodes = showAnalysis(analysis, frames, scene=host.scene)

    seen, plain = picture_of(host), without_heat(host, nodes)

    covered = np.abs(seen - plain).max(axis=-1)[MIDDLE][0]
    assert covered[:30].max() <= 1, "nothing lies where there is no heat"
    assert covered.max() > 60
    steps = np.abs(np.diff((seen - plain)[MIDDLE][0], axis=0)).max(axis=-1)
    in_tissue = np.abs(np.arange(VIEW - 1) - VIEW / 2) > 70  # the lesion's own border is an edge
    assert steps[in_tissue].max() < 12


def test_the_hottest_place_of_a_dark_lesion_is_the_lightest_of_all(host):
    analysis, frames = exam()
    showAnalysis(analysis, frames, scene=host.scene)

    seen = light(picture_of(host))[MIDDLE][0]

    assert abs(int(seen.argmax()) - VIEW // 2) < 12
    assert seen.max() > TISSUE + 20


@pytest.mark.parametrize("on_flow", [False, True], ids=["gray", "Doppler"])
def test_heat_on_doppler_is_green_and_elsewhere_warm(host, on_flow):
    analysis, frames = exam(on_flow=on_flow)
    showAnalysis(analysis, frames, scene=host.scene)

    red, green, _blue = picture_of(host)[VIEW // 2, VIEW // 2 + 40]

    assert (green > red + 20) if on_flow else (red > green + 20)


def test_the_legend_is_beside_the_heat_and_goes_with_it(host):
    analysis, frames = exam()
    nodes = showAnalysis(analysis, frames, scene=host.scene)
    corner = (slice(VIEW * 2 // 3, VIEW * 19 // 20), slice(VIEW * 9 // 10, VIEW))

    seen, plain = picture_of(host, legends=True)[corner], without_heat(host, nodes, legends=True)[corner]

    changed = np.abs(seen - plain).max(axis=-1) > 30
    assert changed.sum() > 300
    assert light(seen[changed]).max() > 200
    assert np.ptp(plain[:80], axis=-1).max() == 0, "gray tissue alone without the heat map"


def test_heat_that_a_person_puts_into_the_foreground_fades_out_while_the_views_are_watched(host):
    analysis, frames = exam()
    nodes = showAnalysis(analysis, frames, scene=host.scene)
    before = picture_of(host)

    def put_into_the_foreground():
        for volume in (nodes.volume, nodes.heatMap):
            host.sliceLogic.GetSliceCompositeNode().SetForegroundVolumeID(volume.GetID())
        return picture_of(host)

    watch = ForegroundWatch(host.scene)
    watched = put_into_the_foreground()
    watch.stop()
    unwatched = put_into_the_foreground()

    np.testing.assert_allclose(watched, before, atol=1)
    assert np.abs(unwatched - before).max() > 20, "Slicer's own way is all or nothing"
