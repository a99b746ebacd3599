"""A signed map as slice views draw it: warm for, cold against, and nothing at all in between."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from BreastUSAILib.engine.findings.analysis import FurtherExplanation
from BreastUSAILib.engine.findings.explained import Explanations
from BreastUSAILib.engine.findings.maps import SquareMaps
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox
from BreastUSAILib.scene.results.added_explanations import showExplanationsInSteps
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.views.overlay import hideOtherOverlays, setOverlaysVisible
from Testing.host.views.render import why_no_rendering
from Testing.scene.analyses import finished

from .test_rendered_heat_maps import SIDE, VIEW, exam, picture_of, without_heat

pytestmark = [
    pytest.mark.render,
    pytest.mark.skipif(why_no_rendering() is not None, reason=str(why_no_rendering())),
]


def test_it_fades_from_cold_over_nothing_to_warm_without_an_edge(host):
    analysis, frames = exam()
    nodes = showAnalysis(analysis, frames, scene=host.scene)
    square = np.repeat(np.sin(np.linspace(-np.pi, np.pi, SIDE, dtype=np.float32))[None], SIDE, axis=0)
    box = Letterbox(SIDE, SIDE, Rectangle(0, 0, SIDE, SIDE), SIDE, "stretch")
    row = FurtherExplanation("occlusion", "Occlusion", "malignant", "input", True, (0,))
    made = Explanations((row,), (), {"occlusion": SquareMaps(box, {0: square})})
    shown = dataclasses.replace(
        nodes, heatMap=finished(showExplanationsInSteps(made, nodes.volume, nodes.report))["occlusion"]
    )
    hideOtherOverlays(host.scene, shown)
    setOverlaysVisible(shown, True)

    seen = picture_of(host)
    drawn = (seen - without_heat(host, shown))[20]

    assert np.abs(drawn[VIEW // 2 - 4 : VIEW // 2 + 4]).max() < 12, "nothing lies where there is no relevance"
    cold, warm = drawn[VIEW // 4], drawn[3 * VIEW // 4]
    assert cold[2] - cold[0] > 25, "the greatest relevance is pale"
    assert warm[0] - warm[2] > 25
    assert np.abs(np.diff(drawn[10:-10], axis=0)).max() < 25
