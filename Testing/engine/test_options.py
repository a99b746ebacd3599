"""A frame selection means what it says, and a wrong one is refused with a remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.explanations.registry import HEAT_MAP_METHODS
from BreastUSAILib.engine.findings.analysis import CLASSES, Label
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection

counts = st.integers(1, 2000)


@given(count=counts)
def test_all_frames_are_every_index_in_order(count: int) -> None:
    selection = FrameSelection.parse("all")
    assert list(selection.indices(count)) == list(range(count))
    assert not selection.key_only


@given(count=counts)
def test_the_key_frame_is_sought_among_all_frames(count: int) -> None:
    selection = FrameSelection.parse("key")
    assert selection.key_only
    assert list(selection.indices(count)) == list(range(count))


@given(ends=st.tuples(st.integers(0, 500), st.integers(0, 500)).map(sorted), more=st.integers(1, 50))
def test_a_range_includes_both_ends_and_counts_from_zero(ends: list[int], more: int) -> None:
    first, last = ends
    selection = FrameSelection.parse(f"{first}-{last}")
    assert list(selection.indices(last + more)) == list(range(first, last + 1))
    assert not selection.key_only


@given(count=counts, step=st.integers(1, 3000))
def test_every_nth_frame_starts_with_the_first(count: int, step: int) -> None:
    selection = FrameSelection.parse(f"every:{step}")
    assert list(selection.indices(count)) == [index for index in range(count) if index % step == 0]
    assert not selection.key_only


@given(ends=st.tuples(st.integers(0, 500), st.integers(0, 500)).map(sorted), step=st.integers(1, 600))
def test_every_nth_of_a_range_starts_with_its_first(ends: list[int], step: int) -> None:
    first, last = ends
    looked_at = list(FrameSelection.parse(f"{first}-{last}:{step}").indices(last + 1))
    assert looked_at == [index for index in range(first, last + 1) if (index - first) % step == 0]


@pytest.mark.parametrize("text", ["every:0", "0-4:0"])
def test_a_step_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="Give a step of 1 or more"):
        FrameSelection.parse(text)


@given(index=st.integers(0, 500))
def test_one_number_is_one_frame(index: int) -> None:
    assert list(FrameSelection.parse(str(index)).indices(index + 1)) == [index]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ALL",
        "all ",
        "keys",
        "-1",
        "1-",
        "-",
        "3-2",
        "1-2-3",
        "1.5",
        "1,2",
        "1 - 2",
        "0x1",
        "+1",
        "1\n",
        "N-M",
        "every",
        "every:",
        "every:-2",
        "every:1.5",
        "every: 2",
        "every:S",
        "5:2",
        "0-4:",
        "0-4:-1",
        "key:2",
        "٣",
    ],
)
def test_anything_else_is_refused_with_the_forms_that_are_allowed(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        FrameSelection.parse(text)
    assert caught.value.problem == f"'{text}' is not a selection of frames"
    assert "a range N-M" in caught.value.remedy


@given(text=st.text(max_size=8))
def test_every_text_is_either_understood_or_an_option_error(text: str) -> None:
    try:
        selection = FrameSelection.parse(text)
    except OptionError:
        return
    assert selection.last is None or selection.first <= selection.last


@pytest.mark.parametrize(("text", "count"), [("5", 5), ("0-5", 5), ("7-9", 5), ("1", 1)])
def test_frames_beyond_the_end_are_refused_with_the_allowed_range(text: str, count: int) -> None:
    with pytest.raises(OptionError) as caught:
        FrameSelection.parse(text).indices(count)
    assert f"the input has {count}" in caught.value.problem
    assert caught.value.remedy == f"Choose from 0 to {count - 1}"


def test_by_default_every_frame_is_explained_for_malignancy() -> None:
    options = AnalyzeOptions()
    assert options.frames == FrameSelection.parse("all")
    assert options.explain_class is Label.MALIGNANT


@pytest.mark.parametrize("label", CLASSES)
def test_every_class_of_the_network_can_be_explained(label: Label) -> None:
    assert AnalyzeOptions(explain_class=label).explain_class is label


@pytest.mark.parametrize("label", sorted(set(Label) - set(CLASSES)))
def test_a_verdict_that_is_not_a_class_cannot_be_explained(label: Label) -> None:
    with pytest.raises(OptionError, match="Choose one of normal, benign, malignant"):
        AnalyzeOptions(explain_class=label)


def test_by_default_the_prevalence_is_the_calibrations() -> None:
    assert AnalyzeOptions().prevalence is None
    assert AnalyzeOptions(prevalence=0.02).prevalence == 0.02


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 2, float("nan")])
def test_a_prevalence_that_is_not_a_share_is_refused(share: float) -> None:
    with pytest.raises(OptionError, match="between 0 and 1"):
        AnalyzeOptions(prevalence=share)


def test_by_default_the_bundle_says_how_it_is_explained() -> None:
    assert AnalyzeOptions().explain_method is None


@pytest.mark.parametrize("method", HEAT_MAP_METHODS)
def test_either_method_can_be_asked_for(method: str) -> None:
    assert AnalyzeOptions(explain_method=method).explain_method == method


@pytest.mark.parametrize("method", ["", "Grad-CAM", "lime"])
def test_a_method_that_there_is_not_is_refused(method: str) -> None:
    with pytest.raises(OptionError, match="Choose one of grad-cam, saliency"):
        AnalyzeOptions(explain_method=method)


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [("all", 1, [0]), ("key", 9, [0, 2, 4, 6, 8]), ("3-5", 9, [3, 4, 5]), ("every:50", 101, [0, 50, 100])],
)
def test_the_scan_area_is_looked_for_on_a_few_selected_frames(text: str, count: int, expected: list[int]) -> None:
    assert FrameSelection.parse(text).region_frames(count) == expected


@pytest.mark.parametrize("ends", [(-1, None), (5, 4)])
def test_a_range_that_holds_nothing_is_refused(ends: tuple[int, int | None]) -> None:
    with pytest.raises(OptionError, match="cannot be selected"):
        FrameSelection(*ends)
