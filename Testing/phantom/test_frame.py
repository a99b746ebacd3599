"""A frame shows what its specification says, and its truth is the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.phantom.acquisition import Acquisition
from BreastUSAILib.phantom.cases import random_spec
from BreastUSAILib.phantom.cine import Sweep, render_cine
from BreastUSAILib.phantom.frame import PhantomSpec, Simulator, View, render
from BreastUSAILib.phantom.lesion import Echo, LesionSpec, Margin, Posterior, Shape
from BreastUSAILib.phantom.probe import CurvedProbe, LinearProbe
from BreastUSAILib.phantom.tissue import Anatomy

LESION = LesionSpec(center_mm=(0.0, 15.0), width_mm=12.0, height_mm=8.0)
SPEC = PhantomSpec(
    seed=3,
    rows=300,
    columns=300,
    depth_mm=30.0,
    probe=LinearProbe(30.0),
    anatomy=Anatomy(density=0.9),
    acquisition=Acquisition(dropout_db=0.0),
)


def with_lesion(**changes):
    return replace(SPEC, lesions=(replace(LESION, **changes),))


def below(phantom, depth_mm=4.0):
    """Mean gray of a band under the middle of the lesion."""
    x, y, width, height = phantom.lesions[0].bbox_px
    rows = round(depth_mm / phantom.pixel_spacing_mm[0])
    return phantom.pixels[y + height : y + height + rows, x + width // 4 : x + 3 * width // 4].mean()


@settings(max_examples=12, deadline=None)
@given(
    shape=st.sampled_from(list(Shape)),
    width_mm=st.floats(6, 16),
    height_mm=st.floats(6, 12),
    tilt_deg=st.floats(-30, 30),
    seed=st.integers(0, 1000),
    curved=st.booleans(),
)
def test_lesion_area_is_the_one_asked_for_whatever_the_shape(shape, width_mm, height_mm, tilt_deg, seed, curved):
    lesion = replace(LESION, shape=shape, width_mm=width_mm, height_mm=height_mm, tilt_deg=tilt_deg)
    probe = CurvedProbe() if curved else SPEC.probe
    simulator = Simulator(replace(SPEC, seed=seed, rows=900, columns=900, probe=probe, lesions=(lesion,)))
    labels, (truth,) = simulator.truth(View())
    asked = np.pi / 4 * width_mm * height_mm
    drawn = np.count_nonzero(labels == 1) * np.prod(simulator.raster.spacing_mm)
    assert truth.area_mm2 == pytest.approx(asked, rel=0.001)
    assert drawn == pytest.approx(asked, rel=0.01)


def test_axes_of_an_oval_lesion_are_its_diameters():
    truth = render(with_lesion(tilt_deg=25.0)).lesions[0]
    assert truth.long_axis_mm == pytest.approx(12.0, rel=0.002)
    assert truth.short_axis_mm == pytest.approx(8.0, rel=0.01)


def test_bounding_box_encloses_the_labels():
    phantom = render(with_lesion(shape=Shape.SPICULATED))
    rows, columns = np.nonzero(phantom.lesion_labels)
    box = (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
    assert phantom.lesions[0].bbox_px == box


def test_taller_than_wide_lesion_is_taller_than_wide():
    _, _, width, height = render(with_lesion(width_mm=8.0, height_mm=12.0)).lesions[0].bbox_px
    assert height / width == pytest.approx(1.5, rel=0.05)


@pytest.mark.parametrize("margin", list(Margin))
def test_hypoechoic_lesion_is_darker_than_the_tissue_around_it(margin):
    phantom = render(with_lesion(margin=margin))
    inside = phantom.lesion_labels == 1
    around = ndimage.binary_dilation(inside, iterations=15) & ~ndimage.binary_dilation(inside, iterations=5)
    assert phantom.pixels[inside].mean() < phantom.pixels[around].mean() - 25


def test_echo_patterns_are_ordered_from_cyst_to_isoechoic():
    grays = [
        (phantom := render(with_lesion(echo=echo))).pixels[phantom.lesion_labels == 1].mean()
        for echo in (Echo.ANECHOIC, Echo.HYPOECHOIC, Echo.ISOECHOIC)
    ]
    assert grays[0] + 10 < grays[1] < grays[2] - 15


def test_shadow_is_darker_and_enhancement_brighter_below_the_lesion():
    none, shadow, enhanced = (
        below(render(with_lesion(posterior=posterior)))
        for posterior in (Posterior.NONE, Posterior.SHADOWING, Posterior.ENHANCEMENT)
    )
    assert shadow < none - 20
    assert enhanced > none + 10


def test_edge_shadows_fall_from_the_sides_of_the_lesion_only():
    plain, edged = (render(with_lesion(posterior=kind)) for kind in (Posterior.NONE, Posterior.EDGE_SHADOWS))
    loss = plain.pixels.astype(float) - edged.pixels
    x, y, width, height = plain.lesions[0].bbox_px
    under = loss[y + height : y + height + 60]
    sides = under[:, [x, x + 1, x + width - 2, x + width - 1]].mean()
    assert sides > 10
    assert abs(under[:, x + width // 3 : x + 2 * width // 3].mean()) < 2


def test_microcalcifications_are_bright_points_in_the_lesion():
    plain, calcified = (render(with_lesion(microcalcifications=count)) for count in (0, 12))
    inside = plain.lesion_labels == 1
    assert calcified.pixels[inside].max() > plain.pixels[inside].max() + 40


def test_same_specification_gives_the_same_pixels_and_another_seed_does_not():
    first, second = render(with_lesion()), render(with_lesion())
    np.testing.assert_array_equal(first.pixels, second.pixels)
    np.testing.assert_array_equal(first.lesion_labels, second.lesion_labels)
    assert not np.array_equal(first.pixels, render(replace(with_lesion(), seed=4)).pixels)


def test_curved_probe_paints_a_fan_on_black():
    phantom = render(replace(with_lesion(), probe=CurvedProbe(45.0, 60.0), columns=400))
    spacing = phantom.pixel_spacing_mm[0]
    rows, columns = np.indices(phantom.pixels.shape)
    x = (columns - 199.5) * spacing
    height, _ = phantom.spec.probe.extent_mm(phantom.spec.depth_mm)
    apex_to_top = 45.0 + phantom.spec.depth_mm - height
    top = (phantom.pixels.shape[0] * spacing - height) / 2
    below_apex = (rows + 0.5) * spacing - top + apex_to_top
    outside = np.abs(np.arctan2(x, below_apex)) > np.deg2rad(30.5)
    outside |= np.hypot(x, below_apex) < 44.5
    outside |= np.hypot(x, below_apex) > 45.5 + phantom.spec.depth_mm
    assert outside.mean() > 0.25
    assert not phantom.pixels[outside].any()
    assert phantom.pixels[~outside].mean() > 50


def test_region_is_the_insonified_rectangle_inside_black_margins():
    phantom = render(replace(SPEC, rows=300, columns=400))
    x, width = phantom.region.x, phantom.region.width
    assert width == pytest.approx(300, abs=1)
    assert not phantom.pixels[:, :x].any()
    assert not phantom.pixels[:, x + width :].any()
    assert phantom.pixels[phantom.region.slices].mean() > 50


@pytest.mark.parametrize("label", [Label.NORMAL, Label.BENIGN, Label.MALIGNANT])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_random_case_is_of_its_class_and_has_the_gray_levels_of_exported_images(label, seed):
    phantom = render(random_spec(seed, label))
    assert phantom.label is label
    assert (phantom.lesion_labels.max() > 0) == (label is not Label.NORMAL)
    assert 40 < phantom.pixels[phantom.pixels > 0].mean() < 130
    assert random_spec(seed, label) == random_spec(seed, label)


def test_no_phantom_is_drawn_for_a_label_that_is_not_a_class():
    with pytest.raises(OptionError, match="normal, benign or malignant"):
        random_spec(0, Label.UNDETERMINED)


def test_lesion_appears_grows_and_vanishes_as_the_probe_sweeps_over_it():
    spec = replace(with_lesion(thickness_mm=10.0), rows=160, columns=160, depth_mm=24.0, probe=LinearProbe(24.0))
    frames = list(render_cine(spec, Sweep(frames=7, start_mm=-9, end_mm=9, sway_mm=1.5, strain=0.05)))
    areas = [frame.lesions[0].area_mm2 if frame.lesions else 0.0 for frame in frames]
    assert areas[0] == areas[-1] == 0.0
    assert areas[3] == max(areas) == pytest.approx(np.pi / 4 * 12 * 8 * 0.95, rel=0.01)
    assert [frame.label for frame in frames][::3] == [Label.NORMAL, Label.BENIGN, Label.NORMAL]
    for frame, area in zip(frames, areas, strict=True):
        drawn = np.count_nonzero(frame.lesion_labels) * np.prod(frame.pixel_spacing_mm)
        assert drawn == pytest.approx(area, rel=0.03)


def test_neighboring_frames_of_a_cine_resemble_each_other_more_than_distant_ones():
    spec = replace(SPEC, rows=160, columns=160, depth_mm=24.0, probe=LinearProbe(24.0))
    frames = [
        frame.pixels.ravel() for frame in render_cine(spec, Sweep(frames=9, start_mm=0, end_mm=2, sway_mm=0, strain=0))
    ]
    correlation = np.corrcoef(frames)
    assert correlation[0, 1] > correlation[0, 4] > correlation[0, 8] > 0.3
    assert correlation[0, 1] < 0.999
