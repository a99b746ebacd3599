"""A run that is killed goes on to the same weights; frozen parts stay; what was learned can be seen."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from BreastUSAILib.engine.errors import ModelError
from Training.fit.loop import module
from Training.fit.loop.loop import Hardware, fit
from Training.fit.networks.learning import Learner, build_learner
from Training.recipes.networks import ATTENTION_RES_UNET, own
from Training.recipes.recipe import Recipe

from ..made_up import SMALL, training_set

CPU = Hardware(accelerator="cpu", devices=1)
CNN = Recipe(
    name="tiny",
    title="tiny",
    networks={"classification": own("four_layer_cnn.FourLayerCNN", dropout=0.3)},
    schedule=((32, 2), (64, 2)),
    learning_rate=3e-3,
    preprocessing=SMALL,
    batch=8,
    ema_decay=0.8,
)


@dataclasses.dataclass
class Steps:
    """Training steps done; the one numbered `killed_at` fails."""

    done: int = 0
    killed_at: int = 0


def trained(recipe: Recipe, work: Path, seed: int = 1) -> Learner:
    torch.manual_seed(seed)
    learner = build_learner(recipe.networks)
    fit(learner, training_set(recipe), None, work, seed=seed, hardware=CPU, progress=False)
    return learner


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    counted = Steps()
    whole = module.LearningModule.training_step

    def counting(self, batch, batch_idx):
        counted.done += 1
        if counted.done == counted.killed_at:
            raise RuntimeError("the power went")
        return whole(self, batch, batch_idx)

    monkeypatch.setattr(module.LearningModule, "training_step", counting)
    return counted


@pytest.mark.slow
@pytest.mark.parametrize(("killed_at", "left"), [(2, 12), (8, 6), (12, 3)])
def test_a_killed_run_goes_on_to_the_same_weights(killed_at: int, left: int, tmp_path: Path, steps: Steps) -> None:
    whole = trained(CNN, tmp_path / "whole").state_dict()
    steps.done, steps.killed_at = 0, killed_at
    with pytest.raises(RuntimeError, match="power"):
        trained(CNN, tmp_path / "killed")
    steps.done, steps.killed_at = 0, 0
    resumed = trained(CNN, tmp_path / "killed").state_dict()
    assert steps.done == left  # of 4 passes of 3 steps, what no checkpoint holds
    assert all(torch.allclose(whole[name].float(), resumed[name].float(), atol=1e-6) for name in whole)


@pytest.mark.slow
def test_a_finished_run_started_again_changes_nothing(tmp_path: Path, steps: Steps) -> None:
    first = trained(CNN, tmp_path).state_dict()
    steps.done = 0
    again = trained(CNN, tmp_path).state_dict()
    assert steps.done == 0
    assert all(torch.equal(first[name], again[name]) for name in first)


@pytest.mark.slow
def test_lesions_are_learned(tmp_path: Path) -> None:
    recipe = dataclasses.replace(
        CNN, networks={"segmentation": ATTENTION_RES_UNET}, schedule=((64, 10),), learning_rate=4e-3
    )
    network = trained(recipe, tmp_path).eval()
    batch = training_set(recipe).batches(0)[0]
    with torch.inference_mode():
        lesion = network((batch.images - SMALL.mean) / SMALL.std).lesion
    inside = torch.sigmoid(lesion)[batch.targets.masks > 0.5].mean()
    outside = torch.sigmoid(lesion)[batch.targets.masks < 0.5].mean()
    assert inside > 2 * outside


@pytest.mark.slow
def test_frozen_parts_keep_weights_and_statistics(tmp_path: Path) -> None:
    recipe = dataclasses.replace(CNN, frozen=("trunk.",), schedule=((32, 1),), ema_decay=None)
    torch.manual_seed(1)
    before = build_learner(recipe.networks).state_dict()
    after = trained(recipe, tmp_path).state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert not any(name.startswith("network.trunk.") for name in changed)


@pytest.mark.slow
def test_a_checkpoint_of_another_recipe_is_refused(tmp_path: Path) -> None:
    trained(CNN, tmp_path)
    other = dataclasses.replace(CNN, networks={"segmentation": ATTENTION_RES_UNET})
    with pytest.raises(ModelError, match="another architecture or recipe"):
        trained(other, tmp_path)


@pytest.mark.slow
def test_what_a_killed_run_had_logged_stays(tmp_path: Path, steps: Steps) -> None:
    for killed_at in (5, 4):
        steps.done, steps.killed_at = 0, killed_at
        with pytest.raises(RuntimeError, match="power"):
            trained(CNN, tmp_path)
    steps.killed_at = 0
    trained(CNN, tmp_path)
    logs = [tmp_path / name for name in ("metrics.1.csv", "metrics.2.csv", "metrics.csv")]
    epochs = [{row.split(",")[0] for row in log.read_text().splitlines()[1:]} for log in logs]
    assert set.union(*epochs) >= {"0", "1", "2", "3"}
    assert "0" in epochs[0]
    assert "0" not in epochs[2]


@pytest.mark.slow
def test_logs_are_there_to_be_read(tmp_path: Path) -> None:
    trained(CNN, tmp_path)
    assert "loss" in (tmp_path / "metrics.csv").read_text().splitlines()[0]
    assert any(path.name.startswith("events.out.tfevents") for path in tmp_path.iterdir())


def test_the_console_tells_of_the_hardware_and_advertises_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        trained(CNN, tmp_path)
    told = [record.getMessage() for record in caplog.records]
    assert any("GPU available" in message for message in told)
    assert not any("pypi.org" in message for message in told)
