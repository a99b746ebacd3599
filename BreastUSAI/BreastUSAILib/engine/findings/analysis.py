"""Everything found in one input, as plain data. Needs numpy alone, so that `scene/` can share it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..flags import Flag, FlagCode
from ..images.frame_selection import FrameSelection
from ..images.frames import InputKind, SpacingSource
from ..images.places import Place
from .descriptors import Descriptor
from .grades import HeatMapGrades
from .maps import CroppedLabels
from .risk_band import RiskBand, risk_band
from .similar_cases import SimilarCases

SCHEMA_VERSION = "1.6.0"


class Label(str, Enum):
    """The verdict's word. ``undetermined``: the network is not sure enough; ``rejected``: no verdict is given."""

    NORMAL = "normal"
    BENIGN = "benign"
    MALIGNANT = "malignant"
    UNDETERMINED = "undetermined"
    REJECTED = "rejected"


CLASSES = (Label.NORMAL, Label.BENIGN, Label.MALIGNANT)


@dataclass(frozen=True)
class Probabilities:
    """Calibrated class probabilities; they sum to 1.

    They are composed of two answers: `lesion`, and `likelihood`, which is asked of lesions alone.
    """

    normal: float
    benign: float
    malignant: float

    @property
    def lesion(self) -> float:
        """The probability that the frame shows a lesion."""
        return self.benign + self.malignant

    @property
    def likelihood(self) -> float:
        """The likelihood of malignancy: the probability that the lesion is malignant, given that there is one."""
        return self.malignant / max(self.lesion, 1e-12)


@dataclass(frozen=True)
class Malignancy:
    """Likelihood of malignancy with its 95 % interval from the calibration set, each in [0, 1].

    It is the probability that the lesion is malignant, given that there is one: P(malignant) / (P(benign) +
    P(malignant)).

    `prevalence` is the share of malignant among lesions that the caller asked for, or None for the calibration set's.
    """

    probability: float
    low: float
    high: float
    prevalence: float | None = None

    @property
    def risk_band(self) -> RiskBand:
        """The band that it lies in; not a BI-RADS category."""
        return risk_band(self.probability)


@dataclass(frozen=True)
class LengthErrors:
    """How far the lengths of an outline may be off, by where the network is unsure of the border: see `length_errors`.

    Half the difference between the lengths of a wide and a narrow outline; mm are None unless calibrated.
    """

    long_axis_px: float
    long_axis_mm: float | None
    short_axis_px: float
    short_axis_mm: float | None
    depth_px: float
    depth_mm: float | None


@dataclass(frozen=True)
class Verdict:
    """The answer for the whole input: that of its key frame, the one most probably malignant (`Probabilities`)."""

    label: Label
    probabilities: Probabilities | None = None
    malignancy: Malignancy | None = None
    key_frame: int | None = None


@dataclass(frozen=True)
class FrameFinding:
    """What one analyzed frame gave. `lesions` are ids into `Analysis.lesions`."""

    index: int
    time_s: float | None
    probabilities: Probabilities | None
    lesions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Lesion:
    """One lesion of one frame: a connected one that was found, or what a reader outlined under one number.

    `id` is unique in the analysis, counted from 1. `number` is the value it has in the frame's labels: its rank in its
    frame by area, from 1, or the label that the reader gave it. Pixel lengths are along the image's own pixels; mm
    values are None unless calibrated. Points are (column, row) in pixels, pixel centers at whole numbers; `bbox_px`
    is (left, top, width, height). Height is along depth, so a height/width ratio above 1 is taller than wide.
    `depth_*` is from the top of the analyzed region to the lesion's topmost row, 0 where it begins above that.
    `malignancy` is filled by `Analyzer.rescore`, and for places that a reader asks about: the likelihood from the whole
    frame and from a closer view around this lesion together. None elsewhere: then the frame's likelihood counts.
    `asked` is the place where a reader asked for this lesion, which the search of the whole frame had not shown; None
    for one that it showed, and for one that a reader outlined. `descriptors` are its words in the order of
    `descriptors.WORDS`; none in documents before 1.5.0. `errors` is None where the outline was given, and before 1.5.0.
    `by_reader` names the lengths (`changed.LENGTHS`) that a reader has measured anew by dragging their ends, and
    `depth_ends_px` are those of the depth where it is one of them, else None.
    """

    id: int
    number: int
    frame: int
    bbox_px: tuple[int, int, int, int]
    centroid_px: tuple[float, float]
    area_px: int
    area_mm2: float | None
    long_axis_px: float
    long_axis_mm: float | None
    long_axis_ends_px: tuple[tuple[float, float], tuple[float, float]]
    short_axis_px: float
    short_axis_mm: float | None
    short_axis_ends_px: tuple[tuple[float, float], tuple[float, float]]
    height_width_ratio: float
    depth_px: float
    depth_mm: float | None
    mean_probability: float
    malignancy: Malignancy | None = None
    asked: Place | None = None
    descriptors: tuple[Descriptor, ...] = ()
    errors: LengthErrors | None = None
    by_reader: tuple[str, ...] = ()
    depth_ends_px: tuple[tuple[float, float], tuple[float, float]] | None = None


@dataclass(frozen=True)
class VolumeLesion:
    """One lesion of a volume: the lesions of neighboring slices that overlap, or that a reader gave one number.

    `id` counts from 1, the largest lesion first; after `Analyzer.rescore` it is the number that the reader gave,
    ascending. `lesions` are ids into `Analysis.lesions`, by slice. `first_frame`
    and `last_frame` are the first and the last slice where it is outlined, `key_frame` the one of these with the
    highest likelihood, which `malignancy` is. `voxels` counts what is outlined in the slices that were analyzed.
    `volume_mm3` lets each of these slices stand for as many as the analyzed ones lie apart; None where the pixel size
    or the distance between slices is unknown, or where only one slice was segmented.
    """

    id: int
    lesions: tuple[int, ...]
    first_frame: int
    last_frame: int
    key_frame: int
    voxels: int
    volume_mm3: float | None
    malignancy: Malignancy | None


@dataclass(frozen=True)
class TrackedLesion:
    """One lesion of a cine: the outlines of its frames that were followed from one to the next.

    `id` counts from 1, the lesion on most frames first. `lesions` are ids into `Analysis.lesions`, by frame.
    `first_frame` and `last_frame` are the first and the last frame where it is outlined, and `key_frame` the one where
    it is seen best, by the quality `key_quality` in [0, 1]. `malignancy` is the one likelihood of all its frames
    together, and `spread` the 10th and 90th percentile of theirs; None where none is known. How a lesion is followed,
    seen best and judged: see `lesions/tracking.py`.
    """

    id: int
    lesions: tuple[int, ...]
    first_frame: int
    last_frame: int
    key_frame: int
    key_quality: float
    malignancy: Malignancy | None
    spread: tuple[float, float] | None


@dataclass(frozen=True)
class Explanation:
    """How the heat map was made."""

    method: str
    target_class: Label
    layer: str


@dataclass(frozen=True)
class FurtherExplanation:
    """One explanation beside the heat map that came with the verdict.

    `option` is the method as a caller asks for it, `method` its name. `target` is the class that is explained, or
    ``outline``. A signed map lies in [-1, 1], below 0 where the image speaks against the class; any other in [0, 1].
    `frames` are those that have such a map; `seed` is that of what the method drew.
    """

    option: str
    method: str
    target: str
    layer: str
    signed: bool
    frames: tuple[int, ...]
    seed: int = 0


@dataclass(frozen=True)
class ModelIdentity:
    """Which weights gave the result; `sha256` is that of the weights file."""

    task: str
    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class InputSummary:
    """What was analyzed. `pixel_spacing_mm` is (row, column) or None; `region_px` is (left, top, width, height).

    `slice_spacing_mm` is the distance between a volume's slices, or None where unknown and for a still or cine.
    """

    kind: InputKind
    frames: int
    rows: int
    columns: int
    pixel_spacing_mm: tuple[float, float] | None
    spacing_source: SpacingSource
    region_px: tuple[int, int, int, int]
    modality: str | None = None
    sop_class_uid: str | None = None
    sop_instance_uid: str | None = None
    series_instance_uid: str | None = None
    slice_spacing_mm: float | None = None


class FrameMaps(Protocol):
    """Masks and heat maps of the analyzed frames, made on demand on the input's own pixel grid."""

    def labels(self, frame: int) -> NDArray[np.uint8]:
        """``[H, W]``: 0 background, else the `Lesion.number`. KeyError where the frame was not segmented."""

    def cropped_labels(self, frame: int) -> CroppedLabels:
        """The same, around the lesions alone."""

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        """``[H, W]`` float32 in [0, 1]. KeyError where the frame was not explained."""

    def explanation_map(self, option: str, frame: int) -> NDArray[np.float32]:
        """``[H, W]`` float32 of one of `Analysis.explanations`. KeyError where that method gave the frame none."""

    @property
    def frames(self) -> tuple[int, ...]:
        """Indices of the frames that have masks and heat maps, ascending."""


class _NoMaps:
    """What an analysis has that was read from a document: no frame has masks or heat maps."""

    frames: tuple[int, ...] = ()

    def labels(self, frame: int) -> NDArray[np.uint8]:
        raise KeyError(frame)

    def cropped_labels(self, frame: int) -> CroppedLabels:
        raise KeyError(frame)

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        raise KeyError(frame)

    def explanation_map(self, option: str, frame: int) -> NDArray[np.float32]:
        raise KeyError(option)


NO_MAPS: FrameMaps = _NoMaps()
"""Maps of an analysis that was read from a document, which has none."""


@dataclass(frozen=True)
class Analysis:
    """Verdict, per-frame findings, lesions, maps, flags and provenance of one input.

    `volume_lesions` is a partition of `lesions` where the input is a volume; a still and a cine have none.
    `tracked_lesions` is one where it is a cine, without lesions that a reader asked for afterwards; none in documents
    before 1.6.0.
    `selection` is what was chosen of the input's frames, kept through every `Analyzer.rescore`; None where unknown.
    `prevalence` is the share of malignant among lesions, in (0, 1), that was asked for, whether or not there is a
    verdict that could be shifted to it; None where none was. `explanations` are those beside `explanation`, which is
    that of the heat map; each method is there once. `heat_map_grades` are those of the key frame's heat maps, none of a
    rejected input and in documents before 1.5.0. `similar` are past cases that look like the key frame; None where they
    were not asked for. `overridden` are the
    codes of the flags for which there would be no verdict, had the user not asked for one all the same; their flags are
    warnings. `maps` are absent (`NO_MAPS`) from an analysis that was read from a stored document.
    """

    input: InputSummary
    models: tuple[ModelIdentity, ...]
    verdict: Verdict
    frames: tuple[FrameFinding, ...]
    lesions: tuple[Lesion, ...]
    explanation: Explanation
    flags: tuple[Flag, ...]
    device: str
    software: Mapping[str, str]
    timing_ms: Mapping[str, float]
    maps: FrameMaps = field(default=NO_MAPS, repr=False, compare=False)
    volume_lesions: tuple[VolumeLesion, ...] = ()
    selection: FrameSelection | None = None
    prevalence: float | None = None
    heat_map_grades: tuple[HeatMapGrades, ...] = ()
    similar: SimilarCases | None = None
    explanations: tuple[FurtherExplanation, ...] = ()
    overridden: tuple[FlagCode, ...] = ()
    tracked_lesions: tuple[TrackedLesion, ...] = ()

    def tracked(self, lesion: int) -> TrackedLesion | None:
        """The lesion of a cine that the lesion of that id belongs to, or None."""
        return self._tracked.get(lesion)

    @cached_property
    def _tracked(self) -> dict[int, TrackedLesion]:
        return {lesion: whole for whole in self.tracked_lesions for lesion in whole.lesions}

    def lesions_of(self, frame: int) -> tuple[Lesion, ...]:
        """The lesions of one frame, largest first."""
        return tuple(lesion for lesion in self.lesions if lesion.frame == frame)

    def volume_number(self, frame: int, number: int) -> int:
        """The id of the joined lesion that lesion `number` of `frame` belongs to; `number` where nothing is joined.

        Raises KeyError where that frame of a volume has no such lesion.
        """
        return self._volume_numbers[frame, number] if self.volume_lesions else number

    def segment_labels(self, frame: int) -> NDArray[np.unsignedinteger[Any]]:
        """``[H, W]``: 0 background, else the number of the lesion's segment, which is its `volume_number`.

        uint8, or uint16 where a volume has more than 255 lesions. Raises KeyError where the frame was not segmented,
        and InputError where its labels hold a lesion that the findings do not know.
        """
        return self._segments(frame, self.maps.labels(frame))

    def cropped_segments(self, frame: int) -> CroppedLabels:
        """The same as `segment_labels`, around the lesions alone."""
        crop = self.maps.cropped_labels(frame)
        return replace(crop, labels=self._segments(frame, crop.labels))

    def _segments(self, frame: int, labels: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.unsignedinteger[Any]]:
        """Lesion numbers of a frame as numbers of segments, of the whole of it or a part."""
        if not self.volume_lesions:
            return labels
        dtype: type[np.unsignedinteger[Any]] = np.uint8 if len(self.volume_lesions) < 256 else np.uint16
        numbers = np.zeros(256, dtype)
        for lesion in self.lesions_of(frame):
            numbers[lesion.number] = self.volume_number(frame, lesion.number)
        joined = numbers[labels]
        if np.count_nonzero(joined) != np.count_nonzero(labels):
            problem = f"the masks of slice {frame} do not fit the findings"
            raise InputError(problem, remedy="Analyze the image again")
        return joined

    @cached_property
    def _volume_numbers(self) -> dict[tuple[int, int], int]:
        joined = {lesion: whole.id for whole in self.volume_lesions for lesion in whole.lesions}
        return {(lesion.frame, lesion.number): joined[lesion.id] for lesion in self.lesions}

    def to_json(self) -> dict[str, Any]:
        """The published form (`report/analysis.schema.json`): every field but the arrays, plain JSON types."""
        names = [name for name in self.__dataclass_fields__ if name not in ("maps", "volume_lesions")]
        names.insert(names.index("lesions") + 1, "volume_lesions")
        document = {"schema_version": SCHEMA_VERSION, **{name: plain(getattr(self, name)) for name in names}}
        document["explanation"]["class"] = document["explanation"].pop("target_class")
        return document


def plain(value: Any) -> Any:
    """Dataclasses, enums, arrays' numbers and containers as plain JSON types; floats to six decimals."""
    if hasattr(value, "__dataclass_fields__"):
        document = {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
        if isinstance(value, Malignancy):
            document["risk_band"] = value.risk_band.birads
        return document
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return round(float(value), 6)
    if isinstance(value, np.integer):
        return int(value)
    return value
