"""One B-mode frame with its ground truth, from a specification and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..engine.findings.analysis import Label
from ..engine.images.frames import Rectangle
from .acquisition import (
    Acquisition,
    Scatterers,
    electronic_noise,
    envelope,
    log_compress,
    reflectivity,
    system_gain_db,
)
from .lesion import LesionModel, LesionSpec
from .probe import BeamGrid, LinearProbe, Probe, Raster, beam_grid, fit_raster, insonified, scan_convert
from .tissue import Anatomy, Breast

CALCIFICATION_AMPLITUDE = 120.0
CLUTTER = 0.10
CLUTTER_MM = (1.0, 2.0)
SHADOW_BLUR_MM = 0.6
TISSUE_MARGIN_MM = 24.0
TISSUE_STRIDE = 2
"""Anatomy is evaluated at every second range sample (0.1 mm), finer than its thinnest sheet is wide."""


@dataclass(frozen=True)
class PhantomSpec:
    """Everything that decides a picture: the same specification gives the same pixels.

    Args:
        seed: of the anatomy, the lesions' outlines, the scatterers and the noise.
        rows, columns: size of the picture; pixels are square.
        depth_mm: displayed depth.
        probe: linear or curved.
        anatomy: the layers of the breast.
        lesions: the first is label 1 in the truth, and so on; where two overlap the later one is seen.
        acquisition: scanner settings.
    """

    seed: int
    rows: int = 400
    columns: int = 400
    depth_mm: float = 38.0
    probe: Probe = field(default_factory=LinearProbe)
    anatomy: Anatomy = field(default_factory=Anatomy)
    lesions: tuple[LesionSpec, ...] = ()
    acquisition: Acquisition = field(default_factory=Acquisition)

    @property
    def label(self) -> Label:
        """The worst of the lesions' labels; normal without any."""
        found = {lesion.label for lesion in self.lesions}
        return next((label for label in (Label.MALIGNANT, Label.BENIGN) if label in found), Label.NORMAL)


@dataclass(frozen=True)
class View:
    """Where the probe is: slid across the slice plane (`y_mm`), moved along it (`shift_mm`), pressed by `strain`."""

    y_mm: float = 0.0
    shift_mm: float = 0.0
    strain: float = 0.0


@dataclass(frozen=True)
class LesionTruth:
    """What is known of one lesion in one frame, from its outline and not from the pixels.

    `number` is its value in the label map. The long axis is the greatest distance between two points of the
    outline, the short axis its extent perpendicular to that. `bbox_px` is (left, top, width, height) of its pixels.
    """

    number: int
    label: Label
    area_mm2: float
    long_axis_mm: float
    short_axis_mm: float
    bbox_px: tuple[int, int, int, int]


@dataclass(frozen=True)
class Phantom:
    """A frame: uint8 `pixels` ``[H, W]``, uint8 `lesion_labels` ``[H, W]`` (0 background, n the n-th lesion),
    (row, column) spacing in mm, the rectangle round the insonified area, and the truth of every lesion seen."""

    spec: PhantomSpec
    pixels: NDArray[np.uint8]
    lesion_labels: NDArray[np.uint8]
    pixel_spacing_mm: tuple[float, float]
    region: Rectangle
    lesions: tuple[LesionTruth, ...]

    @property
    def label(self) -> Label:
        """Normal where no lesion is in this very frame, else the worst label in it."""
        found = {lesion.label for lesion in self.lesions}
        return next((label for label in (Label.MALIGNANT, Label.BENIGN) if label in found), Label.NORMAL)


class Simulator:
    """Renders any view of one specification; keeps the tissue between frames."""

    def __init__(self, spec: PhantomSpec) -> None:
        streams = np.random.default_rng(spec.seed).spawn(4 + len(spec.lesions))
        self.spec = spec
        self.raster: Raster = fit_raster(spec.probe, spec.depth_mm, spec.rows, spec.columns)
        self._inside = insonified(spec.probe, spec.depth_mm, self.raster)
        self._noise = streams[0]
        self._grid: BeamGrid = beam_grid(spec.probe, spec.depth_mm)
        self._breast = Breast(spec.anatomy, streams[1])
        self._lesions = [LesionModel(lesion, stream) for lesion, stream in zip(spec.lesions, streams[4:], strict=True)]
        width = float(np.ptp(self._grid.x_mm)) + TISSUE_MARGIN_MM
        top = float(self._grid.z_mm.min()) - 1.0
        self._scatterers = Scatterers(streams[2], width, (top / 0.9, spec.depth_mm / 0.9 + 1.0))
        self._phase = np.exp(2j * np.pi * streams[3].random())

    def render(self, view: View = View()) -> Phantom:
        """The frame seen from `view`. Electronic noise differs from call to call, as it does from frame to frame."""
        spec, grid = self.spec, self._grid
        amplitude, mirror, loss_db = self._tissue(view)
        points = self._scatterers.at(view.y_mm, view.shift_mm, view.strain)
        field_ = reflectivity(points, spec.probe, grid, spec.acquisition.wavelength_mm)
        field_ = field_ * amplitude + (mirror * self._phase).astype(np.complex64)
        self._add_calcifications(field_, view)
        field_ *= 10 ** (-loss_db / 20)
        field_ += electronic_noise(self._noise, grid, spec.acquisition)
        echo = envelope(field_, grid, spec.acquisition)
        gray = log_compress(echo * 10 ** (system_gain_db(grid, spec.acquisition) / 20), spec.acquisition)
        picture = scan_convert(gray, spec.probe, spec.depth_mm, self.raster)
        labels, truth = self.truth(view)
        return Phantom(spec, np.rint(picture).astype(np.uint8), labels, self.raster.spacing_mm, self._region(), truth)

    def _region(self) -> Rectangle:
        rows, columns = ndimage.find_objects(self._inside.astype(np.uint8))[0]
        return Rectangle(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)

    def _tissue(self, view: View) -> tuple[NDArray, NDArray, NDArray]:
        """Scattered amplitude with side-lobe clutter, mirror amplitude, and accumulated loss in dB (beam grid)."""
        grid = BeamGrid(*(positions[::TISSUE_STRIDE] for positions in self._grid))
        x, z = to_material(grid.x_mm, grid.z_mm, view)
        follow = np.clip(grid.range_mm / self.spec.depth_mm, 0, 1)[:, None]
        depth = (grid.range_mm[:, None] * (1 - follow) + grid.z_mm * follow) / (1 - view.strain)
        maps = self._breast.maps(x, depth, view.y_mm)
        expected = np.mean(maps.attenuation_db_mm, axis=1, keepdims=True)
        for lesion in self._lesions:
            lesion.paint(maps, x, z, view.y_mm)
        step = float(grid.range_mm[1] - grid.range_mm[0])
        loss = np.cumsum(maps.attenuation_db_mm - expected, axis=0) * step
        blur = SHADOW_BLUR_MM / float(grid.pitch_mm[0])
        loss = ndimage.gaussian_filter1d(loss, blur, axis=1, mode="nearest")
        amplitude = (10 ** (maps.echo_db / 20)).astype(np.float32)
        lines = CLUTTER_MM[1] / float(grid.pitch_mm[0])
        clutter = CLUTTER * ndimage.gaussian_filter(amplitude, (CLUTTER_MM[0] / step, lines), truncate=2.0)
        rows = self._grid.range_mm.size
        return refine(np.hypot(amplitude, clutter), rows), refine(maps.mirror, rows), refine(loss, rows)

    def _add_calcifications(self, field_: NDArray, view: View) -> None:
        for lesion in self._lesions:
            if lesion.scale(view.y_mm) == 0:
                continue
            for x, z, weight in lesion.calcifications_mm(view.y_mm):
                at_x, at_z = to_display(np.array(x), np.array(z), view)
                distance = np.hypot(self._grid.x_mm - at_x, self._grid.z_mm - at_z)
                field_[np.unravel_index(np.argmin(distance), distance.shape)] += CALCIFICATION_AMPLITUDE * weight

    def truth(self, view: View) -> tuple[NDArray[np.uint8], tuple[LesionTruth, ...]]:
        """Label map ``[H, W]`` and numbers of the lesions seen from `view`, without making the picture."""
        labels = np.zeros((self.raster.rows, self.raster.columns), np.uint8)
        x, z = to_material(*self.raster.positions(), view)
        for number, lesion in enumerate(self._lesions, start=1):
            labels[lesion.signed_distance_mm(x, z, view.y_mm) < 0] = number
        labels[~self._inside] = 0
        boxes = ndimage.find_objects(labels, max_label=len(self._lesions))
        truths = [
            _lesion_truth(number, lesion, view, box)
            for number, (lesion, box) in enumerate(zip(self._lesions, boxes, strict=True), start=1)
            if box is not None
        ]
        return labels, tuple(truths)


def render(spec: PhantomSpec) -> Phantom:
    """The frame of `spec` with the probe at rest."""
    return Simulator(spec).render()


def refine(values: NDArray, rows: int) -> NDArray[np.float32]:
    """Values ``[rows / TISSUE_STRIDE, line]`` interpolated linearly to ``[rows, line]``."""
    at = np.minimum(np.arange(rows) / TISSUE_STRIDE, len(values) - 1)
    above = np.minimum(at.astype(np.intp), len(values) - 2)
    part = (at - above)[:, None]
    return (values[above] * (1 - part) + values[above + 1] * part).astype(np.float32)


def to_material(x_mm: NDArray, z_mm: NDArray, view: View) -> tuple[NDArray, NDArray]:
    """Coordinates in uncompressed tissue of points in the picture."""
    return x_mm - view.shift_mm, z_mm / (1 - view.strain)


def to_display(x_mm: NDArray, z_mm: NDArray, view: View) -> tuple[NDArray, NDArray]:
    """Coordinates in the picture of points in uncompressed tissue."""
    return x_mm + view.shift_mm, z_mm * (1 - view.strain)


def _lesion_truth(number: int, lesion: LesionModel, view: View, box: tuple[slice, slice]) -> LesionTruth:
    contour = lesion.contour_mm(view.y_mm)
    x, z = to_display(contour[:, 0], contour[:, 1], view)
    outline = np.stack([x, z], axis=1)[::2]
    apart = outline[:, None, :] - outline[None, :, :]
    squared = (apart**2).sum(axis=2)
    first, second = np.unravel_index(np.argmax(squared), squared.shape)
    along = outline[first] - outline[second]
    across = outline @ (np.array([-along[1], along[0]]) / np.hypot(*along))
    area = 0.5 * abs(float(np.sum(x * np.roll(z, -1) - np.roll(x, -1) * z)))
    rows, columns = box
    return LesionTruth(
        number=number,
        label=lesion.spec.label,
        area_mm2=area,
        long_axis_mm=float(np.hypot(*along)),
        short_axis_mm=float(np.ptp(across)),
        bbox_px=(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start),
    )
