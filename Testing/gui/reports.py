"""Results as the panel gets them from the scene, from small analyses made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from BreastUSAILib.engine.findings.analysis import (
    Analysis,
    Label,
    Malignancy,
    Probabilities,
    Verdict,
    VolumeLesion,
)
from BreastUSAILib.engine.findings.document_form import analysis_from
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.results.stored_report import StoredReport
from Testing.scene.analyses import analysis_of, marked_frames

INTERVAL = Malignancy(0.7, 0.6, 0.8)
WITH_PREVALENCE = Malignancy(0.12, 0.08, 0.2, prevalence=0.02)


def still(spacing: tuple[float, float] | None = (0.2, 0.1), **changes: Any) -> StoredReport:
    """A still with two lesions and a verdict of malignant."""
    return _stored(replace(analysis_of(marked_frames(spacing=spacing)), **changes))


def cine(likelihoods: tuple[float | None, ...] = (0.1, 0.6, 0.3, 0.9, 0.2), **changes: Any) -> StoredReport:
    """A cine with two lesions in every frame; `likelihoods` of malignancy by frame, None for a frame without."""
    times = tuple(0.04 * index for index in range(len(likelihoods)))
    analysis = analysis_of(marked_frames(InputKind.CINE, len(likelihoods), times=times))
    shares = [None if likelihood is None else _probabilities(likelihood) for likelihood in likelihoods]
    frames = tuple(
        replace(finding, probabilities=share) for finding, share in zip(analysis.frames, shares, strict=True)
    )
    known = [likelihood or 0.0 for likelihood in likelihoods]
    verdict = replace(analysis.verdict, key_frame=known.index(max(known)))
    return _stored(replace(analysis, frames=frames, verdict=verdict, **changes))


def _probabilities(malignant: float) -> Probabilities:
    rest = (1 - malignant) / 2
    return Probabilities(rest, rest, malignant)


def volume(volume_mm3: float | None = 123.4, malignancy: Malignancy | None = INTERVAL) -> StoredReport:
    """A volume of four slices with two joined lesions: one over all slices, one over the first two."""
    analysis = analysis_of(marked_frames(InputKind.VOLUME, 4))
    joined = (
        VolumeLesion(1, (1, 3, 5, 7), 0, 3, 2, 24, volume_mm3, malignancy),
        VolumeLesion(2, (2, 4), 0, 1, 1, 32, volume_mm3, malignancy),
    )
    return _stored(replace(analysis, volume_lesions=joined))


def undetermined() -> StoredReport:
    """A still whose network is not sure enough."""
    return with_verdict(still(), label=Label.UNDETERMINED)


def rejected() -> StoredReport:
    """A picture that is no ultrasound image."""
    flags = (Flag(FlagCode.NOT_ULTRASOUND, Severity.REJECT, "The picture does not look like ultrasound."),)
    shown = still(verdict=Verdict(Label.REJECTED), flags=flags, lesions=())
    (finding,) = shown.analysis.frames
    return changed(shown, frames=(replace(finding, probabilities=None, lesions=()),))


def flagged() -> StoredReport:
    """A still with flags of every weight but rejection, lightest first, and one that must be escaped in rich text."""
    flags = (
        Flag(FlagCode.UNCALIBRATED, Severity.INFO, "Sizes are in pixels."),
        Flag(FlagCode.COLOR_DOPPLER, Severity.WARNING, "Color covers <part> of the tissue."),
        Flag(FlagCode.PREVALENCE_SHIFTED, Severity.INFO, "Shifted to 2 % from 55 %."),
    )
    return with_verdict(still(flags=flags), malignancy=WITH_PREVALENCE)


def rescored() -> StoredReport:
    """A still after re-scoring: each lesion has a likelihood of its own."""
    shown = still()
    lesions = [
        replace(lesion, malignancy=Malignancy(likelihood, likelihood / 2, likelihood * 1.5))
        for lesion, likelihood in zip(shown.analysis.lesions, (0.35, 0.05), strict=True)
    ]
    return changed(shown, lesions=tuple(lesions))


def changed(report: StoredReport, **changes: Any) -> StoredReport:
    """The same with other findings."""
    return replace(report, analysis=replace(report.analysis, **changes))


def with_verdict(report: StoredReport, **changes: Any) -> StoredReport:
    """The same with another verdict."""
    return changed(report, verdict=replace(report.analysis.verdict, **changes))


def with_input(report: StoredReport, **changes: Any) -> StoredReport:
    """The same about another input."""
    return changed(report, input=replace(report.analysis.input, **changes))


def _stored(analysis: Analysis) -> StoredReport:
    """As it comes out of the scene: through JSON, and without maps."""
    return StoredReport(analysis_from(json.loads(json.dumps(analysis.to_json()))))
