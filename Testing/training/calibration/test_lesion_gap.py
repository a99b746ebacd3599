"""The gap below the surest outline is the smallest that costs no data set any Dice to speak of."""

from __future__ import annotations

import json
import math

from Training.calibration.lesion_gap import COST, GAPS, choose_gap
from Training.calibration.outline_rules import choose_outline_rules
from Training.calibration.outlined import Outline, Outlined

SURE = Outline(0.95, 100, 100)  # log-odds 2.94
PALE = Outline(0.85, 60, 0)  # 1.73: 1.21 below
PALER = Outline(0.70, 60, 0)  # 0.85: 2.10 below


def lesion(*outlines: Outline, dataset: str = "A", area: int = 100) -> Outlined:
    return Outlined(dataset, "lesion", 0.1, outlines, area)


def test_the_smallest_gap_is_taken_where_second_outlines_are_wrong() -> None:
    found = choose_gap([lesion(SURE, PALE, PALER)] * 3)
    assert found.gap == GAPS[0]
    assert found.dice[0.5]["A"] == 1
    assert found.dice[0.5]["A"] > found.dice[1.5]["A"] > found.dice[math.inf]["A"]


def test_a_second_lesion_of_the_truth_widens_it() -> None:
    second = Outline(PALE.evidence, 60, 60)
    assert choose_gap([lesion(SURE, second, area=160)] * 3).gap == 1.5
    assert choose_gap([lesion(SURE, Outline(PALER.evidence, 60, 60), area=160)] * 3).gap == math.inf


def test_the_data_set_that_loses_most_decides() -> None:
    many = [lesion(SURE, PALE)] * 500
    other = [lesion(SURE, Outline(PALE.evidence, 60, 60), dataset="B", area=160)] * 2
    assert choose_gap(many).gap == 0.5
    assert choose_gap([*many, *other]).gap == 1.5


def test_a_cost_below_a_five_hundredth_is_borne() -> None:
    loss = 1 - lesion(SURE, area=160).dice
    share = COST / loss
    few = [lesion(SURE, Outline(PALE.evidence, 60, 60), area=160)]
    assert choose_gap([*few, *[lesion(SURE)] * math.ceil(1.1 / share)]).gap == 0.5
    assert choose_gap([*few, *[lesion(SURE)] * math.floor(0.8 / share)]).gap == 1.5


def test_without_an_outlined_lesion_there_is_no_gap() -> None:
    normals = [Outlined("A", "normal", 0.9, (SURE, PALE))] * 5
    found = choose_gap(normals)
    assert found.gap == math.inf
    assert json.dumps(found.report(), allow_nan=False)
    assert [line.split() for line in found.lines()][-1] == ["gap", "none"]


def test_what_is_withheld_is_chosen_on_what_the_gap_leaves() -> None:
    """A normal part's pale outline beside a sure one needs no rule of its own: it is not shown."""
    lesions = [lesion(SURE, PALE)] * 30
    normals = [Outlined("A", "normal", 0.9, (PALER,))] * 10
    gap = choose_gap([*lesions, *normals])
    rules = choose_outline_rules([one.within(gap.gap) for one in (*lesions, *normals)], 0.0)
    assert gap.gap == 0.5
    assert rules.normals_outlined == 0
    assert rules.lesions_lost == 0
