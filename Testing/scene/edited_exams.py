"""Exams whose outlines are to be edited, and what is read from them afterwards."""

from __future__ import annotations

import numpy as np

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.engine.steps import all_at_once
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.outlines.edited_masks import EditedMasks, editedMasksInSteps
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.scene.analyses import analysis_of, marked_frames
from Testing.scene.world import TRANSFORMS

STILL = marked_frames()
VOLUME = marked_frames(InputKind.VOLUME, count=4)
CINE = marked_frames(InputKind.CINE, count=5)
EVERYWHERE = slice(None)


def shown(scene, frames, analyzed=None, transform=None):
    volume = addCine(scene, frames)[1] if frames.kind is InputKind.CINE else addVolumeNode(scene, frames)
    if transform is not None:
        volume.SetAndObserveTransformNodeID(TRANSFORMS[transform](scene).GetID())
    return showAnalysis(analysis_of(frames, analyzed), frames, volume)


def editedMasks(segmentation, volume, browser=None) -> EditedMasks:
    """All the steps at once."""
    return all_at_once(editedMasksInSteps(segmentation, volume, browser))


def masks_of(nodes) -> dict[int, np.ndarray]:
    return dict(editedMasks(nodes.segmentation, nodes.volume, nodes.browser))


def found_masks(frames, analyzed=None) -> dict[int, np.ndarray]:
    maps = analysis_of(frames, analyzed).maps
    return {frame: maps.labels(frame) for frame in maps.frames}
