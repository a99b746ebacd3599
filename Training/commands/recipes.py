"""``python -m Training recipes``: what can be trained; with ``--smoke`` each is, on phantoms."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..recipes.registry import recipes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Names to choose from, and whether to try them."""
    parser.add_argument("names", nargs="*", metavar="RECIPE", help="only these (default: all)")
    parser.add_argument("--smoke", action="store_true", help="train each on phantoms; less than a minute a recipe")


def run(given: argparse.Namespace) -> int:
    """Print a line a recipe; with ``--smoke`` 1 where one of them failed."""
    chosen = [recipe for name, recipe in recipes().items() if not given.names or name in given.names]
    failed = []
    for recipe in chosen:
        line = f"{recipe.name:34}{'+'.join(recipe.networks):30}{recipe.title}"
        if given.smoke:
            started = time.perf_counter()
            if not _smoke(recipe.name):
                failed.append(recipe.name)
            line += f"  {'FAILED' if recipe.name in failed else 'ok'} ({time.perf_counter() - started:.0f} s)"
        print(line, flush=True)
    if given.smoke:
        print(f"{len(chosen) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def _smoke(name: str) -> bool:
    """Train one recipe in a process of its own, so that a crash or its memory stays there."""
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, "-m", "Training", "train", name, "--smoke", "--work", str(Path(work) / name)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
    return done.returncode == 0
