"""The one family of errors this product raises on purpose."""

from __future__ import annotations

from .plain_text import one_line


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
    """The input cannot be read, or is not something this product can analyse."""


class ModelError(BreastUSAIError):
    """A model bundle is missing, damaged or not allowed."""


class DependencyError(BreastUSAIError):
    """A Python package that the engine needs is missing or cannot be loaded."""


class OutputError(BreastUSAIError):
    """A result could not be written."""


class OptionError(BreastUSAIError):
    """An option was given a value that does not fit the input or the product."""


class Cancelled(BreastUSAIError):
    """The caller asked to stop; nothing was written."""

    def __init__(self) -> None:
        super().__init__("the analysis was cancelled", remedy="Start it again when you need it")
