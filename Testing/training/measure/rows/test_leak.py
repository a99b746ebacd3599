"""The ground-truth mask reaches a network only where the run is called a leak."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from BreastUSAILib.engine.checks.sector import detect_sector
from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.images.letterbox import Letterbox
from Training.data.loading import load_examples
from Training.measure.figures.figures import figures_of
from Training.measure.presentation.console import print_figures
from Training.measure.rows.evaluation import Question, measure_bundles
from Training.measure.rows.leak import LEAK, OracleSegmenter
from Training.measure.rows.subject import find_subject

from ..samples import CLASSIFIER, SMALL, write_classifier


@pytest.fixture(scope="module")
def mask_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classifier(
        tmp_path_factory.mktemp("reader"),
        "mask-reader",
        network={**CLASSIFIER, "in_channels": 2},
        inputs=("image", "lesion_mask"),
    )


def test_the_oracle_gives_the_true_mask_on_the_networks_square(pair: list[Path], table: Path) -> None:
    example = next(one for one in load_examples(table) if one.mask is not None)
    oracle = OracleSegmenter.over(find_subject(pair).load().segmenter)
    oracle.show(example)
    (square,) = oracle.probabilities(torch.zeros(1, 1, 64, 64))
    gray, truth = example.gray(), example.mask_array((96, 120))
    back = Letterbox(96, 120, detect_sector(gray), SMALL.size).restore(square) > 0.5
    assert 2 * (back & truth).sum() / (back.sum() + truth.sum()) > 0.95


def test_a_leaking_run_says_so_in_every_row_and_in_print(pair: list[Path], table: Path, mask_reader: Path) -> None:
    rows = measure_bundles(Question([mask_reader, pair[1]], table, leak=True))
    assert {row.leak for row in rows} == {LEAK}
    assert not any(row.segmented for row in rows)  # the truth's own outline is no result
    figures = figures_of(rows)
    assert figures["leak"] == LEAK
    out = io.StringIO()
    print_figures(figures, Console(file=out, width=200))
    assert "LEAK (ground-truth mask at test time)" in out.getvalue()


def test_the_leak_changes_what_the_classifier_says_and_the_honest_run_does_not_know_the_mask(
    pair: list[Path], table: Path, mask_reader: Path
) -> None:
    bundles = [mask_reader, pair[1]]
    honest = measure_bundles(Question(bundles, table))
    leaking = measure_bundles(Question(bundles, table, leak=True))
    told = [(one.malignant, two.malignant) for one, two in zip(honest, leaking, strict=True)]
    assert any(abs(one - two) > 1e-6 for one, two in told)
    assert {row.leak for row in honest} == {""}
    assert np.isfinite([one for one, _ in told]).all()


def test_a_classifier_that_reads_no_mask_has_nothing_to_leak_into(pair: list[Path], table: Path) -> None:
    with pytest.raises(OptionError, match="given no lesion mask"):
        measure_bundles(Question(pair, table, leak=True))


def test_a_mask_reader_beside_a_segmenter_that_may_have_seen_the_images_is_refused(
    pair: list[Path], table: Path, mask_reader: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = find_subject([mask_reader, pair[1]])
    partner = replace(subject, segmenter=replace(subject.segmenter, given=False, metadata={}))
    monkeypatch.setattr("Training.measure.rows.evaluation.find_subject", lambda bundles: partner)
    with pytest.raises(OptionError, match="segmenter beside it may have seen"):
        measure_bundles(Question([mask_reader], table))
