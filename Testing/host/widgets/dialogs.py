"""Message boxes that ask nobody: what they would show is kept, and the answer is set beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Dialogs:
    """Stands behind `slicer.util.infoDisplay` and its sisters.

    Args:
        shown: the texts so far.
        answer: what a person would answer to a question.
    """

    shown: list[str] = field(default_factory=list)
    answer: bool = True

    def tell(self, text: str, *_arguments: Any, **_options: Any) -> None:
        self.shown.append(text)

    def ask(self, text: str, *_arguments: Any, **_options: Any) -> bool:
        self.shown.append(text)
        return self.answer

    def publish(self, util: Any) -> None:
        """Take the place of the functions of `slicer.util` that open a window."""
        for name in ("infoDisplay", "warningDisplay", "errorDisplay", "delayDisplay", "showStatusMessage"):
            setattr(util, name, self.tell)
        for name in ("confirmOkCancelDisplay", "confirmYesNoDisplay", "confirmRetryCloseDisplay"):
            setattr(util, name, self.ask)
