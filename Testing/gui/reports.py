"""Reports as the panel reads them: what a small analysis made by hand says in `analysis.json`."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from BreastUSAILib.engine.findings.analysis import Label, Malignancy, Verdict, VolumeLesion
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import InputKind
from Testing.scene.analyses import analysis_of, marked_frames

INTERVAL = Malignancy(0.7, 0.6, 0.8)
WITH_PREVALENCE = Malignancy(0.12, 0.08, 0.2, prevalence=0.02)


def still(spacing: tuple[float, float] | None = (0.2, 0.1), **changes: Any) -> dict[str, Any]:
    """A still with two lesions and a verdict of malignant."""
    return replace(analysis_of(marked_frames(spacing=spacing)), **changes).to_json()


def cine(likelihoods: tuple[float | None, ...] = (0.1, 0.6, 0.3, 0.9, 0.2), **changes: Any) -> dict[str, Any]:
    """A cine with two lesions in every frame; `likelihoods` of malignancy by frame, None for a frame without."""
    times = tuple(0.04 * index for index in range(len(likelihoods)))
    frames = marked_frames(InputKind.CINE, len(likelihoods), times=times)
    report = replace(analysis_of(frames), **changes).to_json()
    for finding, likelihood in zip(report["frames"], likelihoods, strict=True):
        finding["probabilities"] = None if likelihood is None else _probabilities(likelihood)
    known = [likelihood or 0.0 for likelihood in likelihoods]
    report["verdict"]["key_frame"] = known.index(max(known))
    return report


def _probabilities(malignant: float) -> dict[str, float]:
    rest = (1 - malignant) / 2
    return {"normal": rest, "benign": rest, "malignant": malignant}


def volume(volume_mm3: float | None = 123.4, malignancy: Malignancy | None = INTERVAL) -> dict[str, Any]:
    """A volume of four slices with two joined lesions: one over all slices, one over the first two."""
    analysis = analysis_of(marked_frames(InputKind.VOLUME, 4))
    joined = (
        VolumeLesion(1, (1, 3, 5, 7), 0, 3, 2, 24, volume_mm3, malignancy),
        VolumeLesion(2, (2, 4), 0, 1, 1, 32, volume_mm3, malignancy),
    )
    return replace(analysis, volume_lesions=joined).to_json()


def undetermined() -> dict[str, Any]:
    """A still whose network is not sure enough."""
    report = still()
    report["verdict"]["label"] = "undetermined"
    return report


def rejected() -> dict[str, Any]:
    """A picture that is no ultrasound image."""
    flags = (Flag(FlagCode.NOT_ULTRASOUND, Severity.REJECT, "The picture does not look like ultrasound."),)
    report = still(verdict=Verdict(Label.REJECTED), flags=flags, lesions=())
    report["frames"][0].update(probabilities=None, lesions=[])
    return report


def flagged() -> dict[str, Any]:
    """A still with flags of every weight but rejection, lightest first, and one that must be escaped in rich text."""
    flags = (
        Flag(FlagCode.UNCALIBRATED, Severity.INFO, "Sizes are in pixels."),
        Flag(FlagCode.COLOUR_DOPPLER, Severity.WARNING, "Colour covers <part> of the tissue."),
        Flag(FlagCode.PREVALENCE_SHIFTED, Severity.INFO, "Shifted to 2 % from 55 %."),
    )
    report = still(flags=flags)
    report["verdict"]["malignancy"] = vars(WITH_PREVALENCE).copy()
    return report


def rescored() -> dict[str, Any]:
    """A still after re-scoring: each lesion has a likelihood of its own."""
    report = copy.deepcopy(still())
    for lesion, likelihood in zip(report["lesions"], (0.35, 0.05), strict=True):
        lesion["malignancy"] = vars(Malignancy(likelihood, likelihood / 2, likelihood * 1.5)).copy()
    return report
