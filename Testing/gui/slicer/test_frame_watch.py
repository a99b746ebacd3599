"""The panel knows which frame is shown, however it got there."""

from __future__ import annotations

import pytest

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.gui.slicer.frame_watch import FrameWatch
from BreastUSAILib.scene.views.lesion_views import goToFrame
from Testing.gui.panel_file import add_result


@pytest.fixture
def told():
    return []


@pytest.fixture
def watch(told):
    watch = FrameWatch(told.append)
    yield watch
    watch.stop()


def test_the_frame_of_a_cine_is_told_at_once_and_at_every_change(watch, told, parameters):
    nodes = add_result(parameters, InputKind.CINE, 4)
    nodes.browser.SetSelectedItemNumber(2)
    watch.watch(nodes.volume)
    assert told == [2]

    nodes.browser.SetSelectedItemNumber(1)
    assert told[-1] == 1


def test_the_slice_of_a_volume_is_followed(watch, told, parameters):
    nodes = add_result(parameters, InputKind.VOLUME, 4)
    watch.watch(nodes.volume)

    for slice_index in (0, 3, 1):
        goToFrame(nodes.volume, None, slice_index)
        assert told[-1] == slice_index


def test_after_stop_nothing_is_told(watch, told, parameters):
    nodes = add_result(parameters, InputKind.CINE, 4)
    watch.watch(nodes.volume)
    watch.stop()
    count = len(told)
    nodes.browser.SetSelectedItemNumber(0)

    assert len(told) == count


def test_no_image_has_no_frame(watch, told):
    watch.watch(None)

    assert told == [None]


def test_an_image_that_left_the_scene_has_no_frame(watch, told, parameters, host):
    nodes = add_result(parameters, InputKind.CINE, 4)
    watch.watch(nodes.volume)
    browser = nodes.browser
    host.scene.RemoveNode(nodes.volume)
    browser.Modified()

    assert told[-1] is None
