"""Sizes of widgets, asked for as methods: stand-ins that override them are no properties."""

from __future__ import annotations

from typing import Any


def minimum_width(widget: Any) -> int:
    """Pixels that the widget needs across."""
    return widget.minimumSizeHint().width()
