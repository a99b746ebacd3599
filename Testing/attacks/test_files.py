"""Folders that others can reach too: nothing of a stranger's is moved, deleted, read or left readable."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from BreastUSAILib.cli.inputs_run import check_output
from BreastUSAILib.engine.bundles.model_folder import FOLDER_VARIABLE, installed_models, remove_model
from BreastUSAILib.engine.own_folders import remove_own
from BreastUSAILib.engine.remote import private_folder
from BreastUSAILib.engine.remote.private_folder import PREFIX, remove_abandoned
from BreastUSAILib.report.result_folder import write_results
from Testing.report.samples import analysis_of, frames_of

DEAD = 4_000_000  # beyond the largest number that a process gets
ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, modes and pipes are those of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def exam():
    return frames_of(rows=40, columns=50)


def test_a_link_in_the_place_of_a_result_is_replaced_and_its_target_stays(tmp_path, exam) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "diary.txt").write_text("a stranger's")
    (theirs / "analysis.json").write_text("a stranger's")
    (tmp_path / "exam").symlink_to(theirs)

    files = write_results(analysis_of(exam), exam, tmp_path / "exam")

    assert sorted(path.name for path in theirs.iterdir()) == ["analysis.json", "diary.txt"]
    assert (theirs / "analysis.json").read_text() == "a stranger's"
    assert not files.folder.is_symlink()
    assert files.analysis.exists()
    assert not (files.folder / "diary.txt").exists()


@pytest.mark.parametrize("target", ["nowhere", "exam"])
def test_so_is_a_link_to_nowhere_or_to_itself(tmp_path, exam, target: str) -> None:
    (tmp_path / "exam").symlink_to(tmp_path / target)
    assert write_results(analysis_of(exam), exam, tmp_path / "exam").analysis.exists()


def test_results_are_the_users_alone(tmp_path, exam) -> None:
    before = os.umask(0)
    try:
        files = write_results(analysis_of(exam), exam, tmp_path / "new" / "deep" / "exam")
    finally:
        os.umask(before)
    assert {mode(path) for path in files.folder.iterdir()} == {0o600}
    assert {mode(path) for path in (files.folder, tmp_path / "new" / "deep", tmp_path / "new")} == {0o700}


def test_a_folder_that_lets_others_read_lets_them_read_its_results(tmp_path, exam) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o750)
    files = write_results(analysis_of(exam), exam, tmp_path / "shared" / "exam")
    assert (mode(files.folder), mode(files.preview)) == (0o750, 0o640)
    files.folder.chmod(0o700)
    write_results(analysis_of(exam), exam, tmp_path / "shared" / "exam")
    assert (mode(files.folder), mode(files.preview)) == (0o700, 0o600)


KILLED = """
import os, signal, sys, time
from pathlib import Path
from Testing.report.samples import analysis_of, frames_of
from BreastUSAILib.report.result_folder import write_results
exam = frames_of(rows=40, columns=50)
def stop(analysis, frames, path):
    print("half", flush=True)
    time.sleep(60)
write_results(analysis_of(exam), exam, Path(sys.argv[1]) / "exam", stop)
"""


def test_what_a_killed_run_left_is_gone_at_the_next_start_and_what_a_living_one_writes_stays(tmp_path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'BreastUSAI'}"},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "half\n"
        left = tmp_path / f".exam.{process.pid}.part"
        check_output(tmp_path)
        assert (left / "analysis.json").exists()
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    check_output(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_result_that_was_put_aside_when_the_program_died_comes_back(tmp_path) -> None:
    (tmp_path / f".exam.{DEAD}.old").mkdir()
    (tmp_path / f".exam.{DEAD}.old" / "analysis.json").write_text("{}")
    check_output(tmp_path)
    assert (tmp_path / "exam" / "analysis.json").read_text() == "{}"


def test_others_files_in_it_come_to_the_result_that_took_its_place(tmp_path) -> None:
    (tmp_path / "exam").mkdir()
    (tmp_path / f".exam.{DEAD}.old").mkdir()
    for name in ("analysis.json", "notes.txt"):
        (tmp_path / f".exam.{DEAD}.old" / name).write_text("old")
    check_output(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["exam", "notes.txt"]


@pytest.mark.parametrize("name", [f".exam.{DEAD}.part.txt", "exam.1.part", ".exam.{own}.part", ".part", "x"])
def test_nothing_else_is_taken_for_a_leftover(tmp_path, name: str) -> None:
    name = name.format(own=os.getpid())
    (tmp_path / name).mkdir()
    (tmp_path / name / "file").write_text("mine")
    check_output(tmp_path)
    assert (tmp_path / name / "file").exists()


def test_a_link_of_a_leftovers_name_leads_nowhere(tmp_path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").write_text("a stranger's")
    (tmp_path / f".exam.{DEAD}.part").symlink_to(tmp_path / "theirs")
    check_output(tmp_path)
    assert (tmp_path / "theirs" / "file").exists()


def test_half_added_and_half_removed_models_are_gone_at_the_next_start(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    for name in (f".adding-{DEAD}-abc", f".small.{DEAD}.removed", f".adding-{os.getpid()}-abc"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "file").write_text("x")
    installed_models()
    assert [path.name for path in tmp_path.iterdir()] == [f".adding-{os.getpid()}-abc"]


def test_a_linked_model_is_removed_as_the_link_that_it_is(tmp_path, bundle, monkeypatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "models"))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "small").symlink_to(bundle)
    remove_model("small")
    assert list((tmp_path / "models").iterdir()) == []
    assert (bundle / "SHA256SUMS.txt").exists()


def abandoned_folder(parent: Path) -> Path:
    folder = parent / f"{PREFIX}1-abc"
    folder.mkdir(mode=0o700)
    (folder / "in-use").write_bytes(b"")
    (folder / "request").mkdir()
    (folder / "request" / "pixels.npy").write_bytes(b"of a patient")
    return folder


def test_an_abandoned_private_folder_is_removed_whole(tmp_path) -> None:
    abandoned_folder(tmp_path)
    remove_abandoned(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_swapped_for_a_link_while_it_is_emptied_costs_a_stranger_nothing(
    tmp_path, monkeypatch
) -> None:
    """The attack: between the look and the deleting, what was looked at becomes a link to somebody's folder."""
    folder, theirs = abandoned_folder(tmp_path), tmp_path / "theirs"
    (theirs / "request").mkdir(parents=True)
    (theirs / "request" / "thesis.txt").write_text("a stranger's")
    (theirs / "in-use").write_text("a stranger's")
    lock = private_folder._lock_now

    def swap(file) -> None:
        lock(file)
        folder.rename(tmp_path / "moved")
        folder.symlink_to(theirs)

    monkeypatch.setattr(private_folder, "_lock_now", swap)
    remove_abandoned(tmp_path)
    assert (theirs / "request" / "thesis.txt").exists()
    assert (theirs / "in-use").exists()


def test_a_folder_that_others_may_write_to_is_not_touched(tmp_path) -> None:
    folder = abandoned_folder(tmp_path)
    folder.chmod(0o777)
    remove_abandoned(tmp_path)
    assert (folder / "request" / "pixels.npy").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_not_touched(tmp_path) -> None:
    folder = abandoned_folder(tmp_path)
    os.chown(folder, 65534, 65534)
    remove_abandoned(tmp_path)
    assert (folder / "request" / "pixels.npy").exists()


@pytest.mark.parametrize("inside", ["link", "pipe"])
def test_links_in_an_own_folder_are_deleted_and_not_followed(tmp_path, inside: str) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").write_text("a stranger's")
    mine = tmp_path / "mine"
    mine.mkdir()
    if inside == "link":
        (mine / "link").symlink_to(tmp_path / "theirs")
    else:
        os.mkfifo(mine / "pipe")
    remove_own(mine)
    assert not mine.exists()
    assert (tmp_path / "theirs" / "file").exists()
