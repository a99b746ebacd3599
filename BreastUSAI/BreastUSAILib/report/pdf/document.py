"""`report.pdf`, put together from its sections, with the research-use statement on every page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ... import RESEARCH_USE
from ..atomic import atomic_file
from ..needed_packages import needed
from .contents import Contents
from .lettering import REGULAR
from .sections import SECTIONS
from .style import QUIET, WIDTH_PT, Paper

_PAGE_PT = (595.28, 841.89)
_BOTTOM_PT, _TOP_PT = 50.0, 36.0
_MARGIN_PT = 0.5 * (_PAGE_PT[0] - WIDTH_PT)


def write_pdf(contents: Contents, path: Path) -> None:
    """Write every section onto A4 pages.

    Raises:
        DependencyError: reportlab is not there.
        InputError: the key frame cannot be read again.
        OutputError: the file cannot be written.
    """
    paper = Paper.ready()
    canvas = needed("reportlab.pdfgen.canvas", "reportlab", "the PDF report")
    story = [part for section in SECTIONS for part in section(contents, paper)]
    with atomic_file(path) as temporary:
        document = paper.platypus.SimpleDocTemplate(
            str(temporary),
            pagesize=_PAGE_PT,
            leftMargin=_MARGIN_PT - 6,  # a frame has a padding of six points
            rightMargin=_MARGIN_PT - 6,
            topMargin=_TOP_PT,
            bottomMargin=_BOTTOM_PT,
            title="BreastUSAI report",
            author="BreastUSAI",
            subject=RESEARCH_USE,
            creator="BreastUSAI",
        )
        document.build(story, canvasmaker=_numbered(canvas.Canvas, paper.colors))


def _numbered(canvas: Any, colors: Any) -> type:
    """A canvas that knows how many pages there are when it writes the foot of each."""

    class Numbered(canvas):
        """Keeps every page back until the last is there."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._kept, 1):
                self.__dict__.update(page)
                self._foot(number, len(self._kept))
                super().showPage()
            super().save()

        def _foot(self, number: int, count: int) -> None:
            self.setStrokeColor(colors.HexColor(QUIET))
            self.setLineWidth(0.4)
            self.line(_MARGIN_PT, 38, _PAGE_PT[0] - _MARGIN_PT, 38)
            self.setFillColor(colors.HexColor(QUIET))
            self.setFont(REGULAR, 8)
            self.drawString(_MARGIN_PT, 26, f"{RESEARCH_USE} It may not be used to decide about a patient.")
            self.drawRightString(_PAGE_PT[0] - _MARGIN_PT, 26, f"BreastUSAI · page {number} of {count}")

    return Numbered
