"""Text from files, bundles and servers as one line that a terminal shows and does not obey."""

from __future__ import annotations

import unicodedata

_OBEYED = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, line and paragraph separators
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str) -> str:
    """The same with escapes (``\\x1b``) for what a terminal would act on, and for what turns the reading direction."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(one) if _is_obeyed(one) else one for one in text)


def _is_obeyed(character: str) -> bool:
    return character in _DIRECTIONS or unicodedata.category(character) in _OBEYED


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
