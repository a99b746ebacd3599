"""What the command line accepts, and the help texts that are its manual. Loads nothing heavy."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import RESEARCH_USE, __version__

CLASS_NAMES = ("normal", "benign", "malignant")
DEVICES = ("auto", "cpu", "cuda", "mps")

_ANALYZE = f"""\
Find, outline, classify and explain breast lesions in ultrasound stills, cines and volumes.
{RESEARCH_USE}

INPUT is a file or a folder: DICOM (still, cine, enhanced volume), NRRD, NIfTI, MHA, PNG, JPEG, BMP or TIFF.
A folder may hold several series and gives one result for each of them."""

_RESULTS = """\
results, in DIR/<name of the input>/ (the second input of the same name goes to <name>-2, and so on):
  analysis.json          verdict, likelihood of malignancy with its 95 % interval, class probabilities,
                         lesions with their measurements, flags, models and their SHA-256
  segmentation.seg.nrrd  the lesions; opens in Slicer as a segmentation
  heatmap.nrrd           what the verdict rests on, 0 to 1, on the input's own pixels
  preview.png            the key frame with all of this in one picture
  scene.mrb              with --scene: everything as a Slicer scene
A rejected input (not an ultrasound image, too small) has no outlines and no heat map: it gives the first and
the fourth. Millimetres appear only where the input is calibrated. An earlier result of the same name is replaced.

exit status:
  0    every input gave a result
  1    some input failed: one line for each on stderr says why and what to do; the others' results stay
  2    wrong usage
  130  interrupted with Ctrl-C; nothing is left half-written

examples:
  breastusai analyze exam.dcm --output results
  breastusai analyze clips/*.dcm --output results --frames key --json > results.jsonl
  breastusai analyze cine.dcm --output results --frames 10-20 --scene"""


def parser() -> argparse.ArgumentParser:
    """The parser of every command; the namespace has `command` and what that command takes."""
    top = argparse.ArgumentParser(
        prog="breastusai",
        description=f"Breast-ultrasound segmentation, classification and explanation. {RESEARCH_USE}",
        epilog="'breastusai COMMAND --help' says more about a command.",
    )
    top.add_argument("--version", action="version", version=f"breastusai {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_analyze(commands)
    _add_models(commands)
    _add_phantom(commands)
    return top


def _add_analyze(commands: Any) -> None:
    analyze = commands.add_parser(
        "analyze",
        help="analyse ultrasound files and write the findings",
        description=_ANALYZE,
        epilog=_RESULTS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    analyze.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="a file, or a folder of files")
    analyze.add_argument("--output", required=True, type=Path, metavar="DIR", help="the folder for the results")
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
        metavar="all|key|N-M",
        help="the frames to outline and explain: all of them; the key frame, that with the highest likelihood of "
        "malignancy; or a range counted from 0, both ends included, or a single index (default: all)",
    )
    analyze.add_argument(
        "--explain-class",
        choices=CLASS_NAMES,
        default="malignant",
        help="the class that the heat map explains (default: malignant)",
    )
    analyze.add_argument("--scene", action="store_true", help="also write scene.mrb (needs the package slicer-core)")
    analyze.add_argument(
        "--json",
        action="store_true",
        help='print one JSON document a line for each result: {"input", "output", "analysis"}, '
        'or {"input", "error"} for an input that failed',
    )


def _add_models(commands: Any) -> None:
    models = commands.add_parser(
        "models",
        help="list or verify the installed models",
        description="The models that come with the product: what they do, their version, size and SHA-256.",
    )
    models.add_argument(
        "action",
        choices=("list", "verify"),
        help="list: show them. verify: the same, and exit with 1 unless every model is complete and unchanged",
    )


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


def _frames(text: str) -> Any:
    from ..engine.errors import OptionError
    from ..engine.options import FrameSelection

    try:
        return FrameSelection.parse(text)
    except OptionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _from(least: int) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number from {least} on")
        return int(text)

    return whole_number
