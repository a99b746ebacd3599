"""A replayed learner gives what the learner gives: outputs, gradients, statistics, and the same random numbers."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import pytest
import torch

from BreastUSAILib.engine.errors import ModelError
from Training.fit.loop.loop import Hardware, fit
from Training.fit.networks.learning import Learner, build_learner
from Training.fit.networks.replay import Replayed
from Training.recipes.networks import own
from Training.recipes.shared_b0 import RECIPE

from ..made_up import SMALL, training_set

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="CUDA graphs need a CUDA GPU")
CNN = {"classification": own("four_layer_cnn.FourLayerCNN", dropout=0.3)}


def learner(networks=RECIPE.networks) -> Learner:
    """In double precision: a GPU's shortcuts for single precision differ from one algorithm to the next."""
    torch.manual_seed(1)
    return build_learner(networks).double().cuda()


def step(run, one: Learner, images: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Outputs and gradients of one step with the same random numbers."""
    torch.manual_seed(2)
    outputs = [value for value in vars(run(images)).values() if value is not None]
    for parameter in one.parameters():
        parameter.grad = None
    torch.stack([value.square().mean() for value in outputs]).sum().backward()
    return [o.detach().clone() for o in outputs], [p.grad.clone() for p in one.parameters() if p.grad is not None]


@pytest.mark.parametrize("networks", [RECIPE.networks, CNN], ids=["pair", "cnn"])
def test_replayed_steps_equal_plain_ones_at_every_size(networks) -> None:
    plain = learner(networks).train()
    other = copy.deepcopy(plain)
    replayed = Replayed(other)
    for side in (64, 64, 96, 64):
        images = torch.rand(4, 1, side, side, device="cuda", dtype=torch.float64)
        for mine, theirs in zip(step(plain, plain, images), step(replayed, other, images), strict=True):
            assert len(mine) == len(theirs)
            for a, b in zip(mine, theirs, strict=True):
                assert torch.allclose(a, b, rtol=1e-6, atol=1e-8), float((a - b).abs().max())
    for a, b in zip(plain.buffers(), other.buffers(), strict=True):
        assert torch.allclose(a.double(), b.double(), rtol=1e-6)


def test_teachers_are_replayed_without_gradients() -> None:
    one = learner().eval().requires_grad_(False)
    replayed = Replayed(one)
    for _ in range(2):
        images = torch.rand(2, 1, 64, 64, device="cuda", dtype=torch.float64)
        with torch.no_grad():
            assert torch.allclose(replayed(images).lesion, one(images).lesion)


def test_what_cannot_be_captured_is_said_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given, **named):
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(torch.cuda, "make_graphed_callables", fail)
    with pytest.raises(ModelError, match=r"CUDA graph.*not permitted") as caught:
        Replayed(learner(CNN))(torch.rand(2, 1, 64, 64, device="cuda", dtype=torch.float64))
    assert "--no-graphs" in str(caught.value.remedy)


def test_too_little_memory_is_not_blamed_on_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given, **named):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(torch.cuda, "make_graphed_callables", fail)
    with pytest.raises(torch.cuda.OutOfMemoryError):
        Replayed(learner(CNN))(torch.rand(2, 1, 64, 64, device="cuda", dtype=torch.float64))


@pytest.mark.parametrize("graphs", [True, False])
def test_the_loop_trains_on_a_gpu(graphs: bool, tmp_path: Path) -> None:
    recipe = dataclasses.replace(RECIPE, preprocessing=SMALL, batch=8, schedule=((64, 1), (96, 1)))
    torch.manual_seed(1)
    one = build_learner(recipe.networks)
    before = [parameter.detach().clone() for parameter in one.parameters()]
    hardware = Hardware("gpu", 1, graphs=graphs)
    fit(one, training_set(recipe), None, tmp_path, seed=1, hardware=hardware, progress=False)
    assert all(torch.isfinite(value.float()).all() for value in one.state_dict().values())
    after = [parameter.detach().cpu() for parameter in one.parameters()]
    assert all(not torch.equal(first, last) for first, last in zip(before, after, strict=True))
