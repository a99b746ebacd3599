"""JSON from a stranger's file: no name twice, no number that is not finite, and every fault a ValueError."""

from __future__ import annotations

import json
from typing import Any


def parsed_object(text: str) -> dict[str, Any]:
    """The object in a JSON text.

    Raises ValueError for what is not JSON or not an object, nests too deep, or names something twice: readers differ in
    which of the two they take.
    """
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(document, dict):
        raise ValueError("it holds no JSON object")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:80]!r} is there twice")
    return document
