"""An analysis in one line of words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..engine.findings.analysis import Analysis, Label, Lesion, TrackedLesion, Verdict, VolumeLesion
from ..engine.findings.similar_words import vote_words
from ..engine.findings.words import (
    NO_BREAK,
    descriptor_words,
    frames_words,
    lesion_size,
    percent,
    risk_band_words,
    slices_words,
    spread_words,
    volume_size,
)
from ..engine.flags import Severity

_MOST_JOINED = 5
_ON_EVERY_TERMINAL = str.maketrans({NO_BREAK: " ", "×": "x"})


def summary_line(name: str, analysis: Analysis, folder: Path) -> str:
    """Verdict, likelihood of malignancy with its interval, lesions, flags, and the folder with the results."""
    parts = [
        _verdict(analysis),
        _lesions(analysis),
        _across("slices", [_joined_lesion(lesion) for lesion in analysis.volume_lesions]),
        _across("frames", [_tracked_lesion(lesion) for lesion in analysis.tracked_lesions]),
        _similar(analysis),
        _flags(analysis),
    ]
    said = "; ".join(part for part in parts if part).translate(_ON_EVERY_TERMINAL)
    return f"{name}: {said}; results in {folder}"


def _verdict(analysis: Analysis) -> str:
    verdict = analysis.verdict
    if verdict.label is Label.REJECTED:
        reasons = [flag.message for flag in analysis.flags if flag.severity is Severity.REJECT]
        return " ".join(["rejected, no verdict:", *reasons]).rstrip(":.")
    if verdict.malignancy is None:
        return verdict.label.value
    low, at, high = (
        percent(share) for share in (verdict.malignancy.low, verdict.malignancy.probability, verdict.malignancy.high)
    )
    asked = verdict.malignancy.prevalence
    shifted = "" if asked is None else f" at a prevalence of {100 * asked:.3g} %"
    supposed = " if there were a lesion" if verdict.label is Label.NORMAL else ""
    band = risk_band_words(verdict)
    likelihood = f"likelihood of malignancy{supposed} {at} (95 % interval {low} to {high}){shifted}"
    return ", ".join(part for part in (verdict.label.value, likelihood, band) if part)


def _lesions(analysis: Analysis) -> str:
    key = analysis.verdict.key_frame
    if key is None:
        return ""
    lesions = analysis.lesions_of(key)
    where = f" in key frame {key}" if analysis.input.frames > 1 else ""
    if not lesions:
        return f"no lesion outlined{where}"
    sizes = ", ".join(_lesion(lesion) for lesion in lesions)
    return f"{len(lesions)} lesion{'s' if len(lesions) > 1 else ''}{where}: {sizes}"


def _lesion(lesion: Lesion) -> str:
    words = [lesion_size(lesion), descriptor_words(lesion), "asked for by the reader" if lesion.asked else ""]
    if lesion.malignancy is not None:
        words.append(f"likelihood {percent(lesion.malignancy.probability)}")
    return f"{words[0]} ({', '.join(word for word in words[1:] if word)})" if any(words[1:]) else words[0]


def _across(places: str, lesions: Sequence[str]) -> str:
    """So many lesions across slices or frames, the first of them in words; nothing where there is none."""
    if not lesions:
        return ""
    listed = list(lesions[:_MOST_JOINED])
    if len(lesions) > _MOST_JOINED:
        listed.append(f"and {len(lesions) - _MOST_JOINED} more")
    return f"{len(lesions)} lesion{'s' if len(lesions) > 1 else ''} across {places}: {', '.join(listed)}"


def _joined_lesion(lesion: VolumeLesion) -> str:
    likelihood = "" if lesion.malignancy is None else f" with a likelihood of {percent(lesion.malignancy.probability)}"
    return f"{volume_size(lesion)} in {slices_words(lesion)}{likelihood}"


def _tracked_lesion(lesion: TrackedLesion) -> str:
    if lesion.malignancy is None:
        return frames_words(lesion)
    spread = spread_words(lesion)
    told = f" ({spread})" if spread else ""
    return f"{frames_words(lesion)}, with a likelihood of {percent(lesion.malignancy.probability)}{told}"


def _similar(analysis: Analysis) -> str:
    return "" if analysis.similar is None else vote_words(analysis.similar, Verdict(analysis.verdict.label)).rstrip(".")


def _flags(analysis: Analysis) -> str:
    codes = dict.fromkeys(flag.code.value for flag in analysis.flags if flag.severity is not Severity.REJECT)
    return f"flags: {', '.join(codes)}" if codes else ""
