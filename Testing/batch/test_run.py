"""Every input is done once, whatever happens to workers, to inputs and to the batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from BreastUSAILib.batch.job import RECEIPTS, End, Job, Outcome
from BreastUSAILib.batch.run import AT_ONCE
from BreastUSAILib.batch.scan import Scan
from BreastUSAILib.batch.work import Warm, work
from BreastUSAILib.engine.errors import BatchError, OutputError
from Testing.batch.fakes import analyzed, files

NINE = [f"exam{number}.png" for number in range(9)]


def test_every_input_gives_one_result_and_none_is_done_again(batch, tmp_path):
    inputs = files(tmp_path / "in", *NINE)
    batch.run(inputs)
    assert batch.states() == dict.fromkeys(NINE, "done")
    assert len(batch.results()) == 9

    batch.run(inputs)
    assert analyzed(tmp_path) == sorted(name.removesuffix(".png") for name in NINE)
    assert batch.heard.last.words().startswith("9 of 9 inputs (100.0 %)")


def test_no_worker_has_more_inputs_than_it_needs(batch, tmp_path):
    batch.run(files(tmp_path / "in", *NINE))
    assert batch.crew.most_at_once == AT_ONCE * 2


def test_a_worker_dies_of_one_input_alone_and_its_other_one_is_done(batch, tmp_path):
    batch.crew.deadly = lambda job: Path(job.path).name == "exam3.png"
    batch.run(files(tmp_path / "in", *NINE))
    assert batch.states() == {**dict.fromkeys(NINE, "done"), "exam3.png": "crashed"}
    ((name, error),) = batch.heard.failures
    assert name == "exam3.png"
    assert "its worker ended 3 times while it was at work on this input" in error


def test_a_worker_that_dies_less_often_costs_nothing(batch, tmp_path):
    deaths = iter([True, True])
    batch.crew.deadly = lambda job: Path(job.path).name == "exam3.png" and next(deaths, False)
    batch.run(files(tmp_path / "in", *NINE))
    assert set(batch.states().values()) == {"done"}
    assert batch.heard.failures == []


def test_a_worker_that_leaves_of_its_own_accord_blames_no_input(batch, tmp_path):
    batch.crew.leaving = set(NINE)
    batch.run(files(tmp_path / "in", *NINE), most_tries=1)
    assert set(batch.states().values()) == {"done"}


def test_what_was_finished_before_its_worker_died_is_not_done_again(batch, tmp_path):
    batch.crew.untold = set(NINE)
    batch.run(files(tmp_path / "in", *NINE))
    assert set(batch.states().values()) == {"done"}
    assert analyzed(tmp_path) == sorted(name.removesuffix(".png") for name in NINE)
    assert list((batch.folder / RECEIPTS).rglob("*.json")) == []


def test_what_was_finished_when_the_batch_was_killed_is_not_done_again(batch, tmp_path):
    inputs = files(tmp_path / "in", *NINE)
    batch.run(inputs / "exam0.png")
    (inputs / "exam0.png").write_text("changed")
    with batch.manifest() as manifest:  # a batch that took exam0 anew, did it, and was killed before it said so
        list(Scan([str(inputs / "exam0.png")], manifest, batch.folder, print).steps())
        job = manifest.take()
        assert work(job, batch.settings, Warm()).end is End.DONE
    assert batch.states() == {"exam0.png": "running"}

    batch.run(inputs)
    assert set(batch.states().values()) == {"done"}
    assert analyzed(tmp_path).count("exam0") == 2  # once for each content of the file


def test_an_input_that_cannot_be_read_is_not_tried_again(batch, tmp_path):
    inputs = files(tmp_path / "in", "bad.png", "exam.png")
    batch.run(inputs)
    assert batch.states() == {"bad.png": "failed", "exam.png": "done"}
    assert batch.heard.failures == [("bad.png", f"{inputs / 'bad.png'}: it is no image. Give an image.")]


@pytest.mark.parametrize("most", [1, 3])
def test_a_defect_is_tried_again_up_to_the_limit(batch, tmp_path, most):
    batch.run(files(tmp_path / "in", "odd.png", "exam.png"), most_tries=most)
    assert batch.states() == {"exam.png": "done", "odd.png": "failed"}
    assert analyzed(tmp_path) == ["exam", *["odd"] * most]
    assert "ZeroDivisionError" in batch.heard.failures[0][1]


def test_what_failed_is_tried_again_where_that_is_asked_for(batch, tmp_path):
    inputs = files(tmp_path / "in", "odd.png", "exam.png")
    batch.run(inputs, most_tries=1)
    batch.run(inputs, most_tries=1)
    assert analyzed(tmp_path) == ["exam", "odd"]
    with batch.manifest() as manifest:
        manifest.retry_failed()
    batch.run(most_tries=1)
    assert analyzed(tmp_path) == ["exam", "odd", "odd"]


def test_a_full_disk_stops_the_batch_which_then_goes_on_where_it_was(batch, tmp_path):
    inputs = files(tmp_path / "in", "a.png", "full.png", *NINE)
    (tmp_path / "disk-full").touch()
    with pytest.raises(BatchError, match=r"the disk is full\. Free some space\. Then run the same command again"):
        batch.run(inputs)
    states = batch.states()
    assert states["full.png"] == "waiting"
    assert "failed" not in states.values()

    (tmp_path / "disk-full").unlink()
    batch.run(inputs)
    assert set(batch.states().values()) == {"done"}
    assert len(batch.results()) == 11


def test_a_manifest_without_room_is_an_error_in_words(batch, tmp_path, monkeypatch):
    inputs = files(tmp_path / "in", *NINE)
    import sqlite3

    def full(*arguments):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("BreastUSAILib.batch.manifest.Manifest.record", full)
    with pytest.raises(OutputError, match="the disk is full"):
        batch.run(inputs)
    monkeypatch.undo()
    batch.run(inputs)
    assert set(batch.states().values()) == {"done"}
    assert analyzed(tmp_path) == sorted(name.removesuffix(".png") for name in NINE)


def test_every_image_of_an_input_has_its_own_folder_and_a_surplus_goes(batch, tmp_path):
    inputs = files(tmp_path / "in", "many.png", "exam.png")
    batch.run(inputs / "many.png")
    first = batch.results()[0]
    assert batch.results() == [first, f"{first}-2", f"{first}-3"]

    job = Job(Path(first).name, str(inputs / "exam.png"))  # the same input, with one image now
    assert [item.folder for item in work(job, batch.settings, Warm()).items] == [first]
    assert [path.name for path in (batch.folder / first).parent.iterdir()] == [Path(first).name]


def test_an_outcome_is_the_same_after_it_was_written():
    outcome = Outcome("ab", End.DONE, (), 1.5, 0.25, 0.125, "here", None)
    assert Outcome.of_text(outcome.to_text()) == outcome


def test_a_model_that_cannot_be_loaded_stops_the_batch(batch, tmp_path):
    outcome = work(Job("ab", "exam.png"), batch.settings.__class__(str(tmp_path), _no_model), Warm())
    assert (outcome.end, outcome.error) == (End.STOP, "there is no model. Add one.")


def _no_model(settings):
    from BreastUSAILib.engine.errors import ModelError

    raise ModelError("there is no model", remedy="Add one")
