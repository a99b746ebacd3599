"""A program that adds cases to a library one after the other, and says each number once it is kept.

``python -m Testing.engine.similar.writing_process FOLDER FIRST_SEED COUNT``
"""

from __future__ import annotations

import sys
from pathlib import Path

from BreastUSAILib.engine.similar.library import add_cases
from Testing.engine.similar.made_up_cases import cases_of

if __name__ == "__main__":
    folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, first + count):
        print(*add_cases(folder, cases_of(1, seed)).ids, flush=True)
