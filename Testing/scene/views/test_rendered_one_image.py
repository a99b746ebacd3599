"""No pixel of one exam's outline or heat on another exam's image, though both lie at the same place."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.result_links import NO_RESULT
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.views.overlay import hideOtherOverlays, setOverlaysVisible
from BreastUSAILib.scene.views.slice_views import showImage
from Testing.host.render import render_slice, why_no_rendering
from Testing.host.slice_views import layers_of, load_through_dicom
from Testing.scene.analyses import analysis_of, marked_frames

pytestmark = [
    pytest.mark.render,
    pytest.mark.skipif(why_no_rendering() is not None, reason=str(why_no_rendering())),
]


def coloured(host):
    """How many pixels of the Red view are not grey: the images here are."""
    picture = render_slice(host, 256, 256).astype(int)
    middle = picture[40:-40]  # without the ruler
    return int((np.ptp(middle, axis=-1) > 30).sum())


@pytest.fixture
def analysed(host):
    frames = marked_frames()
    return showAnalysis(analysis_of(frames), frames, scene=host.scene)


@pytest.fixture
def other(host, analysed):
    return addVolumeNode(host.scene, marked_frames())


def test_slicer_itself_draws_outlines_over_whatever_is_shown(host, analysed, other):
    load_through_dicom(host, other)

    assert coloured(host) > 0


def test_hidden_they_leave_nothing_and_come_back_with_their_image(host, analysed, other):
    load_through_dicom(host, other)
    hideOtherOverlays(host.scene, NO_RESULT)
    assert coloured(host) == 0

    showImage(analysed.volume)
    setOverlaysVisible(analysed, True)

    assert coloured(host) > 0


def test_shown_in_one_view_they_are_not_drawn_in_that_of_another_image(host, analysed, other):
    layers_of(host.scene, "Red").SetBackgroundVolumeID(other.GetID())

    hideOtherOverlays(host.scene, analysed)
    setOverlaysVisible(analysed, True)

    assert analysed.segmentation.GetDisplayNode().GetVisibility()
    assert coloured(host) == 0
