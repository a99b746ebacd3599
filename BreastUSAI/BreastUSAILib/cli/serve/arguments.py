"""What `breastusai serve` accepts, and the help text that is its manual."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from ... import RESEARCH_USE

SERVE = "serve"
TOKEN_VARIABLE = "BREASTUSAI_TOKEN"

_ABOUT = f"""\
Let browsers and programs of this computer, or of others, have images analyzed: a page to drop files on, and the same by
HTTP with JSON (/openapi.json).
{RESEARCH_USE}

Every request needs the token, which is printed at the start, or taken from the environment variable {TOKEN_VARIABLE}.
Nothing is stored: uploads are deleted once they are read, results are kept in memory for a while. The connection is not
encrypted: for other computers put a web server with TLS before it."""

_EXAMPLES = """\
examples:
  breastusai serve
  curl -H "Authorization: Bearer $TOKEN" --data-binary @exam.dcm http://127.0.0.1:8765/v1/jobs"""


def add_serve(commands: Any, devices: Sequence[str]) -> None:
    """The command `serve`."""
    command = commands.add_parser(
        SERVE,
        help="analyze what browsers and programs send",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--host", default="127.0.0.1", help="where it listens (default: this computer alone)")
    command.add_argument("--port", type=int, default=8765, help="(default: 8765; 0 takes a free one)")
    command.add_argument(
        "--name", action="append", default=[], metavar="HOST", help="a name under which browsers reach it; repeatable"
    )
    command.add_argument("--most-mb", type=_count, default=512, metavar="MB", help="of one upload (default: 512)")
    command.add_argument("--a-minute", type=_count, default=120, metavar="N", help="uploads a minute (default: 120)")
    command.add_argument("--waiting", type=_count, default=8, metavar="N", help="images that may wait (default: 8)")
    command.add_argument(
        "--keep", type=_count, default=600, metavar="S", help="seconds a result is kept (default: 600)"
    )
    command.add_argument("--device", choices=devices, default="auto", help="where the networks run (default: auto)")


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 10**6:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return int(text)
