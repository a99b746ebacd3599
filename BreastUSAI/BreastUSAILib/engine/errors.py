"""The one family of errors this product raises on purpose, each one line that a terminal shows and does not obey."""

from __future__ import annotations

import traceback
import unicodedata
from pathlib import Path

_OBEYED = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, line and paragraph separators
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class BreastUSAIError(Exception):
    """Something a person can act on: what was wrong, where, and what to do about it.

    Args:
        problem: what was wrong, a phrase without a full stop.
        where: the file, folder or node concerned, or None where there is none.
        remedy: what the reader can do, an imperative phrase without a full stop.
    """

    def __init__(self, problem: str, *, where: object = None, remedy: str) -> None:
        self.problem = problem
        self.where = None if where is None else str(where)
        self.remedy = remedy
        place = "" if self.where is None else f"{self.where}: "
        super().__init__(one_line(" ".join(f"{place}{problem}. {remedy}.".split())))


class InputError(BreastUSAIError):
    """The input cannot be read, or is not something this product can analyze."""


class ModelError(BreastUSAIError):
    """A model bundle is missing, damaged or not allowed."""


class DependencyError(BreastUSAIError):
    """A Python package that the engine needs is missing or cannot be loaded."""


class OutputError(BreastUSAIError):
    """A result could not be written."""


class BatchError(BreastUSAIError):
    """A batch cannot begin or go on; what it has done so far stays."""


class LibraryError(BreastUSAIError):
    """A library of past cases is missing, damaged, in use, or made for another model."""


class OptionError(BreastUSAIError):
    """An option was given a value that does not fit the input or the product."""


class Cancelled(BreastUSAIError):
    """The caller asked to stop; nothing was written."""

    def __init__(self) -> None:
        super().__init__("the analysis was cancelled", remedy="Start it again when you need it")


def unexpected(error: Exception, where: object = None) -> BreastUSAIError:
    """What nobody foresaw, with the place in the code where it happened."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return BreastUSAIError(
        f"unexpected {type(error).__name__} at {Path(place.filename).name}:{place.lineno} ({error})",
        where=where,
        remedy="Report this as a defect of BreastUSAI",
    )


def one_line(text: str) -> str:
    """The same with escapes (``\\x1b``) for what a terminal would act on, and for what turns the reading direction."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(one) if _is_obeyed(one) else one for one in text)


def _is_obeyed(character: str) -> bool:
    return character in _DIRECTIONS or unicodedata.category(character) in _OBEYED


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
