"""Buttons that say why they cannot be pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..words.plain_words import plainWords

if TYPE_CHECKING:
    import qt

OWN = "ownToolTip"


def enableOrSay(button: qt.QAbstractButton, whyNot: str, does: str | None = None) -> None:
    """Enable a button, or disable it with the reason as its tooltip.

    Args:
        button: the button.
        whyNot: why it cannot be pressed; an empty text enables it.
        does: its tooltip while it can be pressed; None is the one that the .ui file gave it.
    """
    own = button.property(OWN)
    if own is None:
        own = button.toolTip
        button.setProperty(OWN, own)
    button.enabled = not whyNot
    button.toolTip = plainWords(whyNot) or (own if does is None else does)
