"""The state of an analysis, and the steps that ordinary ones and re-scorings have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ..bundles.bundle import Models
from ..checks.input_checks import check_input
from ..checks.sector import detect_sector
from ..errors import Cancelled, InputError
from ..findings.analysis import (
    Analysis,
    Explanation,
    FrameFinding,
    Label,
    Lesion,
    Malignancy,
    Probabilities,
    TrackedLesion,
    Verdict,
    VolumeLesion,
)
from ..findings.grades import HeatMapGrades
from ..findings.maps import StoredMaps
from ..findings.similar_cases import WITHOUT_VERDICT, SimilarCases
from ..flags import Flag, Severity
from ..gatekeeper.frame_flags import border_flag
from ..images.frames import Frames, InputKind, Rectangle, luminance
from ..images.letterbox import Letterbox
from ..lesions.joining import join_lesions, slices_stood_for
from ..lesions.measure import label_lesions, shown_lesions
from ..lesions.measured import measured_lesions
from ..lesions.tracking import track_lesions
from ..models.classifier import Classifier
from ..models.passes import Batch, Outputs, Passes
from ..options import AnalyzeOptions, Cancelling, Progress
from ..preparing.prepare import Preprocessing, prepare
from ..similar.lookup import SimilarSearch
from ..similar.signature import FrameSignatures
from ..stopwatch import Stopwatch
from . import remarks
from .frame_probabilities import FrameProbabilities
from .gatekeeping import Gatekeeper
from .heat_map_grading import GradedFrame, HeatMapGrading
from .provenance import software_versions, summary_of
from .withholding_rule import withholding_rule

_SMALLEST_SIDE = 16  # pixels: less is not a picture

Look = Callable[[Sequence[int], Sequence[NDArray]], None]
"""What is done with some frames: their indices, and their pixels as they were read."""

Join = Callable[[Mapping[int, float]], tuple[VolumeLesion, ...]]
"""Joins a volume's lesions across its slices, given how many slices each analyzed one stands for."""


@dataclass(frozen=True)
class Equipment:
    """What an analysis is made with: the networks, a batch's way through them, where they run; libraries of cases."""

    models: Models
    passes: Passes
    device: torch.device
    search: SimilarSearch = field(default_factory=SimilarSearch)


@dataclass
class Run:
    """One analysis and its state."""

    equipment: Equipment
    frames: Frames
    options: AnalyzeOptions
    progress: Progress | None
    cancelled: Cancelling | None
    watch: Stopwatch = field(default_factory=Stopwatch)
    flags: list[Flag] = field(default_factory=list)
    lesions: list[Lesion] = field(default_factory=list)
    withheld: list[int] = field(default_factory=list)
    outlined_on_normal: list[int] = field(default_factory=list)
    grades: list[HeatMapGrades] = field(default_factory=list)
    signatures: FrameSignatures | None = None
    mirrored: bool = True
    known: FrameProbabilities = field(init=False)
    gatekeeper: Gatekeeper = field(init=False)
    region: Rectangle = field(init=False)
    maps: StoredMaps = field(init=False)

    def __post_init__(self) -> None:
        if self.options.similar is not None and self.signatures is None:
            self.signatures = FrameSignatures(self.classifier)
        self.known = FrameProbabilities(self.equipment.models, self.options.prevalence)
        self.gatekeeper = Gatekeeper(self.classifier.gate, self.options.override_rejection)

    def look(self, indices: Sequence[int], look: Look) -> bool:
        """Find the region and take the frames through the networks; whether any of them can have a verdict."""
        if min(self.frames.rows, self.frames.columns) < _SMALLEST_SIDE:
            raise InputError(
                f"the image is {self.frames.columns}x{self.frames.rows} pixels",
                where=self.frames.source or self.frames.name,
                remedy=f"Give an ultrasound image of at least {_SMALLEST_SIDE} pixels a side",
            )
        self._find_region()
        if any(flag.severity is Severity.REJECT for flag in self.flags):
            return False
        self.go_through(indices, look)
        self.flags += self.gatekeeper.flags(self.flags, len(indices), bool(self.probabilities), self.frames.kind)
        return bool(self.probabilities)

    def _find_region(self) -> None:
        """The rectangle to analyze: the file's own region, else the scan area of what a few frames show together."""
        indices = self.options.frames.region_frames(self.frames.count)
        with self.watch.timing("region"):
            self.flags.extend(self.gatekeeper.weighed(check_input(self.frames)))
            if self.frames.region is not None:
                self.region = self.frames.region.rectangle
            else:
                self.region = detect_sector(np.maximum.reduce([self.frames.gray(index) for index in indices]))
                if self.region.area < self.frames.rows * self.frames.columns:
                    self.flags.append(remarks.SECTOR_DETECTED)
        self.maps = StoredMaps(self._letterbox(self.classifier_input))

    def go_through(self, indices: Sequence[int], look: Look) -> None:
        """Look at frames in batches; a frame that is not an ultrasound picture gets empty maps and no probabilities."""
        done = 0
        for batch in _batches(indices, self.equipment.models.frames_at_once):
            self.stop_if_cancelled()
            with self.watch.timing("read"):
                pixels = {index: self.frames.read_frame(index) for index in batch}
            usable = [index for index in batch if not self._refused(pixels[index])]
            if usable:
                look(usable, [pixels[index] for index in usable])
            done += len(batch)
            if self.progress is not None:
                what = "slice" if self.frames.kind is InputKind.VOLUME else "frame"
                self.progress(done, len(indices), f"{what} {batch[-1] + 1} of {self.frames.count}")

    def stop_if_cancelled(self) -> None:
        """Raises Cancelled where the caller says so."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled

    def _refused(self, pixels: NDArray) -> bool:
        with self.watch.timing("check"):
            return self.gatekeeper.refuses(pixels, self.region)

    def let_through(self, batch: Batch, found: Outputs) -> list[int]:
        """The places in the batch of the frames that may have a result."""
        with self.watch.timing("check"):
            return self.gatekeeper.let_through(batch, found, self.classifier_input)

    def prepared(self, pixels: Sequence[NDArray]) -> Batch:
        """The networks' inputs, made once where both want the same; with their mirror images where `mirrored`."""
        with self.watch.timing("prepare"):
            gray = [luminance(frame) for frame in pixels]
            boxes, images = {}, {}
            for wanted in {self.classifier_input, self._segmenter_input}:
                boxes[wanted] = self._letterbox(wanted)
                stack = np.stack([prepare(frame, boxes[wanted], wanted) for frame in gray])
                images[wanted] = torch.from_numpy(stack[:, None]).to(
                    self.equipment.device, memory_format=torch.channels_last
                )
        first, second = self.classifier_input, self._segmenter_input
        return Batch(images[first], images[second], boxes[first], boxes[second], mirrored=self.mirrored)

    def passed(self, indices: Sequence[int], batch: Batch, explained: Label | None) -> Outputs:
        """What both networks give for these frames.

        Their signatures are kept where similar cases are wanted, of those that are read with their mirror images.
        """
        if self.signatures is None or not batch.mirrored:
            return self.equipment.passes(batch, explained, self.watch)
        return self.signatures.passed(self.equipment.passes, indices, batch, explained, self.watch)

    def classify(self, indices: Sequence[int], pixels: Sequence[NDArray]) -> None:
        """Class probabilities alone, without outlines and explanation."""
        batch = self.prepared(pixels)
        found = self.passed(indices, batch, None)
        kept = self.let_through(batch, found)
        self.known.note([indices[place] for place in kept], found.only(kept).logits)

    def classified_and_mapped(self, indices: Sequence[int], pixels: Sequence[NDArray]) -> None:
        """Classify, outline and explain some frames."""
        batch = self.prepared(pixels)
        found = self.passed(indices, batch, self.options.explain_class)
        kept = self.let_through(batch, found)
        indices, pixels, found = [indices[place] for place in kept], [pixels[place] for place in kept], found.only(kept)
        assert found.heat is not None
        assert found.lesions is not None
        self.known.note(indices, found.logits, self.known.surest(found.lesions, batch))
        with self.watch.timing("measure"):
            for index, square, warmth, frame in zip(indices, found.lesions, found.heat, pixels, strict=True):
                self.outline(index, batch.segmenter_box.restore(square), warmth, luminance(frame))

    def look_again(self, indices: Collection[int], look: Look) -> None:
        """Look at some frames once more, with their mirror images unless each frame is to be read once.

        What was found in them before is forgotten; what they show was flagged by `look`.
        """
        self.lesions = [one for one in self.lesions if one.frame not in indices]
        self.withheld = [index for index in self.withheld if index not in indices]
        self.outlined_on_normal = [index for index in self.outlined_on_normal if index not in indices]
        self.mirrored, progress, self.progress = not self.options.once, self.progress, None
        self.go_through(sorted(indices), look)
        self.progress = progress
        self.lesions.sort(key=lambda one: (one.frame, one.number))
        self.lesions = [replace(one, id=number) for number, one in enumerate(self.lesions, start=1)]
        self.withheld.sort()
        self.outlined_on_normal.sort()

    def outline(self, index: int, probability: NDArray[np.float32], heat: NDArray[np.float32], gray: NDArray) -> None:
        """Lesions of one frame ``[H, W]`` from its lesion probabilities ``[H, W]``; keeps mask and heat map.

        No outline depends on the prevalence that was asked for.
        """
        segmenter, rule = self.equipment.models.segmenter, withholding_rule(self.equipment.models)
        labels = label_lesions(
            probability,
            threshold=segmenter.threshold,
            min_area_px=max(1, round(segmenter.smallest_lesion * self.region.area)),
            rule=rule,
        )
        if labels.any() and self.classifier.calibration.calls_normal(self.known.calibrated[index]):
            shown = shown_lesions(labels, probability, self.known.calibrated[index].lesion, rule)
            if np.count_nonzero(shown) < np.count_nonzero(labels):
                self.withheld.append(index)
            if shown.any():
                self.outlined_on_normal.append(index)
            labels = shown
        self.measure(index, labels, probability, heat, gray, segmenter.threshold)

    def measure(
        self,
        index: int,
        labels: NDArray[np.uint8],
        probability: NDArray[np.float32],
        heat: NDArray[np.float32],
        gray: NDArray,
        threshold: float | None = None,
    ) -> tuple[Lesion, ...]:
        """Keep mask and heat map of one frame, and its lesions with their descriptors, which are also returned.

        What the descriptors of its main lesion say goes into the frame's probabilities.
        `threshold` is the probability that the outlines are drawn at; None where they were given.
        """
        self.maps.store(index, labels, heat)
        lesions = self.measured(index, labels, probability, gray, threshold)
        self.known.judge_outlines(index, lesions, self.region)
        return lesions

    def measured(
        self, index: int, labels: NDArray, probability: NDArray[np.float32], gray: NDArray, threshold: float | None
    ) -> tuple[Lesion, ...]:
        """The lesions of a label map, which are added to those of the run; arguments as for `measure`."""
        lesions = measured_lesions(
            labels,
            probability,
            gray,
            frame=index,
            first_id=len(self.lesions) + 1,
            region=self.region,
            pixel_spacing_mm=self.frames.pixel_spacing_mm,
            threshold=threshold,
        )
        self.lesions.extend(lesions)
        return lesions

    def verdict_of(self, frame: int) -> Verdict:
        """The answer for one frame, at the prevalence that was asked for."""
        return self.known.verdict(frame)

    def compare(self, verdict: Verdict, given: bool = False) -> None:
        """Flag a key frame whose outline and whose class contradict each other; `given`: a reader gave the outlines."""
        found = any(lesion.frame == verdict.key_frame for lesion in self.lesions)
        flag = remarks.disagreement(verdict, found, given)
        cut = border_flag([lesion.bbox_px for lesion in self.lesions], self.region)
        self.flags += [one for one in (flag, cut) if one is not None]
        assert verdict.key_frame is not None
        calibrated, calibration = self.known.calibrated[verdict.key_frame], self.classifier.calibration
        if calibrated.lesion < calibrated.normal and not calibration.calls_normal(calibrated):
            self.flags.append(remarks.normal_not_sure(calibrated.lesion, calibration.normal_below))

    def grade(self, frame: int) -> None:
        """Grade the heat map of a frame that has one, and flag what it fails."""
        grading = HeatMapGrading(
            self.classifier, self.options.explain_class, self.equipment.device, self.stop_if_cancelled
        )
        graded = GradedFrame(frame, self.frames.gray(frame), self.maps.labels(frame), self.region)
        with self.watch.timing("grade"):
            method, heat = self.classifier.explainer.method, self.maps.heat_map(frame)
            found = grading.grades(graded, method, heat, costly=self.options.grade_explanations)
        self.grades.append(found)
        self.flags.extend(remarks.heat_map_grades(found, self.classifier.grade_thresholds))

    def state_prevalence(self) -> None:
        """Say beside the result that its probabilities were shifted."""
        asked, own = self.options.prevalence, self.classifier.calibration.prevalence
        if asked is not None and own is not None:
            self.flags.append(remarks.prevalence_shifted(asked, own))

    def analysis(self, indices: Sequence[int], verdict: Verdict, join: Join | None = None) -> Analysis:
        """Everything found on these frames. A volume's lesions are joined by `join`; None: those that overlap."""
        classifier = self.classifier
        for index in indices:
            if index not in self.probabilities and self.probabilities and not self.options.frames.key_only:
                self.maps.store_empty(index)
        by_frame: dict[int, list[int]] = {}
        for lesion in self.lesions:
            by_frame.setdefault(lesion.frame, []).append(lesion.id)
        joined = self._joined(join or self._join_overlapping)
        findings = tuple(
            FrameFinding(
                index, self.frames.time_s(index), self.probabilities.get(index), tuple(by_frame.get(index, ()))
            )
            for index in indices
        )
        return Analysis(
            input=summary_of(self.frames, self.region),
            models=(classifier.identity, self.equipment.models.segmenter.identity),
            verdict=verdict,
            frames=findings,
            lesions=tuple(self.lesions),
            explanation=Explanation(
                classifier.explainer.method, self.options.explain_class, classifier.explainer.layer
            ),
            flags=tuple(self.flags),
            device=self.equipment.device.type,
            software=software_versions(),
            timing_ms=self.watch.milliseconds(),
            maps=self.maps,
            volume_lesions=joined,
            selection=self.options.frames,
            prevalence=self.options.prevalence,
            heat_map_grades=tuple(self.grades),
            similar=self._similar_cases(verdict.key_frame),
            overridden=tuple(self.gatekeeper.overridden),
            tracked_lesions=self._followed(),
        )

    def _similar_cases(self, key_frame: int | None) -> SimilarCases | None:
        """Past cases like the key frame, where they were asked for; the analysis never fails for want of them."""
        request, known = self.options.similar, self.signatures
        if request is None or known is None or key_frame is None:
            return None if request is None else SimilarCases(metric=request.metric, problem=WITHOUT_VERDICT)
        with self.watch.timing("similar cases"):
            return self.equipment.search.similar_or_why_not(known, key_frame, request, self.classifier.identity)

    def _joined(self, join: Join) -> tuple[VolumeLesion, ...]:
        """The lesions of a volume across its slices; none of a still or cine."""
        if self.frames.kind is not InputKind.VOLUME:
            return ()
        with self.watch.timing("join"):
            return join(slices_stood_for(self.maps.frames, self.options.frames.step))

    def _join_overlapping(self, slices_of: Mapping[int, float]) -> tuple[VolumeLesion, ...]:
        return join_lesions(
            self.lesions,
            self.maps,
            self.malignancy_of,
            step=self.options.frames.step,
            voxel_mm3=self.voxel_mm3(),
            slices_of=slices_of,
        )

    def _followed(self) -> tuple[TrackedLesion, ...]:
        """The lesions of a cine from frame to frame; none of a still or volume, or with one frame outlined alone."""
        if self.frames.kind is not InputKind.CINE or self.options.frames.key_only:
            return ()
        with self.watch.timing("follow"):
            return track_lesions(
                self.lesions, self.maps, self.malignancy_of, region=self.region, step=self.options.frames.step
            )

    def malignancy_of(self, lesion: Lesion) -> Malignancy | None:
        """The likelihood of a lesion in its slice: its own, else the slice's."""
        return lesion.malignancy or self.verdict_of(lesion.frame).malignancy

    def voxel_mm3(self) -> float | None:
        """The volume of a voxel; None where a spacing is not known, or one slice alone tells nothing of the depth."""
        if self.frames.pixel_spacing_mm is None or self.frames.slice_spacing_mm is None or len(self.maps.frames) < 2:
            return None
        row_mm, column_mm = self.frames.pixel_spacing_mm
        return row_mm * column_mm * self.frames.slice_spacing_mm

    def _letterbox(self, wanted: Preprocessing) -> Letterbox:
        return wanted.letterbox(self.frames.rows, self.frames.columns, self.region)

    @property
    def probabilities(self) -> Mapping[int, Probabilities]:
        """Of the frames that may have a result, by index, at the prevalence that was asked for."""
        return self.known.reported

    @property
    def classifier(self) -> Classifier:
        """The classifier that the frames go through."""
        return self.equipment.models.classifier

    @property
    def classifier_input(self) -> Preprocessing:
        """How the classifier's input is made."""
        return self.classifier.preprocessing

    @property
    def _segmenter_input(self) -> Preprocessing:
        return self.equipment.models.segmenter.preprocessing


def _batches(indices: Sequence[int], count: int) -> Iterator[Sequence[int]]:
    return (indices[start : start + count] for start in range(0, len(indices), count))
