"""Panel and scripts share one process, which does not outlast its use."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
import slicer

from BreastUSAILib.client.process import connection, lifetime
from BreastUSAILib.client.process.connection import EngineConnection
from BreastUSAILib.client.process.engine_process import EngineProcess, ModelChoice
from BreastUSAILib.client.process.lifetime import EngineLifetime, lifetimeInApplication
from BreastUSAILib.engine.findings.analysis import Analysis
from Testing.client.events import until
from Testing.client.heard import Heard
from Testing.client.process.fake_process import ALL, FAKE, pidOf
from Testing.host.qt.qt_names import connections_hold
from Testing.report.samples import frames_of


@pytest.fixture
def fakeWorker(monkeypatch) -> Iterator[None]:
    """What an application starts, without networks."""
    monkeypatch.setattr(connection, "workerCommand", lambda: FAKE)
    lifetimeInApplication.cache_clear()
    yield
    lifetimeInApplication().stop()
    lifetimeInApplication.cache_clear()


@pytest.mark.usefixtures("fakeWorker")
def test_every_logic_asks_the_same_process_with_models_of_its_own(module) -> None:
    panel, script = module.BreastUSAILogic().engine, module.BreastUSAILogic().engine
    panel.models = ModelChoice("convnext", device="cuda")

    assert pidOf(panel) == pidOf(script)
    assert panel.analyze(frames_of()).models[0].name == "convnext"
    assert script.analyze(frames_of()).models[0].name == "shipped"
    assert (panel.deviceUsed, script.deviceUsed) == ("cuda", "auto")


@pytest.mark.usefixtures("fakeWorker")
def test_everybody_knows_of_an_analysis_that_is_awaited() -> None:
    panel, script, heard = EngineProcess(), EngineProcess(), Heard()
    pidOf(panel)
    assert not panel.isAnalyzing
    call = script.startAnalysis(frames_of(name="stuck"), ALL, heard)
    assert panel.isAnalyzing
    until(lambda: heard.progress)
    assert panel.isAnalyzing

    call.cancel()

    heard.end()
    assert panel.state == "busy"
    assert not panel.isAnalyzing, "nobody waits for it any more"


@pytest.mark.usefixtures("fakeWorker")
def test_everybody_knows_of_it_until_its_last_news_is_told_which_may_come_with_the_answer(monkeypatch) -> None:
    panel, script, seen = EngineProcess(), EngineProcess(), []
    pidOf(panel)
    wait = EngineConnection.wait

    def waitForAll(self: EngineConnection, milliseconds: int) -> None:
        until(lambda: wait(self, milliseconds) or not self.isWaiting)

    monkeypatch.setattr(EngineConnection, "wait", waitForAll)
    script.analyze(frames_of(count=2), ALL, lambda *_news: seen.append(panel.isAnalyzing))

    assert len(seen) > 1
    assert set(seen) == {True}
    assert not panel.isAnalyzing


@pytest.mark.usefixtures("fakeWorker")
def test_stopping_it_ends_what_others_wait_for(module) -> None:
    heard = Heard()
    EngineProcess().startAnalysis(frames_of(name="slow"), ALL, heard)

    EngineProcess().stop()

    assert "stopped" in str(heard.end())


def test_a_process_that_nobody_asks_is_ended_and_comes_back(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(lifetime, "IDLE_MS", 50)
    engine = EngineProcess(FAKE, str(tmp_path))
    pid = pidOf(engine)

    until(lambda: not engine.isRunning, "the end of an idle process")

    assert list(tmp_path.iterdir()) == []
    assert pidOf(engine) != pid
    engine.stop()


def test_a_process_at_work_is_not_idle(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(lifetime, "IDLE_MS", 1)
    turns: list[bool] = []
    onIdle = EngineLifetime._onIdle
    monkeypatch.setattr(EngineLifetime, "_onIdle", lambda self: (turns.append(self.isBusy), onIdle(self)))
    engine, heard = EngineProcess(FAKE, str(tmp_path)), Heard()
    call = engine.startAnalysis(frames_of(name="slow"), ALL, heard)

    until(lambda: turns.count(True) > 5)
    call.cancel()

    heard.end()
    until(lambda: not engine.isRunning)
    assert isinstance(engine.analyze(frames_of()), Analysis)
    engine.stop()


def test_what_qt_holds_of_it_keeps_nothing_alive(tmp_path: Path) -> None:
    with connections_hold():
        engine = EngineProcess(FAKE, str(tmp_path))
        pidOf(engine)
    kept = [weakref.ref(one) for one in (engine._lifetime, engine._connection, engine._connection._child)]
    engine._lifetime.stop()
    del engine

    slicer.app.processEvents()
    gc.collect()

    assert [one() for one in kept] == [None, None, None]
