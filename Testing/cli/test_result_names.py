"""Result folders have names that every file system takes, and no two are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from BreastUSAILib.cli.result_names import ResultNames, safe_name


def test_the_second_of_a_name_gets_a_number_in_the_order_of_the_inputs():
    names = ResultNames()
    assert [names.next(stem) for stem in ("exam", "exam", "other", "exam")] == ["exam", "exam-2", "other", "exam-3"]


def test_names_that_differ_by_case_alone_are_the_same_on_some_disks():
    names = ResultNames()
    assert [names.next(stem) for stem in ("Exam", "exam")] == ["Exam", "exam-2"]


def test_a_number_never_meets_a_name_that_has_it_already():
    names = ResultNames()
    assert [names.next(stem) for stem in ("a", "a-2", "a")] == ["a", "a-2", "a-3"]


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("exam 1", "exam 1"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("", "_"),
        ("...", "_"),
        ("con", "_con"),
        ("LPT1.dcm", "_LPT1.dcm"),
        ("a:b*c?", "a_b_c_"),
        ("乳房", "乳房"),
    ],
)
def test_a_stem_becomes_a_safe_name(stem, name):
    assert safe_name(stem) == name


@given(st.lists(st.text(st.characters()), max_size=12))
def test_any_stems_become_distinct_folders_that_can_be_made(tmp_path_factory, stems):
    folder = tmp_path_factory.mktemp("names")
    names = ResultNames()
    made = [names.next(stem) for stem in stems]
    for name in made:
        (folder / name).mkdir()
    assert len({name.casefold() for name in made}) == len(stems)
    assert all(entry.parent == folder for entry in folder.iterdir())
