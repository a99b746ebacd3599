"""What `breastusai similar` and `breastusai library` accept, and the help texts that are their manual."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ... import RESEARCH_USE
from ...engine.findings.similar_cases import CASE_LABELS, Metric

_SIMILAR = f"""\
Show the past cases that look most like an image: what they were, how that is known, and how near they are.
{RESEARCH_USE}

Two images look alike here where the classifier's last layer is given nearly the same features. Each case is of
another patient, and cases that show the very same picture are left out. The votes of the close cases stand beside
what the network says; where none is close, that is said instead of a vote."""

_LIBRARY = f"""\
Libraries of past cases on this computer: made from your own images, for 'breastusai similar'.
{RESEARCH_USE}

A library keeps signatures, what is known of each case, the path of its image, and a small picture of it. It stays
on this computer: nothing of it is uploaded, and no name or number from an image's header is stored in it. It fits
the classifier that it was made with, and no other."""

_INPUTS = """\
INPUT is an image, a folder, or a CSV table. In a folder, the names normal, benign and malignant of folders within it
are labels. A table has the column image (a path, as seen from the table), and any of label, proven, birads,
histology, size_mm, area_share, source and patient. A patient's name is kept as a digest that only this library can
make, so that a patient's own cases can be left out. Of a cine, the key frame becomes the case. An image that cannot
be read, or that gets no verdict, is named and left out; one that the library holds already is passed over, so that an
interrupted command can be run again."""

_EXAMPLES = """\
examples:
  breastusai library build cases/ours exams.csv
  breastusai library build cases/ours exams/ --source 'our clinic'
  breastusai library add cases/ours more/ --label benign --proven biopsy
  breastusai similar exam.dcm --library cases/ours
  breastusai library remove cases/ours 17 18
  breastusai library verify cases/ours"""


def add_request_arguments(parser: Any, *, named: bool) -> None:
    """Which library is asked, and for what. `named`: the options say *similar* in their names."""
    prefix = "--similar-" if named else "--"
    parser.add_argument(
        "--library",
        type=Path,
        metavar="DIR",
        help="the library of past cases to ask, as 'breastusai library build' made it (default: the one that comes "
        "with BreastUSAI)",
    )
    parser.add_argument(
        f"{prefix}count", dest="similar_count", type=int, default=5, metavar="N", help="how many, 1 to 50 (default: 5)"
    )
    parser.add_argument(
        f"{prefix}metric",
        dest="similar_metric",
        choices=[metric.value for metric in Metric],
        default=Metric.EUCLIDEAN.value,
        help="how distances are stated; both give the same cases (default: euclidean)",
    )
    parser.add_argument(
        f"{prefix}patient",
        dest="similar_patient",
        default="",
        metavar="NAME",
        help="leave out the cases of this patient, as the library's table named them",
    )


def add_similar(commands: Any, devices: tuple[str, ...]) -> None:
    """The command `similar`."""
    similar = commands.add_parser(
        "similar",
        help="show past cases that look like an image",
        description=_SIMILAR,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    similar.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="a file, or a folder of files")
    add_request_arguments(similar, named=False)
    _add_model_arguments(similar, devices)
    similar.add_argument(
        "--json",
        action="store_true",
        help='print one JSON document a line for each result: {"input", "verdict", "similar"}, or {"input", "error"}',
    )


def add_library(commands: Any, devices: tuple[str, ...]) -> None:
    """The command `library` with its actions."""
    library = commands.add_parser(
        "library",
        help="make, extend or check a library of past cases",
        description=_LIBRARY,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = library.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, does in (("build", "make a library from images"), ("add", "put more images into a library")):
        action = actions.add_parser(
            name, help=does, description=_INPUTS, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        _add_folder(action)
        action.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="an image, a folder, or a CSV table")
        if name == "build":
            action.add_argument("--name", default="", help="what it is called (default: as its folder)")
        action.add_argument("--label", choices=CASE_LABELS, help="the label of every image that has none else")
        for fact, means in (
            ("proven", "how labels are known, such as biopsy"),
            ("source", "where the images are from"),
        ):
            action.add_argument(f"--{fact}", default="", metavar="WORDS", help=f"{means}, where nothing else says so")
        action.add_argument("--no-thumbnails", action="store_true", help="keep no small pictures")
        _add_model_arguments(action, devices)
    remove = actions.add_parser(
        "remove", help="take cases out of a library", description="Take cases out of a library."
    )
    _add_folder(remove)
    remove.add_argument("cases", nargs="+", type=int, metavar="CASE", help="their numbers, as 'similar' tells them")
    for name, does in (
        ("info", "say what a library holds, and for which classifier"),
        ("verify", "check every byte of a library; exits with 1 where it is damaged"),
    ):
        _add_folder(actions.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}."))


def _add_folder(parser: Any) -> None:
    parser.add_argument("library", type=Path, metavar="DIR", help="the library's folder")


def _add_model_arguments(parser: Any, devices: tuple[str, ...]) -> None:
    parser.add_argument(
        "--classifier", metavar="NAME", help="the model, as 'breastusai models list' names it (default: shipped)"
    )
    parser.add_argument("--device", choices=devices, default="auto", help="where the networks run (default: auto)")
