"""One colour a lesion, the same in every file and picture."""

from __future__ import annotations

# cool hues, apart from grey echoes and from the heat map's warm colours; those of the segments in the Slicer scene
_COLOURS = ((0, 255, 255), (140, 255, 64), (89, 166, 255), (255, 140, 255), (255, 255, 255))


def lesion_colour(number: int) -> tuple[int, int, int]:
    """RGB (0-255) of lesion `number`, counted from 1."""
    return _COLOURS[(number - 1) % len(_COLOURS)]
