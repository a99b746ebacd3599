"""What the command line accepts, and the help texts that are its manual. Loads nothing heavy."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from .. import RESEARCH_USE, __version__
from ..engine.errors import one_line
from ..engine.explanations.costs import times_of
from ..engine.explanations.registry import EXPLAIN_METHODS, HEAT_MAP_METHODS, METHODS
from .batch.arguments import add_batch
from .cases.arguments import add_library, add_request_arguments, add_similar
from .exams.arguments import add_exams
from .live.arguments import add_live
from .serve.arguments import add_serve

CLASS_NAMES = ("normal", "benign", "malignant")
DEVICES = ("auto", "cpu", "cuda", "mps")

_ANALYZE = f"""\
Find, outline, classify and explain breast lesions in ultrasound stills, cines and volumes.
{RESEARCH_USE}

INPUT is a file or a folder: DICOM (still, cine, enhanced volume), NRRD, NIfTI, MHA, PNG, JPEG, BMP or TIFF.
A folder may hold several series and gives one result for each of them."""

_RESULTS = """\
results, in DIR/<name of the input>/ (the second input of the same name goes to <name>-2, and so on):
  analysis.json          verdict, likelihood of malignancy (of the lesion, given that there is one) with its
                         95 % interval, class probabilities,
                         lesions with their measurements, a volume's lesions joined across slices, how good the
                         key frame's heat map is, flags, models and their SHA-256
  segmentation.seg.nrrd  the lesions; opens in Slicer as a segmentation
  heatmap.nrrd           what the verdict rests on, 0 to 1, on the input's own pixels
  heatmap-METHOD.nrrd    with --explain: the same by another method; one that tells for from against, -1 to 1
  preview.png            the key frame with all of this in one picture
  scene.mrb              with --scene: everything as a Slicer scene
  counterfactuals.json   with --counterfactuals: the likelihood with something in the key frame changed
  counterfactuals.png    with --counterfactuals: the pictures of these changes
and with --report (see there), files for DICOM viewers, spreadsheets and paper:
  report.pdf             pictures, likelihood, table, remarks, models, room for the reader's own words
  measurements.dcm       DICOM SR measurement report (TID 1500)
  segmentation.dcm       DICOM Segmentation; refers to the frames that the lesions lie in
  preview.dcm            the preview as Secondary Capture
  lesions.csv, frames.csv  one row a lesion, one row a frame
  source.dcm             where the input has no DICOM identifiers: a Secondary Capture that the others refer to
A rejected input (not an ultrasound image, too small) has no outlines and no heat map: it gives the first and
the fourth. Millimeters appear only where the input is calibrated. An earlier result of the same name is replaced.

exit status:
  0    every input gave a result
  1    some input failed: one line for each on stderr says why and what to do; the others' results stay
  2    wrong usage
  130  interrupted with Ctrl-C; nothing is left half-written

examples:
  breastusai analyze exam.dcm --output results
  breastusai analyze clips/*.dcm --output results --frames key --json > results.jsonl
  breastusai analyze cine.dcm --output results --frames 10-20 --scene
  breastusai analyze sweep.nrrd --output results --frames every:5 --explain-method saliency
  breastusai analyze exam.dcm --output results --explain integrated-gradients,occlusion
  breastusai analyze exam.dcm --output results --classifier convnext_base --prevalence 0.05
  breastusai analyze exam.dcm --output results --at 212,148"""

_MODELS = f"""\
The models that come with BreastUSAI and those you added: what they do, their version, size, SHA-256 and place.
{RESEARCH_USE}
Only a bundle with a model card can be added: read the card before you use the model."""

_MODEL_FOLDER = """\
Added models are kept in the folder that the environment's BREASTUSAI_MODELS names, else in
  Linux    ~/.local/share/BreastUSAI/models
  macOS    ~/Library/Application Support/BreastUSAI/models
  Windows  %LOCALAPPDATA%\\BreastUSAI\\models

examples:
  breastusai models list
  breastusai models add trained/convnext_base
  breastusai models add https://example.org/convnext_base.zip --sha256 5f1c...
  breastusai analyze exam.dcm --output results --classifier convnext_base
  breastusai models remove convnext_base"""


class _Parser(argparse.ArgumentParser):
    """Says in one line what it does not understand, whatever is in it."""

    def error(self, message: str) -> NoReturn:
        super().error(one_line(message))


def parser() -> argparse.ArgumentParser:
    """The parser of every command; the namespace has `command` and what that command takes."""
    top = _Parser(
        prog="breastusai",
        description=f"Breast-ultrasound segmentation, classification and explanation. {RESEARCH_USE}",
        epilog="'breastusai COMMAND --help' says more about a command.",
    )
    top.add_argument("--version", action="version", version=f"breastusai {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_analyze(commands)
    add_batch(commands, _add_analysis)
    _add_models(commands)
    _add_readers(commands)
    add_exams(commands, DEVICES)
    add_live(commands, DEVICES)
    add_serve(commands, DEVICES)
    add_similar(commands, DEVICES)
    add_library(commands, DEVICES)
    _add_phantom(commands)
    _add_worker(commands)
    return top


def _add_analyze(commands: Any) -> None:
    analyze = commands.add_parser(
        "analyze",
        help="analyze ultrasound files and write the findings",
        description=_ANALYZE,
        epilog=f"{_methods_manual()}\n\n{_RESULTS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    analyze.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="a file, or a folder of files")
    analyze.add_argument("--output", required=True, type=Path, metavar="DIR", help="the folder for the results")
    _add_analysis(analyze)
    analyze.add_argument(
        "--at",
        type=_place,
        action="append",
        default=[],
        metavar="X,Y",
        help="a place where you see a lesion, as column and row of the image counted from 0: it is looked at more "
        "closely, and what is found there is outlined, measured and scored besides what the whole image shows, marked "
        "as asked for by you. LEFT,TOP,WIDTH,HEIGHT is a box around it, FRAME:X,Y a place of a cine or volume. May be "
        "given several times, and counts for every input",
    )
    analyze.add_argument(
        "--json",
        action="store_true",
        help='print one JSON document a line for each result: {"input", "output", "analysis"}, '
        'or {"input", "error"} for an input that failed',
    )


def _add_analysis(analyze: Any) -> None:
    """What may be chosen for an analysis, of one input or of any number."""
    analyze.add_argument(
        "--device",
        choices=DEVICES,
        default="auto",
        help="where the networks run; auto takes the fastest that is there (default: auto)",
    )
    analyze.add_argument(
        "--frames",
        type=_frames,
        default="all",
        metavar="all|key|every:S|N-M|N-M:S",
        help="the frames to outline and explain: all of them; the key frame, that most probably "
        "malignant; every S-th; or a range counted from 0, both ends included, all of it or every S-th, or a single "
        "index (default: all)",
    )
    _add_explanations(analyze)
    analyze.add_argument(
        "--grade-explanations",
        action="store_true",
        help="grade the key frame's heat map also by what needs passes through the network: deletion and insertion, "
        "infidelity, sensitivity, stability, agreement with other methods (about 120 passes; default: only by where "
        "its heat lies)",
    )
    analyze.add_argument(
        "--counterfactuals",
        action="store_true",
        help="also check what the key frame's likelihood depends on: calipers and text painted out, the lesion painted "
        "out, gain 3 dB up and down; told in words, and written as counterfactuals.json and counterfactuals.png",
    )
    for option, does in (("--classifier", "classifies and explains"), ("--segmenter", "outlines")):
        analyze.add_argument(
            option,
            metavar="NAME",
            help=f"the model that {does}, as 'breastusai models list' names it (default: shipped)",
        )
    analyze.add_argument(
        "--prevalence",
        type=_prevalence,
        metavar="P",
        help="the share of malignant among the lesions seen where the inputs come from, between 0 and 1: shifts all "
        "probabilities by Bayes' rule and is stated beside them (default: as the model was calibrated)",
    )
    analyze.add_argument(
        "--similar",
        action="store_true",
        help="also look for past cases that look like the key frame; they stand in analysis.json "
        "('breastusai similar --help' says more)",
    )
    add_request_arguments(analyze, named=True)
    _add_exceptions(analyze)
    _add_override(analyze)
    analyze.add_argument("--scene", action="store_true", help="also write scene.mrb (needs the package slicer-core)")
    analyze.add_argument(
        "--report",
        type=_reports,
        default=(),
        metavar="KINDS",
        help="also write reports: some of pdf, sr, seg, sc and csv with commas between them, or all (DICOM needs the "
        "package highdicom, PDF needs reportlab; default: none)",
    )


def _add_explanations(analyze: Any) -> None:
    analyze.add_argument(
        "--explain-class",
        choices=CLASS_NAMES,
        default="malignant",
        help="the class that heat map and explanations are about (default: malignant)",
    )
    analyze.add_argument(
        "--explain-method",
        choices=HEAT_MAP_METHODS,
        help="how the heat map that comes with the verdict is made (default: as the model's bundle says)",
    )
    analyze.add_argument(
        "--explain",
        type=_methods,
        default=(),
        metavar="METHOD[,METHOD]",
        help=f"further explanations beside the heat map, of {', '.join(EXPLAIN_METHODS)}; below is what each of them "
        "means and how long it takes (default: none)",
    )


def _add_exceptions(analyze: Any) -> None:
    analyze.add_argument(
        "--keep-text",
        action="store_true",
        help="leave what stands beside the scan area in preview.png and scene.mrb; else it is blanked there, for the "
        "patient's name is often burned in (default: blanked)",
    )
    analyze.add_argument(
        "--keep-identity",
        action="store_true",
        help="let patient, study and unique identifiers of DICOM inputs stand in the results, as a hospital's archive "
        "needs it; else patient attributes are empty, identifiers are hashed outside of DICOM objects, and a file "
        "name that repeats the patient's name or number is replaced by a hash (default: left out)",
    )
    analyze.add_argument(
        "--any-modality",
        action="store_true",
        help="read DICOM images that say that they are not ultrasound (CT, MR, MG and the like) instead of refusing "
        "them; the result says so",
    )


def _add_override(analyze: Any) -> None:
    analyze.add_argument(
        "--override-rejection",
        action="store_true",
        help="give a result also for an input or a frame that is rejected (not ultrasound, blank, too small); the "
        "result says that it was, and why",
    )


def _add_models(commands: Any) -> None:
    models = commands.add_parser(
        "models",
        help="list, verify, add or remove models",
        description=_MODELS,
        epilog=_MODEL_FOLDER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = models.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="show them")
    actions.add_parser("verify", help="show them, and exit with 1 unless every model is complete and unchanged")
    add = actions.add_parser(
        "add",
        help="add a model bundle",
        description="Check a model bundle whole (hashes, card, architecture, one pass) and add it under its own name.",
    )
    add.add_argument("source", metavar="SOURCE", help="a bundle folder, a zip of one, or the https address of a zip")
    add.add_argument("--sha256", metavar="HEX", help="the SHA-256 of the zip; an address needs it")
    remove = actions.add_parser("remove", help="delete a model that was added", description="Delete an added model.")
    remove.add_argument("name", metavar="NAME", help="as 'breastusai models list' names it")


def _add_readers(commands: Any) -> None:
    readers = commands.add_parser(
        "readers",
        help="put the readers' assessments of saved reports into one table",
        description="Write one CSV table with a row for each reader and case: category and confidence before and after "
        "the result was shown, seconds, and which model's result that was. The assessments are those of reports that "
        "were saved with the panel, one folder for each reader or one for all.",
    )
    readers.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="a folder of saved reports")
    readers.add_argument("--output", required=True, type=Path, metavar="FILE", help="the table, a .csv file")


def _add_phantom(commands: Any) -> None:
    phantom = commands.add_parser(
        "phantom",
        help="make simulated ultrasound images with known lesions",
        description="Write simulated B-mode breast images as DICOM, with the true lesions beside them. "
        "No patient is in them: use them to try the product and to test it.",
    )
    phantom.add_argument("--output", required=True, type=Path, metavar="DIR", help="the folder for the images")
    phantom.add_argument("--count", type=_from(1), default=1, metavar="N", help="how many images (default: 1)")
    phantom.add_argument("--label", choices=CLASS_NAMES, help="what they show (default: each in turn)")
    phantom.add_argument(
        "--seed", type=_from(0), default=0, metavar="S", help="the same seed gives the same images (default: 0)"
    )


def _add_worker(commands: Any) -> None:
    commands.add_parser(
        "worker",
        help="serve another program (3D Slicer's panel) over stdin and stdout",
        description="Speaks JSON-RPC 2.0, one message a line, on stdin and stdout, until stdin ends. For programs.",
    )


def _methods_manual() -> str:
    """Every method of explanation, what it means, and what it costs."""
    lines = ["explanations; the time is that of one map, as a multiple of the analysis of a still with its heat map:"]
    for method in METHODS:
        times = times_of(method.option)
        cost = "not measured" if times is None else f"{times:.2g} times"
        lines.append(f"  {method.option} ({cost})")
        lines += textwrap.wrap(method.about, 116, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


def _methods(text: str) -> tuple[str, ...]:
    from ..engine.errors import OptionError
    from ..engine.options import methods_in

    try:
        return methods_in(text)
    except OptionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _frames(text: str) -> Any:
    from ..engine.errors import OptionError
    from ..engine.options import FrameSelection

    try:
        return FrameSelection.parse(text)
    except OptionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _reports(text: str) -> tuple[str, ...]:
    from ..engine.errors import OptionError
    from ..engine.options import report_kinds

    try:
        return report_kinds(text)
    except OptionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _place(text: str) -> Any:
    from ..engine.errors import OptionError
    from ..engine.options import Place

    try:
        return Place.parse(text)
    except OptionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _prevalence(text: str) -> float:
    from ..engine.errors import OptionError
    from ..engine.options import AnalyzeOptions

    try:
        prevalence = float(text)
        AnalyzeOptions(prevalence=prevalence)
    except (ValueError, OptionError):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number between 0 and 1") from None
    return prevalence


def _from(least: int) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least {least}")
        return int(text)

    return whole_number
