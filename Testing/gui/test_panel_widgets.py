"""The panel's widgets are annotated as the `.ui` file has them."""

from __future__ import annotations

from xml.etree import ElementTree

from BreastUSAILib.gui.panel_widgets import PanelWidgets
from Testing.gui.panel_file import UI


def test_every_widget_of_the_panel_has_its_class():
    widgets = {widget.get("name"): widget.get("class") for widget in ElementTree.parse(UI).iter("widget")}

    assert {name: words.split(".")[1] for name, words in PanelWidgets.__annotations__.items()} == widgets
