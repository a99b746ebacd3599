"""`breastusai phantom`: simulated images with known lesions."""

from __future__ import annotations

import argparse

from ..engine.errors import BreastUSAIError
from ..engine.findings.analysis import Label
from ..phantom.samples import generate
from .terminal import Terminal, quiet_libraries


def run_phantom(chosen: argparse.Namespace, terminal: Terminal) -> int:
    """Write `chosen.count` phantoms into `chosen.output` and print their paths; 0 where all were written, else 1."""
    quiet_libraries()
    label = None if chosen.label is None else Label(chosen.label)
    try:
        paths = generate(chosen.output, chosen.count, label, chosen.seed)
    except BreastUSAIError as error:
        terminal.complain(str(error))
        return 1
    for path in paths:
        terminal.say(str(path))
    return 0
