"""Processes that disturb a measurement are counted."""

import os

from Testing.bench.competing import Usage, competing, usages

OWN = 10


def test_a_process_that_takes_a_core_competes_and_an_idle_one_does_not():
    before = {1: Usage(0, 5.0), 20: Usage(1, 7.0), 30: Usage(1, 2.0), OWN: Usage(1, 0.0)}
    after = {1: Usage(0, 5.0), 20: Usage(1, 7.9), 30: Usage(1, 2.1), OWN: Usage(1, 1.0)}
    assert competing(before, after, OWN, 1.0) == 1


def test_what_the_benchmark_started_itself_does_not_compete():
    before = {1: Usage(0, 0.0), OWN: Usage(1, 0.0), 11: Usage(OWN, 0.0), 12: Usage(11, 0.0)}
    after = {1: Usage(0, 0.0), OWN: Usage(1, 1.0), 11: Usage(OWN, 1.0), 12: Usage(11, 1.0)}
    assert competing(before, after, OWN, 1.0) == 0


def test_times_of_processes_whose_names_have_spaces_and_brackets_are_read_right(tmp_path):
    (tmp_path / "42").mkdir()
    (tmp_path / "42" / "stat").write_text("42 (a b) c) R 7 42 42 0 -1 0 0 0 0 0 150 50 0 0 20 0 3 0 9\n")
    found = usages(tmp_path)
    assert found[42].parent == 7
    assert found[42].seconds == 200 / os.sysconf("SC_CLK_TCK")
    assert not usages(tmp_path / "nowhere")
