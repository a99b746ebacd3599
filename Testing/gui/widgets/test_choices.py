"""A box of choices shows what it is told and tells what was chosen by hand."""

from __future__ import annotations

import qt

from BreastUSAILib.gui.widgets.choices import Choices


def test_a_name_that_another_version_saved_shows_the_first_and_the_box_still_listens(application):
    chosen: list[str] = []
    box = qt.QComboBox()
    choices = Choices(box, {"a": "A", "b": "B"}, chosen.append)
    choices.show("b")

    choices.show("of another version")

    assert choices.name == "a"
    assert chosen == []
    box.currentIndex = 1
    assert chosen == ["b"]
