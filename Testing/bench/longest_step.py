"""The longest step that Slicer's main thread takes for a large volume and a long cine: nothing else happens meanwhile.

Counted as this thread's processor time, which is what a step takes on a machine that does nothing else.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.engine.findings.maps import StoredMaps
from BreastUSAILib.engine.images.frames import Frames, InputKind, Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox
from BreastUSAILib.engine.lesions.joining import lesions_by_number
from BreastUSAILib.engine.options import AnalyzeOptions
from BreastUSAILib.engine.remote.exchange import read_analysis, write_analysis, write_input
from BreastUSAILib.engine.steps import StepRun
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.host import openHost, publish
from BreastUSAILib.scene.outlines.edited_masks import editedMasksInSteps
from BreastUSAILib.scene.results.reader.reader_assessment import ReaderAssessment, addReaderAssessment
from BreastUSAILib.scene.results.rescored import showRescoredInSteps
from BreastUSAILib.scene.results.show import showAnalysisInSteps
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from Testing.report.samples import analysis_of, frames_of

LESIONS = 2  # in every frame
MOST_MS = 100


def large(kind: InputKind) -> Frames:
    """A volume of 200 slices of 600x800, or a cine of 400 frames of 480x640."""
    rows, columns, count = (600, 800, 200) if kind is InputKind.VOLUME else (480, 640, 400)
    noise = np.random.default_rng(0).integers(0, 255, (rows, columns), dtype=np.uint8)
    times = None if kind is InputKind.VOLUME else tuple(0.04 * index for index in range(count))
    frames = frames_of(rows, columns, spacing=(0.1, 0.1))
    return replace(frames, kind=kind, count=count, frame_times_s=times, read_frame=lambda index: noise)


def found_everywhere(frames: Frames) -> Analysis:
    """The same lesions in every frame, and a heat map as fine as the shipped classifier's."""
    one = analysis_of(replace(frames, count=1), lesions=LESIONS)
    box = Letterbox(frames.rows, frames.columns, Rectangle(0, 0, frames.columns, frames.rows), 256)
    maps, labels, heat = StoredMaps(box), one.maps.labels(0), np.random.default_rng(0).random((8, 8), dtype=np.float32)
    findings, lesions = [], []
    for index in range(frames.count):
        maps.store(index, labels, heat)
        ids = [LESIONS * index + lesion.number for lesion in one.lesions]
        here = zip(ids, one.lesions, strict=True)
        lesions += [replace(lesion, id=id_, frame=index) for id_, lesion in here]
        findings.append(replace(one.frames[0], index=index, time_s=frames.time_s(index), lesions=tuple(ids)))
    joined = lesions_by_number(lesions, lambda lesion: None) if frames.kind is InputKind.VOLUME else ()
    summary = replace(one.input, frames=frames.count)
    return replace(
        one, input=summary, frames=tuple(findings), lesions=tuple(lesions), maps=maps, volume_lesions=tuple(joined)
    )


class Stopwatch:
    """Runs work in steps and prints the longest."""

    def __init__(self, what: str) -> None:
        self.longest_ms = 0.0
        self._what = what

    def run(self, work: str, steps: Generator[Any, None, Any]) -> Any:
        """Every step of it; returns its result."""
        gc.collect()
        taken, run, goes_on = [], StepRun(steps), True
        while goes_on:
            started = time.thread_time()
            goes_on = run.advance()
            taken.append(1000 * (time.thread_time() - started))
        longest = max(taken)
        self.longest_ms = max(self.longest_ms, longest)
        together = f"{len(taken)} steps of {sum(taken):.0f} ms together"
        print(f"{self._what}, {work}: longest of {together} {longest:.1f} ms", flush=True)
        return run.result

    def once(self, work: str, call: Callable[[], Any]) -> Any:
        """What is not cut into steps."""
        return self.run(work, _one_step(call))


def _one_step(call: Callable[[], Any]) -> Generator[None, None, Any]:
    return call()
    yield


def measure(kind: InputKind, scene: Any, folder: Path) -> float:
    """Analyze, edit and score again without an engine; the longest step in milliseconds."""
    frames = large(kind)
    watch = Stopwatch(f"{kind.value} of {frames.count} {frames.rows}x{frames.columns}")
    volume = addVolumeNode(scene, frames) if kind is InputKind.VOLUME else addCine(scene, frames)[1]
    frames = watch.once("the node as frames", lambda: framesFromNode(volume))
    watch.run("hand over frames", write_input(folder, frames, AnalyzeOptions()))
    write_analysis(folder, found_everywhere(frames))
    analysis = watch.run("read findings", read_analysis(folder))
    nodes = watch.run("show findings", showAnalysisInSteps(analysis, frames, volume))
    segment = nodes.segmentation.GetSegmentation().GetNthSegment(0)
    segment.SetName("By hand")
    masks = watch.run("read outlines", editedMasksInSteps(nodes.segmentation, volume))
    watch.run("hand over outlines", write_input(folder, frames, AnalyzeOptions(), masks))
    scored = (analysis, masks, volume, nodes.segmentation, nodes.table, nodes.report)
    watch.run("show scores", showRescoredInSteps(*scored))
    assessment = ReaderAssessment("4A", "irregular", "2026-11-25T14:03:00+01:00")
    watch.once("enter an assessment", lambda: addReaderAssessment(nodes.table, nodes.report, assessment))
    watch.once("read the report", lambda: json.loads(nodes.report.GetText()))
    return watch.longest_ms


def main() -> int:
    """Print the longest steps; the status is 1 where one is over `MOST_MS`."""
    longest = 0.0
    for kind in (InputKind.VOLUME, InputKind.CINE):
        host = openHost()
        publish(host)
        with tempfile.TemporaryDirectory() as folder:
            longest = max(longest, measure(kind, host.scene, Path(folder)))
        host.scene.Clear(0)
    print(f"longest step: {longest:.0f} ms (at most {MOST_MS})")
    return int(longest > MOST_MS)


if __name__ == "__main__":
    sys.exit(main())
