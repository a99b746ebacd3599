"""Slice views of volumes, bent volumes, stacked cines and edited outlines: everything lies where the image is."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.source_options import SourceOptions
from BreastUSAILib.scene.views.lesion_views import centerOnLesion
from BreastUSAILib.scene.views.overlay import setFill, setHeatMapOpacity, setOverlaysVisible
from Testing.host.views.render import render_slice, save_picture, why_no_rendering
from Testing.scene.analyses import MapsInMemory, analysis_of, joined, lesion_at, marked_frames
from Testing.scene.painting import add_segment, box, paint, replace
from Testing.scene.world import bent_transform, tilted_transform

pytestmark = [
    pytest.mark.render,
    pytest.mark.skipif(why_no_rendering() is not None, reason=str(why_no_rendering())),
]

ROWS, COLUMNS, PLANES, VIEW = 120, 160, 24, 480
LESION = (slice(20, 40), slice(100, 130))
"""Upper right of the image, as rows and columns; it goes through slices 8 to 15."""

GRAY, BRIGHT = 60, 150


def kept(picture: NDArray[np.uint8], name: str) -> NDArray[np.int64]:
    """The picture for measuring; also written where BREASTUSAI_PICTURES says, for people to look at."""
    folder = os.environ.get("BREASTUSAI_PICTURES")
    if folder:
        save_picture(picture, Path(folder) / f"{name}.png")
    return picture.astype(int)


def frames_with_a_bright_lesion(kind: InputKind):
    def read_frame(index: int):
        pixels = np.full((ROWS, COLUMNS), GRAY, np.uint8)
        pixels[::15] = pixels[:, ::20] = GRAY + 30
        pixels[:4] = 255
        pixels[-4:] = 0
        if 8 <= index < 16:
            pixels[LESION] = BRIGHT
        return pixels

    like = marked_frames(kind, PLANES, spacing=(0.4, 0.4))
    return dataclasses.replace(like, rows=ROWS, columns=COLUMNS, read_frame=read_frame)


def analysis_on(frames):
    """The bright block is the lesion, and the heat; one lesion through all its slices."""
    masks = np.zeros((PLANES, ROWS, COLUMNS), np.uint8)
    masks[8:16, LESION[0], LESION[1]] = 1
    maps = MapsInMemory(masks, masks.astype(np.float32), tuple(range(PLANES)))
    analysis = dataclasses.replace(analysis_of(marked_frames(frames.kind, 2), (0, 1)), maps=maps)
    if frames.kind is InputKind.VOLUME:
        analysis = joined(analysis, maps, {(plane, 1): 1 for plane in range(8, 16)})
    verdict = dataclasses.replace(analysis.verdict, key_frame=11)
    summary = dataclasses.replace(analysis.input, rows=ROWS, columns=COLUMNS, frames=PLANES)
    return dataclasses.replace(analysis, verdict=verdict, input=summary)


def extent(found: NDArray[np.bool_]) -> list[int]:
    """First and last row and column of what was found in a picture."""
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    assert rows.size, "nothing of it is in the picture"
    return [int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])]


def brighter(picture: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The block that is brighter than tissue: the largest such patch, because edges elsewhere are blurred too."""
    gray = picture.max(axis=-1) - picture.min(axis=-1) < 8
    patches, count = ndimage.label(gray & (abs(picture[..., 0] - BRIGHT) < 40))
    assert count, "no patch is as bright"
    return patches == 1 + np.argmax(np.bincount(patches.ravel())[1:])


def outline(picture: NDArray[np.int64]) -> NDArray[np.bool_]:
    return (picture[..., 2] > 180) & (picture[..., 0] < 100)


def heat(picture: NDArray[np.int64]) -> NDArray[np.bool_]:
    return (picture[..., 0] - picture[..., 2] > 40) & (picture[..., 0] > 80)


def look_at_lesion(host, volume) -> None:
    """Center the view on the middle of the lesion, close enough for it to be measured."""
    centerOnLesion(volume, lesion_at(11, (114.5, 29.5)), None)
    host.sliceLogic.GetSliceNode().SetFieldOfView(70, 70, 1)


def plain_window(volume) -> None:
    """0 to 255 as they are, so that gray levels can be told apart."""
    volume.GetDisplayNode().SetAutoWindowLevel(False)
    volume.GetDisplayNode().SetWindowLevelMinMax(0, 255)


def assert_aligned(host, nodes, name: str, tolerance_px: float) -> None:
    """The bright block, the outline and the heat take up the same place in the view."""
    plain_window(nodes.volume)
    setOverlaysVisible(nodes, False)
    image = kept(render_slice(host, VIEW, VIEW), f"{name} image")
    setOverlaysVisible(nodes, True)
    setHeatMapOpacity(nodes.heatMap, 0.0)
    outlined = kept(render_slice(host, VIEW, VIEW), f"{name} outline")
    setHeatMapOpacity(nodes.heatMap, 0.6)
    heated = kept(render_slice(host, VIEW, VIEW), f"{name} overlays")

    expected = extent(brighter(image))
    np.testing.assert_allclose(extent(outline(outlined)), expected, atol=tolerance_px)
    np.testing.assert_allclose(extent(heat(heated)), expected, atol=tolerance_px)
    skin = np.flatnonzero((image[..., 0] > 240).any(axis=1))
    assert skin.max() < expected[0], "the skin line is above the lesion"


def test_a_volume(host):
    frames = frames_with_a_bright_lesion(InputKind.VOLUME)

    nodes = showAnalysis(analysis_on(frames), frames, addVolumeNode(host.scene, frames))

    assert_aligned(host, nodes, "volume", 4)


def test_a_volume_across_its_slices(host):
    frames = frames_with_a_bright_lesion(InputKind.VOLUME)
    nodes = showAnalysis(analysis_on(frames), frames, addVolumeNode(host.scene, frames))
    host.sliceLogic.GetSliceNode().SetOrientation("Coronal")
    plain_window(nodes.volume)

    pictures = []
    for visible in (False, True):
        setOverlaysVisible(nodes, visible)
        look_at_lesion(host, nodes.volume)
        pictures.append(render_slice(host, VIEW, VIEW, fit=False))
    image, overlaid = (
        kept(picture, f"volume across {name}") for picture, name in zip(pictures, ("image", "overlays"), strict=True)
    )

    np.testing.assert_allclose(extent(outline(overlaid)), extent(brighter(image)), atol=4)


@pytest.mark.parametrize(("transform", "name"), [(bent_transform, "bent"), (tilted_transform, "tilted")])
def test_a_volume_under_a_transform(host, transform, name):
    frames = frames_with_a_bright_lesion(InputKind.VOLUME)
    volume = addVolumeNode(host.scene, frames)
    volume.SetAndObserveTransformNodeID(transform(host.scene).GetID())

    nodes = showAnalysis(analysis_on(frames), frames, volume)

    plain_window(volume)
    pictures = {}
    for what, visible, opacity in (("image", False, 0.0), ("outline", True, 0.0), ("overlays", True, 0.6)):
        setOverlaysVisible(nodes, True)
        setHeatMapOpacity(nodes.heatMap, opacity)
        setOverlaysVisible(nodes, visible)
        look_at_lesion(host, volume)
        pictures[what] = kept(render_slice(host, VIEW, VIEW, fit=False), f"volume {name} {what}")
    expected = extent(brighter(pictures["image"]))
    np.testing.assert_allclose(extent(outline(pictures["outline"])), expected, atol=6)
    np.testing.assert_allclose(extent(heat(pictures["overlays"])), expected, atol=6)
    center = (expected[0] + expected[1]) / 2, (expected[2] + expected[3]) / 2
    np.testing.assert_allclose(center, (VIEW / 2, VIEW / 2), atol=20, err_msg="the lesion is in the middle of the view")


def test_a_cine_whose_frames_are_slices(host):
    cine = addCine(host.scene, frames_with_a_bright_lesion(InputKind.CINE))[1]
    plain_window(cine)
    frames = framesFromNode(cine, SourceOptions(asSlices=True, sliceSpacingMm=0.8))

    nodes = showAnalysis(analysis_on(frames), frames, cine)

    assert_aligned(host, nodes, "slices", 4)
    assert host.sliceLogic.GetSliceCompositeNode().GetBackgroundVolumeID() == nodes.volume.GetID()


def test_an_outline_as_a_reader_left_it(host):
    frames = frames_with_a_bright_lesion(InputKind.VOLUME)
    nodes = showAnalysis(analysis_on(frames), frames, addVolumeNode(host.scene, frames))
    setHeatMapOpacity(nodes.heatMap, 0.0)
    plain_window(nodes.volume)
    here = slice(8, 16)

    replace(nodes.segmentation, "Lesion_1", nodes.volume, box(nodes.volume, here, slice(60, 80), slice(20, 50)))
    new = add_segment(nodes.segmentation, "Segment_1")
    nodes.segmentation.GetSegmentation().GetSegment(new).SetColor(1.0, 0.0, 1.0)
    paint(nodes.segmentation, new, nodes.volume, box(nodes.volume, here, slice(90, 100), slice(90, 100)))
    setFill(nodes.segmentation, True)
    picture = kept(render_slice(host, VIEW, VIEW), "edited")

    pixel = VIEW / COLUMNS
    image_top = np.flatnonzero((picture.max(axis=-1) > 40).any(axis=1))[0]
    cyan, magenta = outline(picture), (picture[..., 0] > 180) & (picture[..., 1] < 90)
    for found, rows, columns in ((cyan, (60, 80), (20, 50)), (magenta, (90, 100), (90, 100))):
        expected = [image_top + rows[0] * pixel, image_top + rows[1] * pixel, columns[0] * pixel, columns[1] * pixel]
        np.testing.assert_allclose(extent(found), expected, atol=2.5 * pixel)
