"""The engine's process answers everything, says nothing else, and ends with its parent."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from BreastUSAILib.engine.options import AnalyzeOptions
from BreastUSAILib.engine.remote.exchange import read_analysis, write_input
from BreastUSAILib.engine.remote.protocol import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    LONGEST_LINE,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
)
from BreastUSAILib.engine.steps import all_at_once
from Testing.report.samples import frames_of

from ..conversation import Conversation, conversation
from ..fakes import FAKE_WORKER, PYTHONPATH, found_in

WITHOUT_TORCH = """
import sys
for name in ("torch", "monai", "captum"):
    sys.modules[name] = None
from BreastUSAILib.cli.worker import run_worker
run_worker()
"""


@pytest.fixture(scope="module")
def worker() -> Iterator[Conversation]:
    """A process with the fake engine, the same for all tests that leave it alive."""
    with conversation(*FAKE_WORKER) as started:
        yield started


@pytest.fixture
def given(tmp_path: Path):
    """Hands over an input of that name; returns its folder."""

    def hand_over(name: str, count: int = 1) -> str:
        folder = tmp_path / name
        folder.mkdir()
        list(write_input(folder, frames_of(name=name, count=count), AnalyzeOptions()))
        return str(folder)

    return hand_over


def code_of(answer: dict) -> int:
    return answer["error"]["code"]


def test_an_analysis_is_left_in_the_folder(worker: Conversation, given) -> None:
    folder = given("exam", count=3)

    answer = worker.ask("analyze", {"folder": folder, "models": {"device": "cuda"}}, id="a")

    assert answer == {"jsonrpc": "2.0", "id": "a", "result": {"device": "cuda"}}
    found = all_at_once(read_analysis(Path(folder)))
    assert found.lesions == found_in(frames_of(name="exam", count=3), AnalyzeOptions()).lesions


def test_progress_comes_before_the_answer(worker: Conversation, given) -> None:
    worker.send("analyze", {"folder": given("exam", count=2)}, id=5)
    heard = [worker.hear() for _ in range(4)]

    assert [message.get("method") for message in heard] == ["log", "progress", "progress", None]
    assert heard[2]["params"] == {"id": 5, "done": 2, "total": 2, "words": "frame 2 of 2"}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", PARSE_ERROR),
        (b"\xff\x00", PARSE_ERROR),
        (b"[]", INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": 1}', INVALID_REQUEST),
        (b"x" * (LONGEST_LINE + 1), INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "nothing"}', METHOD_NOT_FOUND),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "hello", "params": 3}', INVALID_PARAMS),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "analyze"}', INVALID_PARAMS),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "analyze", "params": {"folder": "/no/such"}}', INVALID_PARAMS),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "rescore", "params": {"folder": 3}}', INVALID_PARAMS),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "selfCheck", "params": {"models": {"x": 1}}}', INVALID_PARAMS),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "models.card", "params": {}}', INVALID_PARAMS),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "analyzeFolder", "params": {"inputs": [1]}}', INVALID_PARAMS),
    ],
)
def test_what_is_not_a_request_is_answered_and_ends_nothing(worker: Conversation, line: bytes, code: int) -> None:
    worker.say(line)

    assert code_of(worker.hear()) == code
    assert worker.ask("hello")["result"]["pid"] == worker.process.pid


def test_rescoring_needs_masks(worker: Conversation, given) -> None:
    assert code_of(worker.ask("rescore", {"folder": given("exam")})) == INVALID_PARAMS


def test_a_defect_is_a_sentence_and_its_traceback_goes_to_the_log(worker: Conversation, given) -> None:
    answer = worker.ask("analyze", {"folder": given("defect")})

    assert code_of(answer) == INTERNAL_ERROR
    assert "something unexpected happened" in answer["error"]["message"]
    assert "Traceback" in worker.errors
    assert "ZeroDivisionError: float division\nby zero" in worker.errors


@pytest.mark.parametrize(("name", "words"), [("hungry", "too little memory"), ("leaves", "something unexpected")])
def test_whatever_a_method_raises_the_process_stays(worker: Conversation, given, name: str, words: str) -> None:
    assert words in worker.ask("analyze", {"folder": given(name)})["error"]["message"]
    assert worker.process.poll() is None


def test_unknown_notifications_are_ignored(worker: Conversation) -> None:
    worker.send("cancel", {"id": 99})
    worker.send("cancel", {"id": []})
    worker.send("no.such.thing")

    assert worker.ask("hello")["result"]["protocol"] == 1


def test_what_libraries_print_goes_to_the_log(worker: Conversation, given) -> None:
    answer = worker.ask("analyze", {"folder": given("noisy")}, id=2)

    assert answer["result"]["device"] == "auto"
    assert "from a library" in worker.errors
    assert "from C" in worker.errors


def test_cancelling_is_heard_while_a_frame_is_looked_at(worker: Conversation, given) -> None:
    worker.send("analyze", {"folder": given("slow")}, id=7)
    worker.send("hello", id=8)
    worker.send("cancel", {"id": 7})
    heard = [message for message in (worker.hear(), worker.hear()) if message.get("method") != "log"]

    assert heard[0]["id"] == 7
    assert heard[0]["error"]["data"]["type"] == "Cancelled"
    assert heard[1]["id"] == 8


def test_a_request_is_cancelled_before_its_turn(worker: Conversation, given) -> None:
    worker.send("analyze", {"folder": given("slow")}, id=7)
    worker.send("models.list", id=8)
    worker.send("cancel", {"id": 8})
    worker.send("cancel", {"id": 7})
    heard = [worker.hear(), worker.hear()]

    assert [message["error"]["data"]["type"] for message in heard] == ["Cancelled", "Cancelled"]


def test_ctrl_c_in_the_parents_console_is_not_ours(worker: Conversation) -> None:
    worker.process.send_signal(signal.SIGINT)

    assert worker.ask("hello")["result"]["pid"] == worker.process.pid


def test_it_ends_at_the_end_of_stdin_whatever_it_does(given) -> None:
    with conversation(*FAKE_WORKER) as busy:
        busy.send("analyze", {"folder": given("stuck")}, id=1)
        assert busy.hear()["method"] == "log"

        assert busy.end() == 1


def test_it_ends_when_it_is_told_to() -> None:
    with conversation(*FAKE_WORKER) as told:
        told.send("exit")

        assert told.process.wait(timeout=600) == 0


def test_it_ends_with_its_parent_though_stdin_stays_open() -> None:
    reading, writing = os.pipe()
    parent = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, *sys.argv[1:]], stdin=0, stdout=subprocess.PIPE)\n"
        "sys.stdout.buffer.write(child.stdout.readline()); sys.stdout.flush()\n"
    )
    os.write(writing, b'{"jsonrpc": "2.0", "id": 1, "method": "hello"}\n')
    ended = subprocess.run(
        [sys.executable, "-c", parent, *FAKE_WORKER],
        stdin=reading,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": PYTHONPATH},
        check=True,
    )
    os.close(reading)
    pid = json.loads(ended.stdout)["result"]["pid"]

    gone = select.poll()
    gone.register(writing, select.POLLERR)  # nobody but the worker holds the reading end
    assert gone.poll(600_000)
    os.close(writing)
    assert not Path(f"/proc/{pid}/fd/0").exists()


def test_without_torch_models_are_managed_and_an_analysis_says_what_is_missing(given, tmp_path) -> None:
    with conversation("-c", WITHOUT_TORCH, BREASTUSAI_MODELS=str(tmp_path / "models")) as light:
        models = light.ask("models.list")["result"]["models"]
        card = light.ask("models.card", {"name": models[0]["name"]})["result"]["text"]
        verified = light.ask("models.verify", {"name": models[0]["name"]})["result"]
        refused = [
            light.ask("models.add", {"source": models[0]["path"]}),
            light.ask("analyze", {"folder": given("exam")}),
            light.ask("selfCheck"),
        ]

    assert [model["task"] for model in models] == ["classification", "segmentation"]
    assert verified == models[0]
    assert card.startswith("#")
    for answer in refused:
        assert answer["error"]["data"]["type"] == "DependencyError"
        assert "torch is not installed" in answer["error"]["message"]
