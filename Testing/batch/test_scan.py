"""What is an input: files, folders, patterns and tables, each thing once, a series as one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid

from BreastUSAILib.batch.scan import Scan
from BreastUSAILib.report.privacy import hashed_uid
from Testing.batch.fakes import files

SAMPLES = Path(__file__).resolve().parents[2] / "BreastUSAI" / "Resources" / "Samples"


class Found:
    """What one look at the inputs gave."""

    def __init__(self, batch, *inputs) -> None:
        self.problems: list[str] = []
        with batch.manifest() as manifest:
            list(Scan([str(one) for one in inputs], manifest, batch.folder, self.problems.append).steps())
            self.counts, self.duplicates = manifest.counts(), manifest.duplicates
            self.jobs = []
            while job := manifest.take():
                self.jobs.append(job)

    @property
    def names(self) -> list[str]:
        return sorted(Path(job.path).name for job in self.jobs)


def test_files_folders_patterns_and_tables_are_inputs_and_what_is_named_twice_is_one(batch, tmp_path):
    inputs = files(tmp_path / "in", "a.png", "b.png", "c.jpg")
    files(tmp_path / "in" / "deep", "d.png", "notes.txt")
    table = tmp_path / "list.csv"
    table.write_text("patient,path\n1,in/a.png\n2,in/c.jpg\n3,in/nowhere.png\n4,\n", encoding="utf-8-sig")

    found = Found(batch, inputs, tmp_path / "in" / "**" / "*.png", table, inputs / "b.png")

    assert found.names == ["a.png", "b.png", "c.jpg", "d.png"]
    assert found.duplicates == 6  # three by the pattern, two by the table, one by name
    assert found.problems == [
        f"{tmp_path / 'in' / 'nowhere.png'}: there is no such file. Check the path.",
        f"{table}, row 5: the row names no path. Fill it in, or delete the row.",
    ]
    assert found.counts["failed"] == 2


def test_a_table_may_have_one_column_without_a_name(batch, tmp_path):
    files(tmp_path, "a.png", "b.png")
    (tmp_path / "list.csv").write_text("a.png\nb.png\n")
    assert Found(batch, tmp_path / "list.csv").names == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"patient,exam\n1,2\n", "no column of the table is named path"),
        (b"path\n\xff\xfe\n", "the table cannot be read"),
    ],
)
def test_a_table_that_cannot_be_used_is_named(batch, tmp_path, content, problem):
    (tmp_path / "list.csv").write_bytes(content)
    (only,) = Found(batch, tmp_path / "list.csv").problems
    assert problem in only


@pytest.mark.parametrize(
    ("given", "problem"),
    [("nowhere/*.png", "nothing matches"), ("no.dcm", "no such file"), ("empty", "nothing to read")],
)
def test_what_is_not_there_is_named(batch, tmp_path, monkeypatch, given, problem):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (only,) = Found(batch, given).problems
    assert given in only
    assert problem in only


def test_a_series_is_one_input_wherever_its_files_lie_and_its_identifiers_are_hashed(batch, tmp_path):
    study, series = generate_uid(), generate_uid()
    for number, place in enumerate(["one/a.dcm", "two/b.dcm", "two/other.dcm"]):
        dataset = dcmread(SAMPLES / "still_benign_calibrated.dcm")
        dataset.StudyInstanceUID = study
        dataset.SeriesInstanceUID = series if number < 2 else generate_uid()
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        (tmp_path / "in" / place).parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(tmp_path / "in" / place)

    found = Found(batch, tmp_path / "in")

    together = str(tmp_path / "in" / "one/a.dcm"), str(tmp_path / "in" / "two/b.dcm")
    assert [job.only for job in found.jobs] == [together, (str(tmp_path / "in" / "two/other.dcm"),)]
    with batch.manifest() as manifest:
        rows = [tuple(row) for row in manifest.rows("SELECT study, series FROM inputs")]
    assert rows[0] == (hashed_uid(study), hashed_uid(series))
    assert study not in (batch.folder / "batch.sqlite").read_bytes().decode("latin-1")


def test_work_may_begin_while_inputs_are_looked_for_but_not_on_half_a_series(batch, tmp_path):
    files(tmp_path / "in", "a.png", "b.png")
    (tmp_path / "in" / "0.dcm").write_bytes((SAMPLES / "still_benign_calibrated.dcm").read_bytes())
    with batch.manifest() as manifest:
        steps = Scan([str(tmp_path / "in")], manifest, batch.folder, print).steps()
        next(steps)
        assert (manifest.counts()["gathering"], manifest.take()) == (1, None)
        next(steps)
        assert Path(manifest.take().path).name == "a.png"
        list(steps)
        assert manifest.counts()["gathering"] == 0


def test_results_within_the_folder_of_inputs_are_no_inputs(batch, tmp_path):
    files(tmp_path, "a.png")
    batch.run(tmp_path)
    assert list(batch.folder.rglob("preview.png"))
    batch.run(tmp_path)
    assert set(batch.states()) == {"a.png"}


def test_a_new_file_of_a_series_makes_it_an_input_again_and_a_known_file_does_not(batch, tmp_path):
    inputs = tmp_path / "in"
    inputs.mkdir()
    (inputs / "0.dcm").write_bytes((SAMPLES / "still_benign_calibrated.dcm").read_bytes())
    batch.run(inputs)
    assert Found(batch, inputs).jobs == []
    (inputs / "1.dcm").write_bytes((SAMPLES / "still_benign_calibrated.dcm").read_bytes())
    (job,) = Found(batch, inputs).jobs
    assert [Path(path).name for path in job.only] == ["0.dcm", "1.dcm"]


def test_what_was_missing_is_an_input_once_it_is_there(batch, tmp_path):
    batch.run(tmp_path / "late.png")
    assert batch.states() == {"late.png": "failed"}
    files(tmp_path, "late.png")
    batch.run(tmp_path / "late.png")
    assert batch.states() == {"late.png": "done"}
    (tmp_path / "late.png").unlink()
    batch.run(tmp_path / "late.png")
    assert batch.states() == {"late.png": "done"}
