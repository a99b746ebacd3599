"""The engine's log keeps the newest and stays small."""

from __future__ import annotations

import re

from BreastUSAILib.client.process import log as engine_log
from BreastUSAILib.client.process.log import EngineLog


def test_notes_stand_on_lines_of_their_own_with_the_time() -> None:
    log = EngineLog()
    log.add(b"half a line")
    log.note("the engine has died")

    assert re.fullmatch(r"half a line\n\[\d\d:\d\d:\d\d\] the engine has died\n", log.text)


def test_bytes_that_are_cut_within_a_letter_or_are_not_text_are_kept() -> None:
    log = EngineLog()
    log.add("ä".encode()[:1])
    log.add("ä".encode()[1:] + b"\xff")
    log.add(b"!")

    assert log.text == "ä\\xff!"


def test_text_and_file_do_not_grow_without_end(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(engine_log, "LONGEST_TEXT", 100)
    monkeypatch.setattr(engine_log, "LONGEST_FILE", 500)
    log = EngineLog()
    log.writeTo(tmp_path / "engine.log")
    for number in range(200):
        log.add(f"line {number}\n".encode())
    log.add(b"x" * 1000 + b"\n")

    assert len(log.text) <= 100
    assert log.text.endswith("x\n")
    assert (tmp_path / "engine.log").stat().st_size <= 500 + 100


def test_the_file_begins_with_what_was_said_before(tmp_path) -> None:
    log = EngineLog()
    log.add(b"before\n")
    log.writeTo(tmp_path / "engine.log")
    log.add(b"after\n")

    assert (tmp_path / "engine.log").read_text() == "before\nafter\n"
    log.closeFile()
    log.add(b"later\n")
    assert "later" not in (tmp_path / "engine.log").read_text()
    assert log.text == "before\nafter\nlater\n"


def test_a_file_that_cannot_be_written_does_not_matter(tmp_path) -> None:
    log = EngineLog()
    log.writeTo(tmp_path / "gone" / "engine.log")
    log.add(b"kept\n")

    assert log.path is None
    assert log.text == "kept\n"
