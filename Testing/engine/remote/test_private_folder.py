"""A private folder is private, and none outlives its program."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from BreastUSAILib.engine.errors import OutputError
from BreastUSAILib.engine.remote import private_folder
from BreastUSAILib.engine.remote.private_folder import PREFIX, PrivateFolder, remove_abandoned

from .fakes import PYTHONPATH

ANOTHER_PROGRAM = """
import sys
from BreastUSAILib.engine.remote.private_folder import PrivateFolder
folder = PrivateFolder(sys.argv[1])
(folder.path / "pixels").write_text("of a patient")
print(folder.path, flush=True)
sys.stdin.read()
"""


@contextmanager
def another_program(parent: Path) -> Iterator[tuple[subprocess.Popen, Path]]:
    """A second program with a private folder of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROGRAM, str(parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": PYTHONPATH},
    )
    assert process.stdout is not None
    try:
        yield process, Path(process.stdout.readline().strip())
    finally:
        process.kill()
        process.communicate()


def test_nobody_else_may_look_into_it(tmp_path) -> None:
    folder = PrivateFolder(tmp_path)
    with folder.subfolder() as inside:
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        assert stat.S_IMODE(inside.stat().st_mode) == 0o700
    folder.remove()


def test_a_subfolder_is_gone_after_its_use_whatever_happened(tmp_path) -> None:
    folder = PrivateFolder(tmp_path)

    def use() -> None:
        with folder.subfolder() as inside:
            (inside / "pixels").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use()
    assert [entry.name for entry in folder.path.iterdir()] == ["in-use"]
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_a_dead_program_is_removed_and_that_of_a_living_one_is_not(tmp_path) -> None:
    with another_program(tmp_path) as (living, its), another_program(tmp_path) as (dying, left):
        dying.send_signal(signal.SIGKILL)
        dying.wait()
        assert (left / "pixels").exists()

        ours = PrivateFolder(tmp_path)

        assert not left.exists()
        assert (its / "pixels").exists()
        assert living.poll() is None
        ours.remove()


def test_other_peoples_files_are_not_touched(tmp_path) -> None:
    (tmp_path / f"{PREFIX}notes.txt").write_text("mine")
    (tmp_path / f"{PREFIX}results").mkdir()
    (tmp_path / f"{PREFIX}results" / "analysis.json").write_text("{}")
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / f"{PREFIX}results")

    remove_abandoned(tmp_path)

    assert len(list(tmp_path.iterdir())) == 3
    assert (tmp_path / f"{PREFIX}results" / "analysis.json").exists()


def test_a_folder_that_is_taken_away_while_it_is_made_is_made_again(tmp_path, monkeypatch) -> None:
    made, make = [], private_folder.tempfile.mkdtemp

    def taken_away_at_first(**arguments) -> str:
        path = make(**arguments)
        made.append(path)
        if len(made) == 1:
            os.rmdir(path)
        return path

    monkeypatch.setattr(private_folder.tempfile, "mkdtemp", taken_away_at_first)

    assert PrivateFolder(tmp_path).path == Path(made[1])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "not permitted"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (OSError(errno.EROFS, "Read-only file system"), "read-only"),
    ],
)
def test_a_temporary_folder_that_takes_nothing_is_one_sentence(tmp_path, monkeypatch, error, words) -> None:
    def refuse(**_arguments) -> str:
        raise error

    monkeypatch.setattr(private_folder.tempfile, "mkdtemp", refuse)

    with pytest.raises(OutputError, match=words) as caught:
        PrivateFolder(tmp_path)

    assert caught.value.where == str(tmp_path)


def test_without_locks_there_is_a_folder_all_the_same(tmp_path, monkeypatch) -> None:
    def no_locks(_file) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(private_folder, "_lock_now", no_locks)

    first = PrivateFolder(tmp_path)
    second = PrivateFolder(tmp_path)

    assert first.path.exists()
    assert second.path.exists()
