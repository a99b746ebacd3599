"""Real worker processes: they die of some inputs, are of another version, or have no scheduler at all."""

from __future__ import annotations

import sys

import pytest

from BreastUSAILib.batch import dask_crew
from BreastUSAILib.batch.dask_crew import _unfit, local_crew
from BreastUSAILib.batch.manifest import Manifest
from Testing.batch.fakes import Command, analyzed, files


def test_two_workers_do_everything_but_what_they_die_of_which_is_named(tmp_path):
    inputs = files(tmp_path / "in", "poison.png", "bad.png", *(f"exam{number}.png" for number in range(20)))

    given = (inputs / "poison.png", inputs, tmp_path / "none.png")
    run = Command(*given, "--output", tmp_path / "out", "--workers", "2", "--retries", "0")

    assert run.status == 1
    assert run.said[0] == "23 inputs: 20 done, 2 failed, 1 crashed"
    assert run.complaints[0].startswith("breastusai: scheduler tls://127.0.0.1:")
    assert "2 workers, dashboard http://127.0.0.1:" in run.complaints[0]
    assert run.complaints[1:2] == [f"breastusai: {tmp_path / 'none.png'}: there is no such file. Check the path."]
    assert sorted(line.split(": ", 2)[2] for line in run.complaints[2:-1]) == [
        "it is no image. Give an image.",
        "its worker ended while it was at work on this input. Look at the input by itself with 'breastusai analyze'.",
    ]
    assert run.complaints[-1] == "breastusai: named more than once, and taken once: 1"
    assert analyzed(tmp_path) == sorted(["poison", *(f"exam{number}" for number in range(20))])

    assert Command("status", tmp_path / "out").said == run.said[:1]
    assert Command("export", tmp_path / "out", "--output", tmp_path / "all.csv").said == [
        f"23 rows in {tmp_path / 'all.csv'}"
    ]


def test_workers_of_another_version_are_refused_with_both(batch, monkeypatch):
    with Manifest.open(batch.folder) as manifest:
        manifest.agree(batch.settings)
        monkeypatch.setattr(dask_crew, "__version__", "9.9.9")
        with local_crew(1, batch.settings, manifest.token()) as crew:
            refused = None
            while refused is None:
                refused = next(iter(crew.events(1.0)), None)
            assert crew.workers == []
    assert "it runs BreastUSAI 0." in refused.why
    assert "and this is BreastUSAI 9.9.9" in refused.why


@pytest.mark.parametrize(
    ("versions", "told", "why"),
    [
        ({}, {"version": None, "token": "t", "host": "far"}, "it has no BreastUSAI on far"),
        ({}, {"token": None, "host": "far"}, "far does not see the folder /results"),
        ({"python": "3.9.1.final.0"}, {"token": "t"}, "it runs python 3.9, and this is python 3."),
        ({"distributed": "2001.1.0"}, {"token": "t"}, "it runs distributed 2001.1.0, and this is distributed 20"),
        ({}, OSError("gone"), "it could not say what it has (OSError: gone)"),
        ({}, {"token": "t"}, None),
    ],
)
def test_a_worker_that_does_not_fit_is_told_why(versions, told, why):
    from distributed.versions import get_versions

    packages = {"packages": {**get_versions()["packages"], **versions}}
    said = _unfit(
        packages, {"version": dask_crew.__version__, **told} if isinstance(told, dict) else told, "t", "/results"
    )
    assert (said is None) if why is None else (why in said)


def test_a_scheduler_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_crew, "ANSWERS_WITHIN_S", 0.5)
    inputs = files(tmp_path / "in", "exam.png")
    run = Command(inputs, "--output", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert run.status == 1
    (complaint,) = run.complaints
    assert "tcp://127.0.0.1:9: no Dask scheduler answers" in complaint
    assert "Start one with 'dask scheduler'" in complaint


def test_without_dask_the_extra_is_named_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    run = Command(files(tmp_path / "in", "exam.png"), "--output", tmp_path / "out")
    assert run.status == 1
    assert "Install it with 'pip install \"breastusai[batch]\"'" in run.complaints[0]
    assert not (tmp_path / "out").exists()


def test_a_dry_run_counts_and_writes_nothing(tmp_path):
    inputs = files(tmp_path / "in", "a.png", "b.png")
    run = Command(inputs, inputs / "a.png", tmp_path / "none.png", "--output", tmp_path / "out", "--dry-run")
    assert run.said == [
        f"3 inputs of 2 files (0.0 MB); 2 to do, 1 not to be done; results would go to {tmp_path / 'out'}",
    ]
    assert run.complaints == [
        f"breastusai: {tmp_path / 'none.png'}: there is no such file. Check the path.",
        "breastusai: named more than once, and taken once: 1",
    ]
    assert run.status == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [["status"], ["export", "out"], ["in"], ["status", "a", "b"]])
def test_wrong_usage_has_status_2(arguments):
    assert Command(*arguments).status == 2
