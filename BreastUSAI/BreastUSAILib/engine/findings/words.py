"""A result in words, the same in panel, preview and terminal. Needs numpy alone.

Every function takes the translate function that fits where its words are shown, `english` where they stay English.
Frames are counted from 0 here, as in `analysis.json`, where nothing else is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..flag_sentences import translated
from ..flags import Flag, FlagCode, Severity
from ..images.frames import InputKind, Rectangle, SpacingSource
from .analysis import (
    Analysis,
    Explanation,
    FurtherExplanation,
    Label,
    Lesion,
    Malignancy,
    TrackedLesion,
    Verdict,
    VolumeLesion,
)
from .descriptors import (
    ANECHOIC,
    CIRCUMSCRIBED,
    COMPLEX,
    ECHO_PATTERN,
    ENHANCEMENT,
    HYPERECHOIC,
    HYPOECHOIC,
    IRREGULAR,
    ISOECHOIC,
    MARGIN,
    NO_FEATURES,
    NOT_CIRCUMSCRIBED,
    NOT_PARALLEL,
    ORIENTATION,
    OVAL,
    PARALLEL,
    POSTERIOR,
    ROUND,
    SHADOWING,
    SHAPE,
)
from .measures import Translate, axes
from .risk_band import BANDS

NO_BREAK = "\N{NO-BREAK SPACE}"
"""Between a number and its per cent sign, which are never broken over two lines."""


def english(words: str) -> str:
    """The words as they are: a translate function for files and terminal."""
    return words


def percent(probability: float, _: Translate = english) -> str:
    """A probability in whole per cent; never a rounded 0 or 100 for what is neither."""
    if 0.0 < probability < 0.01:
        words = _("< 1 %")
    elif 0.99 < probability < 1.0:
        words = _("> 99 %")
    else:
        words = _("{percent} %").format(percent=round(100 * probability))
    return words.replace(" ", NO_BREAK)


def verdict_words(label: Label, _: Translate = english) -> str:
    """The name of a class or verdict, as a heading."""
    return {
        Label.NORMAL: _("Normal"),
        Label.BENIGN: _("Benign"),
        Label.MALIGNANT: _("Malignant"),
        Label.UNDETERMINED: _("Undetermined"),
        Label.REJECTED: _("No verdict"),
    }[label]


def label_words(label: Label, _: Translate = english) -> str:
    """The name of a class or verdict within a sentence."""
    return {
        Label.NORMAL: _("normal"),
        Label.BENIGN: _("benign"),
        Label.MALIGNANT: _("malignant"),
        Label.UNDETERMINED: _("undetermined"),
        Label.REJECTED: _("rejected"),
    }[label]


def verdict_meaning(analysis: Analysis, _: Translate = english) -> str:
    """One sentence below the verdict: what it is about, or why there is none."""
    if analysis.verdict.label is Label.REJECTED:
        return _("The image cannot be judged, so no likelihood is given. The reasons stand below.")
    if analysis.overridden:
        return _("The image was rejected, and this is given only because it was asked for. The reasons stand below.")
    if analysis.verdict.label is Label.UNDETERMINED:
        return _("The network is not sure enough to name a class: the figures below are all it can say.")
    if analysis.input.frames == 1:
        return _("This is how the network classifies the image.")
    if analysis.input.kind is InputKind.VOLUME:
        return _("This is how the network classifies the slice that is most probably malignant.")
    return _("This is how the network classifies the frame that is most probably malignant.")


def likelihood_meaning(_: Translate = english) -> str:
    """What the likelihood of malignancy is, in one sentence."""
    return _("The probability that the lesion is malignant, given that there is one.")


def likelihood_words(malignancy: Malignancy | None, label: Label | None = None, _: Translate = english) -> str:
    """The likelihood of malignancy, or nothing where there is none; `label` is the verdict's where it is that one's."""
    if malignancy is None:
        return ""
    words = _("Likelihood of malignancy: {likelihood}")
    if label is Label.NORMAL:
        words = _("Likelihood of malignancy, if there were a lesion: {likelihood}")
    return words.format(likelihood=percent(malignancy.probability, _))


def interval_words(malignancy: Malignancy | None, _: Translate = english) -> str:
    """The interval of the likelihood, or nothing where there is none."""
    if malignancy is None:
        return ""
    low, high = percent(malignancy.low, _), percent(malignancy.high, _)
    if low == high:
        return _("95 % interval: {likelihood}").format(likelihood=low)
    return _("95 % interval: {low} to {high}").format(low=low, high=high)


def prevalence_words(analysis: Analysis, _: Translate = english) -> str:
    """That the probabilities were shifted to a prevalence, or nothing where they were not."""
    malignancy = analysis.verdict.malignancy
    if malignancy is None or malignancy.prevalence is None:
        return ""
    stated = [flag_words(flag, _) for flag in analysis.flags if flag.code is FlagCode.PREVALENCE_SHIFTED]
    shifted = _("Shifted to a prevalence of {percent:.3g} % malignant among lesions.").format(
        percent=100 * malignancy.prevalence
    )
    return stated[0] if stated else shifted


def frame_words(analysis: Analysis, frame: int, _: Translate = english) -> str:
    """Which frame, counted from 1: "frame 13 of 65 (0.48 s)", or "slice 13 of 200"."""
    count = analysis.input.frames
    if analysis.input.kind is InputKind.VOLUME:
        return _("slice {number} of {count}").format(number=frame + 1, count=count)
    seconds = next((finding.time_s for finding in analysis.frames if finding.index == frame), None)
    if seconds is None:
        return _("frame {number} of {count}").format(number=frame + 1, count=count)
    return _("frame {number} of {count} ({seconds:.2f} s)").format(number=frame + 1, count=count, seconds=seconds)


def flag_words(flag: Flag, _: Translate = english) -> str:
    """What a flag says."""
    return translated(flag.message, _)


def severity_words(severity: Severity, _: Translate = english) -> str:
    """How much a flag weighs."""
    return {Severity.INFO: _("Note"), Severity.WARNING: _("Caution"), Severity.REJECT: _("Rejected")}[severity]


def severity_meaning(severity: Severity, _: Translate = english) -> str:
    """What a flag of that weight means for the result."""
    return {
        Severity.REJECT: _("No verdict is given because of this."),
        Severity.WARNING: _("The result may be wrong because of this."),
        Severity.INFO: _("Good to know; the result stands."),
    }[severity]


def method_words(method: str, _: Translate = english) -> str:
    """The name of an explanation method; one that this version does not know as it is written."""
    return {
        "Grad-CAM": _("Grad-CAM"),
        "Saliency": _("Saliency"),
        "SmoothGrad": _("SmoothGrad"),
        "Integrated Gradients": _("Integrated Gradients"),
        "GradientShap": _("GradientShap"),
        "KernelShap": _("KernelShap"),
        "Occlusion": _("Occlusion"),
        "Outline Grad-CAM": _("Outline Grad-CAM"),
        "Attention gates": _("Attention gates"),
    }.get(method, method)


def explanation_words(explanation: Explanation, _: Translate = english) -> str:
    """What a heat map explains, and how: "Grad-CAM for malignant"."""
    return _("{method} for {label}").format(
        method=method_words(explanation.method, _), label=label_words(explanation.target_class, _)
    )


def further_explanation_words(explanation: FurtherExplanation, _: Translate = english) -> str:
    """What one further map explains, and how: "Occlusion for benign", "Attention gates"."""
    method = method_words(explanation.method, _)
    known = {label.value: label for label in Label}
    if explanation.target not in known:
        return method
    return _("{method} for {label}").format(method=method, label=verdict_words(known[explanation.target], _).lower())


def task_words(task: str | None, _: Translate = english) -> str:
    """What a model does, in front of its name."""
    return {"classification": _("Classification"), "segmentation": _("Outlines")}.get(task or "", _("Unknown task"))


def model_lines(analysis: Analysis, _: Translate = english) -> list[str]:
    """Every model that gave the result, with its version, then what the heat map explains."""
    lines = [
        _("{task}: {name} {version}").format(task=task_words(model.task, _), name=model.name, version=model.version)
        for model in analysis.models
    ]
    if analysis.verdict.label is not Label.REJECTED:
        lines.append(_("Heat map: {explanation}").format(explanation=explanation_words(analysis.explanation, _)))
        lines += [
            _("Further explanation: {explanation}").format(explanation=further_explanation_words(one, _))
            for one in analysis.explanations
        ]
    return lines


def software_words(analysis: Analysis, _: Translate = english) -> str:
    """Which version of the software, and where it ran."""
    return _("BreastUSAI {version}, run on {device}").format(
        version=analysis.software.get("breastusai", _("of unknown version")), device=analysis.device
    )


def hash_words(analysis: Analysis, _: Translate = english) -> str:
    """The SHA-256 of every model's weights."""
    return "\n".join(
        _("{name}: SHA-256 {sha256}").format(name=model.name, sha256=model.sha256) for model in analysis.models
    )


def spacing_words(spacing_mm: Sequence[float], _: Translate = english) -> str:
    """A pixel size (row, column) in mm: one number for square pixels."""
    row, column = spacing_mm
    if abs(row - column) <= 0.005 * row:
        return _("{size:.3g} mm/pixel").format(size=column)
    return _("{column:.3g} × {row:.3g} mm/pixel").format(column=column, row=row)


def pixel_size_words(analysis: Analysis, _: Translate = english) -> str:
    """Where the millimeters come from, or that there are none."""
    spacing = analysis.input.pixel_spacing_mm
    if spacing is None:
        return _("Uncalibrated: sizes are in pixels and millimeters are not shown.")
    words = _("{size}, as the image states it.")
    if analysis.input.spacing_source is SpacingSource.MANUAL:
        words = _("Millimeters rest on the pixel size that was given by hand: {size}.")
    return words.format(size=spacing_words(spacing, _))


def lesion_size(lesion: Lesion) -> str:
    """Longest axis and its perpendicular, in mm where they are known, else in pixels."""
    return axes(lesion.long_axis_mm is not None).words(lesion)


def shape_words(lesion: Lesion, _: Translate = english) -> str:
    """Whether the lesion is taller than wide."""
    return _("taller than wide") if lesion.height_width_ratio > 1.0 else _("wider than tall")


def volume_size(lesion: VolumeLesion, _: Translate = english) -> str:
    """Volume of a joined lesion, in mm³ where it is known, else in voxels."""
    if lesion.volume_mm3 is None:
        words = _("{count} voxel") if lesion.voxels == 1 else _("{count} voxels")
        return words.format(count=lesion.voxels)
    return f"{lesion.volume_mm3:.{0 if lesion.volume_mm3 >= 10 else 1}f} mm³"


def slices_words(lesion: VolumeLesion, _: Translate = english) -> str:
    """Where a joined lesion lies along the volume."""
    if lesion.first_frame == lesion.last_frame:
        return _("slice {number}").format(number=lesion.first_frame)
    return _("slices {first} to {last}").format(first=lesion.first_frame, last=lesion.last_frame)


def frames_words(lesion: TrackedLesion, _: Translate = english, counted_from: int = 0) -> str:
    """Where in a cine a lesion is outlined, and how often; frames are counted from `counted_from`."""
    first, last = lesion.first_frame + counted_from, lesion.last_frame + counted_from
    if first == last:
        return _("frame {number}").format(number=first)
    words = _("frames {first} to {last}, outlined in {count}")
    return words.format(first=first, last=last, count=len(lesion.lesions))


def spread_words(lesion: TrackedLesion, _: Translate = english) -> str:
    """How far the likelihoods of a lesion's frames differ; nothing where one frame alone has one."""
    if lesion.spread is None or len(lesion.lesions) < 2:
        return ""
    low, high = (percent(end, _) for end in lesion.spread)
    return _("{low} to {high} from frame to frame").format(low=low, high=high)


def seen_best_words(lesion: TrackedLesion, analysis: Analysis, _: Translate = english, counted_from: int = 0) -> str:
    """The frame where a lesion of a cine is seen best, and why that one."""
    parts = [one for one in analysis.lesions if one.id in lesion.lesions]
    shown = next((one for one in parts if one.frame == lesion.key_frame), None)
    if shown is None:
        return ""
    cut = Rectangle(*analysis.input.region_px).cuts(shown.bbox_px)
    words = _("seen best in frame {number}: {area} of its largest area, lesion probability {sure}, {whole}")
    return words.format(
        number=lesion.key_frame + counted_from,
        area=percent(shown.area_px / max(one.area_px for one in parts), _),
        sure=percent(shown.mean_probability, _),
        whole=_("cut by the edge of the image") if cut else _("whole"),
    )


def together_words(_: Translate = english) -> str:
    """How the one likelihood of a lesion of a cine was put together."""
    return _(
        "One likelihood for all frames of a lesion: the mean of the log-odds of these frames, weighted by how well it "
        "is seen in them."
    )


def risk_band_words(verdict: Verdict, _: Translate = english) -> str:
    """The band of a verdict's likelihood with the range that it is; nothing without one, or where nothing is seen."""
    if verdict.malignancy is None or verdict.label is Label.NORMAL:
        return ""
    band = verdict.malignancy.risk_band
    words = _("risk band above {low} to {high}, the range of BI-RADS {birads}")
    if band is BANDS[0]:
        words = _("risk band up to {high}, the range of BI-RADS {birads}")
    elif band is BANDS[-1]:
        words = _("risk band from {low} on, the range of BI-RADS {birads}")
    low, high = (
        _("{percent} %").format(percent=round(100 * end)).replace(" ", NO_BREAK) for end in (band.low, band.high)
    )
    return words.format(low=low, high=high, birads=band.birads)


def risk_band_meaning(_: Translate = english) -> str:
    """That a band is no category."""
    return _("A risk band is a range of likelihoods. It is not a BI-RADS category, which a reader gives.")


def descriptor_title(name: str, _: Translate = english) -> str:
    """What a descriptor is called; one that this version does not know as it is written."""
    return {
        SHAPE: _("Shape"),
        ORIENTATION: _("Orientation"),
        MARGIN: _("Margin"),
        ECHO_PATTERN: _("Echo pattern"),
        POSTERIOR: _("Posterior features"),
    }.get(name, name)


def descriptor_value(value: str | None, _: Translate = english) -> str:
    """A descriptor's word; one that this version does not know as it is written."""
    if value is None:
        return _("cannot be told")
    return {
        OVAL: _("oval"),
        ROUND: _("round"),
        IRREGULAR: _("irregular"),
        PARALLEL: _("parallel"),
        NOT_PARALLEL: _("not parallel"),
        CIRCUMSCRIBED: _("circumscribed"),
        NOT_CIRCUMSCRIBED: _("not circumscribed"),
        ANECHOIC: _("anechoic"),
        HYPOECHOIC: _("hypoechoic"),
        ISOECHOIC: _("isoechoic"),
        HYPERECHOIC: _("hyperechoic"),
        COMPLEX: _("complex cystic and solid"),
        NO_FEATURES: _("no posterior features"),
        ENHANCEMENT: _("enhancement"),
        SHADOWING: _("shadowing"),
    }.get(value, value)


def descriptor_words(lesion: Lesion, _: Translate = english) -> str:
    """All descriptors of a lesion that could be told, as "oval, parallel, circumscribed"; nothing where none was."""
    return ", ".join(descriptor_value(one.value, _) for one in lesion.descriptors if one.value is not None)


def asked_words(lesion: Lesion, _: Translate = english) -> str:
    """That a reader asked for a lesion, or nothing."""
    return _("asked for by the reader") if lesion.asked is not None else ""


def length_words(length: tuple[float, float | None], lesion: Lesion | None, name: str) -> str:
    """A length (px, mm) with its unit, as "12.3 ± 0.4 mm"; in pixels where mm are unknown.

    With how far it may be off, where `lesion` knows that of its length `name`; a lesion of None does not.
    """
    pixels, mm = length
    value, unit, digits = (pixels, "px", 0) if mm is None else (mm, "mm", 1)
    error = None if lesion is None else length_error(lesion, name)
    return f"{value:.{digits}f} {unit}" if error is None else f"{value:.{digits}f} ± {error:.{digits}f} {unit}"


def length_error(lesion: Lesion, name: str) -> float | None:
    """How far a length of `changed.LENGTHS` may be off, in mm where they are known, else in pixels.

    None where that is unknown, as of an outline that was given and of a length that a reader measured.
    """
    if lesion.errors is None or name in lesion.by_reader:
        return None
    mm: float | None = getattr(lesion.errors, f"{name}_mm")
    pixels: float = getattr(lesion.errors, f"{name}_px")
    return pixels if mm is None else mm
