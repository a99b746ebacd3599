"""The likelihood of given outlines is measured lesion by lesion, beside the frame's."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from BreastUSAILib.engine.analyzer import Analyzer
from Training.__main__ import main
from Training.calibration.lesion_scores import score_lesions
from Training.commands.rescore import log_loss
from Training.data.loading import load_examples
from Training.measure.rows.subject import find_subject

from .samples import write_classifier, write_data, write_segmenter


def test_log_loss_is_that_of_the_truth() -> None:
    assert log_loss([0.5, 0.5], [True, False]) == pytest.approx(math.log(2))
    assert log_loss([0.9], [True]) < log_loss([0.9], [False]) == pytest.approx(-math.log(0.1))


def test_every_outlined_lesion_gets_both_likelihoods(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundles = [write_classifier(tmp_path), write_segmenter(tmp_path)]
    table = write_data(tmp_path)
    examples = load_examples(table)
    lesions = [one for one in examples if one.masks]

    found = score_lesions(Analyzer(find_subject(bundles).load(), "cpu"), examples)

    assert found.malignant.tolist() == [one.label == "malignant" for one in lesions]
    assert list(found.groups) == [one.group for one in lesions]
    assert len(found.frame) == len(found.lesion) == len(lesions)
    assert found.frame.tolist() != found.lesion.tolist()
    assert main(["rescore", *map(str, bundles), "--data", str(table)]) == 0
    assert capsys.readouterr().out.startswith("4 lesions, 50.0% malignant")
