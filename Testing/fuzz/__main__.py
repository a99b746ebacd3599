"""``python -m Testing.fuzz [--seconds S] [--count N] [--seed X] [--keep FOLDER]``: read mutated files, for so long.

Every input is read in a process of its own, as the terminal does. A crash of that process, an answer later than five
seconds, or anything but frames or an InputError in one line is a find: its file is kept, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Frames
from BreastUSAILib.engine.remote.reading_process import ReadingProcess

from .mutation import mutated
from .seeds import write_seeds

LONGEST_S = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m Testing.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-finds"))
    chosen = parser.parse_args()
    tried, found, slowest = run(chosen.seconds, chosen.count, chosen.seed, chosen.keep)
    print(f"{tried} mutated files, {found} finds, slowest {slowest:.2f} s (seed {chosen.seed})")
    return 1 if found else 0


def run(seconds: float, count: int, seed: int, keep: Path) -> tuple[int, int, float]:
    """How many files were tried, how many are finds (kept in `keep`), and the longest that one took in seconds."""
    chance = random.Random(seed)
    end = time.monotonic() + seconds
    tried = found = 0
    slowest = 0.0
    with tempfile.TemporaryDirectory() as made, ReadingProcess(longest_answer_s=60.0) as process:
        seeds = write_seeds(Path(made))
        warm_up(process, seeds[0])
        while tried < count and time.monotonic() < end:
            seed_file = chance.choice(seeds)
            place = Path(made, f"mutated{''.join(seed_file.suffixes[-2:])}")
            place.write_bytes(mutated(seed_file.read_bytes(), chance))
            began = time.process_time(), time.monotonic()
            problem = what_is_wrong(process, place)
            took = time.monotonic() - began[1]
            slowest = max(slowest, took)
            if problem is None and took > LONGEST_S:
                problem = f"took {took:.1f} s"
            if problem is not None:
                found += 1
                keep.mkdir(exist_ok=True)
                kept = keep / f"{seed}-{tried}-{seed_file.name}"
                shutil.copy(place, kept)
                print(f"{kept}: {problem}", file=sys.stderr)
            tried += 1
    return tried, found, slowest


def warm_up(process: ReadingProcess, path: Path) -> None:
    """Start the child and load its libraries, so that the first mutated file is not charged for it."""
    list(process.read(path))


def what_is_wrong(process: ReadingProcess, path: Path) -> str | None:
    """A find in words, or None."""
    for item in process.read(path):
        try:
            if isinstance(item, Frames):
                for index in {0, item.count - 1}:
                    pixels = item.read_frame(index)
                    if pixels.shape[:2] != (item.rows, item.columns):
                        return f"frame {index} is {pixels.shape}, not {item.rows} x {item.columns}"
                continue
        except InputError as error:
            item = error
        text = str(item)
        if "crashed its reader" in text:
            return "the reader crashed"
        if "\n" in text or "Traceback" in text or " at 0x" in text:
            return f"not one plain line: {text!r}"
    return None


if __name__ == "__main__":
    sys.exit(main())
