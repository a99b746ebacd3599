"""Errors as the panel says them."""

from __future__ import annotations

from ...engine.errors import BreastUSAIError


def sentenceOf(error: BreastUSAIError) -> str:
    """What was wrong and what to do, with a capital where no name of a file or node comes first."""
    words = str(error)
    return words if error.where is not None else words[:1].upper() + words[1:]
