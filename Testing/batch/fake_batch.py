"""``python -m Testing.batch.fake_batch ARGUMENTS``: `breastusai batch` with the engine of `fakes`."""

from __future__ import annotations

import sys

from BreastUSAILib.cli.arguments import parser
from BreastUSAILib.cli.batch.command import run_batch
from BreastUSAILib.cli.terminal import Terminal
from Testing.batch.fakes import opening

if __name__ == "__main__":
    sys.exit(run_batch(parser().parse_args(["batch", *sys.argv[1:]]), Terminal(sys.stdout, sys.stderr), opening))
