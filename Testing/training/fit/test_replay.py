"""A replayed learner gives what the learner gives: outputs, gradients, statistics, and the same random numbers."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import pytest
import torch

from Training.fit.learning import Learner, Outputs, build_learner
from Training.fit.loop import Hardware, fit
from Training.fit.replay import Replayed
from Training.recipes.networks import own
from Training.recipes.shared_b0 import RECIPE

from .made_up import SMALL, training_set

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="CUDA graphs need a CUDA GPU")
CNN = {"classification": own("four_layer_cnn.FourLayerCNN", dropout=0.3)}


def learner(networks=RECIPE.networks) -> Learner:
    torch.manual_seed(1)
    return build_learner(networks)


def step(run, one: Learner, images: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Outputs and gradients of one step with the same random numbers."""
    torch.manual_seed(2)
    outputs = [value for value in vars(run(images)).values() if value is not None]
    for parameter in one.parameters():
        parameter.grad = None
    torch.stack([value.float().square().mean() for value in outputs]).sum().backward()
    return [o.detach().clone() for o in outputs], [p.grad.clone() for p in one.parameters() if p.grad is not None]


def test_on_a_cpu_the_learner_simply_runs() -> None:
    one = learner(CNN).eval()
    images = torch.rand(2, 1, 64, 64)
    assert torch.equal(Replayed(one)(images).classes, one(images).classes)


@needs_gpu
@pytest.mark.parametrize("networks", [RECIPE.networks, CNN], ids=["pair", "cnn"])
def test_replayed_steps_equal_plain_ones_at_every_size(networks) -> None:
    plain = learner(networks).cuda().train()
    other = copy.deepcopy(plain)
    replayed = Replayed(other)
    for side in (64, 64, 96, 64):
        images = torch.rand(4, 1, side, side, device="cuda")
        for mine, theirs in zip(step(plain, plain, images), step(replayed, other, images), strict=True):
            assert len(mine) == len(theirs)
            assert all(torch.allclose(a, b, rtol=1e-3, atol=1e-4) for a, b in zip(mine, theirs, strict=True))
    for a, b in zip(plain.buffers(), other.buffers(), strict=True):
        assert torch.allclose(a.float(), b.float(), rtol=1e-3, atol=1e-4)


@needs_gpu
def test_teachers_are_replayed_without_gradients() -> None:
    one = learner().cuda().eval().requires_grad_(False)
    replayed = Replayed(one)
    for _ in range(2):
        images = torch.rand(2, 1, 64, 64, device="cuda")
        with torch.no_grad():
            assert torch.allclose(replayed(images).lesion, one(images).lesion, rtol=1e-3, atol=1e-4)


@needs_gpu
def test_what_cannot_be_captured_runs_with_a_warning() -> None:
    class Looks(Learner):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 3)

        def forward(self, images: torch.Tensor) -> Outputs:
            assert float(images.sum()) >= 0  # a graph cannot wait for a value
            return Outputs(classes=self.layer(images))

        def networks(self) -> dict[str, torch.nn.Module]:
            return {}

    replayed = Replayed(Looks().cuda())
    with pytest.warns(UserWarning, match="without a CUDA graph"):
        first = replayed(torch.ones(2, 4, device="cuda"))
    assert torch.equal(first.classes, replayed(torch.ones(2, 4, device="cuda")).classes)


@needs_gpu
def test_the_loop_trains_on_a_gpu(tmp_path: Path) -> None:
    recipe = dataclasses.replace(RECIPE, preprocessing=SMALL, batch=8, schedule=((64, 1), (96, 1)))
    one = learner()
    before = copy.deepcopy(one.state_dict())
    fit(one, training_set(recipe), None, tmp_path, seed=1, hardware=Hardware("gpu", 1), progress=False)
    after = one.state_dict()
    assert all(torch.isfinite(value.float()).all() for value in after.values())
    assert any(not torch.equal(before[name].cpu(), value.cpu()) for name, value in after.items())
