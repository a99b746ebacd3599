"""Small inputs and findings made by hand, so that scene tests need neither a network nor a file."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.findings.analysis import (
    Analysis,
    Explanation,
    FrameFinding,
    InputSummary,
    Label,
    Lesion,
    Malignancy,
    ModelIdentity,
    Probabilities,
    Verdict,
    VolumeLesion,
)
from BreastUSAILib.engine.findings.maps import CroppedLabels
from BreastUSAILib.engine.images.frames import Frames, InputKind, SpacingSource
from BreastUSAILib.engine.steps import all_at_once

ROWS, COLUMNS = 48, 64
MARK = (12, 41)
"""Row and column of the one brightest pixel, well off every axis of symmetry, so that any flip is seen."""

finished = all_at_once
"""What work in steps returns when it is run to its end at once."""

PROBABILITIES = Probabilities(normal=0.1, benign=0.2, malignant=0.7)


@dataclass(frozen=True)
class MapsInMemory:
    """Frame maps that are all there already: ``[T, H, W]``, for the frames named."""

    masks: NDArray[np.uint8]
    heat: NDArray[np.float32]
    frames: tuple[int, ...]

    def labels(self, frame: int) -> NDArray[np.uint8]:
        return dict(zip(self.frames, self.masks, strict=True))[frame]

    def cropped_labels(self, frame: int) -> CroppedLabels:
        return CroppedLabels.of(self.labels(frame))

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        return dict(zip(self.frames, self.heat, strict=True))[frame]

    def explanation_map(self, option: str, frame: int) -> NDArray[np.float32]:
        raise KeyError(option)


def lesion_at(frame: int, centroid_px: tuple[float, float]) -> Lesion:
    """A lesion of which nothing matters but where it is."""
    here = (centroid_px, centroid_px)
    return Lesion(
        1, 1, frame, (0, 0, 1, 1), centroid_px, 1, None, 1.0, None, here, 1.0, None, here, 1.0, 0.0, None, 0.9
    )


def marked_frames(
    kind: InputKind = InputKind.STILL,
    count: int = 1,
    has_color: bool = False,
    spacing: tuple[float, float] | None = (0.2, 0.1),
    times: tuple[float, ...] | None = None,
) -> Frames:
    """A gray ramp with one bright pixel at `MARK` that moves a column to the right in every frame."""
    row_mm, column_mm = spacing or (1.0, 1.0)

    def read_frame(index: int) -> NDArray:
        pixels = np.add.outer(np.arange(ROWS), np.arange(COLUMNS)).astype(np.uint8)
        pixels[MARK[0], MARK[1] + index] = 255
        return np.stack([pixels, pixels // 2, pixels], axis=-1) if has_color else pixels

    plane_mm = 0.5 if kind is InputKind.VOLUME else 1.0
    return Frames(
        name="Breast",
        kind=kind,
        count=count,
        rows=ROWS,
        columns=COLUMNS,
        has_color=has_color,
        read_frame=read_frame,
        ijk_to_ras=np.diag([-column_mm, -row_mm, plane_mm, 1.0]),
        pixel_spacing_mm=spacing,
        spacing_source=SpacingSource.NONE if spacing is None else SpacingSource.ULTRASOUND_REGION,
        frame_times_s=times,
    )


def analysis_of(frames: Frames, analyzed: tuple[int, ...] | None = None) -> Analysis:
    """Two lesions a frame: number 1 is the marked pixel and what lies right of it, number 2 a block below."""
    indices = tuple(range(frames.count)) if analyzed is None else analyzed
    masks = np.zeros((len(indices), frames.rows, frames.columns), np.uint8)
    heat = np.zeros(masks.shape, np.float32)
    for position, index in enumerate(indices):
        masks[position, MARK[0], MARK[1] + index : MARK[1] + index + 6] = 1
        masks[position, 30:34, 8:12] = 2
        heat[position, MARK[0], MARK[1] + index] = 1.0
    lesions = tuple(
        _lesion(2 * position + number, number, index, frames.pixel_spacing_mm is not None)
        for position, index in enumerate(indices)
        for number in (1, 2)
    )
    return Analysis(
        input=InputSummary(
            frames.kind,
            frames.count,
            frames.rows,
            frames.columns,
            frames.pixel_spacing_mm,
            frames.spacing_source,
            (0, 0, frames.columns, frames.rows),
        ),
        models=(ModelIdentity("classification", "by-hand", "1.0", "0" * 64),),
        verdict=Verdict(Label.MALIGNANT, PROBABILITIES, Malignancy(0.7, 0.6, 0.8), max(indices, default=None)),
        frames=tuple(
            FrameFinding(index, frames.time_s(index), PROBABILITIES, (2 * position + 1, 2 * position + 2))
            for position, index in enumerate(indices)
        ),
        lesions=lesions,
        explanation=Explanation("LayerGradCam", Label.MALIGNANT, "last"),
        flags=(),
        device="cpu",
        software={},
        timing_ms={},
        maps=MapsInMemory(masks, heat, indices),
    )


def joined(analysis: Analysis, maps: MapsInMemory, whole: dict[tuple[int, int], int]) -> Analysis:
    """The analysis of a volume with these maps, whose lesions (slice, number) belong to the joined lesions named."""
    numbered = list(enumerate(whole, start=1))
    lesions = tuple(_lesion(identifier, number, plane, True) for identifier, (plane, number) in numbered)
    volume_lesions = []
    for joint in sorted(set(whole.values())):
        parts = [lesion for lesion in lesions if whole[lesion.frame, lesion.number] == joint]
        first, last = parts[0].frame, parts[-1].frame
        ids = tuple(lesion.id for lesion in parts)
        likelihood = Malignancy(0.4, 0.3, 0.5)
        volume_lesions.append(VolumeLesion(joint, ids, first, last, first, 16 * len(parts), 12.5, likelihood))
    return dataclasses.replace(analysis, lesions=lesions, maps=maps, volume_lesions=tuple(volume_lesions))


def _lesion(identifier: int, number: int, frame: int, calibrated: bool) -> Lesion:
    return Lesion(
        id=identifier,
        number=number,
        frame=frame,
        bbox_px=(8, 30, 4, 4),
        centroid_px=(9.5, 31.5),
        area_px=16,
        area_mm2=0.32 if calibrated else None,
        long_axis_px=5.7,
        long_axis_mm=0.9 if calibrated else None,
        long_axis_ends_px=((8.0, 30.0), (11.0, 33.0)),
        short_axis_px=4.0,
        short_axis_mm=0.6 if calibrated else None,
        short_axis_ends_px=((8.0, 33.0), (11.0, 30.0)),
        height_width_ratio=1.0,
        depth_px=30.0,
        depth_mm=6.0 if calibrated else None,
        mean_probability=0.9,
    )
