"""The engine's process as the panel sees it: it answers, is cancelled, dies, comes back, and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import qt

from BreastUSAILib import __version__
from BreastUSAILib.engine.analysis import Analysis
from BreastUSAILib.engine.errors import (
    BreastUSAIError,
    Cancelled,
    DependencyError,
    InputError,
    ModelError,
    OptionError,
    OutputError,
)
from BreastUSAILib.engine.frames import Frames, InputKind
from BreastUSAILib.engine.options import AnalyzeOptions, FrameSelection
from BreastUSAILib.engine.remote import private_folder
from BreastUSAILib.engine.remote.row_file import RowFile
from BreastUSAILib.gui import engine_connection, slices
from BreastUSAILib.gui.engine_process import EngineCommand, EngineError, EngineProcess, ModelChoice
from Testing.engine.remote.fakes import FAKE_WORKER, PYTHONPATH, found_in
from Testing.report.samples import frames_of

from .events import until
from .heard import Heard

FAKE = EngineCommand(sys.executable, FAKE_WORKER, {"PYTHONPATH": PYTHONPATH})
ALL = AnalyzeOptions()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The temporary folder of every engine here."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def warmEngine(folder: Path) -> Iterator[EngineProcess]:
    """One engine for all tests that leave it alive or usable."""
    engine = EngineProcess(FAKE, str(folder))
    yield engine
    engine.stop()
    assert list(folder.iterdir()) == []


@pytest.fixture
def engine(warmEngine: EngineProcess, folder: Path) -> Iterator[EngineProcess]:
    """The warm engine with its own models; afterwards no call has left any file."""
    warmEngine.models = ModelChoice()
    yield warmEngine
    assert callFolders(folder) == []


def callFolders(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*/*") if path.is_dir()]


def pidOf(engine: EngineProcess) -> int:
    return engine.request("hello", {})["pid"]


def killed(engine: EngineProcess) -> None:
    """Another program has ended the process, and no event loop ran since."""
    process = os.pidfd_open(pid := pidOf(engine))
    os.kill(pid, signal.SIGKILL)
    assert isEnding(process)
    os.close(process)


def test_nothing_is_started_before_it_is_needed(folder) -> None:
    engine = EngineProcess(FAKE, str(folder))

    assert (engine.state, engine.isRunning, engine.logPath, engine.deviceUsed) == ("stopped", False, None, None)
    assert callFolders(folder) == []
    engine.stop()
    assert engine.state == "stopped"


def test_an_analysis_comes_back_and_nothing_is_heard_inside_start(engine) -> None:
    heard, frames = Heard(), frames_of(count=12)

    call = engine.startAnalysis(frames, ALL, heard)

    assert not heard.isEnded
    assert call.isRunning
    result = heard.end()
    expected = found_in(frames, ALL)
    assert result.lesions == expected.lesions
    for frame in range(12):
        assert np.array_equal(result.maps.heat_map(frame), expected.maps.heat_map(frame))
        assert np.array_equal(result.maps.labels(frame), expected.maps.labels(frame))
    assert heard.progress == [(done, 12, f"frame {done} of 12") for done in range(1, 13)]
    assert not call.isRunning


def test_two_calls_in_a_row_meet_the_same_process(engine) -> None:
    first, second = Heard(), Heard()
    pid = pidOf(engine)

    engine.startAnalysis(frames_of(), ALL, first)
    engine.startAnalysis(frames_of(count=2), ALL, second)

    assert engine.state == "busy"
    assert len(second.end().frames) == 2
    assert len(first.end().frames) == 1
    assert engine.state == "ready"
    assert pidOf(engine) == pid


def test_the_console_waits_without_an_event_loop_and_within_one(engine) -> None:
    told: list[tuple[int, int, str]] = []
    outside = engine.analyze(frames_of(count=3), ALL, lambda *news: told.append(news))
    inside: list[Analysis] = []
    loop, timer = qt.QEventLoop(), qt.QTimer()

    def ask() -> None:
        timer.stop()
        inside.append(engine.analyze(frames_of(count=3)))
        loop.quit()

    timer.timeout.connect(ask)
    timer.start(0)
    loop.exec()

    assert outside.lesions == inside[0].lesions
    assert [done for done, _, _ in told] == [1, 2, 3]


def test_the_console_answers_while_the_panel_waits(engine) -> None:
    heard = Heard()
    engine.startAnalysis(frames_of(count=2), ALL, heard)

    models = engine.request("models.list", {})["models"]

    assert not heard.isEnded
    assert [model["problem"] for model in models] == [None, None]
    assert isinstance(heard.end(), Analysis)


def test_only_the_frames_asked_for_are_handed_over(engine) -> None:
    def read(index: int) -> np.ndarray:
        assert index in (1, 3)
        return np.full((60, 80), index, np.uint8)

    frames = Frames("some", InputKind.CINE, 5, 60, 80, False, read)

    found = engine.analyze(frames, AnalyzeOptions(FrameSelection(1, 4, step=2)))

    assert [frame.index for frame in found.frames] == [1, 3]


def test_given_outlines_are_scored(engine) -> None:
    labels, heard = np.zeros((60, 80), np.uint8), Heard()
    labels[20:30, 10:30] = 4

    engine.startAnalysis(frames_of(), ALL, heard, masks={0: labels})

    assert np.array_equal(heard.end().maps.labels(0), labels)
    assert np.array_equal(engine.rescore(frames_of(), {0: labels}).maps.labels(0), labels)


def test_other_models_and_devices_are_loaded_when_they_are_chosen(engine) -> None:
    engine.models = ModelChoice("convnext", device="cuda")

    assert engine.analyze(frames_of()).models[0].name == "convnext"
    assert engine.deviceUsed == "cuda"
    assert "models loaded on cuda" in engine.logText


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [("defect", BreastUSAIError, "ZeroDivisionError"), ("hungry", BreastUSAIError, "memory")],
)
def test_what_fails_in_the_engine_is_one_sentence_and_the_process_stays(engine, name, kind, words) -> None:
    pid, heard = pidOf(engine), Heard()

    engine.startAnalysis(frames_of(name=name), ALL, heard)

    error = heard.end()
    assert isinstance(error, kind)
    assert words in str(error)
    assert "\n" not in str(error)
    assert str(error) in engine.logText
    assert pidOf(engine) == pid


def test_errors_keep_their_kind(engine) -> None:
    engine.models = ModelChoice("missing")
    with pytest.raises(ModelError, match="no model named 'missing'"):
        engine.analyze(frames_of())
    with pytest.raises(ModelError, match="no model named 'none'"):
        engine.request("models.card", {"name": "none"})
    with pytest.raises(OptionError):
        engine.analyze(frames_of(), AnalyzeOptions(FrameSelection(5, 6)))
    with pytest.raises(BreastUSAIError, match="no method 'nothing'"):
        engine.request("nothing", {})


def test_pixels_that_cannot_be_read_are_the_errors_of_their_reader(engine) -> None:
    def read(_index: int) -> np.ndarray:
        raise InputError("the file is cut short", where="a.dcm", remedy="Copy it again")

    heard = Heard()
    engine.startAnalysis(Frames("cut", InputKind.STILL, 1, 60, 80, False, read), ALL, heard)

    assert str(heard.end()) == "a.dcm: the file is cut short. Copy it again."


def test_a_defect_on_the_way_is_a_sentence_too(engine, caplog) -> None:
    heard = Heard()
    engine.startAnalysis(Frames("odd", InputKind.STILL, 1, 60, 80, False, lambda _: None), ALL, heard)  # type: ignore

    assert "AttributeError" in str(heard.end())
    assert "Traceback" in caplog.text


def test_a_missing_package_is_looked_for_again_by_the_next_process(engine) -> None:
    pid = pidOf(engine)
    engine.models = ModelChoice("without torch")
    with pytest.raises(DependencyError):
        engine.analyze(frames_of())
    engine.models = ModelChoice()

    assert isinstance(engine.analyze(frames_of()), Analysis)
    assert pidOf(engine) != pid


def test_cancelling_ends_the_work_and_not_the_process(engine) -> None:
    pid, heard = pidOf(engine), Heard()
    call = engine.startAnalysis(frames_of(name="slow"), ALL, heard)
    until(lambda: engine._connection.isWaiting)

    call.cancel()
    call.cancel()

    assert not heard.isEnded
    assert isinstance(heard.end(), Cancelled)
    assert pidOf(engine) == pid


def test_cancelling_while_pixels_are_handed_over_asks_the_engine_nothing(engine) -> None:
    heard, read = Heard(), []

    def readFrame(index: int) -> np.ndarray:
        read.append(index)
        if index == 3:
            call.cancel()
        return np.zeros((60, 80), np.uint8)

    call = engine.startAnalysis(Frames("long", InputKind.CINE, 50, 60, 80, False, readFrame), ALL, heard)

    assert isinstance(heard.end(), Cancelled)
    assert read == [0, 1, 2, 3]
    assert not engine._connection.isWaiting


def test_the_console_can_cancel(engine) -> None:
    pid, asked = pidOf(engine), []

    def cancelled() -> bool:
        asked.append(engine._connection.isWaiting)
        return asked[-1]

    with pytest.raises(Cancelled):
        engine.analyze(frames_of(name="slow"), ALL, None, cancelled)
    with pytest.raises(Cancelled):
        engine.analyze(frames_of(count=9), ALL, None, lambda: True)
    assert pidOf(engine) == pid


def test_what_a_progress_function_raises_reaches_the_console(engine) -> None:
    def stop(*_news: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.analyze(frames_of(count=2), ALL, stop)
    assert isinstance(engine.analyze(frames_of()), Analysis)


def test_news_that_comes_together_with_the_answer_is_heard(engine, monkeypatch) -> None:
    def answerAtOnce(ticket: Any, _method: str, _params: Any) -> None:
        ticket.news.append((1, 1, "all"))
        ticket.answer = {"models": []}

    engine.request("models.list", {})
    monkeypatch.setattr(engine._connection, "send", answerAtOnce)
    heard: list[Any] = []

    assert engine.request("models.list", {}, lambda *news: heard.append(news)) == {"models": []}
    assert heard == [(1, 1, "all")]


def test_a_process_that_does_not_react_to_cancelling_is_killed(engine, monkeypatch) -> None:
    monkeypatch.setattr(engine_connection, "CANCEL_S", 0.0)
    pid, heard, other = pidOf(engine), Heard(), Heard()
    call = engine.startAnalysis(frames_of(name="stuck"), ALL, heard)
    until(lambda: engine._connection.isWaiting)
    engine.startRequest("models.list", {}, other)
    until(lambda: len(engine._connection._tickets) == 2)  # else it would go to the next process

    call.cancel()

    assert isinstance(heard.end(), Cancelled)
    assert isinstance(other.end(), EngineError | dict)  # it may have been answered just before
    assert pidOf(engine) != pid


def test_the_console_kills_it_too(engine, monkeypatch) -> None:
    monkeypatch.setattr(engine_connection, "CANCEL_S", 0.0)

    with pytest.raises(Cancelled):
        engine.analyze(frames_of(name="stuck"), ALL, None, lambda: engine._connection.isWaiting)
    assert isinstance(engine.analyze(frames_of()), Analysis)


def test_a_process_that_is_killed_from_outside_fails_its_call_and_comes_back(engine) -> None:
    pid, heard = pidOf(engine), Heard()
    engine.startAnalysis(frames_of(name="stuck"), ALL, heard)
    until(lambda: engine._connection.isWaiting)

    os.kill(pid, signal.SIGKILL)

    error = heard.end()
    assert isinstance(error, EngineError)
    assert "ended it" in str(error)
    assert engine.state == "stopped"
    assert isinstance(engine.analyze(frames_of()), Analysis)
    assert pidOf(engine) != pid


def test_a_crash_fails_the_console_and_its_place_is_in_the_log(engine) -> None:
    with pytest.raises(EngineError, match="crashed"):
        engine.analyze(frames_of(name="crash"))

    assert "Fatal Python error: Aborted" in engine.logText
    assert "Fatal Python error: Aborted" in Path(engine.logPath).read_text()


def test_a_process_that_died_unnoticed_is_replaced(engine) -> None:
    killed(engine)
    assert isinstance(engine.analyze(frames_of()), Analysis)

    killed(engine)
    heard = Heard()
    engine.startAnalysis(frames_of(), ALL, heard)
    assert isinstance(heard.end(), Analysis)


def test_other_events_have_their_turn_while_pixels_are_handed_over(engine, monkeypatch) -> None:
    monkeypatch.setattr(slices, "BUDGET_S", 0.0)
    heard, turns, timer = Heard(), [], qt.QTimer()
    timer.timeout.connect(lambda: turns.append(engine._connection.isWaiting))
    timer.start(0)

    engine.startAnalysis(frames_of(count=40), ALL, heard)
    heard.end()
    timer.stop()

    assert turns.count(False) >= 40


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "writing is not permitted")]
)
def test_a_disk_that_takes_no_pixels_is_one_sentence(engine, monkeypatch, number: int, words: str) -> None:
    def refuse(*_arguments: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(RowFile, "write", refuse)
    heard = Heard()

    engine.startAnalysis(frames_of(), ALL, heard)

    error = heard.end()
    assert isinstance(error, OutputError)
    assert words in str(error)


def test_stopping_ends_process_and_files_and_the_next_call_starts_anew(engine, folder) -> None:
    heard = Heard()
    engine.startAnalysis(frames_of(name="slow"), ALL, heard)
    until(lambda: engine._connection.isWaiting)

    engine.stop()

    assert (engine.state, engine.logPath) == ("stopped", None)
    assert list(folder.iterdir()) == []
    assert "stopped" in str(heard.end())
    assert isinstance(engine.analyze(frames_of()), Analysis)


def test_a_temporary_folder_that_takes_nothing_fails_analyses_alone(tmp_path, monkeypatch) -> None:
    def refuse(**_arguments: Any) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(private_folder.tempfile, "mkdtemp", refuse)
    engine, heard = EngineProcess(FAKE, str(tmp_path)), Heard()

    engine.startAnalysis(frames_of(), ALL, heard)

    assert str(heard.end()).startswith(f"{tmp_path}: writing is not permitted")
    assert len(engine.request("models.list", {})["models"]) == 2
    assert engine.logPath is None
    engine.stop()


def test_a_program_that_is_not_there_is_named(tmp_path) -> None:
    engine, heard = EngineProcess(EngineCommand("/no/such/PythonSlicer", ()), str(tmp_path)), Heard()

    engine.startRequest("hello", {}, heard)

    error = heard.end()
    assert isinstance(error, EngineError)
    assert error.where == "/no/such/PythonSlicer"
    with pytest.raises(EngineError, match="cannot be started"):
        engine.analyze(frames_of())
    engine.stop()


def python(script: str) -> EngineCommand:
    return EngineCommand(sys.executable, ("-c", script), {"PYTHONPATH": PYTHONPATH})


def test_a_program_that_is_no_engine_is_one_sentence(tmp_path) -> None:
    engine = EngineProcess(python("print('hello'); raise SystemExit(4)"), str(tmp_path))

    with pytest.raises(EngineError, match="ended with status 4"):
        engine.request("hello", {})
    assert "hello" in engine.logText
    engine.stop()


NOISY = r"""
import sys
from BreastUSAILib.engine.remote.server import Server
class Noisy:
    def write(self, line):
        noise = b'loading...\n\xff\xfe\n{"jsonrpc": "2.0", "id": [], "result": {}}\n[1]\n{"id": 1}\n' + b"x" * 3000000
        sys.stdout.buffer.write(noise + b"\n" + line)
    def flush(self):
        sys.stdout.buffer.flush()
hello = lambda call: {"protocol": 1, "version": "%s", "pid": 0}
Server(sys.stdin.buffer, Noisy(), {"hello": hello}).serve()
"""


def test_noise_on_stdout_breaks_nothing(tmp_path) -> None:
    engine = EngineProcess(python(NOISY % __version__), str(tmp_path))

    assert engine.request("hello", {})["pid"] == 0
    assert "loading..." in engine.logText
    engine.stop()


def test_another_version_is_not_spoken_to(tmp_path) -> None:
    engine = EngineProcess(python(NOISY % "0.0.0"), str(tmp_path))

    with pytest.raises(EngineError, match="was changed"):
        engine.request("models.list", {})
    engine.stop()


APPLICATION = """
import sys
from Testing.host.application import start
application = start()
import qt
from BreastUSAILib.gui.engine_process import EngineProcess
from Testing.gui.test_engine_process import FAKE
engine = EngineProcess(FAKE, sys.argv[1])
print(engine.request("hello", {})["pid"], flush=True)
sys.stdin.read(1)
timer = qt.QTimer()
timer.timeout.connect(qt.QCoreApplication.quit)
timer.start(0)
qt.QCoreApplication.exec()
"""


@pytest.mark.parametrize("howItEnds", ["quits", "is killed"])
def test_the_process_ends_with_the_application(tmp_path, howItEnds: str) -> None:
    application = subprocess.Popen(
        [sys.executable, "-c", APPLICATION, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": PYTHONPATH},
    )
    assert application.stdout is not None
    pid = int(application.stdout.readline())
    worker = os.pidfd_open(pid)
    if howItEnds == "quits":
        application.communicate("x")
        assert list(tmp_path.iterdir()) == []
    else:
        application.kill()
        application.communicate()

    assert isEnding(worker)
    os.close(worker)


def isEnding(process: int) -> bool:
    """Whether a process ends, given its pidfd."""
    poll = select.poll()
    poll.register(process, select.POLLIN)
    return bool(poll.poll(600_000))
