"""The engine's process starts when it is needed, dies, comes back, and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import sys
from typing import Any

import pytest

from BreastUSAILib import __version__
from BreastUSAILib.client.process.engine_process import EngineCommand, EngineError, EngineProcess, ModelChoice
from BreastUSAILib.client.process.lifetime import LOG_FILE
from BreastUSAILib.engine.errors import DependencyError
from BreastUSAILib.engine.findings.analysis import Analysis
from BreastUSAILib.engine.remote import private_folder
from Testing.client.events import until
from Testing.client.heard import Heard
from Testing.client.process.fake_process import ALL, FAKE, callFolders, pidOf
from Testing.engine.remote.fakes import PYTHONPATH
from Testing.report.samples import frames_of


def test_nothing_is_started_before_it_is_needed(folder) -> None:
    engine = EngineProcess(FAKE, str(folder))

    assert (engine.state, engine.isRunning, engine.deviceUsed) == ("stopped", False, None)
    assert callFolders(folder) == []
    engine.stop()
    assert engine.state == "stopped"


def test_a_missing_package_is_looked_for_again_by_the_next_process(engine) -> None:
    pid = pidOf(engine)
    engine.models = ModelChoice("without torch")
    with pytest.raises(DependencyError):
        engine.analyze(frames_of())
    engine.models = ModelChoice()

    assert isinstance(engine.analyze(frames_of()), Analysis)
    assert pidOf(engine) != pid


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


def test_a_crash_fails_the_console_and_its_place_is_in_the_log(engine, folder) -> None:
    with pytest.raises(EngineError, match="crashed"):
        engine.analyze(frames_of(name="crash"))

    assert "Fatal Python error: Aborted" in engine.logText
    assert any("Fatal Python error: Aborted" in log.read_text() for log in folder.rglob(LOG_FILE))


def killed(engine: EngineProcess) -> None:
    """Another program has ended the process, and no event loop ran since."""
    process = os.pidfd_open(pid := pidOf(engine))
    os.kill(pid, signal.SIGKILL)
    assert isEnding(process)
    os.close(process)


def test_a_process_that_died_unnoticed_is_replaced(engine) -> None:
    killed(engine)
    assert isinstance(engine.analyze(frames_of()), Analysis)

    killed(engine)
    heard = Heard()
    engine.startAnalysis(frames_of(), ALL, heard)
    assert isinstance(heard.end(), Analysis)


def test_stopping_ends_process_and_files_and_the_next_call_starts_anew(engine, folder) -> None:
    heard = Heard()
    engine.startAnalysis(frames_of(name="slow"), ALL, heard)
    until(lambda: engine._connection.isWaiting)

    engine.stop()

    assert engine.state == "stopped"
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


def test_a_program_that_is_not_an_engine_gives_one_sentence(tmp_path) -> None:
    engine = EngineProcess(python("print('hello'); raise SystemExit(4)"), str(tmp_path))

    with pytest.raises(EngineError, match="ended with status 4"):
        engine.request("hello", {})
    assert "hello" in engine.logText
    engine.stop()


NOISY = r"""
import sys
from BreastUSAILib.engine.remote.serving.server import Server
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
from BreastUSAILib.client.process.engine_process import EngineProcess
from Testing.client.process.fake_process import FAKE
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
