"""The panel's widgets are annotated as the `.ui` file has them."""

from __future__ import annotations

from Testing.gui.list_widgets import LIST, with_widgets


def test_every_widget_of_the_panel_has_its_class():
    text = LIST.read_text(encoding="utf-8")

    assert text == with_widgets(text), "run `python -m Testing.gui.list_widgets`"
