"""Colors and lettering of the preview picture."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

from ..engine.findings.analysis import Label
from ..engine.flags import Severity

RGB = tuple[int, int, int]

BACKGROUND: RGB = (17, 20, 24)
TRACK: RGB = (44, 50, 58)
RULE: RGB = (58, 66, 76)
TEXT: RGB = (236, 239, 243)
QUIET: RGB = (160, 170, 182)
CALIPER: RGB = (255, 236, 120)

LABEL_COLORS: dict[Label, RGB] = {
    Label.NORMAL: (130, 177, 255),
    Label.BENIGN: (105, 214, 140),
    Label.MALIGNANT: (255, 107, 107),
    Label.UNDETERMINED: (255, 196, 84),
    Label.REJECTED: (176, 184, 194),
}
SEVERITY_COLORS: dict[Severity, RGB] = {
    Severity.INFO: (130, 177, 255),
    Severity.WARNING: (255, 196, 84),
    Severity.REJECT: (255, 107, 107),
}

_NEAR_LETTERS = str.maketrans(
    {"×": "x", "–": "-", "—": "-", "’": "'", "“": '"', "”": '"', "≥": ">=", "≤": "<=", "±": "+/-", "µ": "u", "…": "..."}
)


@lru_cache(maxsize=16)
def font(size: int) -> FreeTypeFont:
    """Pillow's own scalable font at `size` pixels: the same on every machine."""
    loaded = ImageFont.load_default(size)
    if not isinstance(loaded, FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType, which the preview's lettering needs")
    return loaded


def printable(text: str) -> str:
    """`text` in the letters that the built-in font has: near ones for signs and accents, a question mark for others."""
    near = unicodedata.normalize("NFKD", text.translate(_NEAR_LETTERS))
    kept = (letter for letter in near if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" or letter == "·" else "?" for letter in kept)


def wrapped(text: str, size: int, width: int) -> list[str]:
    """`text` in lines of at most `width` pixels; a word that is longer than a line is cut with an ellipsis."""
    lines: list[str] = []
    for word in printable(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font(size).getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(shortened(word, size, width))
    return lines


def shortened(text: str, size: int, width: int) -> str:
    """`text` cut in its middle with an ellipsis until it fits in `width` pixels."""
    text = printable(text)
    if font(size).getlength(text) <= width:
        return text
    for kept in range(len(text) - 1, 1, -1):
        shorter = f"{text[: (kept + 1) // 2]}...{text[len(text) - kept // 2 :]}"
        if font(size).getlength(shorter) <= width:
            return shorter
    return "..."
