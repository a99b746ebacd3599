"""A still or cine fills one slice view, a volume is seen in three, and the layout that was there before comes back."""

from __future__ import annotations

import pytest
import slicer
import vtk

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from Testing.host.views.layout import LayoutManager
from Testing.host.views.slice_views import layers_of, view_called
from Testing.scene.analyses import COLUMNS, ROWS, marked_frames

Layout = slicer.vtkMRMLLayoutNode
CONVENTIONAL = Layout.SlicerLayoutConventionalView


@pytest.fixture
def layout(application, host):
    application.userSettings().clear()
    manager = LayoutManager(host.scene)
    manager.layout = CONVENTIONAL
    yield manager
    application.userSettings().clear()


@pytest.fixture
def images(scene):
    still = addVolumeNode(scene, marked_frames())
    cine = addCine(scene, marked_frames(InputKind.CINE, count=3))[1]
    return {"still": still, "cine": cine, "volume": addVolumeNode(scene, marked_frames(InputKind.VOLUME, count=9))}


def choose(panel, image):
    panel.parameters.inputVolume = image
    slicer.app.processEvents()


@pytest.mark.parametrize("kind", ["still", "cine"])
def test_a_flat_image_fills_one_view_turned_as_it_was(scene, layout, images, panel, kind):
    red = view_called(scene)
    before = vtk.vtkMatrix4x4()
    before.DeepCopy(red.GetSliceToRAS())

    choose(panel, images[kind])

    assert layout.slice_views == ["Red"]
    now = red.GetSliceToRAS()
    turns = [(row, column) for row in range(3) for column in range(3)]
    assert [now.GetElement(*one) for one in turns] == [before.GetElement(*one) for one in turns]
    assert red.GetFieldOfView()[1] == pytest.approx(0.2 * ROWS, rel=0.1)  # mm: the height of the image
    assert now.GetElement(0, 3) == pytest.approx(-0.1 * (COLUMNS - 1) / 2, abs=0.1)  # its middle


def test_the_image_is_zoomed_to_fill_its_new_view(scene, layout, images, widget):
    widget.exit()
    for name in ("Red", "Green", "Yellow"):
        layers_of(scene, name).SetBackgroundVolumeID(images["still"].GetID())
        view_called(scene, name).SetFieldOfView(1.0, 1.0, 1.0)

    widget.enter()
    slicer.app.processEvents()

    assert view_called(scene).GetFieldOfView()[1] == pytest.approx(0.2 * ROWS, rel=0.1)


def test_a_volume_is_seen_in_three_views_and_gets_the_former_layout_back(layout, images, panel):
    choose(panel, images["volume"])
    assert layout.layout == CONVENTIONAL
    choose(panel, images["still"])
    choose(panel, images["volume"])

    assert layout.layout == CONVENTIONAL


def test_a_volume_gets_three_views_where_the_former_layout_had_fewer(layout, images, panel):
    layout.layout = Layout.SlicerLayoutOneUp3DView

    choose(panel, images["volume"])

    assert set(layout.slice_views) == {"Red", "Green", "Yellow"}


def test_the_view_that_lies_in_the_image_is_taken(scene, layout, images, panel):
    view_called(scene, "Red").SetOrientation("Sagittal")
    view_called(scene, "Green").SetOrientation("Axial")

    choose(panel, images["still"])

    assert layout.slice_views == ["Green"]


def test_switched_off_the_former_layout_comes_back_and_stays(layout, images, panel, widget, application):
    choose(panel, images["still"])
    panel.ui.layoutFitsImageCheckBox.checked = False
    assert layout.layout == CONVENTIONAL

    choose(panel, images["volume"])
    choose(panel, images["cine"])
    assert layout.layout == CONVENTIONAL
    assert str(application.userSettings().value("BreastUSAI/LayoutFitsImage")).lower() == "false"

    panel.ui.layoutFitsImageCheckBox.checked = True
    assert layout.slice_views == ["Red"]


def test_the_switch_is_remembered(layout, module, host, request, application):
    application.userSettings().setValue("BreastUSAI/LayoutFitsImage", False)
    addVolumeNode(host.scene, marked_frames())

    panel = request.getfixturevalue("panel")

    assert not panel.ui.layoutFitsImageCheckBox.checked
    assert layout.layout == CONVENTIONAL


def test_a_layout_that_the_user_chooses_meanwhile_stays(layout, images, panel, widget):
    choose(panel, images["still"])
    layout.layout = Layout.SlicerLayoutSideBySideView
    choose(panel, images["cine"])
    widget.exit()
    widget.enter()

    assert layout.layout == Layout.SlicerLayoutSideBySideView


def test_while_another_module_is_shown_nothing_is_arranged(scene, layout, images, widget):
    widget.exit()
    layers_of(scene).SetBackgroundVolumeID(images["still"].GetID())
    slicer.app.processEvents()
    assert layout.layout == CONVENTIONAL

    widget.enter()
    assert layout.slice_views == ["Red"]
