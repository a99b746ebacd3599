"""The engine's one front door: frames in, everything found out."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray

from .. import __version__
from .analysis import (
    Analysis,
    Explanation,
    FrameFinding,
    InputSummary,
    Label,
    Lesion,
    Probabilities,
    Verdict,
)
from .bundle import Models
from .checks import check_input, check_pixels
from .device import resolve_device
from .errors import Cancelled, InputError
from .flags import Flag, FlagCode, Severity
from .frames import Frames, Rectangle, luminance
from .letterbox import Letterbox
from .maps import StoredMaps
from .measure import label_lesions, measure_lesions
from .options import AnalyzeOptions, Cancelling, Progress
from .passes import Batch, Passes, SeparatePasses
from .prepare import Preprocessing, prepare
from .sector import detect_sector
from .shared_encoder import SharedEncoder, shares_encoder
from .stopwatch import Stopwatch

BATCH = 8  # frames at a time: enough to fill the processor, few enough to cancel within a second
DEFAULT_OPTIONS = AnalyzeOptions()
_REGION_FRAMES = 5  # frames of a cine or volume that the scan area is looked for in
_SECTOR_DETECTED = Flag(
    FlagCode.SECTOR_DETECTED,
    Severity.INFO,
    "The file names no ultrasound region, so the scan area was found in the picture itself.",
)
_SMALLEST_SIDE = 16  # pixels: less is no picture


class Analyzer:
    """Analyses one input at a time with one pair of networks.

    Args:
        models: the networks; they are moved to the device.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``. Raises OptionError where it is not there.
    """

    def __init__(self, models: Models, device: str = "auto") -> None:
        self.device = resolve_device(device)
        self.models = models
        for model in (models.classifier, models.segmenter):
            model.network.to(self.device)
        shared = shares_encoder(models.classifier, models.segmenter)
        self.passes: Passes = (SharedEncoder if shared else SeparatePasses)(models.classifier, models.segmenter)

    def analyze(
        self,
        frames: Frames,
        options: AnalyzeOptions = DEFAULT_OPTIONS,
        progress: Progress | None = None,
        cancelled: Cancelling | None = None,
    ) -> Analysis:
        """Segment, classify, explain and measure. The same input and options give the same result.

        Raises InputError for pixels that cannot be read or are no picture, OptionError for frames outside the
        input and for a prevalence that the classifier cannot be shifted to, Cancelled when `cancelled` says so.
        """
        return _Run(self, frames, options, progress, cancelled).result()


@dataclass
class _Run:
    """The state of one analysis."""

    analyzer: Analyzer
    frames: Frames
    options: AnalyzeOptions
    progress: Progress | None
    cancelled: Cancelling | None
    watch: Stopwatch = field(default_factory=Stopwatch)
    flags: list[Flag] = field(default_factory=list)
    pixel_flags: dict[FlagCode, list[Flag]] = field(default_factory=dict)
    calibrated: dict[int, Probabilities] = field(default_factory=dict)
    probabilities: dict[int, Probabilities] = field(default_factory=dict)  # at the prevalence that was asked for
    lesions: list[Lesion] = field(default_factory=list)
    withheld: list[int] = field(default_factory=list)
    region: Rectangle = field(init=False)
    maps: StoredMaps = field(init=False)

    def result(self) -> Analysis:
        indices = self.options.frames.indices(self.frames.count)
        if min(self.frames.rows, self.frames.columns) < _SMALLEST_SIDE:
            raise InputError(
                f"the image is {self.frames.columns}x{self.frames.rows} pixels",
                where=self.frames.source or self.frames.name,
                remedy=f"Give an ultrasound image of at least {_SMALLEST_SIDE} pixels a side",
            )
        self._find_region(indices)
        if any(flag.severity is Severity.REJECT for flag in self.flags):
            return self._analysis(indices, Verdict(Label.REJECTED))
        key_only = self.options.frames.key_only
        self._pass(indices, self._classified_and_mapped if not key_only else self._classified)
        self._flag_refused(len(indices))
        if not self.probabilities:
            return self._analysis(indices, Verdict(Label.REJECTED))
        key = max(self.probabilities, key=lambda index: self.probabilities[index].malignant)
        if key_only:
            self._pass([key], self._classified_and_mapped)
        verdict = self.analyzer.models.classifier.verdict(self.calibrated[key], key, self.options.prevalence)
        self._compare(verdict)
        self._state_prevalence()
        return self._analysis(indices, verdict)

    def _find_region(self, indices: Sequence[int]) -> None:
        """The rectangle to analyse: the file's own region, else the scan area of what a few frames show together."""
        with self.watch.timing("region"):
            self.flags.extend(check_input(self.frames))
            if self.frames.region is not None:
                self.region = self.frames.region.rectangle
            else:
                places = np.linspace(0, len(indices) - 1, min(len(indices), _REGION_FRAMES)).round().astype(int)
                self.region = detect_sector(np.maximum.reduce([self.frames.grey(indices[place]) for place in places]))
                if self.region.area < self.frames.rows * self.frames.columns:
                    self.flags.append(_SECTOR_DETECTED)
        self.maps = StoredMaps(self._letterbox(self._classifier_input))

    def _pass(self, indices: Sequence[int], look: Callable[[Sequence[int], Batch], None]) -> None:
        """Look at frames in batches; a frame that is no ultrasound picture gets empty maps and no probabilities."""
        done = 0
        for batch in _batches(indices):
            if self.cancelled is not None and self.cancelled():
                raise Cancelled
            with self.watch.timing("read"):
                pixels = {index: self.frames.read_frame(index) for index in batch}
            usable = [index for index in batch if not self._refused(index, pixels[index])]
            if usable:
                look(usable, self._prepare([pixels[index] for index in usable]))
            done += len(batch)
            if self.progress is not None:
                self.progress(done, len(indices), f"frame {batch[-1] + 1} of {self.frames.count}")

    def _refused(self, index: int, pixels: NDArray) -> bool:
        """Note what the frame's pixels tell; whether that rules out any result."""
        with self.watch.timing("check"):
            found = check_pixels(pixels, self.region)
        for flag in found:
            self.pixel_flags.setdefault(flag.code, []).append(flag)
        return any(flag.severity is Severity.REJECT for flag in found)

    def _flag_refused(self, count: int) -> None:
        """Turn what single frames showed into flags of the input, each code once."""
        seen = {flag.code for flag in self.flags}
        for code, flags in self.pixel_flags.items():
            flag = flags[0]
            if flag.severity is Severity.REJECT and self.probabilities:
                message = f"{len(flags)} of {count} frames were left out. {flag.message}"
                self.flags.append(Flag(code, Severity.WARNING, message))
            elif code not in seen:
                self.flags.append(flag)

    def _prepare(self, pixels: Sequence[NDArray]) -> Batch:
        """The networks' inputs, made once where both want the same."""
        with self.watch.timing("prepare"):
            grey = [luminance(frame) for frame in pixels]
            boxes, images = {}, {}
            for wanted in {self._classifier_input, self._segmenter_input}:
                boxes[wanted] = self._letterbox(wanted)
                stack = np.stack([prepare(frame, boxes[wanted], wanted) for frame in grey])
                images[wanted] = torch.from_numpy(stack[:, None]).to(
                    self.analyzer.device, memory_format=torch.channels_last
                )
        first, second = self._classifier_input, self._segmenter_input
        return Batch(images[first], images[second], boxes[first], boxes[second])

    def _classified(self, indices: Sequence[int], batch: Batch) -> None:
        self._note(indices, self.analyzer.passes(batch, None, self.watch).logits)

    def _classified_and_mapped(self, indices: Sequence[int], batch: Batch) -> None:
        found = self.analyzer.passes(batch, self.options.explain_class, self.watch)
        assert found.heat is not None
        assert found.lesions is not None
        self._note(indices, found.logits)
        with self.watch.timing("measure"):
            for index, square, warmth in zip(indices, found.lesions, found.heat, strict=True):
                self._outline(index, batch.segmenter_box.restore(square), warmth)

    def _note(self, indices: Sequence[int], logits: NDArray[np.float32]) -> None:
        classifier = self.analyzer.models.classifier
        calibrated = classifier.calibration.probabilities(logits)
        reported = classifier.reported(calibrated, self.options.prevalence)
        for known, rows in ((self.calibrated, calibrated), (self.probabilities, reported)):
            for index, row in zip(indices, rows, strict=True):
                known[index] = Probabilities(*(float(value) for value in row))

    def _outline(self, index: int, probability: NDArray[np.float32], heat: NDArray[np.float32]) -> None:
        """Lesions of one frame from its lesion probabilities ``[H, W]``; keeps mask and heat map.

        No outline depends on the prevalence that was asked for.
        """
        segmenter = self.analyzer.models.segmenter
        labels = label_lesions(
            probability,
            threshold=segmenter.threshold,
            min_area_px=max(1, round(segmenter.smallest_lesion * self.region.area)),
            min_mean=segmenter.lesion_evidence,
        )
        if labels.any() and self.calibrated[index].normal >= segmenter.withhold_above:
            labels[...] = 0
            self.withheld.append(index)
        self.maps.store(index, labels, heat)
        self.lesions.extend(
            measure_lesions(
                labels,
                probability,
                frame=index,
                first_id=len(self.lesions) + 1,
                region_top=self.region.y,
                pixel_spacing_mm=self.frames.pixel_spacing_mm,
            )
        )

    def _compare(self, verdict: Verdict) -> None:
        """Flag outlines that were withheld, and a key frame whose two networks contradict each other."""
        if self.withheld:
            sure = self.analyzer.models.segmenter.withhold_above
            message = (
                f"On {len(self.withheld)} of {self.frames.count} frames something was outlined, but it is not shown: "
                f"the classification gives these frames a probability of {sure:.0%} or more of being normal."
            )
            self.flags.append(Flag(FlagCode.OUTLINE_WITHHELD, Severity.INFO, message))
        found = any(lesion.frame == verdict.key_frame for lesion in self.lesions)
        if verdict.label is Label.NORMAL and found:
            message = "A lesion is outlined, but the classification says normal: look at the outline yourself."
        elif verdict.label in (Label.BENIGN, Label.MALIGNANT) and not found:
            message = f"The classification says {verdict.label.value}, but no lesion could be outlined."
        else:
            return
        self.flags.append(Flag(FlagCode.DISAGREEMENT, Severity.WARNING, message))

    def _state_prevalence(self) -> None:
        """Say beside the result that its probabilities were shifted."""
        asked, own = self.options.prevalence, self.analyzer.models.classifier.calibration.prevalence
        if asked is None or own is None:
            return
        message = (
            f"The probabilities are those at the prevalence that was asked for, {100 * asked:.3g} % malignant among "
            f"lesions; the model was calibrated at {100 * own:.3g} %."
        )
        self.flags.append(Flag(FlagCode.PREVALENCE_SHIFTED, Severity.INFO, message))

    def _analysis(self, indices: Sequence[int], verdict: Verdict) -> Analysis:
        models = self.analyzer.models
        classifier = models.classifier
        for index in indices:
            if index not in self.probabilities and self.probabilities and not self.options.frames.key_only:
                self.maps.store_empty(index)
        by_frame: dict[int, list[int]] = {}
        for lesion in self.lesions:
            by_frame.setdefault(lesion.frame, []).append(lesion.id)
        findings = tuple(
            FrameFinding(
                index, self.frames.time_s(index), self.probabilities.get(index), tuple(by_frame.get(index, ()))
            )
            for index in indices
        )
        return Analysis(
            input=_summary(self.frames, self.region),
            models=(classifier.identity, models.segmenter.identity),
            verdict=verdict,
            frames=findings,
            lesions=tuple(self.lesions),
            explanation=Explanation(
                classifier.explainer.method, self.options.explain_class, classifier.explainer.layer
            ),
            flags=tuple(self.flags),
            device=self.analyzer.device.type,
            software=_software(),
            timing_ms=self.watch.milliseconds(),
            maps=self.maps,
        )

    def _letterbox(self, wanted: Preprocessing) -> Letterbox:
        return wanted.letterbox(self.frames.rows, self.frames.columns, self.region)

    @property
    def _classifier_input(self) -> Preprocessing:
        return self.analyzer.models.classifier.preprocessing

    @property
    def _segmenter_input(self) -> Preprocessing:
        return self.analyzer.models.segmenter.preprocessing


def _batches(indices: Sequence[int]) -> Iterator[Sequence[int]]:
    return (indices[start : start + BATCH] for start in range(0, len(indices), BATCH))


def _summary(frames: Frames, region: Rectangle) -> InputSummary:
    who = frames.identity
    return InputSummary(
        kind=frames.kind,
        frames=frames.count,
        rows=frames.rows,
        columns=frames.columns,
        pixel_spacing_mm=frames.pixel_spacing_mm,
        spacing_source=frames.spacing_source,
        region_px=(region.x, region.y, region.width, region.height),
        modality=who.modality,
        sop_class_uid=who.sop_class_uid,
        sop_instance_uid=who.sop_instance_uid,
        series_instance_uid=who.series_instance_uid,
    )


@cache
def _software() -> Mapping[str, str]:
    """Versions of what made the result."""
    versions = {"breastusai": __version__, "python": platform.python_version()}
    for package in ("torch", "monai", "captum", "numpy"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "unknown"
    return MappingProxyType(versions)
