"""Buttons that say why they cannot be pressed."""

from __future__ import annotations

from typing import Any

OWN = "ownToolTip"


def enableOrSay(button: Any, whyNot: str) -> None:
    """Enable a button, or disable it with the reason as its tooltip; its own tooltip comes back afterwards."""
    own = button.property(OWN)
    if own is None:
        own = button.toolTip
        button.setProperty(OWN, own)
    button.enabled = not whyNot
    button.toolTip = whyNot or own
