"""Dataclasses come back from JSON equal, with their own types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.explanations.registry import HEAT_MAP_METHODS
from BreastUSAILib.engine.findings.analysis import (
    CLASSES,
    FrameFinding,
    Lesion,
    Malignancy,
    Probabilities,
    Verdict,
    VolumeLesion,
)
from BreastUSAILib.engine.findings.similar_cases import SimilarCases, SimilarRequest
from BreastUSAILib.engine.flags import Flag
from BreastUSAILib.engine.images.frames import Region
from BreastUSAILib.engine.images.places import Place
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.engine.remote.dataclass_json import from_plain, to_plain

KINDS = (Verdict, FrameFinding, Lesion, VolumeLesion, Flag, Region, Probabilities, Malignancy, SimilarCases)

# A Mapping may be a ChainMap, which JSON does not tell from a dict.
st.register_type_strategy(Mapping, lambda kind: st.dictionaries(*map(st.from_type, get_args(kind))))
st.register_type_strategy(Place, st.builds(Place.parse, st.sampled_from(["3,4", "2:3,4", "1,2,30,40"])))


@given(st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), st.from_type(kind))))
def test_any_value_comes_back_equal(made) -> None:
    kind, value = made

    back = from_plain(kind, json.loads(json.dumps(to_plain(value))))

    assert repr(back) == repr(value)  # equality would not hold for NaN, nor tell 1 from 1.0


OPTIONS = st.builds(
    AnalyzeOptions,
    st.builds(FrameSelection, st.integers(0, 9), st.none() | st.integers(9, 20), st.booleans(), st.integers(1, 5)),
    st.sampled_from(CLASSES),
    st.none() | st.floats(0.01, 0.99),
    st.none() | st.sampled_from(HEAT_MAP_METHODS),
    similar=st.none() | st.builds(SimilarRequest, count=st.integers(1, 50)),
)


@given(OPTIONS)
def test_options_come_back_equal(options: AnalyzeOptions) -> None:
    assert from_plain(AnalyzeOptions, json.loads(json.dumps(to_plain(options)))) == options


def test_numbers_of_numpy_become_plain_ones() -> None:
    plain = to_plain(Probabilities(np.float64(0.1), np.float32(0.5), 1))

    assert [type(value) for value in plain.values()] == [float, float, int]


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (Probabilities, {"normal": "a", "benign": 0.5, "malignant": 0.5}),
        (Probabilities, {"normal": True, "benign": 0.5, "malignant": 0.5}),
        (Probabilities, {"normal": 0.5}),
        (Probabilities, {"normal": 0.2, "benign": 0.5, "malignant": 0.5, "cyst": 0.1}),
        (Probabilities, [0.2, 0.3, 0.5]),
        (Verdict, {"label": "cyst"}),
        (FrameFinding, {"index": 1.5, "time_s": None, "probabilities": None}),
        (FrameFinding, {"index": 1, "time_s": None, "probabilities": None, "lesions": 3}),
    ],
)
def test_what_is_not_one_of_them_is_refused(kind, plain) -> None:
    with pytest.raises((TypeError, ValueError)):
        from_plain(kind, plain)


def test_a_dataclass_still_checks_its_values() -> None:
    with pytest.raises(OptionError):
        from_plain(AnalyzeOptions, {"prevalence": 3.0})


def test_a_matrix_keeps_every_bit() -> None:
    matrix = np.linspace(0, 1, 16).reshape(4, 4)

    assert np.array_equal(from_plain(np.ndarray, json.loads(json.dumps(to_plain(matrix)))), matrix)
