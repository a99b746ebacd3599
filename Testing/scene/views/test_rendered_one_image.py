"""No pixel of one exam's outline or heat on another exam's image, though both lie at the same place."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.result_links import NO_RESULT
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.views.overlay import hideOtherOverlays, setOverlaysVisible
from BreastUSAILib.scene.views.slice_views import showImage
from Testing.host.views.render import render_slice, why_no_rendering
from Testing.host.views.slice_views import layers_of, load_through_dicom
from Testing.scene.analyses import analysis_of, marked_frames

pytestmark = [
    pytest.mark.render,
    pytest.mark.skipif(why_no_rendering() is not None, reason=str(why_no_rendering())),
]


def colored(host):
    """How many pixels of the Red view are not gray: the images here are."""
    picture = render_slice(host, 256, 256).astype(int)
    middle = picture[40:-40]  # without the ruler
    return int((np.ptp(middle, axis=-1) > 30).sum())


@pytest.fixture
def analyzed(host):
    frames = marked_frames()
    return showAnalysis(analysis_of(frames), frames, scene=host.scene)


@pytest.fixture
def other(host, analyzed):
    return addVolumeNode(host.scene, marked_frames())


def test_slicer_itself_draws_outlines_over_whatever_is_shown(host, analyzed, other):
    load_through_dicom(host, other)

    assert colored(host) > 0


def test_hidden_they_leave_nothing_and_come_back_with_their_image(host, analyzed, other):
    load_through_dicom(host, other)
    hideOtherOverlays(host.scene, NO_RESULT)
    assert colored(host) == 0

    showImage(analyzed.volume)
    setOverlaysVisible(analyzed, True)

    assert colored(host) > 0


def test_shown_in_one_view_they_are_not_drawn_in_that_of_another_image(host, analyzed, other):
    layers_of(host.scene, "Red").SetBackgroundVolumeID(other.GetID())

    hideOtherOverlays(host.scene, analyzed)
    setOverlaysVisible(analyzed, True)

    assert analyzed.segmentation.GetDisplayNode().GetVisibility()
    assert colored(host) == 0
