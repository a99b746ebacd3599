"""A result in words: the report (`analysis.json` as a dict) in, sentences for the panel out.

Frames are counted from 1 here, as the sequence browser's "12/65" does; in `analysis.json` they count from 0.
"""

from __future__ import annotations

from slicer.i18n import tr as _

from ...engine.explanations.explanation import GRAD_CAM, SALIENCY
from ...engine.findings.analysis import Probabilities
from ...scene.results.stored_report import Report
from .input_words import spacingWords
from .model_words import taskWords

NO_BREAK = "\N{NO-BREAK SPACE}"


def percentWords(probability: float) -> str:
    """A probability in whole per cent; never a rounded 0 or 100 for what is neither, never broken over two lines."""
    if 0.0 < probability < 0.01:
        words = _("< 1 %")
    elif 0.99 < probability < 1.0:
        words = _("> 99 %")
    else:
        words = _("{percent} %").format(percent=round(100 * probability))
    return words.replace(" ", NO_BREAK)


def classWords(label: str) -> str:
    """The name of a class or verdict, as a heading."""
    return {
        "normal": _("Normal"),
        "benign": _("Benign"),
        "malignant": _("Malignant"),
        "undetermined": _("Undetermined"),
        "rejected": _("No verdict"),
    }[label]


def verdictMeaning(report: Report) -> str:
    """One sentence below the verdict: what it is about, or why there is none."""
    label = report["verdict"]["label"]
    if label == "rejected":
        return _("The image cannot be judged, so no likelihood is given. The reasons stand below.")
    if label == "undetermined":
        return _("The network is not sure enough to name a class: the figures below are all it can say.")
    if report["input"]["frames"] == 1:
        return _("This is how the network classifies the image.")
    if report["input"]["kind"] == "volume":
        return _("This is how the network classifies the slice that is most probably malignant.")
    return _("This is how the network classifies the frame that is most probably malignant.")


def frameLikelihood(probabilities: Report) -> float:
    """The likelihood of malignancy of a frame: of its lesion, given that there is one."""
    return Probabilities(**probabilities).likelihood


def likelihoodMeaning() -> str:
    """What the likelihood of malignancy is, in one sentence."""
    return _("The probability that the lesion is malignant, given that there is one.")


def likelihoodWords(malignancy: Report | None, label: str = "") -> str:
    """The likelihood of malignancy, or nothing where there is none; `label` is the verdict's."""
    if malignancy is None:
        return ""
    if label == "normal":
        return _("Likelihood of malignancy, if there were a lesion: {likelihood}").format(
            likelihood=percentWords(malignancy["probability"])
        )
    return _("Likelihood of malignancy: {likelihood}").format(likelihood=percentWords(malignancy["probability"]))


def intervalWords(malignancy: Report | None) -> str:
    """The interval of the likelihood, or nothing where there is none."""
    if malignancy is None:
        return ""
    low, high = percentWords(malignancy["low"]), percentWords(malignancy["high"])
    if low == high:
        return _("95 % interval: {likelihood}").format(likelihood=low)
    return _("95 % interval: {low} to {high}").format(low=low, high=high)


def prevalenceWords(report: Report) -> str:
    """That the probabilities were shifted to a prevalence, or nothing where they were not."""
    malignancy = report["verdict"]["malignancy"]
    if malignancy is None or malignancy["prevalence"] is None:
        return ""
    stated = [flag["message"] for flag in report["flags"] if flag["code"] == "prevalence_shifted"]
    shifted = _("Shifted to a prevalence of {percent:.3g} % malignant among lesions.").format(
        percent=100 * malignancy["prevalence"]
    )
    return stated[0] if stated else shifted


def frameWords(report: Report, frame: int) -> str:
    """Which frame: "frame 13 of 65 (0.48 s)", or "slice 13 of 200"."""
    count = report["input"]["frames"]
    if report["input"]["kind"] == "volume":
        return _("slice {number} of {count}").format(number=frame + 1, count=count)
    times = {finding["index"]: finding["time_s"] for finding in report["frames"]}
    if times.get(frame) is None:
        return _("frame {number} of {count}").format(number=frame + 1, count=count)
    return _("frame {number} of {count} ({seconds:.2f} s)").format(number=frame + 1, count=count, seconds=times[frame])


def severityWords(severity: str) -> str:
    """How much a flag weighs."""
    return {"info": _("Note"), "warning": _("Caution"), "reject": _("Rejected")}[severity]


def methodWords(method: str) -> str:
    """The name of an explanation method; one that this version does not know as it is written."""
    return {GRAD_CAM: _("Grad-CAM"), SALIENCY: _("Saliency")}.get(method, method)


def explanationWords(explanation: Report) -> str:
    """What a heat map explains, and how: "Grad-CAM for malignant"."""
    return _("{method} for {label}").format(
        method=methodWords(explanation["method"]), label=classWords(explanation["class"]).lower()
    )


def provenanceWords(report: Report) -> str:
    """What gave the result: every model with its version, the software, and where it ran."""
    lines = [
        _("{task}: {name} {version}").format(
            task=taskWords(model["task"]), name=model["name"], version=model["version"]
        )
        for model in report["models"]
    ]
    if report["verdict"]["label"] != "rejected":
        lines.append(_("Heat map: {explanation}").format(explanation=explanationWords(report["explanation"])))
    lines.append(
        _("BreastUSAI {version}, run on {device}").format(
            version=report["software"].get("breastusai", _("of unknown version")), device=report["device"]
        )
    )
    return "\n".join(lines)


def hashWords(report: Report) -> str:
    """The SHA-256 of every model's weights, for the tooltip."""
    return "\n".join(
        _("{name}: SHA-256 {sha256}").format(name=model["name"], sha256=model["sha256"]) for model in report["models"]
    )


def pixelSizeWords(report: Report) -> str:
    """Where the millimetres come from, or that there are none."""
    spacing = report["input"]["pixel_spacing_mm"]
    if spacing is None:
        return _("Uncalibrated: sizes are in pixels and millimetres are not shown.")
    words = _("{size}, as the image states it.")
    if report["input"]["spacing_source"] == "manual":
        words = _("Millimetres rest on the pixel size that was given by hand: {size}.")
    return words.format(size=spacingWords(spacing))
