"""What counts in the loss, and how much."""

from __future__ import annotations

import pytest
import torch

from Training.fit.networks.learning import HELPERS, Outputs, Targets
from Training.fit.networks.losses import HELPER_WEIGHT, helper_loss, total_loss


def targets(**places: list[int]) -> Targets:
    unknown = torch.full((3,), -1)
    known = {name: torch.tensor(places[name]) if name in places else unknown for name in HELPERS}
    return Targets(torch.eye(3), torch.zeros(3, 1, 8, 8), torch.zeros(3, dtype=torch.bool), **known)


@pytest.mark.parametrize("helper", list(HELPERS))
def test_a_helper_adds_its_share_of_the_loss(helper: str) -> None:
    classes, logits = torch.zeros(3, 3), torch.randn(3, len(HELPERS[helper]))
    truth = targets(**{helper: [0, 1, -1]})
    alone = total_loss(Outputs(classes=classes), truth, torch.ones(3), 0.0)
    helped = total_loss(Outputs(classes=classes, **{helper: logits}), truth, torch.ones(3), 0.0)
    assert float(helped - alone) == pytest.approx(HELPER_WEIGHT * float(helper_loss(logits, truth_of(truth, helper))))


def truth_of(truth: Targets, helper: str) -> torch.Tensor:
    places: torch.Tensor = getattr(truth, helper)
    return places


def test_what_is_unknown_of_a_helper_counts_nothing() -> None:
    logits = torch.randn(3, 4)
    some = helper_loss(logits, torch.tensor([2, -1, -1]))
    assert float(some) == pytest.approx(float(torch.nn.functional.cross_entropy(logits[:1], torch.tensor([2]))))
    assert float(helper_loss(logits, torch.tensor([-1, -1, -1]))) == 0
