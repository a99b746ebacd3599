"""`breastusai readers`: the assessments of saved reports as one table."""

from __future__ import annotations

import argparse

from ..engine.errors import BreastUSAIError, InputError
from ..report.readers.reader_study import saved_cases, write_study
from .terminal import Terminal


def run_readers(chosen: argparse.Namespace, terminal: Terminal) -> int:
    """Write `chosen.output` from the reports below `chosen.folders`; 0 where there are assessments, else 1."""
    try:
        cases = list(saved_cases(chosen.folders))
        if not cases:
            remedy = "Save reports with the panel after an assessment was entered there"
            raise InputError("no saved report has a reader's assessment", remedy=remedy)
        count = write_study(cases, chosen.output)
    except BreastUSAIError as error:
        terminal.complain(str(error))
        return 1
    terminal.say(f"{count} assessment{'s' if count > 1 else ''} in {chosen.output}")
    return 0
