"""Lesions that the whole frame misses are clicked once, near their center, and their outlines compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from Testing.engine.pipeline.test_places import DarkIsLesion
from Training.__main__ import main
from Training.data.loading import load_examples
from Training.measure.clicks import Clicks, _click
from Training.measure.rows.subject import find_subject

from .samples import write_classifier, write_data, write_segmenter


def test_a_click_lies_within_a_fifth_of_the_size_of_the_center_and_is_always_the_same() -> None:
    truth = np.zeros((100, 200), bool)
    truth[40:60, 80:120] = True
    places = [_click(truth, f"image {number}") for number in range(50)]
    assert max(abs(place.column - 99.5) for place in places) <= 0.2 * 40
    assert max(abs(place.row - 49.5) for place in places) <= 0.2 * 20
    assert len({(place.column, place.row) for place in places}) == 50
    assert _click(truth, "image 7") == places[7]


def test_every_outlined_lesion_is_looked_for_and_those_that_are_missed_are_clicked(tmp_path: Path) -> None:
    bundles = [write_classifier(tmp_path), write_segmenter(tmp_path)]
    examples = load_examples(write_data(tmp_path))
    models = find_subject(bundles).load()
    blind = replace(models.segmenter, network=DarkIsLesion(1e-3).eval())

    found = Clicks(replace(models, segmenter=blind)).on(examples)

    assert {one.image for one in found} == {one.name for one in examples if one.masks}
    assert all(one.is_missed and one.overlap == 0 for one in found)


def test_a_perfect_segmenter_misses_nothing_and_is_clicked_only_where_asked(tmp_path: Path, monkeypatch) -> None:
    bundles = [write_classifier(tmp_path), write_segmenter(tmp_path)]
    (example,) = [one for one in load_examples(write_data(tmp_path)) if one.masks][:1]
    truth = example.mask_array(example.frames().gray(0).shape)
    models = find_subject(bundles).load()

    def true_probabilities(_self, gray, views, _region):
        return [truth.astype(np.float32) for _view in views]

    monkeypatch.setattr(Clicks, "_probabilities", true_probabilities)
    assert [(one.is_missed, one.overlap) for one in Clicks(models).on([example])] == [(False, None)]
    assert [one.overlap for one in Clicks(models, every=True).on([example])] == [pytest.approx(1.0, abs=0.05)]


def test_the_command_prints_a_line_a_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    bundles = [write_classifier(tmp_path), write_segmenter(tmp_path)]
    table = write_data(tmp_path)
    assert main(["clicks", *map(str, bundles), "--data", str(table), "--all"]) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split()[:4] == ["data", "set", "images", "lesions"]
    assert len(lines) >= 1
