"""A checkpoint is there whole or not at all, and what is wrong with a work folder is said once, in words."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest
import torch

from BreastUSAILib.engine.errors import ModelError, OutputError
from Training.fit.loop.checkpoint import WholeCheckpoints, checkpoint_in, told_once

STATE = {"epoch": 3, "state_dict": {"weight": torch.arange(4.0)}}


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "last.ckpt"
    WholeCheckpoints().save_checkpoint(STATE, path)
    return path


def test_what_was_saved_is_found(saved: Path) -> None:
    assert checkpoint_in(saved.parent) == saved
    found = WholeCheckpoints().load_checkpoint(saved)
    assert found["epoch"] == 3
    assert torch.equal(found["state_dict"]["weight"], STATE["state_dict"]["weight"])


def test_a_new_work_folder_has_none(tmp_path: Path) -> None:
    assert checkpoint_in(tmp_path) is None
    assert checkpoint_in(tmp_path / "not there yet") is None


def test_a_full_disk_leaves_the_earlier_one(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"last\.ckpt: the disk is full"):
        WholeCheckpoints().save_checkpoint({**STATE, "epoch": 4}, saved)
    assert torch.load(saved)["epoch"] == 3
    assert [path.name for path in saved.parent.iterdir()] == ["last.ckpt"]


def test_what_a_killed_run_left_half_written_goes(saved: Path) -> None:
    (saved.parent / ".last.ckpt.4711.part").write_bytes(b"half")
    checkpoint_in(saved.parent)
    assert [path.name for path in saved.parent.iterdir()] == ["last.ckpt"]


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_damaged_one_is_refused_without_torchs_advice(saved: Path, share: float) -> None:
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ModelError, match="Delete it to begin this training anew") as caught:
        checkpoint_in(saved.parent)
    assert "weights_only" not in str(caught.value)


def test_a_full_disk_is_told_with_the_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="the disk is full") as caught, told_once(tmp_path):
        full()
    assert caught.value.where == str(tmp_path)


@pytest.mark.parametrize(("error", "printed"), [(OSError("no space"), []), (ValueError("a bug"), ["a bug"])])
def test_what_a_thread_cannot_write_is_not_printed_besides(
    error: Exception, printed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    hook = lambda problem: heard.append(str(problem.exc_value))  # noqa: E731
    monkeypatch.setattr(threading, "excepthook", hook)

    def fail() -> None:
        raise error

    with told_once(tmp_path):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    assert heard == printed
    assert threading.excepthook is hook
