"""What is left of outlines by a gap, and how well that fits, is what the product would show."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.lesions.measure import label_lesions
from BreastUSAILib.engine.lesions.withholding import WithholdingRule
from Testing.training.measure.samples import write_classifier, write_data, write_segmenter
from Training.calibration.outlined import Outline, Outlined, outline_images, without_rules
from Training.data.loading import load_examples
from Training.measure.rows.overlap import dice
from Training.measure.rows.subject import find_subject


@pytest.mark.parametrize("gap", [0.0, 0.5, 1.0, 2.0, math.inf])
@pytest.mark.parametrize("evidence", [0.0, 0.75])
def test_a_gap_drops_what_the_engine_drops(gap: float, evidence: float) -> None:
    probability = np.zeros((40, 90), dtype=np.float32)
    for number, value in enumerate((0.55, 0.7, 0.8, 0.9, 0.97)):
        probability[4:30, 4 + 17 * number : 16 + 17 * number] = value
    truth = np.zeros(probability.shape, dtype=bool)
    truth[10:35, 40:80] = True

    everything = label_lesions(probability, min_area_px=1)
    outlines = tuple(
        Outline(float(probability[mask].mean()), int(mask.sum()), int(truth[mask].sum()))
        for mask in (everything == number for number in range(1, everything.max() + 1))
    )
    ours = Outlined("A", "lesion", 1.0, outlines, int(truth.sum())).within(gap)
    engines = label_lesions(probability, min_area_px=1, rule=WithholdingRule(evidence, gap)) > 0

    shown = ours.shown(WithholdingRule(evidence))
    assert sum(outline.area for outline in shown.outlines) == engines.sum()
    assert shown.dice == pytest.approx(dice(engines, truth))


def test_nothing_outlined_where_nothing_is_fits_and_loses_nothing_by_a_gap() -> None:
    nothing = Outlined("A", "normal", 0.5, ())
    assert nothing.dice == 1
    assert nothing.within(1.0) == nothing
    assert replace(nothing, lesion_area=9).dice == 0


def test_images_go_through_the_product_without_its_rules(tmp_path: Path) -> None:
    pair = [write_classifier(tmp_path), write_segmenter(tmp_path, settings={
        "threshold": 0.3, "smallest_lesion": 0.0005, "lesion_evidence": 0.99, "lesion_gap": 0.0,
    })]  # fmt: skip
    examples = load_examples(write_data(tmp_path))
    analyzer = Analyzer(find_subject(pair).load(), "cpu")

    free = without_rules(analyzer)
    found = list(outline_images(free, examples))

    assert free.models.segmenter.lesion_gap == math.inf
    assert [one.kind for one in found if one.kind != "part"] == [
        "normal" if example.label == "normal" else "lesion" for example in examples
    ]
    assert all((one.lesion_area > 0) == (one.kind == "lesion") for one in found)
    assert any(one.outlines for one in found)
    assert not analyzer.analyze(examples[0].frames()).lesions
    for one in found:
        assert all(0 <= outline.hit <= outline.area for outline in one.outlines)
        assert sum(outline.hit for outline in one.outlines) <= one.lesion_area
