"""How the threads of one computation wait for each other."""

from __future__ import annotations

import os

PASSIVELY = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Environment of a program that computes: a thread that waits gives its core away.

OpenMP's threads otherwise wait by spinning, and where another program keeps one of the cores busy, those that work wait
for those that spin: a cine then takes five to ten times as long. Alone it is no slower. Read when torch is loaded.
"""


def waiting_passively() -> dict[str, str]:
    """The variables of `PASSIVELY` that whoever started this program has not set."""
    return {name: value for name, value in PASSIVELY.items() if name not in os.environ}
