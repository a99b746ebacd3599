"""``python -m Training COMMAND``: train, finetune, evaluate, calibrate and describe the models of this project."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.engine.errors import BreastUSAIError

COMMANDS = {
    "train": "train a recipe and write its bundles",
    "loco": "train without each collection in turn, and measure on what was left out",
    "finetune": "go on training a bundle's network on data of your own",
    "average": "make one model out of several trainings of a recipe",
    "evaluate": "measure bundles on held-out images, through the product's own path",
    "controls": "see whether the class can be read from anything but the lesion: the margin, calipers",
    "calibrate": "fit probabilities, and choose rules and the explained stage, on held-out patients",
    "gate": "learn which pictures a classifier may judge, and measure that",
    "pack": "store a bundle's weights in eight bits, half the size",
    "card": "write a bundle's model card from measured figures",
    "table": "write the comparison table of all recipes",
    "explanations": "measure heat maps by every method, and choose what they must reach",
    "retrieval": "measure how well similar past cases are found",
    "library": "make the library of past cases that ships",
    "layers": "measure which stage of a classifier Grad-CAM should explain",
    "rescore": "measure the likelihood of a corrected outline beside that of the whole frame",
    "clicks": "measure the outline that a click gives of lesions which the whole frame misses",
    "pretrained": "get published weights to start a training from",
    "recipes": "list the recipes, or try every one of them on phantoms",
    "phantoms": "write a data set of simulated images to try the other commands on",
}
INTERRUPTED = 130


def parser(command: str | None) -> argparse.ArgumentParser:
    """The parser of every command; only the arguments of `command` are filled in, which saves loading the others."""
    top = argparse.ArgumentParser(prog="python -m Training", description=f"{__doc__} {RESEARCH_USE}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        one = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == command:
            import_module(f"Training.commands.{name}").add_arguments(one)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 all well, 1 something failed, 2 wrong usage, 130 interrupted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    named = next((word for word in words if not word.startswith("-")), None)
    command = named if named in COMMANDS else None
    given = parser(command).parse_args(words)
    try:
        return import_module(f"Training.commands.{given.command}").run(given)
    except BreastUSAIError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # a full disk, a folder without permission
        print(f"error: {error}. Make room, or choose another folder.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "interrupted: the last finished pass stays in the work folder; the same command goes on.", file=sys.stderr
        )
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
