"""What is said is one line of letters: no name steers the terminal, no error is a trace, no advice is torch's."""

from __future__ import annotations

import argparse
import io
import json
import socket
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from BreastUSAILib import __main__
from BreastUSAILib.cli.result_names import safe_name
from BreastUSAILib.cli.terminal import Terminal
from BreastUSAILib.engine.bundles import download as download_module
from BreastUSAILib.engine.bundles.archive import is_reserved, unpack
from BreastUSAILib.engine.bundles.download import download
from BreastUSAILib.engine.bundles.model_folder import FOLDER_VARIABLE
from BreastUSAILib.engine.errors import InputError, ModelError, one_line
from BreastUSAILib.engine.remote.protocol import Request, request_line
from BreastUSAILib.engine.remote.serving.server import MOST_WAITING, Server

STEERING = "\x1b]0;title\x07\x1b[2J\x9b31m\r\n\u202egnp.exe\u2028\udce9\x7f"


def steers(text: str) -> bool:
    return any(not (one.isprintable() or one == " ") for one in text)


def test_letters_of_every_script_stay_and_what_steers_is_escaped() -> None:
    assert one_line("Öl 乳房 3 mm² – µ <b>&") == "Öl 乳房 3 mm² – µ <b>&"
    assert one_line("a\x1b[31m\n\udce9") == r"a\x1b[31m\n\udce9"
    assert not steers(one_line(STEERING))


def test_an_error_steers_nothing_whatever_is_in_it() -> None:
    error = InputError(f"no image ({STEERING})", where=f"/data/{STEERING}", remedy=f"Use {STEERING}")
    assert not steers(str(error))


def test_the_terminal_says_lines_alone() -> None:
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out, err)
    terminal.say(f"{STEERING}: malignant")
    terminal.complain(STEERING)
    for text in (out.getvalue(), err.getvalue()):
        assert text.count("\n") == 1
        assert not steers(text[:-1])


@pytest.mark.parametrize("arguments", [["analyze", STEERING], [f"--{STEERING}"], ["models", "add", "x", STEERING]])
def test_usage_errors_steer_nothing(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        __main__.main(arguments)
    assert not steers(capsys.readouterr().err.replace("\n", ""))


def test_a_defect_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_chosen: argparse.Namespace, _terminal: Terminal) -> int:
        raise LookupError(STEERING)

    monkeypatch.setattr(__main__, "_run", broken)
    assert __main__.main(["models", "list"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert not steers(said[:-1])


@pytest.mark.parametrize("name", ["CON", "con.txt", "NUL", "com1", "LPT9.x", "aux .x", "CONIN$", "COM¹"])
def test_a_name_of_a_device_does_not_name_a_folder(name: str) -> None:
    assert is_reserved(name)
    assert not is_reserved(safe_name(name))


@pytest.mark.parametrize("name", ["console", "com", "nullify", "com10", "xcon"])
def test_other_names_are(name: str) -> None:
    assert not is_reserved(name)


def written(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_a_zip_with_broken_lzma_is_one_line(tmp_path: Path) -> None:
    path = written(tmp_path / "x.zip", {"a": b"x" * 1000}, zipfile.ZIP_LZMA)
    content = bytearray(path.read_bytes())
    content[40:60] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(ModelError):
        unpack(path, tmp_path / "out")


@pytest.mark.parametrize(
    "entries", [{"a": b"", "a/b": b""}, {"CON": b""}, {"a/nul.txt": b""}, {"a\x1b[31m": b""}, {"x" * 3000: b""}]
)
def test_entries_that_no_folder_can_hold_are_refused(tmp_path: Path, entries: dict[str, bytes]) -> None:
    path = written(tmp_path / "x.zip", entries)
    with pytest.raises((ModelError, OSError)) as caught:  # a name that is too long is the disk's own word
        unpack(path, tmp_path / "out")
    assert not steers(str(caught.value))


def test_a_zip_with_a_list_of_a_million_entries_is_not_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    count = 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(entry) * count, 0, 0)
    (tmp_path / "x.zip").write_bytes(entry * count + end)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("it was listed"))
    with pytest.raises(ModelError, match="lists more than"):
        unpack(tmp_path / "x.zip", tmp_path / "out")


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on this machine that does this with whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            try:
                with server.accept()[0] as caller:
                    answer(caller)
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.fixture
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Downloads without encryption, so that a test can be the server."""
    monkeypatch.setattr(download_module, "_require_https", lambda url: None)


GARBAGE = [
    b"\x00\xff garbage\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
    b"HTTP/1.1 404 \x1b[31mNot here\x1b]0;title\x07\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: https://exa\x1bmple.org/\x00\r\n\r\n",
    b"HTTP/1.1 99999 x\r\n\r\n",
    b"",
]


@pytest.mark.parametrize("answer", GARBAGE)
def test_a_server_that_speaks_no_http_is_one_line(tmp_path: Path, plain_http: None, answer: bytes) -> None:
    with (
        serving(lambda caller: (caller.recv(4096), caller.sendall(answer))) as port,
        pytest.raises(ModelError) as caught,
    ):  # type: ignore[func-returns-value]
        download(f"http://127.0.0.1:{port}/x.zip", tmp_path / "x.zip", deadline_s=10)
    assert not steers(str(caught.value))


def test_a_server_that_never_ends_is_left(tmp_path: Path, plain_http: None) -> None:
    ended = threading.Event()

    def drip(caller: socket.socket) -> None:
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not ended.wait(0.05):
            caller.sendall(b"x")

    with serving(drip) as port, pytest.raises(ModelError, match="not done after"):
        download(f"http://127.0.0.1:{port}/x.zip", tmp_path / "x.zip", deadline_s=0.5)
    ended.set()


@pytest.mark.parametrize(
    "url",
    [
        "https://exa\x1bmple.org/x.zip",
        "https://example.org/a\r\nHost: other",
        "https://[::1/x.zip",
        "https:///x.zip",
        "https://example.org/a b",
        "file:///etc/passwd",
        "ftp://example.org/x.zip",
    ],
)
def test_what_is_not_an_address_is_not_asked(tmp_path: Path, url: str) -> None:
    with pytest.raises(ModelError, match="HTTPS alone") as caught:
        download(url, tmp_path / "x.zip")
    assert not steers(str(caught.value))


def test_models_that_are_none_are_listed_in_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    for number, text in enumerate(["[" * 100_000, "\x00", json.dumps({"name": STEERING.replace("\udce9", "")})]):
        folder = tmp_path / f"bad-{number}\x1b[31m"
        (folder / "configs").mkdir(parents=True)
        (folder / "configs" / "metadata.json").write_text(text)
    assert __main__.main(["models", "verify"]) == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert len([line for line in said.err.splitlines() if line]) == 3
    assert not steers((said.err + said.out).replace("\n", ""))


def test_requests_that_pile_up_are_refused() -> None:
    incoming = b"".join(request_line(Request("wait", {}, number)) for number in range(10 * MOST_WAITING))
    answers, gate = io.BytesIO(), threading.Event()

    def wait(_call: object) -> dict:
        gate.wait(20)
        return {}

    server = Server(io.BytesIO(incoming), answers, {"wait": wait}, on_end=gate.set)
    server.serve()
    refused = [line for line in answers.getvalue().splitlines() if b"are waiting already" in line]
    assert len(refused) >= 8 * MOST_WAITING
