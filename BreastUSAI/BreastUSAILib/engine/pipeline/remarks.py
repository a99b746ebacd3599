"""What an analysis says of itself beside its figures: the flags that need more than the input to be raised."""

from __future__ import annotations

from collections.abc import Sequence

from ..findings.analysis import Label, Verdict
from ..flags import Flag, FlagCode, Severity
from ..images.frames import InputKind

SECTOR_DETECTED = Flag(
    FlagCode.SECTOR_DETECTED,
    Severity.INFO,
    "The file names no ultrasound region, so the scan area was found in the picture itself.",
)


def frame_word(kind: InputKind) -> str:
    """What one image of such an input is called: a volume's are slices."""
    return "slice" if kind is InputKind.VOLUME else "frame"


def outlines_withheld(withheld: int, count: int, normal_below: float, shown_from: float, kind: InputKind) -> Flag:
    """Outlines on `withheld` of `count` frames of an input of that `kind` are not shown, for they are called normal.

    A frame's probability of a lesion is below `normal_below`, and its outline's mean probability below `shown_from`.
    """
    one = frame_word(kind)
    where, these = f"On {withheld} of {count} {one}s something", f"this {one}" if withheld == 1 else f"these {one}s"
    if count == 1:
        where, these = "Something", "the image"
    message = (
        f"{where} was outlined, but is not shown: the classification gives {these} a probability of less than "
        f"{_percent(normal_below)} of showing a lesion"
    )
    message += "." if shown_from > 1 else ", and the outline is not sure enough to stand against that."
    return Flag(FlagCode.OUTLINE_WITHHELD, Severity.INFO, message)


def outlined_on_normal(outlined: int, others: int, normal_below: float, kind: InputKind) -> Flag:
    """On `outlined` of the `others`, all frames but the key frame, a sure outline is shown on what is called normal.

    A frame's probability of a lesion is below `normal_below`.
    """
    one = frame_word(kind)
    these, them = (f"this {one}", "it") if outlined == 1 else (f"these {one}s", "them")
    message = (
        f"On {outlined} of {others} {one}s besides the key {one} a sure outline is shown, though the classification "
        f"gives {these} a probability of less than {_percent(normal_below)} of showing a lesion: look at {them} "
        "yourself."
    )
    return Flag(FlagCode.DISAGREEMENT, Severity.INFO, message)


def disagreement(verdict: Verdict, outlined: bool, without_outline: str) -> Flag | None:
    """Where the key frame's outline and its class contradict each other; `without_outline` says that none is there."""
    if verdict.label is Label.NORMAL and outlined:
        message = "A lesion is outlined, but the classification says normal: look at the outline yourself."
    elif verdict.label in (Label.BENIGN, Label.MALIGNANT) and not outlined:
        message = without_outline
    else:
        return None
    return Flag(FlagCode.DISAGREEMENT, Severity.WARNING, message)


def normal_not_sure(lesion: float, normal_below: float) -> Flag:
    """Normal is likelier than a lesion, whose probability is `lesion`, but not by so much that normal is said."""
    why = "this model has no point below which it says so"
    if normal_below:
        why = f"from {_percent(normal_below)} on it may be one that looks normal to the network"
    message = (
        f"The image looks normal, but that is not said: the probability of a lesion is {_percent(lesion)}, and {why}."
    )
    return Flag(FlagCode.NORMAL_NOT_SURE, Severity.WARNING, message)


def prevalence_shifted(asked: float, own: float) -> Flag:
    """The probabilities are not those at the model's own prevalence; both are shares of malignant among lesions."""
    message = (
        f"The probabilities are those at the prevalence that was asked for, {100 * asked:.3g} % malignant among "
        f"lesions; the model was calibrated at {100 * own:.3g} %."
    )
    return Flag(FlagCode.PREVALENCE_SHIFTED, Severity.INFO, message)


def left_out(flags: Sequence[Flag], count: int, kind: InputKind) -> Flag:
    """Of `count` frames of an input of that `kind` those with these flags, all of one code, have no result."""
    message = f"{len(flags)} of {count} {frame_word(kind)}s were left out. {flags[0].message}"
    return Flag(flags[0].code, Severity.WARNING, message)


def _percent(probability: float) -> str:
    return f"{100 * probability:.3g} %"
