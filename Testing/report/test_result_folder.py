"""A folder of results is there whole or not at all, and nobody's own files are lost."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from BreastUSAILib.engine.errors import InputError, OutputError
from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.report.atomic import atomic_file
from BreastUSAILib.report.result_folder import write_results
from Testing.report.samples import analysis_of, frames_of

ALL = ["analysis.json", "heatmap.nrrd", "preview.png", "segmentation.seg.nrrd"]


@pytest.fixture
def exam():
    return frames_of(rows=40, columns=50)


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_analysis_gives_four_files_and_nothing_else(tmp_path, exam):
    files = write_results(analysis_of(exam), exam, tmp_path / "new" / "exam")
    assert _names(tmp_path / "new") == ["exam"]
    assert _names(files.folder) == ALL
    assert files.segmentation == tmp_path / "new" / "exam" / "segmentation.seg.nrrd"
    assert files.scene is None


def test_a_rejected_input_gives_its_json_and_picture_alone(tmp_path, exam):
    files = write_results(analysis_of(exam, Label.REJECTED), exam, tmp_path / "exam")
    assert _names(files.folder) == ["analysis.json", "preview.png"]
    assert (files.segmentation, files.heat_map) == (None, None)


def test_a_scene_is_written_into_the_same_folder(tmp_path, exam):
    files = write_results(analysis_of(exam), exam, tmp_path / "exam", lambda analysis, frames, path: path.touch())
    assert files.scene == tmp_path / "exam" / "scene.mrb"
    assert _names(files.folder) == sorted([*ALL, "scene.mrb"])


def test_an_earlier_result_is_replaced_whole_and_other_files_stay(tmp_path, exam):
    write_results(analysis_of(exam), exam, tmp_path / "exam")
    (tmp_path / "exam" / "notes.txt").write_text("mine")
    write_results(analysis_of(exam, Label.REJECTED), exam, tmp_path / "exam")
    assert _names(tmp_path / "exam") == ["analysis.json", "notes.txt", "preview.png"]
    assert (tmp_path / "exam" / "notes.txt").read_text() == "mine"
    assert _names(tmp_path) == ["exam"]


@pytest.mark.parametrize("cause", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("call", ["replace", "mkdir"])
def test_a_failing_disk_leaves_the_earlier_result_as_it_was(tmp_path, exam, monkeypatch, cause, call):
    write_results(analysis_of(exam), exam, tmp_path / "exam")
    before = _snapshot(tmp_path)

    def failing(*_):
        raise OSError(cause, os.strerror(cause))

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(OutputError) as raised:
        write_results(analysis_of(exam, Label.BENIGN), exam, tmp_path / "exam")
    monkeypatch.undo()
    assert _snapshot(tmp_path) == before
    assert raised.value.where == str(tmp_path / "exam")
    assert "\n" not in str(raised.value)


def test_a_swap_that_fails_half_way_puts_the_earlier_result_back(tmp_path, exam, monkeypatch):
    write_results(analysis_of(exam), exam, tmp_path / "exam")
    before = _snapshot(tmp_path)
    replace = os.replace

    def failing(source, target):
        if str(source).endswith(".part") and Path(target).name == "exam":
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(OutputError, match="the disk is full"):
        write_results(analysis_of(exam, Label.BENIGN), exam, tmp_path / "exam")
    assert _snapshot(tmp_path) == before


@contextmanager
def small_files_only():
    """No file may grow past 2000 bytes: the kernel itself ends the write, half-way through a file.

    The test runner's own output counts too where it goes to a file, so the block must be short.
    """
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_write_that_the_system_ends_half_way_leaves_nothing(tmp_path, exam):
    with pytest.raises(OutputError, match="too large for this disk"), small_files_only():
        write_results(analysis_of(exam), exam, tmp_path / "exam")
    assert _names(tmp_path) == []


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, exam):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20k", "none", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting a small disk is not permitted here")
    try:
        with pytest.raises(OutputError, match="the disk is full"):
            write_results(analysis_of(exam), exam, disk / "exam")
        assert _names(disk) == []
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_file_in_the_folders_place_is_named_and_kept(tmp_path, exam):
    (tmp_path / "exam").write_text("a file")
    with pytest.raises(OutputError, match="a file stands where a folder is needed"):
        write_results(analysis_of(exam), exam, tmp_path / "exam")
    assert _snapshot(tmp_path) == {"exam": b"a file"}


def test_a_path_that_is_too_long_is_named(tmp_path, exam):
    with pytest.raises(OutputError, match="the path is too long"):
        write_results(analysis_of(exam), exam, tmp_path / ("x" * 300))
    assert _names(tmp_path) == []


@pytest.mark.parametrize("reason", [KeyboardInterrupt(), InputError("gone", remedy="Find it"), KeyError("bug")])
def test_whatever_stops_the_writing_nothing_half_written_stays(tmp_path, exam, reason):
    def stopping(analysis, frames, path):
        raise reason

    with pytest.raises(type(reason)):
        write_results(analysis_of(exam), exam, tmp_path / "exam", stopping)
    assert _names(tmp_path) == []


def _write_half(target: Path) -> None:
    with atomic_file(target) as temporary:
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_single_file_is_replaced_at_once_or_kept(tmp_path):
    target = tmp_path / "file"
    target.write_text("old")
    with pytest.raises(OutputError):
        _write_half(target)
    assert _snapshot(tmp_path) == {"file": b"old"}
    with atomic_file(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "old"
    assert _snapshot(tmp_path) == {"file": b"new"}
