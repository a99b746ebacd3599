"""What an analysis says of itself beside its figures: the flags that need more than the input to be raised."""

from __future__ import annotations

from collections.abc import Sequence

from .. import flag_sentences
from ..explanations.grading.thresholds import BESIDE, ON_MARKS, OUTSIDE, UNFAITHFUL, UNFOCUSED, GradeThresholds
from ..findings.analysis import Label, Verdict
from ..findings.grades import HeatMapGrades
from ..flags import Flag, FlagCode, Severity
from ..images.frames import Frames, InputKind
from ..images.places import Place

SECTOR_DETECTED = Flag(FlagCode.SECTOR_DETECTED, Severity.INFO, flag_sentences.SECTOR_DETECTED)
REJECTION_OVERRIDDEN = Flag(FlagCode.REJECTION_OVERRIDDEN, Severity.WARNING, flag_sentences.REJECTION_OVERRIDDEN)


def outlines_withheld(withheld: int, count: int, normal_below: float, shown_from: float, kind: InputKind) -> Flag:
    """Outlines on `withheld` of `count` frames of an input of that `kind` are not shown, for they are called normal.

    A frame's probability of a lesion is below `normal_below`, and its outline's mean probability below `shown_from`.
    """
    sentences = flag_sentences.WITHHELD_IN_FRAME, flag_sentences.WITHHELD_IN_FRAMES
    if kind is InputKind.VOLUME:
        sentences = flag_sentences.WITHHELD_IN_SLICE, flag_sentences.WITHHELD_IN_SLICES
    sentence = flag_sentences.WITHHELD_IN_IMAGE if count == 1 else sentences[withheld > 1]
    message = sentence.format(count=withheld, all=count, share=_percent(normal_below))
    if shown_from <= 1:
        message += f" {flag_sentences.NOT_SURE_ENOUGH}"
    return Flag(FlagCode.OUTLINE_WITHHELD, Severity.INFO, message)


def outlined_on_normal(outlined: int, others: int, normal_below: float, kind: InputKind) -> Flag:
    """On `outlined` of the `others`, all frames but the key frame, a sure outline is shown on what is called normal.

    A frame's probability of a lesion is below `normal_below`.
    """
    sentences = flag_sentences.OUTLINED_ON_NORMAL_FRAME, flag_sentences.OUTLINED_ON_NORMAL_FRAMES
    if kind is InputKind.VOLUME:
        sentences = flag_sentences.OUTLINED_ON_NORMAL_SLICE, flag_sentences.OUTLINED_ON_NORMAL_SLICES
    message = sentences[outlined > 1].format(count=outlined, all=others, share=_percent(normal_below))
    return Flag(FlagCode.DISAGREEMENT, Severity.INFO, message)


def disagreement(verdict: Verdict, outlined: bool, given: bool) -> Flag | None:
    """Where the key frame's outline and its class contradict each other; None where they do not.

    Args:
        verdict: the class.
        outlined: whether a lesion is outlined on the key frame.
        given: whether a reader gave the outlines, so that none was looked for.
    """
    not_outlined = {
        Label.BENIGN: (flag_sentences.BENIGN_NOT_OUTLINED, flag_sentences.BENIGN_WITHOUT_OUTLINE),
        Label.MALIGNANT: (flag_sentences.MALIGNANT_NOT_OUTLINED, flag_sentences.MALIGNANT_WITHOUT_OUTLINE),
    }
    if verdict.label is Label.NORMAL and outlined:
        message = flag_sentences.NORMAL_BUT_OUTLINED
    elif verdict.label in not_outlined and not outlined:
        message = not_outlined[verdict.label][given]
    else:
        return None
    return Flag(FlagCode.DISAGREEMENT, Severity.WARNING, message)


def outlines_given(scored: bool, own_calibration: bool, outside: int) -> Flag:
    """A reader gave the outlines.

    Args:
        scored: whether any lesion has a likelihood of its own.
        own_calibration: whether the classifier has a calibration for outlined lesions.
        outside: how many lesions lie outside the analyzed area, and have no likelihood of their own.
    """
    message = flag_sentences.GIVEN
    if scored and own_calibration:
        message = flag_sentences.SCORED_BY_OWN_CALIBRATION
    elif scored:
        message = flag_sentences.SCORED_BY_CALIBRATION_OF_FRAMES
    if outside:
        message += f" {flag_sentences.OUTSIDE.format(count=outside)}"
    return Flag(FlagCode.RESCORED, Severity.INFO, message)


def normal_not_sure(lesion: float, normal_below: float) -> Flag:
    """Normal is likelier than a lesion, whose probability is `lesion`, but not by so much that normal is said."""
    sentence = flag_sentences.NORMAL_NOT_SURE if normal_below else flag_sentences.NORMAL_NEVER_SAID
    message = sentence.format(lesion=_percent(lesion), share=_percent(normal_below))
    return Flag(FlagCode.NORMAL_NOT_SURE, Severity.WARNING, message)


def prevalence_shifted(asked: float, own: float) -> Flag:
    """The probabilities are not those at the model's own prevalence; both are shares of malignant among lesions."""
    message = flag_sentences.PREVALENCE_SHIFTED.format(asked=f"{100 * asked:.3g}", own=f"{100 * own:.3g}")
    return Flag(FlagCode.PREVALENCE_SHIFTED, Severity.INFO, message)


def heat_map_grades(grades: HeatMapGrades, thresholds: GradeThresholds) -> list[Flag]:
    """What a heat map fails, a flag each; that heat map and outline disagree is one of its own."""
    if grades.is_empty:
        return [Flag(FlagCode.HEAT_MAP_EMPTY, Severity.INFO, flag_sentences.HEAT_MAP_EMPTY)]
    lesion, marks, outside = grades.lesion, grades.marks, grades.outside
    ratio = "–" if lesion is None or lesion.ratio is None else f"{lesion.ratio:.2g}"
    values = {
        "ratio": ratio,
        "least": f"{thresholds.least_energy_ratio or 0:.2g}",
        "area": _percent(0 if marks is None else marks.area),
    }
    on_marks, outside_scan = (_percent(0 if share is None else share.energy) for share in (marks, outside))
    sentences = {
        UNFOCUSED: flag_sentences.HEAT_MAP_UNFOCUSED.format(**values),
        ON_MARKS: flag_sentences.HEAT_MAP_ON_MARKS.format(share=on_marks, **values),
        OUTSIDE: flag_sentences.HEAT_MAP_OUTSIDE.format(share=outside_scan),
        UNFAITHFUL: flag_sentences.HEAT_MAP_UNFAITHFUL,
        BESIDE: flag_sentences.HEAT_MAP_BESIDE,
    }
    codes = {BESIDE: FlagCode.HEAT_MAP_DISAGREES}
    return [Flag(codes.get(word, FlagCode.HEAT_MAP_FAILS), Severity.WARNING, sentences[word]) for word in grades.failed]


def asked_for(place: Place, number: int, frames: Frames) -> Flag:
    """A lesion was found where a reader asked for one."""
    return Flag(FlagCode.ASKED_FOR, Severity.INFO, _at(flag_sentences.ASKED_FOR, place, frames, number))


def already_outlined(place: Place, number: int, frames: Frames) -> Flag:
    """The whole frame showed the lesion that a reader asks for."""
    return Flag(FlagCode.ASKED_FOR, Severity.INFO, _at(flag_sentences.ALREADY_OUTLINED, place, frames, number))


def nothing_there(place: Place, frames: Frames) -> Flag:
    """There is no lesion where a reader asked for one."""
    return Flag(FlagCode.NOTHING_THERE, Severity.WARNING, _at(flag_sentences.NOTHING_THERE, place, frames))


def _at(sentence: str, place: Place, frames: Frames, number: int = 0) -> str:
    said = sentence.format(column=f"{place.column:.0f}", row=f"{place.row:.0f}", number=number)
    if frames.count == 1:
        return said
    is_volume = frames.kind is InputKind.VOLUME
    where = flag_sentences.PLACE_ON_SLICE if is_volume else flag_sentences.PLACE_ON_FRAME
    return f"{said} {where.format(frame=(place.frame or 0) + 1, count=frames.count)}"


def left_out(flags: Sequence[Flag], count: int, kind: InputKind) -> Flag:
    """Of `count` frames of an input of that `kind` those with these flags, all of one code, have no result."""
    sentence = flag_sentences.SLICES_LEFT_OUT if kind is InputKind.VOLUME else flag_sentences.FRAMES_LEFT_OUT
    message = f"{sentence.format(left=len(flags), count=count)} {flags[0].message}"
    return Flag(flags[0].code, Severity.WARNING, message)


def _percent(probability: float) -> str:
    return f"{100 * probability:.3g} %"
