"""A defect of the program, in one line like every other error."""

from __future__ import annotations

import traceback
from pathlib import Path

from ..engine.errors import BreastUSAIError


def unexpected(error: Exception, path: Path | None = None) -> BreastUSAIError:
    """What nobody foresaw, with the place in the code where it happened."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return BreastUSAIError(
        f"unexpected {type(error).__name__} at {Path(place.filename).name}:{place.lineno} ({error})",
        where=path,
        remedy="Report this as a defect of BreastUSAI",
    )
