"""What `breastusai live` accepts, and the help text that is its manual."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ... import RESEARCH_USE

LIVE = "live"

_ABOUT = f"""\
Score a live picture as fast as it comes: an OpenIGTLink server's (PLUS, Slicer), a camera's, or a clip's at its own
pace.
{RESEARCH_USE}

The newest picture is looked at first; those that came meanwhile are dropped and counted. Each picture is read once,
without its mirror image. A lesion's likelihood is the mean of the last 0.3 seconds, so that no change that lasts longer
is hidden. Nothing is stored."""

_EXAMPLES = """\
examples:
  breastusai live --igtl localhost:18944
  breastusai live --igtl localhost:18944 --name Image_Reference --json
  breastusai live --clip sweep.mp4
  breastusai live --camera 0 --seconds 60"""


def add_live(commands: Any, devices: Sequence[str]) -> None:
    """The command `live`."""
    command = commands.add_parser(
        LIVE,
        help="score a live picture as it comes",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("--igtl", metavar="HOST:PORT", help="an OpenIGTLink server that sends images")
    source.add_argument("--camera", type=int, metavar="N", help="a camera or frame grabber, counted from 0")
    source.add_argument("--clip", type=Path, metavar="FILE", help="a video or DICOM cine, played at its own pace")
    command.add_argument("--name", metavar="DEVICE", help="of the images wanted, where a server sends several")
    command.add_argument("--speed", type=_positive, default=1.0, metavar="X", help="play a clip so much faster")
    command.add_argument("--repeat", action="store_true", help="play a clip again and again")
    command.add_argument("--seconds", type=_positive, metavar="S", help="end after so long (default: never)")
    command.add_argument(
        "--patience", type=_positive, default=10.0, metavar="S", help="how long a server may be away (default: 10)"
    )
    command.add_argument("--json", action="store_true", help="print a line of JSON for every result")
    command.add_argument("--device", choices=devices, default="auto", help="where the networks run (default: auto)")


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return value
