"""How the report looks on paper: one set of paragraph styles, and small parts that several sections use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..needed_packages import needed
from .lettering import BOLD, REGULAR, markup, register

INK, QUIET, RULE, SHADE = "#14181d", "#56616d", "#c3cad2", "#f1f4f7"
SEVERITY_INK = {"info": "#2563b0", "warning": "#9a6200", "reject": "#b3261e"}
WIDTH_PT = 495.0
"""Between the margins of an A4 page."""


@dataclass(frozen=True)
class Paper:
    """What sections make their parts with; `flowables`, `tables` are reportlab's modules."""

    platypus: Any
    styles: Any
    colors: Any

    @classmethod
    def ready(cls) -> Paper:
        """Raises DependencyError where reportlab is not there."""
        register()
        names = ("reportlab.platypus", "reportlab.lib.styles", "reportlab.lib.colors")
        return cls(*(needed(name, "reportlab", "the PDF report") for name in names))

    def text(self, words: str, size: float = 9, ink: str = INK, bold: bool = False, after: float = 2) -> Any:
        """A paragraph of plain words."""
        return self.marked(markup(words), size, ink, bold, after)

    def marked(self, words: str, size: float = 9, ink: str = INK, bold: bool = False, after: float = 2) -> Any:
        """A paragraph of reportlab's markup."""
        style = self.styles.ParagraphStyle(
            "text",
            fontName=BOLD if bold else REGULAR,
            fontSize=size,
            leading=1.32 * size,
            textColor=self.colors.HexColor(ink),
            spaceAfter=after,
            splitLongWords=1,
        )
        return self.platypus.Paragraph(words, style)

    def heading(self, words: str) -> Any:
        """A section's title."""
        title = self.platypus.Table([[self.text(words, 10.5, bold=True)]], colWidths=[WIDTH_PT])
        rule = ("LINEABOVE", (0, 0), (-1, 0), 0.6, self.colors.HexColor(RULE))
        title.setStyle(self.platypus.TableStyle([rule, ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
        title.spaceBefore = 6
        title.keepWithNext = True
        return title

    def table(self, rows: Sequence[Sequence[Any]], widths: Sequence[float], head: bool = True) -> Any:
        """A table that goes on over pages with its head repeated."""
        grid = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, self.colors.HexColor(RULE)),
        ]
        if head:
            grid.append(("BACKGROUND", (0, 0), (-1, 0), self.colors.HexColor(SHADE)))
        table = self.platypus.LongTable(rows, colWidths=list(widths), repeatRows=1 if head else 0)
        table.setStyle(self.platypus.TableStyle(grid))
        return table

    def space(self, points: float) -> Any:
        """Empty room."""
        return self.platypus.Spacer(1, points)
