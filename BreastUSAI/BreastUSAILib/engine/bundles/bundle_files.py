"""The files of a bundle, each read once: what is hashed is what is used, whatever happens to the folder meanwhile."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..bundle_limits import MOST_BYTES, MOST_FILES, MOST_TEXT_BYTES, MOST_WEIGHT_BYTES
from ..errors import ModelError

METADATA = "configs/metadata.json"
INFERENCE = "configs/inference.json"
WEIGHTS = "models/model.pt"
CARD = "docs/README.md"
GATE = "configs/gate.json"
"""May be missing."""

SUMS = "SHA256SUMS.txt"
REPAIR = "Install the bundle again from where it came"

_NEEDED = {
    METADATA: "the metadata",
    INFERENCE: "the network definition",
    WEIGHTS: "the file of weights",
    CARD: "the model card",
}
_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\x7f\\:]{1,500})")
_BLOCK = 1 << 20


def verified_files(path: Path, keep: frozenset[str]) -> tuple[dict[str, bytes], dict[str, str], int]:
    """The content of the files named in `keep`, the SHA-256 of every file that the bundle lists, and their bytes.

    Raises ModelError where one of the four files that a bundle needs is missing or not listed, where a listed one does
    not have its hash, lies outside the bundle, is not a plain file or is too large, and where one is listed twice.
    """
    sums = listed_sums(path)
    for name, words in _NEEDED.items():
        if name not in sums or not (path / name).is_file():
            raise ModelError(f"{words} {name} is missing or not listed in SHA256SUMS.txt", where=path, remedy=REPAIR)
    kept, room = {}, MOST_BYTES
    for name, digest in sums.items():
        most = MOST_WEIGHT_BYTES if name == WEIGHTS else min(MOST_TEXT_BYTES, room) if name in keep else room
        content, found, size = _read(path, name, most, name in keep)
        room -= size
        if found != digest:
            raise ModelError("the SHA-256 does not match: damaged or changed", where=path / name, remedy=REPAIR)
        if name in keep:
            kept[name] = content
    return kept, sums, MOST_BYTES - room


def listed_sums(path: Path) -> dict[str, str]:
    """The hashes of SHA256SUMS.txt by relative path, compared with nothing. Raises ModelError."""
    listing = path / SUMS
    if not listing.is_file():
        raise ModelError("SHA256SUMS.txt is missing", where=path, remedy=REPAIR)
    sums: dict[str, str] = {}
    for line in read_text(path, SUMS).splitlines():
        matched = _LINE.fullmatch(line)
        if matched is None or matched[2] in sums or len(sums) == MOST_FILES:
            twice = matched is not None and matched[2] in sums
            why = "lists a file twice" if twice else "has a line that is not a hash and a file name"
            raise ModelError(f"SHA256SUMS.txt {why}", where=listing, remedy=REPAIR)
        sums[matched[2]] = matched[1]
    return sums


def read_text(path: Path, name: str) -> str:
    """A text file of the bundle folder `path`. Raises ModelError where it is not one, or is too large."""
    content, _digest, _size = _read(path, name, MOST_TEXT_BYTES, True)
    return decoded(content, path / name)


def read_weights_file(path: Path) -> bytes:
    """The file with the weights, its hash unchecked. Raises ModelError where it cannot be read, or is too large."""
    return _read(path, WEIGHTS, MOST_WEIGHT_BYTES, True)[0]


def decoded(content: bytes, where: Path) -> str:
    """UTF-8 as text. Raises ModelError."""
    try:
        return content.decode("utf-8")
    except ValueError as error:
        raise ModelError(f"the file cannot be read ({error})", where=where, remedy=REPAIR) from error


def copy_listed(path: Path, target: Path) -> None:
    """Copy SHA256SUMS.txt and what it lists into a new folder; other files stay behind. Raises ModelError, OSError."""
    room = MOST_BYTES
    for name in (SUMS, *listed_sums(path)):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        with _opened(path, name) as source, (target / name).open("xb") as copy:
            while block := source.read(_BLOCK):
                room -= len(block)
                if room < 0:
                    raise ModelError(f"the bundle has more than {MOST_BYTES / 1e9:.0f} GB", where=path, remedy=REPAIR)
                copy.write(block)


def _read(path: Path, name: str, most: int, keep: bool) -> tuple[bytes, str, int]:
    """Content (empty unless kept), SHA-256 and size of a file, from one reading."""
    digest, pieces, size = hashlib.sha256(), [], 0
    try:
        with _opened(path, name) as file:
            while block := file.read(_BLOCK):
                size += len(block)
                if size > most:
                    raise ModelError(f"the file is larger than {most / 1e6:.0f} MB", where=path / name, remedy=REPAIR)
                digest.update(block)
                if keep:
                    pieces.append(block)
    except (OSError, ValueError) as error:
        raise ModelError(f"the file cannot be read ({error})", where=path / name, remedy=REPAIR) from error
    return b"".join(pieces), digest.hexdigest(), size


@contextmanager
def _opened(path: Path, name: str) -> Iterator[BinaryIO]:
    """A plain file in the bundle's own folder, opened without waiting: a pipe or a device would never end."""
    if not (path / name).resolve().is_relative_to(path.resolve()):
        raise ModelError("the file lies outside the bundle", where=path / name, remedy=REPAIR)
    number = os.open(path / name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise ModelError("this is not a plain file", where=path / name, remedy=REPAIR)
        yield file
