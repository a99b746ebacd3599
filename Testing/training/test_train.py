"""A killed run goes on where it stopped, to the same weights."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from BreastUSAILib.engine.errors import ModelError
from Training import train as training
from Training.tasks import TASKS, Cycle, load_encoder

SHORT = dataclasses.replace(TASKS["classifier"], cycles=(Cycle(((64, 2),), 1e-3), Cycle(((64, 2),), 1e-3)))


@pytest.mark.slow
def test_a_killed_run_ends_with_the_same_weights(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = torch.load(training.train(SHORT, data, tmp_path / "whole", None, seed=1, test_fold=1), weights_only=True)

    calls: list[int] = []
    train_epoch = training.train_epoch

    def killed(*arguments: object) -> float:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return train_epoch(*arguments)

    monkeypatch.setattr(training, "train_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        training.train(SHORT, data, tmp_path / "killed", None, seed=1, test_fold=1)
    monkeypatch.undo()
    resumed = torch.load(training.train(SHORT, data, tmp_path / "killed", None, seed=1, test_fold=1), weights_only=True)
    assert all(torch.allclose(whole[name].float(), resumed[name].float(), atol=1e-5) for name in whole)


def test_the_mean_of_weights_leaves_counters_alone() -> None:
    one = {"w": torch.tensor([0.0, 2.0]), "count": torch.tensor(3)}
    two = {"w": torch.tensor([4.0, 2.0]), "count": torch.tensor(9)}
    mean = training.mean_weights([one, two])
    assert mean["w"].tolist() == [2.0, 2.0]
    assert mean["count"].item() == 9


def test_an_rgb_stem_is_summed_to_grey(tmp_path: Path) -> None:
    network = TASKS["classifier"].build(None)
    stem = torch.rand(32, 3, 3, 3)
    torch.save({"_conv_stem.weight": stem}, tmp_path / "encoder.pth")
    load_encoder(network, "", tmp_path / "encoder.pth")
    assert torch.allclose(network.get_parameter("_conv_stem.weight"), stem.sum(dim=1, keepdim=True))


def test_weights_of_another_architecture_are_refused(tmp_path: Path) -> None:
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ModelError, match="another architecture"):
        load_encoder(TASKS["segmenter"].build(None), "encoder.", tmp_path / "other.pth")
