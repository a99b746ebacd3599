"""Lines become messages, whatever arrives; errors arrive as what they were."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from BreastUSAILib.engine import errors
from BreastUSAILib.engine.errors import BreastUSAIError, Cancelled, InputError, ModelError
from BreastUSAILib.engine.remote.protocol import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    Lines,
    ProtocolError,
    Request,
    error_line,
    error_of,
    parse,
    request_line,
    request_of,
)


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.data())
def test_lines_are_the_same_however_they_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    reader = Lines(longest=10)

    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    found = [line for piece in pieces for line in reader.feed(piece)]

    assert found == [line if len(line) <= 10 else None for line in lines if line.strip() or len(line) > 10]


def test_a_line_without_an_end_is_not_kept() -> None:
    reader = Lines(longest=10)

    assert list(reader.feed(b"x" * 1000)) == []
    assert reader._pending == b""
    assert list(reader.feed(b"tail\nnext\n")) == [None, b"next"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", PARSE_ERROR),
        (b"\xff\xfe", PARSE_ERROR),
        (b"[" * 100_000, PARSE_ERROR),
        (b"9" * 10_000, PARSE_ERROR),
        (b"[]", INVALID_REQUEST),
        (b'"text"', INVALID_REQUEST),
        (b'{"method": "hello"}', INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": 1}', INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "hello"}', INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": true, "method": "hello"}', INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": 1, "method": 3}', INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "hello", "params": [1]}', INVALID_PARAMS),
    ],
)
def test_what_is_not_a_request_has_its_standard_code(line: bytes, code: int) -> None:
    with pytest.raises(ProtocolError) as caught:
        request_of(parse(line))

    assert caught.value.code == code
    assert json.loads(error_line(1, caught.value))["error"]["code"] == code


@given(st.text(), st.dictionaries(st.text(), st.text() | st.integers() | st.none()), st.none() | st.integers())
def test_a_request_is_one_line_and_comes_back(method, params, number) -> None:
    line = request_line(Request(method, params, number))

    assert line.count(b"\n") == 1
    assert request_of(parse(line.rstrip())) == Request(method, params, number)


def test_a_file_name_that_is_not_text_passes() -> None:
    name = b"\xff.dcm".decode("utf-8", "surrogateescape")

    assert request_of(parse(request_line(Request("m", {"name": name})))).params["name"] == name


@pytest.mark.parametrize(
    "error",
    [
        InputError("it is no image", where="a.dcm", remedy="Give an image"),
        ModelError("there is none", remedy="Install one"),
        Cancelled(),
        BreastUSAIError("odd", where=None, remedy="Go on"),
    ],
)
def test_an_error_arrives_as_what_it_was(error: BreastUSAIError) -> None:
    arrived = error_of(json.loads(error_line(1, error))["error"])

    assert type(arrived) is type(error)
    assert (str(arrived), arrived.problem, arrived.where, arrived.remedy) == (
        str(error), error.problem, error.where, error.remedy
    )  # fmt: skip


def test_too_little_memory_and_defects_are_sentences_too() -> None:
    memory = error_of(json.loads(error_line(1, MemoryError()))["error"])
    defect = error_of(json.loads(error_line(1, KeyError("x")))["error"])

    assert "memory" in memory.problem
    assert defect.problem == "something unexpected happened in the engine"
    assert "report it" in defect.remedy


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)))
def test_an_odd_error_answer_is_an_error_still(answer) -> None:
    assert isinstance(error_of(answer), BreastUSAIError)


def test_a_foreign_name_is_not_a_class_of_errors() -> None:
    data = {"type": "annotations", "problem": "p", "where": None, "remedy": "r"}

    assert hasattr(errors, "annotations")
    assert type(error_of({"data": data})) is BreastUSAIError
    assert METHOD_NOT_FOUND == -32601
