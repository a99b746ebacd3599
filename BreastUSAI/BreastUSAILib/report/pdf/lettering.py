"""Letters of every script in a PDF: reportlab's own font, the system's for what it lacks, and CJK fonts by name."""

from __future__ import annotations

import sys
import unicodedata
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from ..needed_packages import needed

REGULAR, BOLD = "Vera", "VeraBd"

_FOLDERS = {
    "win32": ("C:/Windows/Fonts",),
    "darwin": ("/System/Library/Fonts/Supplemental", "/Library/Fonts", "/System/Library/Fonts"),
}
_OTHER_FOLDERS = (
    *("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu", "/usr/share/fonts/TTF"),
    *("/usr/share/fonts/truetype/droid", "/usr/share/fonts/truetype/wqy", "/usr/share/fonts/truetype/nanum"),
    *("/usr/share/fonts/truetype/noto", "/usr/share/fonts/noto", "/usr/share/fonts/truetype/freefont"),
)
_FILES = (
    *("DejaVuSans.ttf", "arial.ttf", "arialuni.ttf", "Arial Unicode.ttf", "segoeui.ttf", "Nirmala.ttf", "FreeSans.ttf"),
    *("NotoSans-Regular.ttf", "NotoSansArabic-Regular.ttf", "NotoSansHebrew-Regular.ttf"),
    *("NotoSansDevanagari-Regular.ttf", "NotoSansThai-Regular.ttf", "NotoSansArmenian-Regular.ttf"),
    *("msyh.ttc", "msgothic.ttc", "malgun.ttf", "STHeiti Light.ttc", "AppleGothic.ttf"),
    *("DroidSansFallbackFull.ttf", "wqy-microhei.ttc", "wqy-zenhei.ttc", "NanumGothic.ttf"),
)
_BY_NAME = (("HIRAGANA", "HeiseiKakuGo-W5"), ("KATAKANA", "HeiseiKakuGo-W5"), ("HANGUL", "HYGothic-Medium"))
_HAN = "STSong-Light"
_RIGHT_TO_LEFT = ("R", "AL")


def markup(text: str) -> str:
    """`text` for a paragraph: escaped, each run of letters in a font that has them, right-to-left runs turned around.

    A letter that no font has is written by its nearest Latin one, or as a question mark.
    """
    shown = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", text))
    pieces = []
    for font, letters in groupby(_visual(shown), key=_font_of):
        run = "".join(letters)
        if font is None:
            pieces.append(escape(_near(run)))
        elif font == REGULAR:
            pieces.append(escape(run))
        else:
            pieces.append(f'<font name="{font}">{escape(run)}</font>')
    return "".join(pieces)


def register() -> None:
    """Make the report's own fonts known to reportlab. Raises DependencyError."""
    metrics, fonts = _reportlab()
    if REGULAR in metrics.getRegisteredFontNames():
        return
    for name in (REGULAR, BOLD):
        metrics.registerFont(fonts.TTFont(name, f"{name}.ttf"))
    metrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def _reportlab() -> tuple[Any, Any]:
    metrics = needed("reportlab.pdfbase.pdfmetrics", "reportlab", "the PDF report")
    return metrics, needed("reportlab.pdfbase.ttfonts", "reportlab", "the PDF report")


@lru_cache(maxsize=4096)
def _font_of(letter: str) -> str | None:
    """The name of the first font that has the letter, registered; None where none has."""
    if _has(REGULAR, letter):
        return REGULAR
    for name in _system_fonts():
        if _has(name, letter):
            return name
    return _named_font(letter)


def _has(font: str, letter: str) -> bool:
    metrics, _ = _reportlab()
    return ord(letter) in metrics.getFont(font).face.charToGlyph


@lru_cache(maxsize=1)
def _system_fonts() -> tuple[str, ...]:
    """What of `_FILES` this computer has and reportlab can use, registered."""
    metrics, fonts = _reportlab()
    found = []
    for folder in _FOLDERS.get(sys.platform, _OTHER_FOLDERS):
        for file in _FILES:
            path = Path(folder, file)
            name = f"System-{path.stem.replace(' ', '')}"
            if name in found or not path.is_file():
                continue
            try:
                metrics.registerFont(fonts.TTFont(name, str(path)))
            except Exception:  # reportlab raises what it likes for a font that it cannot use
                continue
            found.append(name)
    return tuple(found)


def _named_font(letter: str) -> str | None:
    """A font that every PDF viewer brings for Chinese, Japanese and Korean; it is named and not put into the file."""
    script = unicodedata.name(letter, "")
    name = next((font for start, font in _BY_NAME if start in script), _HAN if script.startswith("CJK") else None)
    if name is not None:
        metrics, _ = _reportlab()
        fonts = needed("reportlab.pdfbase.cidfonts", "reportlab", "the PDF report")
        if name not in metrics.getRegisteredFontNames():
            metrics.registerFont(fonts.UnicodeCIDFont(name))
    return name


def _visual(text: str) -> str:
    """Runs of right-to-left letters in the order in which they stand on paper."""
    if not any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text):
        return text
    words = text.split(" ")
    turned: list[str] = []
    for is_turned, run in groupby(words, key=_is_right_to_left):
        there = list(run)
        turned += [word[::-1] for word in reversed(there)] if is_turned else there
    return " ".join(turned)


def _is_right_to_left(word: str) -> bool:
    return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in word)


def _near(text: str) -> str:
    near = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return near or "?" * len(text)
