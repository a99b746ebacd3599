"""The command `breastusai`; `python -m BreastUSAILib` is the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from .cli.arguments import parser
from .cli.terminal import Terminal, accept_any_text
from .engine.device import waiting_passively

INTERRUPTED = 130  # 128 + SIGINT, as shells count


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 all well, 1 something failed, 2 wrong usage, 130 interrupted."""
    accept_any_text(sys.stdout, sys.stderr)
    os.environ.update(waiting_passively())  # before torch is loaded
    chosen = parser().parse_args(arguments)
    terminal = Terminal(sys.stdout, sys.stderr)
    try:
        return _run(chosen, terminal)
    except KeyboardInterrupt:
        terminal.complain("interrupted: nothing was left half-written, and what was finished before stays")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # the outermost edge: a defect is one line too
        from .engine.errors import unexpected

        terminal.complain(str(unexpected(error)))
        return 1


def _run(chosen, terminal: Terminal) -> int:
    # each command is imported when it is asked for: torch takes seconds to load, and --help needs none of it
    if chosen.command == "analyze":
        from .cli.analyze import run_analyze

        return run_analyze(chosen, terminal)
    if chosen.command == "batch":
        from .cli.batch.command import run_batch

        return run_batch(chosen, terminal)
    if chosen.command == "models":
        from .cli.models import run_models

        return run_models(chosen, terminal)
    if chosen.command == "readers":
        from .cli.readers import run_readers

        return run_readers(chosen, terminal)
    if chosen.command == "live":
        from .cli.live.command import run_live

        return run_live(chosen, terminal)
    if chosen.command == "serve":
        from .cli.serve.command import run_serve

        return run_serve(chosen, terminal)
    if chosen.command in ("compare", "pair"):
        from .cli.exams.command import run_exams

        return run_exams(chosen, terminal)
    if chosen.command == "similar":
        from .cli.cases.similar import run_similar

        return run_similar(chosen, terminal)
    if chosen.command == "library":
        from .cli.cases.library import run_library

        return run_library(chosen, terminal)
    if chosen.command == "worker":
        from .cli.worker import run_worker

        return run_worker()
    from .cli.phantom import run_phantom

    return run_phantom(chosen, terminal)


if __name__ == "__main__":
    sys.exit(main())
