"""Explanations made by hand, so that tests of scene and panel need no network."""

from __future__ import annotations

import numpy as np

from BreastUSAILib.engine.explanations.explanation import Explains
from BreastUSAILib.engine.explanations.registry import method_asked_for
from BreastUSAILib.engine.findings.analysis import FurtherExplanation
from BreastUSAILib.engine.findings.explained import Explanations
from BreastUSAILib.engine.findings.maps import SquareMaps
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox

from .analyses import COLUMNS, ROWS


def made_by_hand(*options: str, frames: tuple[int, ...] = (0,), value: float = 1.0) -> Explanations:
    """Maps of `value` on the right half; a signed one is as far below 0 on the left."""
    box = Letterbox(ROWS, COLUMNS, Rectangle(0, 0, COLUMNS, ROWS), 64, "stretch")
    rows, maps = [], {}
    for option in options:
        method = method_asked_for(option)
        square = np.zeros((16, 16), np.float32)
        square[:, 8:] = value
        if method.is_signed:
            square[:, :8] = -value
        target = "malignant" if method.explains is Explains.CLASS else "outline"
        rows.append(FurtherExplanation(option, method.name, target, "input", method.is_signed, frames))
        maps[option] = SquareMaps(box, dict.fromkeys(frames, square))
    return Explanations(tuple(rows), (), maps)
