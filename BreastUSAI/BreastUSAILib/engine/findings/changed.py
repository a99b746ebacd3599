"""An analysis with one lesion more or some fewer, everything else as it was. Needs numpy alone."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from .. import flag_sentences
from ..flags import Flag, FlagCode, Severity
from ..images.frames import InputKind
from .analysis import Analysis, FrameFinding, Lesion, VolumeLesion

LONG_AXIS, SHORT_AXIS, DEPTH = "long_axis", "short_axis", "depth"
LENGTHS = (LONG_AXIS, SHORT_AXIS, DEPTH)
"""What a reader may measure anew, as fields of `Lesion` begin."""

Ends = tuple[tuple[float, float], tuple[float, float]]
"""Both ends of a length as (column, row) in pixels."""

_NO_LESION = (
    flag_sentences.BENIGN_NOT_OUTLINED,
    flag_sentences.MALIGNANT_NOT_OUTLINED,
    flag_sentences.BENIGN_WITHOUT_OUTLINE,
    flag_sentences.MALIGNANT_WITHOUT_OUTLINE,
)


def with_lesion(analysis: Analysis, lesion: Lesion, found: Analysis) -> Analysis:
    """The analysis with a lesion that a reader asked for, which `found` has, and a flag that says so.

    Args:
        analysis: what was found before. Verdict and other lesions stay as they are.
        lesion: of `found`, by its id, with `asked`; it gets the next free id, its number is taken as it is.
        found: the analysis of the lesion's frame alone, with that place.
    """
    added = replace(lesion, id=max((one.id for one in analysis.lesions), default=0) + 1)
    known = {finding.index: finding for finding in analysis.frames}
    finding = known.get(lesion.frame)
    if finding is None:
        finding = next(one for one in found.frames if one.index == lesion.frame)
        finding = FrameFinding(finding.index, finding.time_s, finding.probabilities)
    known[lesion.frame] = replace(finding, lesions=(*finding.lesions, added.id))
    joined = analysis.volume_lesions
    if analysis.input.kind is InputKind.VOLUME and (joined or not analysis.lesions):  # of which all are joined or none
        joined = (*joined, _alone(added, max((one.id for one in joined), default=0) + 1))
    is_shown = lesion.frame == analysis.verdict.key_frame
    flags = [flag for flag in analysis.flags if not (is_shown and flag.message in _NO_LESION)]
    flags.append(_asked_flag(added, was_shown=next(one for one in found.lesions if one.id == lesion.id).asked is None))
    return replace(
        analysis,
        lesions=(*analysis.lesions, added),
        frames=tuple(known[index] for index in sorted(known)),
        volume_lesions=joined,
        flags=tuple(flags),
    )


def without_lesions(analysis: Analysis, ids: Collection[int]) -> Analysis:
    """The analysis without the lesions of these ids; the others keep theirs."""

    def kept(lesions: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(lesion for lesion in lesions if lesion not in ids)

    joined = [replace(one, lesions=kept(one.lesions)) for one in analysis.volume_lesions]
    tracked = [replace(one, lesions=kept(one.lesions)) for one in analysis.tracked_lesions]
    return replace(
        analysis,
        lesions=tuple(one for one in analysis.lesions if one.id not in ids),
        frames=tuple(replace(one, lesions=kept(one.lesions)) for one in analysis.frames),
        volume_lesions=tuple(one for one in joined if one.lesions),
        tracked_lesions=tuple(one for one in tracked if one.lesions),
    )


def length_of(ends: Ends, pixel_spacing_mm: tuple[float, float] | None) -> tuple[float, float | None]:
    """A length in pixels and, where the pixel size (row, column) is known, in mm."""
    (x1, y1), (x2, y2) = ends
    if pixel_spacing_mm is None:
        return math.hypot(x2 - x1, y2 - y1), None
    row, column = pixel_spacing_mm
    return math.hypot(x2 - x1, y2 - y1), math.hypot((x2 - x1) * column, (y2 - y1) * row)


def with_length(analysis: Analysis, lesion: int, name: str, ends: Ends) -> Analysis:
    """The analysis with one length of the lesion of that id as a reader measured it; its error is no longer known.

    Args:
        analysis: what was found before.
        lesion: `Lesion.id`.
        name: of `LENGTHS`.
        ends: where the reader put them.
    """
    pixels, mm = length_of(ends, analysis.input.pixel_spacing_mm)

    def changed(one: Lesion) -> Lesion:
        by_reader = tuple(known for known in LENGTHS if known in (*one.by_reader, name))
        fields: dict[str, Any] = {
            f"{name}_px": pixels,
            f"{name}_mm": mm,
            f"{name}_ends_px": ends,
            "by_reader": by_reader,
        }
        return replace(one, **fields)

    return replace(analysis, lesions=tuple(changed(one) if one.id == lesion else one for one in analysis.lesions))


def asked_as_before(analysis: Analysis, before: Analysis) -> Analysis:
    """The analysis of outlines that were scored again, its lesions asked for where those of `before` were.

    A lesion is the same where frame and number are.
    """
    asked = {(one.frame, one.number): one.asked for one in before.lesions if one.asked is not None}
    if not asked:
        return analysis
    lesions = tuple(replace(one, asked=asked.get((one.frame, one.number))) for one in analysis.lesions)
    return replace(analysis, lesions=lesions)


def _asked_flag(lesion: Lesion, was_shown: bool) -> Flag:
    """That a lesion was asked for; `was_shown`: the search of the whole frame shows it too."""
    assert lesion.asked is not None
    sentence = flag_sentences.ASKED_FOR_AGAIN if was_shown else flag_sentences.ASKED_FOR
    column, row = f"{lesion.asked.column:.0f}", f"{lesion.asked.row:.0f}"
    return Flag(FlagCode.ASKED_FOR, Severity.INFO, sentence.format(number=lesion.number, column=column, row=row))


def _alone(lesion: Lesion, number: int) -> VolumeLesion:
    """A lesion of a volume that is known on one slice."""
    return VolumeLesion(
        id=number,
        lesions=(lesion.id,),
        first_frame=lesion.frame,
        last_frame=lesion.frame,
        key_frame=lesion.frame,
        voxels=lesion.area_px,
        volume_mm3=None,
        malignancy=lesion.malignancy,
    )
