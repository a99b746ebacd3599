"""A gate tells made-up ultrasound from other made-up pictures, and its points hold on what it was fitted without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.gatekeeper.gate import Observed
from BreastUSAILib.engine.gatekeeper.picture_statistics import STATISTICS
from Training.gate.drawn_pictures import KINDS, drawn_pictures
from Training.gate.figures import gate_figures
from Training.gate.fitting import fit_gate, judged, spread_of
from Training.gate.looking import Seen
from Training.gate.sources import Picture, Role

COUNT, CHANNELS = len(STATISTICS), (40, 320)
SHA = "a" * 64


def made(role: Role, kind: str, number: int, shift: float, strata: tuple[tuple[str, str], ...] = ()) -> Seen:
    """A picture whose statistics and features lie so far from those of ultrasound."""
    rng = np.random.default_rng([number, *f"{role}{kind}".encode()])
    statistics = rng.normal(size=COUNT) + shift * np.sign(np.cos(np.arange(COUNT)))
    features = tuple((rng.normal(size=size) + shift).astype(np.float32) for size in CHANNELS)
    observed = Observed(statistics, features, rng.normal(size=3).astype(np.float32))
    picture = Picture(str(number), role, kind, lambda: None, 0, f"{kind} {number // 2}", True, strata)  # type: ignore[arg-type,return-value]
    return Seen(picture, observed, False, False, 0.0, 0.0)


@pytest.fixture(scope="module")
def seen() -> list[Seen]:
    breast = [made(Role.BREAST, name, number, 0.3 * place) for place, name in enumerate("ABC") for number in range(60)]
    drawn = [made(Role.DRAWN, kind, number, 2.0) for kind in ("page", "noise") for number in range(30)]
    others = [made(Role.OTHER, kind, number, 2.5) for kind in ("ct", "mr") for number in range(20)]
    return [*breast, *drawn, *others, *(made(Role.ORGAN, "heart", number, 1.2) for number in range(5))]


def test_what_it_never_saw_is_told_from_ultrasound(seen: list[Seen]) -> None:
    fitted = fit_gate(seen, SHA)
    figures = gate_figures(seen, fitted, SHA)
    assert figures["no ultrasound, never seen"]["auc"] > 0.99
    assert figures["no ultrasound, never seen"]["given a verdict"] == 0
    assert figures["no ultrasound, its kind left out"]["auc"] > 0.99
    for shares in figures["good breast images of left-out collections"].values():
        assert shares["refused"] <= 0.02
    assert fitted.gate.classifier == SHA
    assert fitted.gate.fitted_on == ("A", "B", "C")


def test_the_left_out_collection_is_judged_by_a_gate_without_it(seen: list[Seen]) -> None:
    fitted = fit_gate(seen, SHA)
    assert set(fitted.left_out) == set("ABC")
    members = [one for one in seen if one.picture.kind == "C"]
    assert fitted.left_out["C"][:, 1].mean() > judged(fitted.gate, members)[:, 1].mean()


def test_one_collection_alone_is_halved_by_groups(seen: list[Seen]) -> None:
    alone = [one for one in seen if one.picture.role is not Role.BREAST or one.picture.kind == "A"]
    assert set(fit_gate(alone, SHA).left_out) == {"A 1", "A 2"}


def test_without_other_pictures_there_is_no_gate(seen: list[Seen]) -> None:
    with pytest.raises(OptionError, match="too little"):
        fit_gate([one for one in seen if one.picture.role is Role.BREAST], SHA)


def test_a_spread_knows_the_axes_of_its_points() -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(size=(400, 6)) * np.array([5, 1, 1, 1, 1, 1])
    spread = spread_of(points)
    assert abs(spread.axes[0, 0]) > 0.99
    assert spread.distance(np.array([5.0, 0, 0, 0, 0, 0])) < spread.distance(np.array([0, 5.0, 0, 0, 0, 0]))
    assert np.mean([spread.distance(point) for point in points]) == pytest.approx(0, abs=0.4)


def test_the_drawn_pictures_are_of_every_kind_and_the_same_each_time(tmp_path: Path) -> None:
    first, again = list(drawn_pictures(2)), list(drawn_pictures(2))
    assert [kind for kind, _pixels in first] == [kind for kind in KINDS for _number in range(2)]
    for (_kind, one), (_same, other) in zip(first, again, strict=True):
        assert one.dtype == np.uint8
        assert one.std() > 5
        assert np.array_equal(one, other)
