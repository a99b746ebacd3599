"""A weights file is numbers and nothing else: it runs no code, whatever torch is installed, and takes no room."""

from __future__ import annotations

import ast
import io
import pickle
import struct
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from torch import nn

from BreastUSAILib.engine.bundles.bundle import WEIGHTS, load_classifier
from BreastUSAILib.engine.bundles.stored_weights import load_weights
from BreastUSAILib.engine.errors import ModelError

from .conftest import little_memory, with_weights

LIBRARY = Path(load_classifier.__code__.co_filename).parents[2]


class Runs:
    """Unpickling it runs code."""

    def __reduce__(self):
        return (pytest.fail, ("the weights ran code",))


class Calls(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1


def torch_script() -> bytes:
    content = io.BytesIO()
    torch.jit.save(torch.jit.script(Calls()), content)
    return content.getvalue()


def saved(value: object, **options: bool) -> bytes:
    content = io.BytesIO()
    torch.save(value, content, **options)
    return content.getvalue()


def zipped(structure: bytes, *, method: int = zipfile.ZIP_STORED, **pieces: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr("archive/data.pkl", structure)
        for name, piece in pieces.items():
            archive.writestr(f"archive/data/{name.strip('_')}", piece)
    return content.getvalue()


def state(shape: tuple[int, ...], strides: tuple[int, ...], length: int, kind: str = "CharStorage") -> bytes:
    """The structure of a state dict with one tensor, as torch writes it, for shapes that torch would not make."""
    numbers = [
        b"(" + b"".join(b"\x8a\x08" + struct.pack("<q", one) for one in sides) + b"t" for sides in (shape, strides)
    ]
    length_step = b"\x8a\x08" + struct.pack("<q", length)
    return (
        b"\x80\x02}(X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storage"
        + f"ctorch\n{kind}\n".encode()
        + b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
        + length_step
        + b"tQK\x00"
        + numbers[0]
        + numbers[1]
        + b"\x89ccollections\nOrderedDict\n)RtRu."
    )


def refused(content: bytes, reason: str) -> None:
    with little_memory(), pytest.raises(ValueError, match=reason):
        load_weights(content)


def test_the_hand_made_structure_is_otherwise_read() -> None:
    (read,) = load_weights(zipped(state((2, 2), (2, 1), 4, "ByteStorage"), _0_=bytes(range(4)))).values()
    assert read.tolist() == [[0, 1], [2, 3]]


def test_what_torch_saves_is_read_as_torch_reads_it() -> None:
    tensors = OrderedDict(
        a=torch.randn(3, 4),
        b=torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
        c=torch.arange(5),
        d=torch.tensor(3.5),
        e=torch.randn(6).half()[2:5],
        f=nn.Parameter(torch.randn(2).bfloat16()),
        g=torch.empty(0, 3),
    )
    tensors._metadata = {"": {"version": 1}}  # type: ignore[attr-defined]
    content = saved(tensors)
    read, right = load_weights(content), torch.load(io.BytesIO(content), weights_only=True)
    assert list(read) == list(right)
    assert all(torch.equal(read[name], right[name]) and read[name].dtype == right[name].dtype for name in right)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (torch_script, "no state dict has"),
        (lambda: pickle.dumps(Runs()), "not a zip of weights"),
        (lambda: saved({"w": torch.zeros(2)}, _use_new_zipfile_serialization=False), "not a zip of weights"),
        (lambda: zipped(pickle.dumps(Runs(), protocol=2)), "which no state dict needs"),
        (lambda: zipped(pickle.dumps({"w": Runs()}, protocol=2)), "which no state dict needs"),
        (lambda: zipped(b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R."), "which no state dict needs"),
        (lambda: zipped(b"\x80\x02c__builtin__\neval\n."), "which no state dict needs"),
        (lambda: zipped(b"\x80\x02ctorch\nHalfStorage\n)R."), "not a function"),
        (lambda: saved(nn.Linear(2, 2)), "which no state dict needs"),
        (lambda: saved([torch.zeros(2)]), "which no state dict needs"),
        (lambda: saved({"w": {"deeper": torch.zeros(2)}}), "no state dict"),
        (lambda: saved({}) + b"more", "not a zip|no state dict|holds"),
    ],
)
def test_only_a_plain_zip_of_a_state_dict_is_read(content, reason: str) -> None:
    if content.__name__ == "<lambda>" and "holds" in reason:
        assert load_weights(content()) == {}
        return
    refused(content(), reason)


def test_an_archive_that_is_both_a_state_dict_and_torch_script_is_refused() -> None:
    content = io.BytesIO(saved({"w": torch.zeros(2)}))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("archive/constants.pkl", pickle.dumps(Runs()))
        archive.writestr("archive/code/__torch__.py", "import os")
    refused(content.getvalue(), "no state dict has")


def test_the_bundle_is_refused_in_one_line_without_torchs_advice(bundle: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load_classifier(with_weights(bundle, pickle.dumps(Runs())))
    assert WEIGHTS in str(caught.value)
    assert "weights_only" not in str(caught.value)


def test_nothing_that_a_user_runs_calls_torch_load() -> None:
    """It is the one call whose dangers depend on the version of torch."""
    for path in LIBRARY.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "load" and isinstance(node.value, ast.Name):
                assert node.value.id not in ("torch", "pickle"), path


@pytest.mark.parametrize(
    ("structure", "reason"),
    [
        (state((1 << 20, 1 << 14), (0, 0), 1), "repeats"),
        (state((1 << 15, 1 << 15), (1, 1), 1 << 16), "million"),
        (state((1 << 30,), (1,), 1 << 30), "million"),
        (state((1 << 20,), (1,), 4), "beyond"),
        (state((4,), (-1,), 4), "whole numbers"),
        (state((1,) * 9, (1,) * 9, 4), "dimensions"),
        (b"\x80\x02Nr\xff\xff\xff\x7f.", "no state dict"),
        (b"\x80\x02" + b"(" * 1_000_000 + b".", "damaged"),
        (b"\x80\x02)" + b"2\x86" * 60 + b".", "which no state dict needs"),
        (b"\x80\x02)q\x00" + b"h\x00h\x00\x86q\x00" * 60 + b"}h\x00Nsh\x00.", "not text"),
        (b"\x80\x02}X\x01\x00\x00\x00wNX\x01\x00\x00\x00wNu.", "damaged"),
        (b"\x80\x02}(X\x01\x00\x00\x00wNX\x01\x00\x00\x00wNu.", "twice"),
    ],
)
def test_a_structure_that_asks_for_much_gets_nothing(structure: bytes, reason: str) -> None:
    refused(zipped(structure, _0_=bytes(1 << 16)), reason)


def test_a_deflated_record_is_not_unpacked() -> None:
    refused(zipped(state((4,), (1,), 4), method=zipfile.ZIP_DEFLATED, _0_=bytes(1 << 28)), "compressed")


def test_a_zip_that_states_more_than_it_holds_is_refused() -> None:
    content = zipped(state((1 << 24,), (1,), 1 << 24, "ByteStorage"), _0_=bytes(1 << 10))
    size, large = struct.pack("<I", 1 << 10), struct.pack("<I", 1 << 24)
    refused(content.replace(size + size, large + large), "not a zip of weights")


def test_a_record_that_is_damaged_or_of_another_length_is_refused() -> None:
    tensor = state((4,), (1,), 4, "ByteStorage")
    refused(zipped(tensor, _0_=bytes(8)), "another length")
    refused(zipped(tensor, _1_=bytes(4)), "lacks")
    content = zipped(tensor, _0_=b"ABCD")
    assert zlib.crc32(b"ABCD") != zlib.crc32(b"ABCE")
    refused(content.replace(b"ABCD", b"ABCE"), "damaged")


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_weight_that_is_not_finite_is_refused(wrong: float) -> None:
    refused(saved({"w": torch.tensor([1.0, wrong])}), "not finite")


def test_shapes_are_compared_before_a_weight_is_read(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from BreastUSAILib.engine.bundles import weight_archive

    monkeypatch.setattr(weight_archive.WeightArchive, "read", lambda *_: pytest.fail("a weight was read"))
    with pytest.raises(ModelError, match="do not fit the network"):
        load_classifier(with_weights(bundle, saved({"w": torch.zeros(2)})))
