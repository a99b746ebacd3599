"""The manifest outlasts kills, is one batch's at a time, and says what became of everything."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from BreastUSAILib.batch.manifest import Manifest
from BreastUSAILib.batch.progress import Progress, duration_words
from BreastUSAILib.cli.batch.tables import export_table, status_lines, summary_lines
from BreastUSAILib.engine.errors import BatchError, OptionError
from BreastUSAILib.engine.options import AnalyzeOptions
from Testing.batch.fakes import files


def test_two_batches_cannot_work_in_one_folder_but_anybody_may_look(batch):
    with batch.manifest() as manifest:
        manifest.commit()
        with pytest.raises(BatchError, match="another batch is working in this folder"), batch.manifest():
            pass
        with Manifest.read(batch.folder) as looked_at:
            assert next(status_lines(looked_at)) == "0 inputs: 0 done"
    with batch.manifest():
        pass


def test_other_options_are_refused_with_both(batch):
    with batch.manifest() as manifest:
        manifest.agree(batch.settings)
        manifest.agree(batch.settings)
        other = replace(batch.settings, options=AnalyzeOptions(prevalence=0.05))
        with pytest.raises(BatchError, match=r"begun with other settings \(prevalence null, now 0\.05\)"):
            manifest.agree(other)


def test_another_version_is_refused_with_both(batch, monkeypatch):
    with batch.manifest() as manifest:
        manifest.agree(batch.settings)
        monkeypatch.setattr("BreastUSAILib.batch.job.__version__", "9.9.9")
        with pytest.raises(BatchError, match=r'version "\S+", now "9\.9\.9"'):
            manifest.agree(batch.settings)


def test_where_there_is_no_batch_or_no_manifest_that_is_said(tmp_path, batch):
    with pytest.raises(BatchError, match="there is no batch in this folder"), Manifest.read(tmp_path):
        pass
    batch.folder.mkdir()
    (batch.folder / "batch.sqlite").write_bytes(b"no database at all, but some words" * 100)
    with pytest.raises(BatchError, match=r"the manifest batch\.sqlite cannot be used"), batch.manifest():
        pass


def test_what_ran_when_a_batch_was_killed_waits_behind_the_others(batch, tmp_path):
    with batch.manifest() as manifest:
        for name in ("a", "b"):
            manifest.add_file(name, 1, 1, _job(name))
        assert manifest.take().path == "a"
        manifest.commit()
    with batch.manifest() as manifest:
        assert [manifest.take().path, manifest.take().path, manifest.take()] == ["b", "a", None]


def test_only_the_user_may_read_a_new_manifest(batch):
    with batch.manifest():
        pass
    assert (batch.folder / "batch.sqlite").stat().st_mode & 0o077 == 0
    assert batch.folder.stat().st_mode & 0o077 == 0


def test_status_summary_and_tables_say_what_became_of_each_input(batch, tmp_path):
    batch.run(files(tmp_path / "in", "a.png", "bad.png", "many.png"), tmp_path / "nowhere.png")
    with Manifest.read(batch.folder) as manifest:
        assert list(status_lines(manifest)) == ["4 inputs: 2 done, 2 failed"]
        lines = list(summary_lines(manifest))
        assert lines[1] == "malignant: 4, mean likelihood of malignancy 87 %"
        assert lines[-2:] == [
            f"failed: {tmp_path / 'in' / 'bad.png'}: it is no image. Give an image.",
            f"failed: {tmp_path / 'nowhere.png'}: there is no such file. Check the path.",
        ]
        assert export_table(manifest, tmp_path / "all.csv") == 6
        assert export_table(manifest, tmp_path / "all.parquet") == 6
        with pytest.raises(OptionError, match=r"end in \.csv or \.parquet"):
            export_table(manifest, tmp_path / "all.xlsx")
    with open(tmp_path / "all.csv", encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(row["state"], row["verdict"], row["item"]) for row in rows] == [
        ("done", "malignant", "1"),
        ("failed", "", "1"),
        *[("done", "malignant", str(item)) for item in (1, 2, 3)],
        ("failed", "", ""),
    ]
    assert rows[1]["error"].endswith("it is no image. Give an image.")
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(tmp_path / "all.parquet").to_pylist()
    assert [row["input"] for row in table] == [row["input"] for row in rows]
    assert table[0]["likelihood"] == pytest.approx(float(rows[0]["likelihood"]))
    assert (batch.folder / table[4]["folder"] / "analysis.json").is_file()


@pytest.mark.parametrize(("seconds", "words"), [(40, "40 s"), (374, "6 min"), (12600, "3.5 h")])
def test_durations_are_told_as_people_say_them(seconds, words):
    assert duration_words(seconds) == words


def test_an_estimate_is_given_once_all_inputs_are_known():
    assert Progress(2000, 500, 3, 1, False, 4.0, 374.0).words() == (
        "504 of 2000 inputs (25.2 %), 4 without a result, 4.0 a second, about 6 min left"
    )
    assert Progress(2000, 500, 0, 0, True, 4.0, 375.0).words() == "500 of 2000 inputs found so far, 4.0 a second"


def _job(name):
    from BreastUSAILib.batch.job import Job

    return Job(name, name)
