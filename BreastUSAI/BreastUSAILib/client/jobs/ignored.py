"""What listens where nobody does."""

from __future__ import annotations


def ignored(*_told: object) -> None:
    """What happens to news until somebody wants to hear them."""
