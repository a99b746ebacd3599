"""The panel's widgets as `gui/panel_widgets.py` names them, by the `.ui` file.

``python -m Testing.gui.list_widgets`` rewrites the list.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

MODULE = Path(__file__).resolve().parents[2] / "BreastUSAI"
UI = MODULE / "Resources" / "UI" / "BreastUSAI.ui"
LIST = MODULE / "BreastUSAILib" / "gui" / "panel_widgets.py"
START = '    """Every widget of the panel."""\n\n'
MODULES = {"ctk": "ctk", "qMR": "slicer"}
"""How a class begins that is not Qt's own -> the module that has it."""


def with_widgets(text: str) -> str:
    """The text of `gui/panel_widgets.py` with the widgets that the `.ui` file has now, in its order."""
    widgets = [(widget.get("name"), widget.get("class") or "") for widget in ElementTree.parse(UI).iter("widget")]
    lines = [f"    {name}: {MODULES.get(kind[:3], 'qt')}.{kind}\n" for name, kind in widgets]
    return text[: text.index(START) + len(START)] + "".join(lines)


if __name__ == "__main__":
    LIST.write_text(with_widgets(LIST.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
