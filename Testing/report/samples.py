"""Small inputs and analyses with known content, made in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from BreastUSAILib.engine.explanations.explanation import Explains
from BreastUSAILib.engine.explanations.registry import method_asked_for
from BreastUSAILib.engine.findings.analysis import (
    Analysis,
    Explanation,
    FrameFinding,
    FurtherExplanation,
    InputSummary,
    Label,
    Lesion,
    Malignancy,
    ModelIdentity,
    Probabilities,
    Verdict,
)
from BreastUSAILib.engine.findings.maps import CroppedLabels
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import Frames, InputKind, SourceIdentity, SpacingSource
from BreastUSAILib.engine.lesions.joining import join_lesions

UNCALIBRATED = Flag(FlagCode.UNCALIBRATED, Severity.WARNING, "The input has no pixel size: no millimeters are given.")


@dataclass(frozen=True)
class MemoryMaps:
    """Masks and heat maps held in memory, which counts how often each was asked for."""

    label_maps: dict[int, NDArray[np.uint8]]
    heat_maps: dict[int, NDArray[np.float32]]
    asked: list[int] = field(default_factory=list)
    further: dict[str, dict[int, NDArray[np.float32]]] = field(default_factory=dict)

    def labels(self, frame: int) -> NDArray[np.uint8]:
        self.asked.append(frame)
        return self.label_maps[frame]

    def cropped_labels(self, frame: int) -> CroppedLabels:
        return CroppedLabels.of(self.labels(frame))

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        return self.heat_maps[frame]

    def explanation_map(self, option: str, frame: int) -> NDArray[np.float32]:
        return self.further[option][frame]

    @property
    def frames(self) -> tuple[int, ...]:
        return tuple(sorted(self.label_maps))


def speckled_frame(rows: int, columns: int, color: bool = False, seed: int = 0) -> NDArray[np.uint8]:
    """Log-compressed Rayleigh speckle with layers and a dark ellipse in the middle."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:columns]
    echo = ndimage.gaussian_filter(rng.rayleigh(1.0, (rows, columns)), (0.7, 1.4))
    echo *= 1.0 + 0.4 * np.sin(9.0 * y / rows)
    inside = ((x - columns / 2) / (columns / 6)) ** 2 + ((y - rows / 2) / (rows / 8)) ** 2 < 1
    gray = np.clip(120 + 60 * np.log(np.where(inside, 0.25, 1.0) * echo + 0.05), 0, 255).astype(np.uint8)
    return np.stack([gray] * 3, -1) if color else gray


def frames_of(
    rows: int = 60,
    columns: int = 80,
    count: int = 1,
    spacing: tuple[float, float] | None = None,
    name: str = "exam",
    color: bool = False,
    laterality: str | None = None,
) -> Frames:
    """A still or a cine as Slicer's loader places it, 0.04 s a frame."""
    steps = (0.2, 0.2) if spacing is None else spacing
    return Frames(
        name=name,
        kind=InputKind.STILL if count == 1 else InputKind.CINE,
        count=count,
        rows=rows,
        columns=columns,
        has_color=color,
        read_frame=lambda index: speckled_frame(rows, columns, color, index),
        ijk_to_ras=np.array(
            [[-steps[1], 0, 0, 7.5], [0, -steps[0], 0, -3.0], [0, 0, 1.0, 2.0], [0, 0, 0, 1]], dtype=float
        ),
        pixel_spacing_mm=spacing,
        spacing_source=SpacingSource.NONE if spacing is None else SpacingSource.ULTRASOUND_REGION,
        frame_times_s=None if count == 1 else tuple(0.04 * index for index in range(count)),
        identity=SourceIdentity(modality="US", laterality=laterality),
        source=f"{name}.dcm",
    )


def ellipse_labels(rows: int, columns: int, lesions: int = 1) -> NDArray[np.uint8]:
    """A label map with one or two ellipses."""
    y, x = np.mgrid[0:rows, 0:columns]
    labels = np.zeros((rows, columns), dtype=np.uint8)
    if lesions:
        labels[((x - columns / 2) / (columns / 6)) ** 2 + ((y - rows / 2) / (rows / 8)) ** 2 < 1] = 1
    if lesions > 1:
        labels[((x - columns / 5) / (columns / 14)) ** 2 + ((y - rows / 4) / (rows / 9)) ** 2 < 1] = 2
    return labels


def hot_spot(rows: int, columns: int) -> NDArray[np.float32]:
    """A heat map with its peak of 1 a little off the center."""
    y, x = np.mgrid[0:rows, 0:columns]
    heat = np.exp(-(((x - 0.55 * columns) / (columns / 5)) ** 2) - ((y - 0.5 * rows) / (rows / 5)) ** 2)
    return (heat / heat.max()).astype(np.float32)


def lesion_of(labels: NDArray[np.uint8], number: int, frame: int, id_: int, spacing: tuple[float, float] | None):
    """The measurements of an axis-aligned ellipse."""
    rows, columns = np.nonzero(labels == number)
    top, left = int(rows.min()), int(columns.min())
    height, width = int(rows.max()) - top + 1, int(columns.max()) - left + 1
    middle = (left + (width - 1) / 2, top + (height - 1) / 2)
    wide = ((left - 0.5, middle[1]), (left + width - 0.5, middle[1]))
    high = ((middle[0], top - 0.5), (middle[0], top + height - 0.5))
    (long_, long_ends), (short, short_ends) = sorted([(width, wide), (height, high)], reverse=True)
    mm = None if spacing is None else spacing[0]
    return Lesion(
        id=id_,
        number=number,
        frame=frame,
        bbox_px=(left, top, width, height),
        centroid_px=middle,
        area_px=len(rows),
        area_mm2=None if mm is None else len(rows) * mm * mm,
        long_axis_px=float(long_),
        long_axis_mm=None if mm is None else long_ * mm,
        long_axis_ends_px=long_ends,
        short_axis_px=float(short),
        short_axis_mm=None if mm is None else short * mm,
        short_axis_ends_px=short_ends,
        height_width_ratio=height / width,
        depth_px=float(top),
        depth_mm=None if mm is None else top * mm,
        mean_probability=0.91,
    )


def volume_of(frames: Frames, analyzed: tuple[int, ...] | None = None, lesions: int = 2) -> tuple[Frames, Analysis]:
    """`frames` as slices 0.5 mm apart, with the lesions of every slice joined across them."""
    volume = replace(frames, kind=InputKind.VOLUME, frame_times_s=None, slice_spacing_mm=0.5)
    plain = analysis_of(volume, analyzed=analyzed, lesions=lesions)
    spacing = frames.pixel_spacing_mm
    joined = join_lesions(
        plain.lesions,
        plain.maps,
        lambda lesion: Malignancy(0.6, 0.4, 0.8) if lesion.frame else Malignancy(0.2, 0.1, 0.3),
        voxel_mm3=None if spacing is None else 0.5 * spacing[0] * spacing[1],
    )
    return volume, replace(plain, volume_lesions=joined)


def explained(analysis: Analysis, *options: str) -> Analysis:
    """The analysis with maps by these methods of every frame: a signed one is below 0 on its left half."""
    rows, maps = [], {}
    for option in options:
        method = method_asked_for(option)
        heat = hot_spot(analysis.input.rows, analysis.input.columns)
        if method.is_signed:
            heat[:, : analysis.input.columns // 2] *= -1
        target = "malignant" if method.explains is Explains.CLASS else "outline"
        frames = analysis.maps.frames
        rows.append(FurtherExplanation(option, method.name, target, "input", method.is_signed, frames))
        maps[option] = dict.fromkeys(frames, heat)
    assert isinstance(analysis.maps, MemoryMaps)
    return replace(analysis, explanations=tuple(rows), maps=replace(analysis.maps, further=maps))


def analysis_of(
    frames: Frames,
    label: Label = Label.MALIGNANT,
    analyzed: tuple[int, ...] | None = None,
    lesions: int = 1,
    flags: tuple[Flag, ...] = (),
) -> Analysis:
    """An analysis of `frames` with the same lesions in every analyzed frame, key frame the first of them."""
    rejected = label is Label.REJECTED
    indices = () if rejected else tuple(range(frames.count)) if analyzed is None else analyzed
    labels = {index: ellipse_labels(frames.rows, frames.columns, lesions) for index in indices}
    heat = {index: hot_spot(frames.rows, frames.columns) for index in indices}
    found = [(index, number) for index in indices for number in range(1, lesions + 1)]
    measured = tuple(
        lesion_of(labels[index], number, index, id_, frames.pixel_spacing_mm)
        for id_, (index, number) in enumerate(found, 1)
    )
    probabilities = None if rejected else Probabilities(0.02, 0.11, 0.87)
    calibration = () if frames.pixel_spacing_mm else (UNCALIBRATED,)
    return Analysis(
        input=InputSummary(
            frames.kind,
            frames.count,
            frames.rows,
            frames.columns,
            frames.pixel_spacing_mm,
            frames.spacing_source,
            (0, 0, frames.columns, frames.rows),
            modality="US",
            slice_spacing_mm=frames.slice_spacing_mm,
        ),
        models=(
            ModelIdentity("classification", "efficientnet-b0", "1.0.0", "a" * 64),
            ModelIdentity("segmentation", "attention-unet", "1.0.0", "b" * 64),
        ),
        verdict=Verdict(
            label,
            probabilities,
            None if rejected else Malignancy(0.87, 0.74, 0.94),
            None if rejected else indices[0],
        ),
        frames=tuple(
            FrameFinding(
                index,
                frames.time_s(index),
                probabilities,
                tuple(lesion.id for lesion in measured if lesion.frame == index),
            )
            for index in indices
        ),
        lesions=measured,
        explanation=Explanation("Grad-CAM", Label.MALIGNANT, "_blocks.15"),
        flags=(*flags, *calibration),
        device="cpu",
        software={"breastusai": "0.1.0"},
        timing_ms={"total": 120.5},
        maps=MemoryMaps(labels, heat),
    )
