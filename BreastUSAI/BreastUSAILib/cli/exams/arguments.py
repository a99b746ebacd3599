"""What `breastusai compare` and `breastusai pair` accept, and the help texts that are their manual."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ... import RESEARCH_USE
from ...engine.errors import OptionError

COMPARE, PAIR = "compare", "pair"

_COMPARE = f"""\
Set two exams of one patient side by side: how each lesion's size and likelihood changed, and whether the change lies
within the error of the measurement.
{RESEARCH_USE}

BEFORE and AFTER are images, or what 'breastusai analyze' wrote of them: a folder of results or its analysis.json.
Lesions are paired by size and depth where you do not say which are the same. Lengths are compared in millimeters,
so both images must be calibrated."""

_PAIR = f"""\
Put two views of one lesion together, such as two stills at right angles: one lesion, one likelihood.
{RESEARCH_USE}

VIEW is an image, or what 'breastusai analyze' wrote of it: a folder of results or its analysis.json. The likelihood of
both views is the mean of the log-odds of each, weighted by how sure its outline is. Lesions are paired by size and
depth where you do not say which are the same."""

_EXAMPLES = {
    COMPARE: """\
examples:
  breastusai compare results/march results/september
  breastusai compare march.dcm september.dcm --pair 1:2 --output change""",
    PAIR: """\
examples:
  breastusai pair transverse.dcm longitudinal.dcm
  breastusai pair results/a results/b --pair 1:1 --json""",
}


def add_exams(commands: Any, devices: Sequence[str]) -> None:
    """The commands `compare` and `pair`."""
    for name, about, names, does in (
        (COMPARE, _COMPARE, ("BEFORE", "AFTER"), "compare two exams of one patient"),
        (PAIR, _PAIR, ("VIEW", "OTHER_VIEW"), "put two views of one lesion together"),
    ):
        command = commands.add_parser(
            name,
            help=does,
            description=about,
            epilog=_EXAMPLES[name],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for where, shown in zip(("first", "second"), names, strict=True):
            command.add_argument(where, type=Path, metavar=shown, help="an image, or a result of one")
        command.add_argument(
            "--pair",
            dest="pairs",
            action="append",
            type=_pair,
            metavar="N:M",
            help="lesion N of the first is lesion M of the second; may be given several times, and then the others "
            "have no partner (default: suggested)",
        )
        command.add_argument(
            "--output", type=Path, metavar="DIR", help="write comparison.json and comparison.csv there"
        )
        command.add_argument("--json", action="store_true", help="print the comparison as one JSON document")
        command.add_argument("--device", choices=devices, default="auto", help="where the networks run (default: auto)")


def _pair(text: str) -> tuple[int, int]:
    from ...engine.findings.comparison.comparison import pair_in  # brings numpy along, which --help needs none of

    try:
        return pair_in(text)
    except OptionError as error:
        raise argparse.ArgumentTypeError(f"{error.problem}, such as 1:2") from error
